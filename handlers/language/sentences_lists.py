"""Questions for what is still to be done: mine, the team's, somebody's, a client's, and what is late."""

from __future__ import annotations

from collections.abc import Collection

from handlers.language.patterns import rx
from handlers.language.sentence import Sentence
from handlers.language.sentences_names import DAY, client_words, is_own, is_team, person_named
from handlers.language.sentences_plain import Clause

_COUNTED = r"(?:件|个|条|项|样|笔|桩|档)"
_WHAT = rf"(?:一?些?什么|哪些|哪几{_COUNTED}|哪{_COUNTED}|几{_COUNTED}|多少{_COUNTED}?|没有)"
_MATTER = r"(?:的)?(?:事情?儿?|活儿?|工作|任务|承诺|东西|待办|要办的事)"
_ENDED = (
    r"(?:做完?|办完?|办好|办妥|干完?|弄完?|弄好|搞完?|搞定|兑现|完成|交付|落实|处理完?|了结|收尾|结|完|做好|交"
    r"|交差|履行|关闭?|销)"
)
_OPEN = rf"(?:没有?|未|待|尚未|还没有?)(?:有)?(?:按时)?{_ENDED}(?:掉)?(?:的)?"
_SHOW = (
    r"(?:给我|帮我|都|全部?|先)*(?:列|拉|看|查|调|数|捋|理|过|发我?|报|整理|汇总|盘点)?(?:一下|下|出来|一遍"
    r"|看看|个清单|张清单|清单|给我)*+"
)
_TODO = (
    # 还有什么没做完, 还剩几件没办
    rx(
        rf"(?:还|都|现在|目前|到底|一共|总共)*(?:有|剩下?|欠|差|压|攥|堆|挂)(?:着|下|了)?{_WHAT}{_MATTER}?(?:是)?"
        rf"(?:我)?(?:还)?{_OPEN}{_MATTER}?(?:吗|了)?$"
    ),
    # 没做完的有哪些
    rx(rf"(?:还)?{_OPEN}{_MATTER}?(?:还|都|现在|一共)*(?:有|是|剩){_WHAT}{_MATTER}?(?:吗|了)?$"),
    # 有没有没做完的
    rx(rf"(?:还)?有(?:没有)?(?:还)?{_OPEN}{_MATTER}?(?:吗|没有?)?$"),
    # 有哪些快到期
    rx(
        rf"(?:还|都|现在)*有{_WHAT}{_MATTER}?(?:是)?(?:{DAY})?(?:快|要|即将|马上|将)?(?:要)?"
        rf"(?:到期|截止|要交|逾期|超期)(?:的|了)?{_MATTER}?(?:吗|没有?)?$"
    ),
    # 快到期的有哪些
    rx(rf"(?:快|即将|马上)要?(?:到期|截止)的?{_MATTER}?(?:还|都)*(?:有|是){_WHAT}{_MATTER}?$"),
    # 手上还有什么
    rx(rf"(?<=手上|手头|手里|名下)(?:还|都|现在|目前)*(?:有|压着?|攥着|堆着|挂着|剩下?){_WHAT}{_MATTER}?$"),
    # 还欠着什么
    rx(rf"(?:还|都|现在|到底)*(?:欠|该|差)(?:着|了|下)?(?:{_WHAT}|多少){_MATTER}?(?:{_OPEN})?(?:吗|了)?$"),
    # 我的任务还剩多少
    rx(rf"(?:的)?(?:任务|待办|承诺)(?:还|现在|目前|一共)*(?:剩下?|有){_WHAT}(?:{_OPEN})?(?:吗|了)?$"),
    # 还剩几件事
    rx(
        rf"(?:还|都|现在|目前)*(?:剩下?|有)(?:{_WHAT})(?:{_MATTER}|要{_ENDED}的?|要做的事?|要交的?(?:东西)?"
        r"|要办的事?|该做的事?|待办的?|没做的)(?:吗|了)?$"
    ),
)
_SOON = rx(r"(?:快|要|即将|马上|将)到期|快(?:逾|超)期")
# What falls due then is not late yet.
_AHEAD = rx(r"今天|明天|后天|(?:这|本|下)个?(?:周|星期|礼拜|月)")
_NOT_DONE = rx(_OPEN)
_NOUN = rx(
    r"(?:的)?(?:所有|全部|现在|目前|当前)*(?:的)?(?:待办(?:事项|清单|列表)?|未完成的?(?:承诺|事项|任务"
    rf"|事)?|未兑现的?(?:承诺)?|{_OPEN}{_MATTER}?|承诺(?:清单|列表|情况|完成情况|兑现情况)?|任务清单"
    r"|待兑现的?(?:承诺)?)"
    rf"(?:(?:还|都|现在)*(?:有|是){_WHAT})?{_SHOW}$"
)
_LISTED = rx(r"^(?:请)?(?:列列|理理|捋捋|数数|列|拉|数|盘点|盘一盘|盘盘|过)(?:一下|下|出|出来|一遍)?")
_PROMISED = (
    rx(
        rf"(?:都|一共)?(?:答应|承诺|许诺|应承|应下|许|应(?=了|过))(?:过|了|下)?(?P<between>.{{0,16}}?)(?:的)?{_MATTER}?"
        rf"(?:现在|目前|都|还|到底)*(?:有|剩|是)?{_WHAT}{_MATTER}?(?:还)?(?:{_OPEN}|没[给寄送发])?(?:过|吗|了)?$"
    ),
    rx(
        rf"(?:答应|承诺)(?:过|了)?(?P<between>.{{0,16}}?)(?:的)?{_MATTER}?(?:都|全)?(?:{_ENDED})(?:了)?"
        r"(?:吗|没有?|没)$"
    ),
    rx(
        rf"(?:还|都|现在|到底|一共)*欠(?:着|了)?(?P<between>.{{2,16}}?)(?:的)?(?:{_WHAT}|{_MATTER}(?:有|是|还有){_WHAT}){_MATTER}?"
        rf"(?:{_OPEN})?$"
    ),
)
# 承诺什么了, of nobody, asks whoever spoke last.
_LISTED_ALL = rx(r"还|都|没|哪|几|多少|一共|答应客户")
_TO_DO = rx(
    rf"(?P<who>.*?)(?:{DAY})?我?(?:还)?(?:要|该|得|需要|应该)(?:做|办|干|交|完成|交付|交代|落实|兑现|处理)(?:的)?"
    rf"(?:{_WHAT}{_MATTER}?|什么|的?(?:有|是)?{_WHAT})(?:了)?"
    rf"|(?P<who2>.*?)(?:{DAY})?(?:还)?(?:有)?{_WHAT}(?:{_MATTER})?(?:是)?(?:要|该|得|需要)(?:做|办|干|交"
    r"|完成|交付|兑现|处理)(?:的)?(?:事)?"
)
_MY_TO_DO = rx(
    rf"我(?:{DAY})?(?:还)?(?:要|该|得)(?:{_ENDED}|给)的(?:所有|全部)?(?:事情?儿?|东西|活儿?)|我的?(?:{DAY})?的?(?:任务|待办|活儿?|待办事项)"
)
_LATE = (
    r"(?:已经?|都|快)?(?:逾期|超期|过期|超时|拖期|误期|过了(?:期|时间|日子|约定)"
    r"|拖过头|误了期|过点|晚(?=了)|延误|到期)(?:了)?"
)
_OVERDUE = (
    rx(
        rf"(?:的)?{_LATE}(?:的)?(?:还|都)?(?:{_OPEN})?(?:的)?{_MATTER}?(?:都|现在|一共)*(?:有"
        rf"|是)?{_WHAT}?{_MATTER}?{_SHOW}(?:吗|没有?|了)?$"
    ),
    rx(
        rf"(?:现在|目前|还|一共|都)*有(?:没有)?{_WHAT}?{_MATTER}?(?:是)?{_LATE}(?:的|还{_OPEN}"
        rf"|{_OPEN})*{_MATTER}?(?:吗|没有?|了)?$"
    ),
    rx(rf"{_WHAT}{_MATTER}?(?:是)?(?:都)?{_LATE}(?:的|还{_OPEN}|{_OPEN})*{_MATTER}?(?:了|吗)?$"),
    rx(rf"(?:拖(?:着|了)(?:[好很老]久)?|过了(?:日子|时间|期))(?:还)?(?:{_OPEN})(?:的)?(?:有|是|都){_WHAT}$"),
    rx(rf"{_LATE}(?:的)?(?:承诺|事项)?(?:清单|列表|名单)(?:有|是)?{_SHOW}$"),
    rx(rf"拖(?:着|了)?的(?:都|还)?(?:有|是){_WHAT}$"),
)
_ASKED = rx(r"有没有|[列拉看查发数]|什么|哪|几[件个条项]|多少|吗$|没$|没有$|谁")
_ANYBODY = rx(r"(?:别人|人家|客户|大家|过?谁|各家|所有客户)(?:们|的)*")
_ITS_MATTERS = rx(r"(?:的)?(?:事情?|承诺|任务|活|待办)$")
# 老周有什么事吗 asks after the person, not after what is open.
_NEWS = rx(r"(?<!还)有什么事情?吗?$")
_QUESTION_OF_YOU = rx(r"[你您他她它]|对方|客户|别人|人家")


def read_list_question(clause: Clause, people: Collection[str]) -> Sentence | None:
    """The list of promises that a clause asks for; None when it asks for none."""
    text = clause.text.replace("是不是", "", 1)
    if _NEWS.search(text):
        return None
    for reads in (_overdue, _promised, _todo):
        found = reads(clause, text, people)
        if found is not None:
            return found
    return None


def _overdue(clause: Clause, text: str, people: Collection[str]) -> Sentence | None:
    if _SOON.search(text) or not (clause.requested or clause.asks or _ASKED.search(text)):
        return None
    for pattern in _OVERDUE:
        found = pattern.search(text)
        if found is not None and not ("到期" in found[0] and _AHEAD.search(text)):
            whose = text[: found.start()]
            whose = whose[: m.start()] if (m := _ITS_MATTERS.search(whose)) else whose
            if (
                is_own(whose)
                or is_team(whose)
                or whose.removesuffix("有没有").removesuffix("有") in {"", "团队", "大家"}
                or whose in {"哪些", "现在", "还", "还有"}
            ):
                return Sentence("lists_overdue")
            if (person := person_named(whose, people)) is not None:
                return Sentence("lists_person", person=person)
    return None


def _promised(clause: Clause, text: str, people: Collection[str]) -> Sentence | None:
    for pattern in _PROMISED:
        found = pattern.search(text)
        if found is None:
            continue
        who, whom = text[: found.start()], found["between"]
        if not who and not whom and not _LISTED_ALL.search(text):
            continue
        words = client_words(whom) if whom and not _ANYBODY.fullmatch(whom) else ""
        if words is None:
            continue
        if words:
            return Sentence("lists_client", words) if _somebody(who, people) else None
        return _of(who, people)
    return None


def _todo(clause: Clause, text: str, people: Collection[str]) -> Sentence | None:
    for pattern in _TODO:
        found = pattern.search(text)
        if found is None or (not found.start() and not _NOT_DONE.search(found[0])):
            continue
        if (answer := _of(text[: found.start()], people)) is not None:
            return answer
    noun = _NOUN.search(text)
    if noun is not None and (
        clause.requested
        or clause.asks
        or _ASKED.search(text)
        or noun.end() > noun.start() + 4
        or noun[0].startswith(("的未", "的待"))
    ):
        whose = text[: noun.start()]
        listed = _LISTED.match(whose)
        whose = whose[listed.end() :] if listed else whose
        if whose or clause.requested or listed:
            return _of(whose.removeprefix("把"), people)
    if _MY_TO_DO.fullmatch(text):
        return Sentence("lists_mine")
    planned = _TO_DO.fullmatch(text)
    if planned is not None:
        who = planned["who"] or planned["who2"] or ""
        if ("我" in text and is_own(who)) or person_named(who, people):
            return _of(who, people)
    return None


def _somebody(who: str, people: Collection[str]) -> bool:
    return is_own(who) or is_team(who) or person_named(who, people) is not None


def _of(who: str, people: Collection[str]) -> Sentence | None:
    """The list of the subject: one's own, the team's, somebody's, or what was promised to a client."""
    if is_own(who):
        return Sentence("lists_mine")
    if (person := person_named(who, people)) is not None:
        return Sentence("lists_person", person=person)
    if is_team(who):
        return Sentence("lists_team")
    if _QUESTION_OF_YOU.search(who):
        return None
    words = client_words(who)
    return Sentence("lists_client", words) if words else None
