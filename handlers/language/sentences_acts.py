"""Sentences that do something or ask about the bot: done, leave, travel, help, who am I."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from handlers.language.names_words import PLACES
from handlers.language.patterns import rx
from handlers.language.sentence import Sentence
from handlers.language.sentences_names import DAY, begins_with_person
from handlers.language.sentences_plain import Clause

_DOUBT = rx(
    r"[吗?谁哪]|没|未|不|别|什么|怎么|多少|几|快|差不多|应该|要是|如果|等|明天|后天|下周|准备|争取|可能|估计"
    r"|马上|群里|希望|打算|以为|终于|才|就|算|假装"
    r"|[你您他她它]|对方|客户|领导|老板|竞品|对手|人家|别人|大家|听说|据说|说|日报|周报|月报|一半|部分|[\d一二两三四五六七八九几多好]次|会不会|得"
)
_GOODS = rx(
    r"样品|样机|小样|寄样|送样|打样|样|合同|协议|报价|方案|发票|资料|标书|投标|招标|回访|拜访|对账|账单"
    r"|开票|盖章|签字|付款单|回款|申请|清单|目录|画册|说明书|图纸|参数|证书|授权书?|报告"
    r"|彩页|文件|函|邮件|订单|货|安装|调试|培训|演示|试用|退货|换货|补货|维修|售后|审批|流程|立项|物料"
    r"|资质|执照|样本|课件|链接|海报|陈列|礼品|保证金|押金|定金|尾款|ppt|表|手册|回复|答复|寄|送|发|回电|电话|约见|预约|折扣|返利"
    r"|核销|问卷|纪要|投诉|配件|备件|零件|设备|工单|报修|图|稿|函|单据|票|款|验收|巡检|点检|勘测|测量|拍照|对接|登记|备案|反馈|答疑|保养"
)
_OWN = r"(?:我这边|我们这边|我们|我|这边)?"
_AT_LAST = r"(?:已经|都|也|刚刚|刚才|刚|全|今天|昨天|上午|下午|中午|给|帮)*"
_WORKED = (
    r"(?:搞|弄|办|做|处理|整理?|跑|干|对|核对?|开|签|发|寄|送|装|调|改|写|准备|盖|打|填|交接?|谈|收|拿|装订|安排|落实|补|结"
    r"|跟|催|录|回|定)"
)
_FINISHED = (
    rf"(?:{_WORKED}(?:完毕?|好|妥当?|定|利索|利落|齐|掉|清楚?|停当|到位|成|下来|回来|过来)"
    r"|搞定|完成|解决|落实|收工|了结|闭环)"
)
_MATTER = r"(?P<matter>.{2,20}?)"
_POINTED = (
    r"(?:那个事|那个|那件事情?|那件|这个事|这件事情?|这件|的事情?儿?|那条|那项|这条|这项|这事儿?|那事儿?|那份|那边的)"
)
_DELIVERED = r"(?:[补重转代])?(?:寄|发|送|交|报|提交|递|付|回复|回|传|给|签|开)(?:邮件|微信|传真|快递|顺丰)?"
_TO = r"(?:给|到)[^,把了]{1,10}?"
# 发他们了, 寄给客户了: to whom it went is no doubt that it went.
_RECEIVER = rx(
    r"给(?:他们|对方|客户|人家)(?:那边|公司)?(?=[寄发送交传递回拿快补])|(?<=[给到发寄送交传递回])(?:他们(?:那边|公司)?|对方|客户|人家)(?:手上|手里|那边|那里)?(?=了|$)"
)
_DONE = (
    rx(rf"{_OWN}(?:把)?{_MATTER}{_POINTED}{_OWN}{_AT_LAST}(?:{_FINISHED}|办|做|弄|搞)(?:掉)?了"),
    rx(rf"(?:我|我们)?(?:已经|刚)?(?:完成|搞定|办完|做完|弄完|处理完)了{_MATTER}{_POINTED}"),
)
_GOODS_DONE = (
    rx(
        rf"{_OWN}(?:已经|刚刚|刚)?(?:把|将)?{_MATTER}{_OWN}(?:{_AT_LAST}{_FINISHED}(?:掉)?了|(?:已经?|都)+{_FINISHED}|(?:已经?|都)+{_WORKED}了)"
    ),
    rx(
        rf"{_OWN}(?:已经|刚刚|刚)?(?:把|将)?{_MATTER}{_OWN}(?P<mark>{_AT_LAST})(?P<worked>(?:{_FINISHED}[章字]?|补|重新?)*)"
        rf"(?P<act>{_DELIVERED})"
        rf"(?P<end>(?:出去|过去|掉|完|好|走|出|{_TO}|上去|回去|回|给|到|去|上)*)了?(?P<last>了?)"
    ),
)
_SAID_TO_BE_MINE = rx(r"我|把|已经|搞定")
_SURE_MARK = rx(r"已|都|刚")
_BARE_DONE = rx(
    rf"{_OWN}(?P<matter>.{{2,16}}?)(?:已经|已|刚刚|刚)(?P<act>{_DELIVERED})(?P<end>(?:出去?|到|达"
    r"|给)?[^,]{0,10})"
)
# What was owed to somebody is sure without a mark of its own: 给…的方案交了, …那份报价发了, …的回访搞定.
_OWED_DONE = (
    rx(rf"(?:我|已经)?(?P<matter>给[^,]{{2,10}}的[^,]{{2,10}}?){_DELIVERED}了"),
    rx(rf"(?P<matter>[^,]{{2,10}}那[份个批套张件](?:[^,]{{2,8}}?)){_DELIVERED}了"),
    rx(r"(?P<matter>[^,]{2,10}的[^,]{2,8}?)(?:已|都)?(?:搞定|完成|办妥|办好|弄好|闭环|交差)"),
)
# And so is, of whatever things, what the writer has promised or has just sent off.
_OWN_DONE = (
    rx(
        rf"我?(?:之前|上次)?(?:答应|说好|承诺|应下)(?:了|过|好)?(?:给)?(?P<matter>[^,]{{4,18}}?){_AT_LAST}"
        rf"(?:{_FINISHED}|{_DELIVERED}(?:出去|过去|完|好|到)?)了"
    ),
    rx(rf"(?P<matter>[^,]{{3,18}}?)我(?:已经|已|刚刚|刚)+{_DELIVERED}(?:出去|过去|掉|完|好|走|到|上去|回去)+了"),
)
# 都送完了: of what, is asked.
_VISITED = rx(r"(?P<matter>[^,]{2,14}(?:回访|电话|拜访|对账))我?(?:已经|都)?(?:打|做|去|办|对)过了")
_ACT_DONE = rx(
    rf"{_OWN}(?:已经|全|刚刚|刚)*都(?:已经)?(?P<act>[送寄发交])(?:完|好|掉|出去?|过去|到位?|齐)+了|"
    rf"{_OWN}(?:已经|刚刚|刚)(?P<act2>[送寄发交])(?:完|好|掉|出去|过去|到位?|齐)+了"
)
_TICK = rx(
    rf"(?:把|将)?(?P<matter>.{{2,20}}?)(?:{_POINTED}|的?承诺|任务)?(?:可以|给我|帮我|直接)*(?:(?:(?<!目)标记?|勾"
    r"|划|销|打|关|算|记|改|设)(?:记)?(?:成|为|上|个|作)?(?:完成|已完成|掉|勾|关闭|搞定))(?:了|吧)?"
)
_NOT_A_MATTER = rx(
    r"(?:我|你|他|她|这|那|它|都|也|已经)+|(?:已经?|都)?(?:完成|做完|办完|搞定|处理完)[了的]*|.*[把了]|.*(?:饭|酒|澡|觉|电影|作业|游戏|外卖|快递|咖啡|牛奶)"
)
_SCHEDULED = rx(
    rf"[一二两三四五六七八九十\d]{{1,2}}点(?:半|钟)?(?:以后|之后|后|起)?|(?:这|本|下)?(?:周|星期|礼拜)[一二三四五六日天][到至][一二三四五六日天]|(?:这|下|本)?(?:周|星期)[一二三四五六日天]{{2,3}}|{DAY}|(?:今|明|后|昨)(?:早|晚|天)|上午|下午|早上"
    r"|晚上|中午|半天|[一二两三四五六七八九十\d]+个?(?:天|日|周)(?:半|假)?|明后天|明后两天"
    r"|[一二三]?十?[一二三四五六七八九十][号日]|\d{1,2}月|月底|月初|国庆|元旦|春节|五一|年后|年前"
)
_LEAVE = rx(
    r"(?:请|休)(?:个|一个|一下|了)?(?P<length>(?:[一二两三四五六七八九十\d]+(?:个半)?天半?|半天|[一二两]周"
    r"|[一二两三四五六七八半\d]个?半?(?:小时|钟头)"
    r"|个?半天)?)(?:的)?(?:年|事|病|婚|产检|产|陪产|陪护|护理|丧|调休|探亲|育儿)?假(?P<more>"
    r"(?:[一二两三四五六七八九十\d]+天半?|半天)?)"
    r"|请(?P<bare>半天|[一二两三四五六七八九十\d]天半?)(?!时间|来|工夫)"
    r"|(?:休息|调休|休)(?P<rest>[一二两三四五六七八九十\d]+天半?|半天)|调休(?=$|,)|年休(?=$|,)|(?:病|事|年|婚|产|陪产|丧)假(?P<kind>[一二两三四五六七八九十\d]+天半?|半天)?$"
)
_TRAVEL = rx(r"出(?:个|一趟|趟|一个)?(?:短|长)?差(?P<length>(?:[一二两三四五六七八九十\d]+天半?|半天|一周)?)")
_AWAY_VETO = rx(
    r"[吗谁?]|怎么|多少|几(?!号)|什么|要不要|能不能|可不可以|可以|好想|真想|累|烦|报销|补贴|审批|流程"
    r"|申请单|扣|条|批|昨天|前天|上周|上个?月|上次|刚|(?<!明晚)(?<!明天)(?<!后天)(?<!周[一二三四五六日])回来|完了|过了|了$|了一|没|别|也许|可能|如果|要是"
    r"|万一|还是|的人|多|少|单|费|标准|制度|规定|政策|系统|取消|改"
)
# Possessive: days may be read in several ways, and trying them all over again would take exponential time.
_BEFORE_AWAY = rx(
    r"(?:我(?:这边|们)?|本人|(?:家里|老家|家中|私人)?有点?[私急家]?事|身体不舒服|,|想|要|需要|得|打算|准备|计划|会|将|申请|报备(?:一下|下)?|登记(?:一下|下)?"
    r"|都|一直|整周|一整周|整个星期|一大?早|[从到至和跟](?=[\d这本下明后周星礼今])|-|~|起|开始|、|一起|人(?=在)|跟(?:客户|同事|领导|老板)(?:一起)?|因公|全天|整天|向您|跟您"
    r"|(?:身体|人|头|肚子|嗓子|腰|胃|孩子|老人|家人|家里人)?(?:有点|太|实在)?(?:不舒服|难受|不适|扛不住|顶不住|感冒|发烧|生病|疼|痛)了?,?|先|不(?:来|去|到|上|在)(?:公司|单位|班)?了?,"
    r"|(?:去|到|上|跑)客户(?:那边|那里|那儿|现场|公司|厂里)?"
    r"|(?:家里|孩子|老人)?(?:带|陪|送|接|去|看|办|搬|回)[^,我你他她客]{1,10},"
    rf"|{_SCHEDULED.source})*+(?:(?:去|到|赴|在|往|跑|飞)[^,我你他她客]{{2,8}},?)?(?:{_SCHEDULED.source}|要|得)*+去?"
)
_AFTER_AWAY = rx(
    rf"(?:了(?=,)|,(?=[\d这本下明后周星礼今上一两共])|的|{_SCHEDULED.source}|[到至](?=[\d这本下明后周星礼])|-|~|起|开始|共|报备)*+"
    r"(?:,?(?:去|到|在|赴|回|带|陪|看|办|因|有|家里?|处理|参加|身体|接|送|不在|不来|体检|搬家|见|拜访|跑|出|帮忙|请|参|开|谈|做|跟|签|培|布|验)"
    r"[^我你他]{0,24})?(?:,.{0,20})?"
)
_NO_DAY = rx(
    r"(?:我)?(?:(?:想|要|需要|得|申请)请|(?:我想|要|需要|得|申请)休)(?:个|一个)?(?:年|事|病|婚|产|陪产|调休)?假"
)

_BOT = r"(?:你|您|你们|一诺|这?(?:个)?机器人|bot|小助手|助手|这个助手|这个bot)"
_HELPS = (
    rx(rf"(?:我)?(?:还)?不(?:太)?(?:会|(?:知道|懂|清楚|会)(?:该|要)?怎么)(?:用|使|操作|弄){_BOT}?"),
    rx(r"(?:我?是?新[手人])?(?:要|该)?怎么样?上手"),
    rx(r"(?:有没有|有|发|给|来)(?:我)?个?(?:使用|操作)?(?:说明|教程|指南|手册)"),
    rx(
        rf"(?:除了.{{1,8}}?)?{_BOT}(?:到底|都|还|现在|平时|究竟)*(?:会|能|可以|能够)(?:帮我?们?|帮得?上|为我)?(?:都)?(?:干|做|办|处理"
        r"|帮忙)?(?:点|些|一些)?(?:什么|哪些事?)(?:事情?|忙|活)?"
    ),
    rx(r"我(?:都|还)?(?:能|可以)(?:让|叫|用|找)你(?:帮我)?(?:干|做|办)(?:点|些)?(?:什么|哪些事?)(?:事情?)?"),
    rx(r"(?:都)?(?:能|会|可以)(?:帮我)?(?:干|做|办)(?:点|些)?(?:什么|哪些事?)"),
    rx(
        rf"(?:{_BOT}(?:这里|这儿|这边|这)?)?(?:都|还|到底)?(?:有|支持)(?:些)?(?:哪些|什么|多少)(?:功能|命令"
        r"|指令|用法|本事|玩法|口令"
        r"|能力|关键词|操作)"
    ),
    rx(
        rf"(?:{_BOT}){{0,2}}(?:的)?(?:都)?(?:是)?(?:要|该|应该)?(?:怎么|怎样)(?:样)?(?:用|使用|玩|操作|使唤|使)"
        rf"(?:{_BOT})?(?:的|才好)?"
    ),
    rx(
        rf"(?:能不能|可不可以|能否|能|可以)?(?:教教?我?|告诉我|说说|演示|讲讲)(?:一下)?(?:要|该)?(?:怎么|怎样)(?:用|使用|操作|玩){_BOT}?"
    ),
    rx(
        rf"(?:有没有|有|发个?|给个?|来个?)?{_BOT}?(?:的)?(?:使用说明书?|使用手册|使用方法|使用帮助|使用教程|操作手册|操作指南|用法|功能列表|命令列表"
        r"|指令列表|功能清单|命令大全)(?:发我?|给我|一份|看看|有没有|有吗|在哪|是什么)*"
    ),
    rx(rf"教教?我(?:怎么)?(?:用|使用|操作|使)(?:一下|下)?{_BOT}?"),
    rx(rf"{_BOT}(?:到底)?是(?:干|做)什么(?:用)?的"),
    rx(
        rf"{_BOT}(?:都|还)?(?:能|会|可以)?(?:听|看|认|读)?(?:得懂|懂|得|识)(?:些)?(?:哪些|什么)(?:样的?)?(?:话|命令|指令|说法|内容|词)?"
    ),
    rx(r"(?:功能|命令|指令|口令|关键词)(?:都)?(?:有|是)?(?:哪些|什么)"),
)
_TOPIC_NOUN = (
    r"(?:承诺|日报|请假|出差|延期|转交|线索|拜访|跟进|静音|撤销|撤回|休假|逾期|取消承诺|客户卡|跟进记录|拜访记录)"
)
_HOW_TO = (
    rx(
        rf"(?P<noun>{_TOPIC_NOUN})(?:要|该|应该|是|在这|在这里|这里)?(?:怎么|怎样)(?:写|记|用|交|提交?|弄"
        r"|录入?|报|录(?:进来|进去|上来|进)|改|操作|填|查|请|搞|补交?|登记|报备|发给你|设置?|说|下)(?:的)?"
    ),
    rx(
        r"(?:要|该|应该)?(?:怎么|怎样)(?:样)?(?:写|记录?|用|交|提交?|弄|录入?|操作|填|查|登记|设置?|新建"
        rf"|添加|加|修改|取消|完成|看|报)(?:个|一个|一条|条|我的|一下)?(?P<noun>{_TOPIC_NOUN})"
    ),
    rx(
        rf"(?:记|写|录|报|交|发)?(?P<noun>{_TOPIC_NOUN})(?:的)?(?:格式|写法|模板|样例|例子|示例)(?:是|长)?"
        r"(?:什么(?:样子?)?|怎么样?写?)(?:的)?"
    ),
    rx(
        rf"(?:记|写|录|报|交|发)?(?P<noun>{_TOPIC_NOUN})(?:的)?(?:是|用|按|要)?(?:什么|哪种)(?:样的)?(?:格式|写法|模板)"
    ),
    rx(
        rf"(?P<noun>{_TOPIC_NOUN})的?(?:格式|模板|样例|例子|示例|写法)(?:发|给|让)我?(?:看看|看一?下|看|瞧瞧|一下|一份)*"
    ),
    rx(rf"(?:记|写|录|报|交|发)?(?P<noun>{_TOPIC_NOUN})(?:的)?(?:有没有|有)(?:什么)?(?:模板|格式|样例|例子|示例)"),
    rx(r"(?:要|该|应该)?(?:怎么|怎样)(?P<noun>延期|转交|撤销|撤回|静音|请假)(?:一条|一个)?(?:承诺)?"),
)
_TEACH_ME = rx(r"(?:教教?我?|告诉我|说说|讲讲|我?(?:不|不太)(?:懂|会|知道|清楚))(?:一下|下)?")
# Asked for by its name alone.
_MINE = rx(r"我的(?:角色|权限|工号|编号|账号|帐号|身份|直属上级|直属领导|登记信息)|我是谁的(?:下属|组员|手下|兵)")
_ME = (
    rx(
        r"我的?(?:员工|人员|系统|用户|平台)?(?:编号|工号|账号|帐号|账户|帐户|账号id|用户id|id|userid|用户名"
        r"|(?:身份|角色|权限){1,2})(?:信息)?(?:是|叫)?(?:什么|多少|哪个|几号|几|啥样)?"
    ),
    rx(
        r"我(?:现在|目前)?(?:在(?:系统|你|名册|花名册|后台|公司|平台)?(?:这里|这儿|那里|那儿|这|那|里|上"
        r"|里面|里头|这边|那边)*)?(?:的)?(?:是|属于|算|叫|登记的是?|登记成|归)(?:什么|哪个)(?:角色|身份"
        r"|区域|大区|区|部门|岗位|职位|职务|名字|权限|片区|组)?(?:的人|的|来着)?"
    ),
    rx(
        r"我(?:现在|目前)?在(?:系统|你|名册|花名册|后台|平台)?(?:这里|这儿|那里|那儿|这|那|里|上|里面|里头|这边|那边)*"
        r"(?:到底)?(?:是|叫)谁"
    ),
    rx(r"我的?(?:账号|帐号|账户|id|微信)(?:绑定?|对应|连)(?:的|着)?(?:是)?(?:谁|哪个人)"),
    rx(
        r"我(?:是)?(?:挂|归|属于?|算|在|分)(?:在|到)?(?:谁|哪个(?:主管|领导|经理|组|部门|区域|团队))的?(?:下面|手下|名下|底下|那边|手里)?管?的?"
    ),
    rx(r"我叫什么(?:名字)?你?知道"),
    rx(r"我(?:的)?(?:直属)?(?:上级|主管|直属领导|汇报对象)(?:是|叫|登记的是?)(?:谁|什么)"),
    rx(r"(?:你知道|知道|认识|还记得|告诉我|告诉一下)?我(?:到底)?(?:是|叫)谁"),
)


def read_question_of_bot(clause: Clause) -> Sentence | None:
    """A question how to use the bot, or who it takes the writer for; None when the clause asks neither."""
    text = clause.text.removesuffix("吗").removesuffix("不")
    for pattern in _HELPS:
        if pattern.fullmatch(text):
            return Sentence("help")
    told = _TEACH_ME.match(text)
    for pattern in _HOW_TO:
        found = pattern.fullmatch(text, told.end() if told else 0)
        if found is not None:
            return Sentence("help", found["noun"])
    if _MINE.fullmatch(text):
        return Sentence("who")
    bare = text in {"我", "我是什么", "我叫什么"} or (text.startswith("我") and len(text) <= 3 and not clause.requested)
    if any(pattern.fullmatch(text) for pattern in _ME) and (not bare or text in {"我是谁", "我叫什么"}):
        asked = clause.requested or clause.asks or rx(r"什么|多少|哪|谁|几").search(text)
        return Sentence("who") if asked else None
    return None


def read_done(clause: Clause, people: Collection[str]) -> Sentence | None:
    """A matter of one's own reported as completed (寄样那个搞定了, 合同已经发出去了); None in any doubt."""
    text = clause.text
    if clause.asks or clause.text.endswith(("吗", "没")):
        return None
    ticked = _TICK.fullmatch(text)
    if (
        ticked is not None
        and not _NOT_A_MATTER.fullmatch(ticked["matter"])
        and not rx(r"[谁吗没不别]|怎么|什么").search(text)
    ):
        return Sentence("done", _matter(ticked["matter"]))
    text = _RECEIVER.sub("", text, count=1)
    if _DOUBT.search(text):
        return None
    if begins_with_person(text, people):
        return None
    for pattern in (*_DONE, *_GOODS_DONE):
        found = pattern.fullmatch(text)
        if found is None or _NOT_A_MATTER.fullmatch(found["matter"]):
            continue
        if pattern in _DONE:
            return Sentence("done", _matter(found["matter"]))
        if not _GOODS.search(found["matter"]):
            continue
        if pattern is _GOODS_DONE[0] and len(found["matter"]) < 3 and not _SAID_TO_BE_MINE.search(text):
            continue
        if pattern is _GOODS_DONE[1]:
            if not text.endswith("了") and not rx(r"已|到").search(text):
                continue
            if not (
                found["end"] or found["worked"] or _SURE_MARK.search(found["mark"] or "") or rx(r"把|将").search(text)
            ):
                continue
            return Sentence("done", _matter(found["matter"]))
        return Sentence("done", _matter(found["matter"]))
    for pattern in _OWED_DONE:
        owed = pattern.fullmatch(text)
        if owed is not None and _GOODS.search(owed["matter"]):
            return Sentence("done", _matter(owed["matter"]))
    for pattern in (*_OWN_DONE, _VISITED):
        owned = pattern.fullmatch(text)
        if owned is not None and not _NOT_A_MATTER.fullmatch(owned["matter"]):
            return Sentence("done", _matter(owned["matter"]))
    acted = _ACT_DONE.fullmatch(text)
    if acted is not None:
        return Sentence("done", acted["act"] or acted["act2"])
    bare = _BARE_DONE.fullmatch(text)
    if bare is not None and _GOODS.search(bare["matter"]) and not _NOT_A_MATTER.fullmatch(bare["matter"]):
        return Sentence("done", _matter(bare["matter"]))
    return None


def _matter(text: str) -> str:
    text = text[: max(2, found.start())] if (found := rx(r"(?<=..)已经?").search(text)) else text
    for lead in ("我已经", "已经", "把", "将", "答应", "我", "那份", "这份"):
        text = text.removeprefix(lead)
    for tail in (
        "昨晚",
        "今早",
        "上午",
        "下午",
        "刚才",
        "今天",
        "昨天",
        "我",
        "的",
        "那个",
        "今天",
        "昨天",
        "已经",
        "已",
    ):
        text = text.removesuffix(tail)
    return text


def read_absence(found: Sequence[Clause]) -> Sentence | None:
    """One's own leave or travel ahead, with its days; None when it is somebody else's, behind, hoped for or asked."""
    text = ",".join(clause.text for clause in found)
    if any(clause.asks for clause in found):
        return None
    for topic, core in (("leave", _LEAVE), ("travel", _TRAVEL)):
        away = core.search(text)
        if away is None or _AWAY_VETO.search(text):
            continue
        before, after = text[: away.start()], text[away.end() :]
        if not _BEFORE_AWAY.fullmatch(before) or not (
            _AFTER_AWAY.fullmatch(after) or after.partition(",")[0] in PLACES
        ):
            continue
        lengths = " ".join(part for part in away.groupdict().values() if part)
        words = " ".join(part for part in (_days(before), lengths, after.strip(",的")) if part)
        if _SCHEDULED.search(before) or _SCHEDULED.search(after):
            return Sentence("leave" if topic == "leave" else "travel", words)
        if topic == "leave" and _NO_DAY.fullmatch(text):
            return Sentence("leave")
    return None


def _days(before: str) -> str:
    for lead in ("我这边", "我们", "本人", "我", "申请", "想", "要"):
        before = before.removeprefix(lead)
    for tail in ("准备", "打算", "申请", "需要", "想", "要", "去", "得", "会", ",", "我"):
        before = before.removesuffix(tail)
    return before.strip(",")
