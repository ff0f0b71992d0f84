"""Whom or what the rest of a sentence names: somebody of the roster, or what may be a client."""

from __future__ import annotations

from collections.abc import Collection

from handlers.language.names_chat import chat_pieces
from handlers.language.names_words import GENERIC, KINDS, PLACES
from handlers.language.patterns import rx
from handlers.language.text import fold

# Stands in a text for a name that is known to be a client's; no writing has these letters.
KNOWN = "\ue000\ue001"
DAY = (
    r"(?:大?前天|昨天|今天|明天|大?后天|明后天|明后两天|今明两天|这两天|这几天|(?:上|这|本|下){1,2}个?(?:周|星期|礼拜)"
    r"(?:[一二三四五六日天末])?"
    r"|(?:周|星期|礼拜)[一二三四五六日天末]|(?:上|这|本|下)个?月|\d{1,2}月\d{1,2}[日号]"
    r"|\d{1,2}[.\-/]\d{1,2}|\d{1,2}[日号])"
)
_AROUND = (
    rf"目前|这会儿?|现在|现如今|当前|最近|近期|近来|眼下|{DAY}|今年|去年|这半年|这阵子|这段时间|一直|到底|究竟|都"
    r"|还|又|也|是|有|我们|咱们|咱"
    r"|我方|公司这边|我们这边|这边|,|@|\s"
)
_BEFORE = rx(
    rf"(?:{_AROUND}|的|关于|对于|针对|距离|距|离|自从|跟|和(?![睦平记信谐])|与|同(?![仁济方程创洲德])|对(?!外)"
    r"|给|去|到|在|找|把|将|过(?=..)"
    r"|客户|这家|那家|这个客户|那个客户|那个|那)+"
)
_AFTER = rx(
    rf"(?:{_AROUND}|那边儿?|那里|那儿|那头|那块|那家|这家|这个|那个|那|这客户|客户|这单|那单|方面|上次"
    r"|上一次|上回|最后一次|现在处于|处于|是个|是|这个单子|那个单子|的|的(?:业务|生意)|从头到尾|前前后后|前后|它|他们(?=$)|人|同事|来|找|把"
    r"|已经|了(?=$))++$"
)
_TALK = rx(
    r"(?<![酒网书水茶])吧|[谁吗呢我你您她咱俺啊]|(?<=[们总板户姐哥人])问|他(?!们)|什么|怎么|这|那|哪|了|没|不|让|说|觉得|为什么|多少|一下|自己|大家|别人"
    r"|人家|对方|[\[\]【】#]|最[多少快慢大小高低好差久早晚勤忙近]"
)
_NO_CLIENT = rx(
    r"[老小阿][\u4e00-\u9fff]|\d+|.*(?:对象|老师|师傅|妈妈?|爸爸?|哥|姐|弟|妹|老婆|老公|孩子|儿子|女儿"
    r"|媳妇|朋友|同学|男友|女友|部门|部|组|团队"
    r"|项目|活动|问题|事情?|会议?|会议?室|系统|政策|方案|流程|规定|考勤|工资|奖金|天气|股市|股票|基金|房价|油价"
    r"|球赛?|比赛|电影|电视剧|新闻|疫情|路况|交通"
    r"|地铁|高铁|航班|飞机|外卖|作业|功课|快递|食堂|午饭|晚饭|饭|菜|酒|茶|咖啡|水|电|网|wifi|网络|空调|电脑|手机|车"
    r"|车位|钥匙|停车|打印机|投影仪?|群|公告"
    r"|身体|感冒|病|心情|面试|招聘|培训|考试|驾照|装修|搬家|婚礼|生日|旅游|团建|年会|聚餐|假期?|绩效|业绩"
    r"|指标|目标|提成|报销|发票|合同|报价"
    r"|订单|货|物流|库存|价格|产品|样品|样机|样|竞品|对手|市场|行情|行业|形势|日报|周报|月报|承诺|线索"
    r"|客户|名单|数据|报表|表格|文件|资料|邮件"
    r"|消息|微信|电话|座机|手机|钉钉|软件|小程序|app|公司|总部|领导|老板|老总|负责人|总监|经理|主管|同事|销售|财务|法务|人事"
    r"|行政|前台|保安|司机|技术|售后|客服"
    r"|单子|生意|东西|卫生|后勤|安全|质量|接待|采购|仓库|车间|现场|展会|考核|预算|计划|任务|工作|进度|进展|情况)"
)
_ITS_PERSON = rx(r"的(?:老总|老板|领导|采购|经理|主任|院长|校长|店长|厂长|会计|财务|前台|电话|地址|位置|门店|仓库)")
_DEED = rx(
    r"(?:订|发(?!展)|做|写|买|搬|送|拿|弄|通知|安排|组织|布置|收拾|收(?=钱|款|费)|叫|带|拍|修|打(?!印)|接"
    r"(?=人|机|待)|拿|倒|扫|洗|聊|谈|去|来|想|要|会|能|该|可以|负责|吃|喝|玩)"
)
_ENDS_LIKE_ONE = rx(r"..[业厂院店社校局]$")
# What is served there ends the name of many a shop, after a name of its own: 中午的咖啡 is none.
_SERVED = rx(r"(?<=..)(?:咖啡|茶饮?|酒业|饭店|水业|矿泉水|纯净水|饮用水|饮品|烘焙)$")
_MOST = 20
_OWN = frozenset({"我", "我自己", "自己", "本人", "我这边", "我这", "我个人"})
_TEAM = rx(
    r"(?:我们|咱们?|我|整个|全|本|这个|各|所有|组里|队里|团队里)?(?:的)?(?:团队|全?组|小组|部门|全员|全体|全团队|全队|队伍?"
    r"|各位|大家(?:伙儿?)?|大伙儿?|所有人|所有同事|每个人|兄弟们|同事们|伙伴们|销售们?|手下|下属们?|底下人?"
    r"|下面(?:的|这?几个)?人|人|谁)(?:都|里|们|的)?|我们|咱们?|谁|哪些人"
)
_HAND = rx(
    r"(?:(?:的)?(?:手上|手头上?|手里头?|手里|名下|那边|这边|那儿|那里|身上|自己)|都|现在|目前|到底|今天|这周"
    r"|本周|这个?月|接下来|下一步|还|的|那|最近)++$"
)


def client_words(*parts: str) -> str | None:
    """What of the parts around a question may name a client, folded; empty if nothing is left, None if it cannot be
    a client (我, 打印机, 老王, several things)."""
    left = [name for part in parts if (name := _bare(part))]
    if not left:
        return ""
    if len(left) > 1:
        return None
    return left[0] if _may_be_client(left[0]) else None


def _bare(part: str) -> str:
    before = _BEFORE.match(part)
    part = part[before.end() :] if before else part
    after = _AFTER.search(part)
    return (part[: after.start()] if after else part).strip("\"'“”「」《》()")


def _may_be_client(name: str) -> bool:
    if not 2 <= len(name) <= _MOST or _TALK.search(name) or _DEED.match(name):
        return False
    if _ITS_PERSON.search(name):
        return False
    if name in PLACES or name.startswith("个"):
        return False
    kind = max((kind for kind in KINDS if name.endswith(kind) and len(name) > len(kind)), key=len, default="")
    if kind:
        return _uncovered(name.removesuffix(kind)) > 0
    if _NO_CLIENT.fullmatch(name) and not looks_like_organisation(name):
        return False
    strange = _uncovered(name)
    # 天河检测: a name that begins like a word, before what its owner does.
    brand = len(name) == 4 and _uncovered(name[:2]) > 0
    return strange > 1 or (strange == 1 and (len(name) <= 3 or brand))


def looks_like_organisation(name: str) -> bool:
    """Whether a folded name ends in a word that organisations end in (医院, 物流), after something of its own."""
    if name == KNOWN:
        return True
    if _ENDS_LIKE_ONE.search(name) and _uncovered(name[:-1]) > 1:
        return True
    served = _SERVED.search(name)
    if served is not None and _uncovered(name[: served.start()]) > 1:
        return True
    tail = max((word for word in GENERIC if name.endswith(word) and len(name) > len(word) + 1), key=len, default="")
    own = name.removesuffix(tail)
    # A name of two letters may well begin or end with an everyday one: 远舟物流.
    return bool(tail) and _uncovered(own) > (len(own) > 2)


def _uncovered(name: str) -> int:
    """The fewest characters of `name` that no everyday words account for."""
    pieces = chat_pieces(name)
    least = [len(name) + 1] * (len(name) + 1)
    least[0] = 0
    for start in range(len(name)):
        least[start + 1] = min(least[start + 1], least[start] + 1)
        for piece in pieces[start]:
            least[piece.end] = min(least[piece.end], least[start])
    return least[-1]


def is_own(subject: str) -> bool:
    """Whether the subject of a sentence is its writer, named or left out."""
    return _subject(subject) in _OWN or not _subject(subject)


def is_team(subject: str) -> bool:
    """Whether the subject is everybody: 团队, 大家, 我们组, 谁."""
    return _TEAM.fullmatch(_subject(subject).removesuffix("谁") or "谁") is not None


def _subject(text: str) -> str:
    text = text.strip("@, ")
    day = rx(rf"(?:{DAY})的?").match(text)
    text = text[day.end() :] if day else text
    lead = rx(r"(?:都|还)?有(?=谁|哪些人)").match(text)
    text = text[lead.end() :] if lead else text.removesuffix("是不是")
    hand = _HAND.search(text)
    return text[: hand.start()] if hand else text


def person_named(subject: str, people: Collection[str]) -> str | None:
    """The one of `people` that `subject` is, by full name, by the two characters of a given name or as 老王, 小王,
    王哥 when only one of them is called so; None otherwise."""
    said = _subject(subject)
    if len(said) < 2:
        return None
    full = {fold(name): name for name in people}
    if said in full:
        return full[said]
    if len(said) == 2 and said[0] in "老小阿":
        called = [name for form, name in full.items() if form[:1] == said[1] and len(form) <= 4]
    elif len(said) == 2 and said[1] in "哥姐":
        called = [name for form, name in full.items() if form[:1] == said[0] and len(form) <= 4]
    else:
        called = [name for form, name in full.items() if len(said) == 2 and len(form) == 3 and form.endswith(said)]
    return called[0] if len(called) == 1 else None


def people_in(text: str, people: Collection[str]) -> dict[tuple[int, int], str]:
    """Where `text` names somebody of `people`, by full name or a form that `person_named` knows."""
    found: dict[tuple[int, int], str] = {}
    for name in people:
        at = text.find(fold(name))
        if at >= 0:
            found[at, at + len(fold(name))] = name
        elif len(name) == 3 and (at := text.find(name[1:])) >= 0 and person_named(name[1:], people):
            found[at, at + 2] = name
    for nick in rx(r"[老小阿][\u4e00-\u9fff]|[\u4e00-\u9fff][哥姐]").finditer(text):
        person = person_named(nick[0], people) if not found else None
        if person is not None:
            found[nick.span()] = person
    return found


def begins_with_person(text: str, people: Collection[str]) -> bool:
    """Whether `text` begins with somebody else: a name of the roster, or 老王, 小王, 王总."""
    return any(person_named(text[:size], people) for size in (2, 3, 4)) or bool(
        rx(r"[老小阿][\u4e00-\u9fff]|[\u4e00-\u9fff](?:总|哥|姐|工|主任|经理)").match(text)
    )
