"""What clients are called in a lead: the endings of organisations' names, and the words that are no name."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from handlers.language.places import is_district, read_place
from handlers.language.sources import introduced, read_source, source_told
from handlers.language.text import fold
from handlers.language.titles import is_full_name

NAMED = re.compile(
    r"(?:(?:有)?(?:个|一个|一家|家)?(?:新)?(?:客户|公司|单位|企业|医院|门店|店)(?:名字)?(?:是|叫做?|名叫)|[店厂]名叫?|开了(?:一?家|个)|(?:^|(?<=[\s,;]))(?:客户|公司)名称?(?!单)(?=[\u4e00-\u9fff])|(?<=[一两几])[家个]叫做?|(?:^|(?<=[\s,;。、]))叫做?|名叫|(?:店|超市|公司|工?厂|工作室|酒店|民宿|饭馆|餐馆|诊所|餐厅|项目|农场)(?:名字?)?叫做?|(?:公司|单位)填的?是?|(?:新东家|新公司|新单位|跳槽?[到去]了?|跳槽去到|离职去了?))\s*[“\"「『]?(?P<name>[^\s,;。、:@”\"」』]{2,24})[”\"」』]?"
    r"|(?:店|连锁|公司|品牌|厂|酒店|超市|馆|院|机构|项目|客户名?)[“\"「『](?P<quoted>[^\s,;。、:@”\"」』]{2,16})[”\"」』]"
)
_FIRM = (
    r"(?:办事处|街道办|管委会|政府|居委会|村委会|业委会|协会|商会|派出所|驾校|会展|医院|护理院|养老院|敬老院|疗养院|福利院|康复院|保健院|公寓|家政|外贸|进出口|托育|商超|超商|[^店商地]铺"
    r"|[书酒茶水网]吧|影楼|客栈|山庄|度假村|琴行|牙科|齿科|汽修|汽贸|书院|影院|会所|医美|公司|集团|诊所|卫生院"
    r"|卫生服务中心|门诊部?|药房|药店|大药房|学校|[航技党艺体军职分]校|学院|大学|中学|小学|幼儿园|工厂|厂|店|(?:蛋糕|面包|点心|洗衣|健身|茶|影|书|琴|画|棋牌|自习)房|超市|商行|商贸|便利|酒店"
    r"|餐饮|餐厅|酒楼|饭店|物流|科技|制造|装饰|五金|贸易|实业|置业|地产|物业|银行|研究院|研究所|中心|工作室|连锁"
    r"|生物|医疗|网络|信息|便利店|百货|广场|商场|律所|[汉旅报剧诗茶][服社]?社|出版社|杂志社|事务所|粮油|副食|茶饮|烧烤|茶楼|瑜伽馆?|烤鱼|串串香?|火锅"
    r"|洗衣|早教|花艺|驿站|口腔|眼科|骨科|民宿|管业|重工|精密|股份|局|委员会|合作社|建工|建设|建筑|工程|设计院"
    r"|泵业|纺机|铸造|锻造|冷链|教育|培训|会计|旅行社|农业|林业|牧业|渔业|纺织|印刷|印务|化工|纸业|铝业|电力"
    r"|环保|药业|制药|乳业|酒业|茶业|鞋业|传媒|文化|仓储|货运|快运|供应链|矿业|置地|货代|婚庆|影城|健身|农场"
    r"|中介|摄影|文创|装潢|科贸|工贸|经贸|商务|园林|幕墙|水务|燃气|热力|公交|客运|航运|船务|船舶|船配|船业|驾培|劳务|茶庄|酒庄|农庄|庄园|果业|种业"
    r"|疾控|妇幼|体检|齿科|瑜伽|舞蹈|美容|美发|美甲|养生|养殖|屠宰|大排档|食堂|咖啡馆|书店|花店|影视|动漫|旅游|留学|移民|财税|税务|测绘|勘察|供销社|粮库|粮站|油站|渔港|码头|港务|机场"
    r"|地铁|铁路|路桥|市政|供电|供水|电站|电厂"
    r"|经营部|门市|批发部|批发|行|坊|(?:项目|经营|批发|门市|小卖|服务|营业|俱乐|供销)部|馆|园|府|城|小区)"
)
# These are the ending of many a firm, and goods as well.
_TRADE = (
    r"(?:出版|重装|装备|生鲜|用品|机械|建材|器械|电机|电子|软件|食品|饮料|调味品?|零食|水产|咖啡|宠物|机电|液压|轴承|模具|密封|风机|配件"
    r"|家居|家具|汽配|石材|门窗|卫浴|陶瓷|钢构|阀门|水泵|机床|塑胶|橡胶|弹簧|铸件|锻件|气体|电缆|线缆|变压器|空压机|减速机|机器人|仪表|仪器|自动化|智能|安防|电气|电器|家电|照明|光电|新?能源|通讯|通信|数码|包装|广告|策划"
    r"|检测|认证|监理|咨询|保安|保洁|健康|饲料|农资|文具|厨具|眼镜|视光|冷饮|烘焙|面包|蛋糕|甜品|卤味|熟食|料理|体育|户外|游戏|喷涂|电镀|注塑|冲压|焊接|钢铁|矿机|服饰|家纺|传动|新材料?|母婴|皮具)"
)
_KIND_OF_ORGANISATION = rf"(?:{_FIRM}|{_TRADE})"
_ORGANISATION = re.compile(rf"{_KIND_OF_ORGANISATION}(?:[(][^)]*[)])?$")
_IS_A_FIRM = re.compile(rf"{_FIRM}(?:[(][^)]*[)])?$")
_NOTHING_BUT_A_KIND = re.compile(_KIND_OF_ORGANISATION)
# 要批发, 想开个超市: what somebody wants to do or to have.
_WANTED = re.compile(
    rf"(?:要|想|做|搞|找|^开(?![元心源泰诚发来利通平封化]))(?:开|做)?(?:一?[个家])?{_KIND_OF_ORGANISATION}$"
)
# 柏林诊所想买雾化器: the name ends where the wish begins.
_WISH = r"(?=想|要(?![塞闻])|需要|准备|打算|询价|咨询|追加|续[费签约]|新[上开建增])"
_WISHES = re.compile(rf"^(?P<name>[^\s]{{2,16}}?{_KIND_OF_ORGANISATION}){_WISH}")
# 老客户岚山门诊增购: what they were to us, and what they do again.
_KNOWN_TO_US = re.compile(
    rf"^老客户?(?P<name>[^\s]{{2,16}}?{_KIND_OF_ORGANISATION}"
    rf"|(?<=老客户)(?![又再来带转推介加要想续复他她那这说])[\u4e00-\u9fff]{{4,8}}?)"
    rf"(?:(?:再?(?:增购|复购|加购|续费|续约|续签|扩容|追加|返单|回购))?$|(?:又|再|还)?{_WISH})"
)
# 青云酒店工程总监: whose office stands in one word with the name.
_WITH_AN_OFFICE = re.compile(
    rf"^(?P<name>[^\s]{{2,14}}?{_FIRM})(?:(?:工程|采购|技术|成本|行政|人事|设备|市场|销售|财务|运营|项目|信息|生产|质量|物资|后勤|总务|餐饮|客房)(?:部|科|处|中心)?)?"
    r"(?:总监|经理|主管|主任|科长|处长|部长|负责人|采购|助理|老板娘?|店长|院长|校长|园长|会计|行政|前台|业务员|总经理|厂长)$"
)
SAID_TO_BE = re.compile(rf"(?:说是|那是|就是)(?P<name>[^\s,;。、:@的]{{1,16}}{_KIND_OF_ORGANISATION})的")
# What is told of somebody, in words that no name holds; an organisation's own ending outweighs them.
_TOLD = re.compile(
    r"[的了吗呢吧们姓]|.在.|[想要需](?!来)|不[愿想要肯能会让知方]|愿意|留[名电]|已经?|没有?|打算|准备|咨询|询价|联系|负责|老板|老总|主管|助理|门口|楼下|附近|团购|加盟|代理|预算|资金|月用|年用|年费|月费"
    r"|^(?:58同城|企查查|天眼查|高德|赶集|闲鱼|饿了么|携程|支付宝|得物|钉钉|飞书|抖音|快手|小红书|百度|知乎|公众号|视频号|朋友圈|美团|b站|天猫|京东|淘宝|拼多多|微博|1688)"
    r"|^\d|^(?:拿|买|卖|打|加|开|搞|弄|跑|谈|聊|约|来|去|给|被|把|从|到|让|帮|带|每|私信|一次|首[批单]|店面|手里|手上|手头|名片|微信|电话|手机|号码|长期|批量|合作|新开|刚开)"
    r"|(?:打|来电|进来|留言|留资|看到|刷到|装修|开业|街道|[乡镇]|开发区|高新区|园区|商圈|团队|小组|同学|行业|领域|市场|介绍|推荐|车企|药企|国企|央企|外企|民企|私企|厂家|厂商|商家|同行|系统|定制|租赁|方案|套餐|耗材|样品|礼盒|礼品)$|\d\s?[份台套件箱桶吨个张块盒瓶袋只支米平方桌人斤册本辆组条把双副]$|^[零一二两三四五六七八九十百千万几多]+$"
)
_FROM_THERE = re.compile(
    r"^(?:备注(?:名|上)?(?:是|叫|为|写)?|[\u4e00-\u9fff]{2,4}(?:那边|这边|那里|当地|本地)的?|(?:同城|隔壁|附近|同行)的"
    r"|[\u4e00-\u9fff]{0,6}(?:门口|附近|旁边|隔壁|对面|楼下|新开|刚开)(?:新|刚)?(?:开)?(?:业|张)?(?:那家|的))(?=..)"
)
_LONGEST_NAME = 30
_LONGEST_BARE_NAME = 16
# A longer run of characters without a gap is no word of a lead, and not worth the time of looking closely.
_LONGEST_WORD = 80
_DEPARTMENT = re.compile(
    r"(?:分|总|本|一|二|三|老|新)(?:厂|店|公司|院|校|部)|(?:商场|医院|公司|学校|酒店|工厂|集团|总部|店里)?(?:工程|采购|成本|设备|市场|销售|财务|技术|行政|人事|运营|项目|材料|预算|信息|质量|生产|商务|招商|物资|仓储|工艺|机修|动力|后勤|总务|研发|检验|生鲜|物流|品控|质检|法务)(?:部门?|科室?|处|中心)|(?!.*(?:项目|经营|批发|门市|小卖|服务|营业|俱乐|供销|门诊|干|总|分)部)[\u4e00-\u9fff]{2,4}部"
)
# 儿童乐园, 装修公司, 火锅店: what somebody runs, and no name.
_GENERIC = re.compile(
    r"(?:自建|新|婚|毛坯|精装|二手|厂|老)房(?:子|装修)?|别墅|写字楼|办公[室楼]|民房|(?:大学)?(?:创业|物流|产业|科技|工业)园|(?:老旧?|新|我们|高档)小区|小两口|两口子|(?:小|老)?夫妻俩?|情侣|新人|宝妈|学生|散客|路人|游客|私人|年轻人|小伙子?|小姑娘"
    r"|(?:儿童|少儿|奶茶|火锅|烧烤|咖啡|水果|零食|便利|工厂|学校|单位|医院|机关|服装|童装|母婴|宠物|花|鞋|烟酒|五金|建材|装修|装饰|设计|广告|物流|货运|快递|贸易|外贸|进出口|电商|软件|网络|科技"
    r"|机械|模具|芭蕾舞|街舞|舞蹈|钢琴|书法|美术|摄影|剧本杀|密室|桌游|电竞|直播|注塑|包装|印刷|纺织|食品|饮料|餐饮|连锁|酒水|烘焙|面包|蛋糕|美容|美发|美甲|健身|瑜伽|舞蹈|英语|教育|培训|幼儿|早教|托育|月子|养老|护理|口腔|牙科|眼科|医美|体检"
    r"|汽修|汽配|洗车|洗衣|家政|民宿|快捷|家具|家居|灯具|门窗|瓷砖|私立|公立|民营|社区|乡镇|乡村|农村|县城|国营|外资|上市|大型|小型|连锁){1,2}"
    r"(?:公司|工?厂|店|门店|铺|工作室|机构|中心|会所|乐园|馆|院|园|房|楼|酒店|诊所|医院|药房|超市|学校|企业|集团|连锁|商行|批发|批发部|经营部|银行|供销社|卫生院|敬老院|食堂)"
    r"|[县市省区镇乡](?:人民)?医院|(?:加盟|直营|代理|分销|专卖|旗舰)店|学生会|社团|工会|班级|家委会|业委会|居委会|村委会|后勤处?|总务处?|教务处?"
)
# What stands in a lead without being a client's name: wishes, times, amounts, goods, roles.
_NO_CLIENT = re.compile(
    r"^(?:业主|甲方|乙方|总包|监理)方?(?:代表|单位)?$|^(?:58同城|转自|群昵称|自称|陌生|称呼|昵称|展位|前台|访客|线上|线下|二次开发|主动)|(?:峰会|大会|进店|到店|饭局|酒局|牌局|询盘|询价单?|下单|留资|登记|接龙|报名|注册|扫码|转来|转的|打来的?|找来的?|搜到的?|认识|保税区|自贸区|新区|片区|港区)$|(?:经理|总监|主任|工程师|设计师|专员|督导|秘书|出纳|客服|导购|[校园院科处厂站店]长|护士长|老师|主管|负责人|助理|会长|书记|队长|班长)$|^某|^(?:自己|本人|个人|他|她|对方|家里|刚|一位|家|急|紧急|尽快|优先|已|未|想|要|需|问|找|求|做|在|有|没|请|麻烦|希望|对|说|很|比较|正在|目前|主要|意向|需求|重点|高意向|a类|b类|c类|今天|明天|下周|本周|周[一-日]|老板姓|姓|客户[姓想要说]"
    r"|这个?|那个?|说是?|只说|计划|打算|准备|昨[天晚]|前天|上周|上个?月|开[了\d一二两三四五六七八九十]|开(?![元心源泰诚发来利通平封化])[\u4e00-\u9fff]{1,4}(?:店|厂|馆)$|年用|月用|月进|规模|大概|大约|没电话|没留|咨询|询价|询问"
    r"|[一某几][家个间](?:酒店|公司|工?厂|店|医院|学校|餐厅|超市|诊所|企业)$)"
    r"|的$|(?:了解|咨询|询价|报价|采购|试用|合作|方案|联系|跟进|看看|回电|尽快)$|^[\W\d_]+$|^\d+(?:个|家|间|户|台|套|件|店)"
    r"|^(?:门店|企业)$|\d(?:栋|幢|号楼|单元|室)[\d\-]*$|^no\.?\s?\d|(?:群|客户|顾客|会员|粉丝|用户|网友|买家)$|(?:外协|配套|代工|供货|上游|下游)(?:厂|商|单位|企业)$|\d-\d+$|\d号[馆厅]?$|^(?:群名|昵称|网名|微信名)$|(?:关联|旁边|隔壁|那[边家个])$"
    r"|(?:业主|户主|房东|租户)$|的(?:兄弟|母|子|关联|合作|姊妹)?(?:公司|工?厂|店|单位|医院|学校|酒店|饭店|餐厅|企业)$|^(?:\d+|[一二两三四五六七八九十几多]+)[家个间处]|的(?:上游|下游|供应商|朋友|客户|同行|老乡|亲戚|邻居)$"
    r"|^(?:(?:[老新熟散大小外]|外国|国外|意向|潜在|个人|企业)?(?:顾客|客户|客|会员|客商|用户)|朋友|同学|亲戚|邻居|业主|老板|店主|店长|群主|负责人|加盟商|经销商|代理商|联系人)$"
)


# Characters that firms are named with for luck and for what they stand for.
_BRAND = frozenset(
    "宏达鑫盛华恒瑞康泰源隆丰利顺福祥兴旺昌茂荣辉腾跃飞翔龙凤鹏麒麟鼎金银玉宝珠瑾博远志诚信义德仁和谐安宁永久长嘉佳美优卓越凯捷迅锐智慧"
    "创新科微云天海洋江河湖山峰岭川泽林森木松柏竹梅兰菊荷莲桂星辰月日阳光明亮晨曦晓东南西北中正大亿万千百众联合友邦国民世纪时代"
    "未来梦想青绿蓝红紫橙彩虹禾谷田园乐活尚品雅韵格致远航扬帆启航领先冠群英豪杰伟业力拓展进步升腾汇聚集通畅达益健圣迪威斯特诺亚欧美"
)
_LONGEST_BRAND = 4
_LONGEST_SPOT = 3


def sounds_like_a_brand(word: str) -> bool:
    """Whether `word` is short and made of nothing but the characters that firms are named with: 宏达, 鑫源."""
    return 2 <= len(word) <= _LONGEST_BRAND and _BRAND.issuperset(fold(word)) and not is_full_name(word)


def ends_like_one(word: str) -> bool:
    """Whether `word` ends as the names of organisations do."""
    return _ORGANISATION.search(fold(word)) is not None


_OPENED = re.compile(r"^(?:(?:新|刚|要|准备|打算)开|在建|筹建)?的?(?:一?[家个])?")


def is_a_firm(word: str) -> bool:
    """Whether `word` ends as the names of organisations do and as no goods do."""
    return _IS_A_FIRM.search(fold(word)) is not None


def may_be_client(word: str) -> bool:
    """Whether `word` may be the name of a client: no wish, time, goods, role or department."""
    if len(word) > _LONGEST_WORD:
        return False
    folded = fold(word)
    said = _OPENED.sub("", folded, count=1)
    whole = (_DEPARTMENT, _GENERIC, _NOTHING_BUT_A_KIND)
    if is_district(folded) or any(pattern.fullmatch(said) for pattern in whole):
        return False
    return _NO_CLIENT.search(folded) is None and _WANTED.search(folded) is None


def leads_in(token: str) -> bool:
    """Whether a word only leads up to the client: how they came, or that it is urgent."""
    return len(token) <= _LONGEST_WORD and bool(
        source_told(token)
        or read_source(token)
        or introduced(token)
        or _GENERIC.fullmatch(fold(token))
        or re.search(
            r"^(?:急|紧急|尽快|优先|加急|团购|零售|批发|加盟|代理|经销|询盘|询价|展厅)$|的$|(?:旁边|隔壁|对面|附近|楼下|门口)(?:那[家个])?$",
            token,
        )
    )


class Called(NamedTuple):
    """Where a client's name stands: in which word, and from where to where in it."""

    word: int
    start: int
    end: int


def find_client(words: Sequence[str], before: int | None, bare: Collection[str]) -> Called | None:
    """The client among the words of a lead: the first that looks like an organisation, else a name that leads.

    What may be goods as well as a firm is one among the first `before` words, those before a contact that is known;
    without looking like an organisation at all, only in `bare`. None when no word is sure to be a client.
    """
    passed = before is not None
    before = len(words) if before is None else before
    fit = [(index, word) for index, word in enumerate(words) if may_be_client(word) and not leads_in(word)]
    for index, word in fit:
        if match := _KNOWN_TO_US.match(fold(word)):
            return Called(index, *match.span("name"))
    named_with_office = _with_an_office(words[: before + 1])
    for index, word in fit:
        if named_with_office is not None and named_with_office.word <= index:
            return named_with_office
        if len(word) <= _LONGEST_NAME and _IS_A_FIRM.search(fold(word)):
            return Called(index, _name_start(word), len(word))
    if named_with_office is not None:
        return named_with_office
    for index, word in fit:
        if match := _WISHES.match(fold(word)):
            return Called(index, *match.span("name"))
    # What is told before the contact leads up to the name, too.
    first = next(
        (at for at, word in enumerate(words) if not leads_in(word) and (may_be_called(word) or not passed)), None
    )
    named = first is not None and words[first] in bare and may_be_called(words[first])
    leading = first if named else None
    traded = next((index for index, word in fit if index < before and ends_like_one(word)), leading)
    found = traded if leading is None or traded is None else min(leading, traded)
    return None if found is None else Called(found, _name_start(words[found]), len(words[found]))


def _with_an_office(words: Sequence[str]) -> Called | None:
    """The first organisation that stands in one word with somebody's office there."""
    for index, word in enumerate(words):
        match = _WITH_AN_OFFICE.match(fold(word)) if len(word) <= _LONGEST_NAME else None
        if match and may_be_client(match["name"]):
            return Called(index, *match.span("name"))
    return None


def may_be_called(word: str) -> bool:
    """Whether `word` may name a client: like an organisation, or, behind where it is, in words that tell nothing."""
    name = word[_name_start(word) :]
    if name.isascii() and not name[:1].isupper():
        return False
    if not may_be_client(name) or leads_in(word) or _is_around_there(name):
        return False
    told = _TOLD.search(fold(name)) is not None or is_full_name(name)
    return ends_like_one(name) or (2 <= len(name) <= _LONGEST_BARE_NAME and not told)


def _is_around_there(name: str) -> bool:
    """Whether `name` is a known place and some spot there (南通叠石桥), and neither a firm nor a brand of the place."""
    if ends_like_one(name):
        return False
    return any(
        size < len(name) <= size + _LONGEST_SPOT
        and read_place(name[:size]) is not None
        and not sounds_like_a_brand(name[size:])
        for size in (2, 3)
    )


def _name_start(word: str) -> int:
    """Where the name begins in a word that may say before it where it is, or that it is a client."""
    there = _FROM_THERE.match(fold(word))
    return there.end() if there else 2 if fold(word).startswith("客户") and len(word) > 3 else 0
