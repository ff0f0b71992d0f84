"""Where a lead came from, in one canonical word each."""

from __future__ import annotations

import re

from handlers.language.text import fold

_SOURCES = {
    "官网": "官方网站|公司网站|官网表单|官网留言|官网咨询|官网注册|网站留言|网站表单|官网|网站",
    "展会": "cmef|ciie|chinaplas|sial|ciif|fhc|hotelex|高交会|文博会|旅博会|教博会|服博会|亚宠展"
    "|展会扫码|展会名片|展会现场|展览会|博览会|交易会|广交会|进博会"
    "|医博会|工博会|建博会|茶博会|农博会|家博会|美博会|餐博会|药交会|订货会|糖酒会|展会|展位|参展|行业展",
    "转介绍": "老客户转介绍|老客户转介|客户转介|老客户介绍|老客户推荐|客户转介绍|客户介绍|客户推荐"
    "|朋友介绍|朋友推荐|熟人介绍|熟人推荐|同行介绍|同行推荐|内部推荐"
    "|同行转|朋友转|转介绍|转介|介绍来的|推荐来的|介绍过来|介绍|推荐",
    "电话呼入": "400|电话打进来|电话打来|打电话来"
    "|打电话进来|打进来|400进来|400打来|400打进来|电话呼入|400电话|400呼入|400热线|热线电话|客服热线|热线"
    "|电话咨询|来电咨询|主动来电|客户来电|呼入电话|呼入|来电|电话进线|进线",
    "抖音": "抖音私信|抖音直播|抖音广告|抖音留资|抖音|douyin",
    "小红书": "小红书私信|小红书笔记|小红书|红书|xhs",
    "百度": "百度爱采购|爱采购|百度推广|百度竞价|百度搜索|百度",
    "公众号": "微信公众号|公众号留言|公众号",
    "老客户": "老客户返单|老客户续单|老客户续费|返单|老客户复购|老客户增购|老客户|老客|复购",
    "视频号": "微信视频号|视频号",
    "快手": "快手直播|快手",
    "朋友圈": "朋友圈广告|微信朋友圈|朋友圈",
    "知乎": "知乎",
    "B站": "b站|哔哩哔哩|bilibili",
    "微博": "微博",
    "淘宝": "淘宝",
    "拼多多": "拼多多",
    "1688": "阿里巴巴国际站|阿里国际站|国际站|阿里巴巴|1688|阿里",
    "京东": "京东",
    "天猫": "天猫",
    "美团": "美团|大众点评",
    "招标": "政府采购网|政采云|采购网|招采平台|投标公告"
    "|招标公告|采购公告|中标公告|招标平台|招标网|招标信息|招投标|招标",
    "地推": "发传单|派传单|扫楼|地推|扫街|陌拜|陌生拜访",
    "到店": "门店顾客|门店客户"
    "|到店顾客|到店客户|进店顾客|进店客户|上门客户|自己上门|自然到店|上门咨询|到店咨询|到店|进店",
    "会议": "行业峰会|峰会|行业大会|招商会|推介会|培训会|发布会"
    "|学术会议|行业会议|研讨会|年会|交流会|学术会|沙龙|论坛|会议",
    "渠道": "渠道商|渠道推荐|经销商推荐|经销商介绍|代理商推荐|代理商介绍",
    "邮件": "邮件咨询|邮件|邮箱",
    "广告": "地铁广告|公交广告|楼宇广告|高铁广告|机场广告|报纸广告|电台广告|路牌广告"
    "|小程序广告|公众号广告|电梯广告|户外广告|投流"
    "|sem|信息流|信息流广告|腾讯广告|广点通|头条广告|朋友圈投放|广告投放|广告",
}
_CANONICAL = {word: source for source, words in _SOURCES.items() for word in words.split("|")}
_WORDS = "|".join(map(re.escape, sorted(_CANONICAL, key=len, reverse=True)))
_LATELY = r"(?:(?:昨[天晚]|前[天几]|今[天早]|上周|上个?月|上次|上回|去年|这次|刚刚?)(?:那个|那次)?)"
_ALONE = re.compile(
    rf"{_LATELY}?(?:来自|来源|通过|从|在|是)?(?:展厅|工地|小区|市场|门店|线下|线上|我们|公司|本地|二次|再次|首次|主动|自己)?(?P<word>{_WORDS})(?:{_WORDS}|渠道|平台|广告|线索|客户|顾客|客人|商家|店主|卖家|粉丝|扫码|私信|留言|留资|咨询|询盘|询价|表单|团购|小店|店铺|旗舰店|橱窗|直播间|客服)?(?:上|那边|里)?(?:看到|找来|过来|来|加|留|问)?(?:的|了)?"
)
_ENDED = r"(?=[\s,;|、/:。→]|$)"
# 老板他哥, 主任的同学: whose they are made the introduction.
_PERSON_END = r"(?:老板娘?|主任|经理|院长|科长|处长|店长|园长|校长|总监?|工|姐|哥|老师|医生)"
_KIN = (
    r"亲?[哥弟姐妹]|[哥弟姐妹]{2}|师[弟兄姐妹]|学[长弟姐妹生]|下属|同事|校友|室友|徒弟|同门|老师|[表堂][哥弟姐妹]夫?|同学|老乡|战友|亲戚|邻居|朋友|闺蜜|兄弟(?:单位|公司)?"
    r"|小舅子|舅舅?|叔叔?|侄子|外甥|老公|爱人"
)
_PHRASE = re.compile(
    rf"(?:来自|来源于?(?:是)?|通过|从)(?:我们|公司|咱们)?(?:的)?(?P<from>{_WORDS})(?:上|那边|里)?(?:看到|找来|过来|来|找到我们|加|留言?|问|咨询)?(?:的|了)?"
    rf"|(?:客户说)?在(?P<seen>{_WORDS})(?:上|里)?(?:看到|搜到|刷到|找到|了解到)的?(?:了|我们|咱们)*"
    rf"|(?P<came>{_WORDS})(?:上|那边|里)?(?:看到|搜到?|刷到|找来|过来|进来|来|找到我们)的"
    r"|(?P<dealer>(?:经销商|代理商|分销商|渠道[商部]?)[\u4e00-\u9fff]{0,4}(?:推|带|转|介绍|推荐|给)"
    rf"(?:(?:过?来)?的|{_ENDED}))"
    r"|(?P<by>(?<![经代渠销理道])(?!经销商|代理商|渠道)[\u4e00-\u9fffa-z]{2,14}?(?:私下|主动)?给?"
    r"(?:介绍|推荐|引荐|牵线|转介绍?|搭桥)"
    rf"(?:(?:过来|来)?的|了(?=一?[家个位])|{_ENDED})"
    r"|(?!客户(?!的))[\u4e00-\u9fff]{2,12}?(?:(?:顺口|随口|顺嘴|顺带|私下|聊天时?)(?:提|说|讲)(?:起|到|了一[嘴句])?的?|提了一[嘴句下])"
    rf"(?:{_ENDED})"
    r"|(?!客户)[\u4e00-\u9fff]{2,10}?(?:(?:推|带|拉|领)过?来的|(?:推|介绍|发|转|甩|丢|派|分)给我们?的)"
    rf"|[\u4e00-\u9fff]{{2,10}}?{_PERSON_END}(?:给|推|发|转)(?:了|我|过来)?的(?:名片|微信|电话|号码)?(?:{_ENDED})"
    rf"|[\u4e00-\u9fff]{{2,10}}?{_PERSON_END}[他她的]{{0,2}}(?:{_KIN})(?={_ENDED}|在|开|做))"
)


# 糖酒会上认识的, 抖音直播间留资, 昨天展会那个做叉车的: a source and how they came, and no company's name.
_CAME = re.compile(
    rf"{_LATELY}?[在从]?"
    rf"(?:(?:[省市县区镇]|我们|公司)里?|街边|路边)?(?:[\u4e00-\u9fff]{{1,4}}(?=年会|论坛|交流会|研讨会|学术会|沙龙|展会|博览会|交易会|订货会))?(?P<word>{_WORDS})"
    r"(?:上|里|那边|现场|在线|线上|客服|直播间?|认识|加|添加|碰|遇|见|挂|上|私信|团购|关注|下单|发|消息|留资?|留言|询盘|询价|咨询|注册|试用|申请|下载|资料|弹窗|街边|路边|首页|页面|选型|手册|样本|目录|推|转|给|小店|店铺|橱窗|客服|公告|编号[a-z0-9\-]+|表单|微信|电话|扫码|白皮书|报告|文章|推文|案例|评论区?|小程序|活动|名片|换|收集?|拿|到|看|搜|刷|找|扫|填|表|同城|来|过|进|问|打|我们|的|了|客户|线索|那[个家]"
    r"|做[\u4e00-\u9fff]{1,6}的){1,8}(?:说.*)?"
)


# 美业展, 上海建材展: a fair by its trade.
_FAIR = re.compile(
    r"[\u4e00-\u9fff]{2,6}(?<![发开进拓扩施布参会])展(?:会|览会)?|[\u4e00-\u9fff]{1,8}(?:博会|博览会|交易会|订货会|展销会|糖酒会|广交会)"
)
_INTRODUCED = re.compile(r"[\u4e00-\u9fff](?:介绍|推荐|引荐)(?!信|会|下|一下)(?:了|给)?(?:他|她|过?来|的|一?[家个位])")


def source_told(text: str) -> str | None:
    """The canonical source when `text` is one with the way they came (抖音直播间留资 → 抖音); else None."""
    match = _CAME.fullmatch(fold(text).strip())
    return _CANONICAL[match["word"]] if match else None


# Where people see a thing and come from, whatever is told of how: 公众号菜单留言, 知乎文章下面留言的.
_SEEN_AT = {
    *("官网", "展会", "抖音", "小红书", "百度", "公众号", "视频号", "快手", "朋友圈", "知乎", "B站", "微博", "淘宝"),
    *("拼多多", "1688", "京东", "天猫", "美团"),
}

_PLACES = "|".join(
    re.escape(word)
    for word in sorted((each for each, source in _CANONICAL.items() if source in _SEEN_AT), key=len, reverse=True)
)
_LED_BY = re.compile(rf"{_LATELY}?[在从]?(?P<word>{_PLACES})[\u4e00-\u9fff]{{1,10}}")
_ENDS_IN = re.compile(r"[\u4e00-\u9fff]{2,8}(?P<word>发传单|派传单|扫街|扫楼|地推|陌拜|老客户|进店|到店)")
_NOTICE = re.compile(r"[\u4e00-\u9fff]{0,6}(?:招标|采购|中标|比选|招采)(?:意向)?(?:公告|公示|预告)")


def source_led(text: str) -> str | None:
    """The canonical source when `text` begins with where they saw us, or ends in how we went out; else None.

    A name may do so too (百度科技): the caller must know that it is none.
    """
    folded = fold(text).strip()
    if _NOTICE.fullmatch(folded):
        return "招标"
    match = _LED_BY.fullmatch(folded) or _ENDS_IN.fullmatch(folded)
    return _CANONICAL[match["word"]] if match else None


def read_source(text: str) -> str | None:
    """The canonical source when `text` is nothing but one (展会扫码 → 展会); else None."""
    folded = fold(text).strip()
    match = _ALONE.fullmatch(folded)
    if match is None:
        return "展会" if _FAIR.fullmatch(folded) else None
    return _CANONICAL[match["word"]]


def source_named(text: str) -> str | None:
    """The canonical source in what a label such as 来源 is given; None when it names none."""
    found = find_source(text)
    return read_source(text) or source_told(text) or source_led(text) or (found[2] if found else None)


def introduced(text: str) -> bool:
    """Whether `text` tells of somebody who made the introduction (天工的葛主任介绍他同学的厂)."""
    return _INTRODUCED.search(fold(text)) is not None


def find_source(text: str) -> tuple[int, int, str] | None:
    """The first source told in a phrase (从抖音来的, 来自官网) as (start, end, canonical word); None without one."""
    match = _PHRASE.search(fold(text))
    if match is None:
        return None
    word = match["from"] or match["came"] or match["seen"]
    if word:
        return match.start(), match.end(), _CANONICAL[word]
    return match.start(), match.end(), "渠道" if match["dealer"] else "转介绍"
