"""Which handler a message goes to. First match wins; a handler that returns None passes on; the last entry helps.

A command is added by a table of dialog lines, a handler, a prompt, and a row here (with its words in
prompts/help.toml).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers import (
    basics,
    changes,
    client_changes,
    client_lists,
    clients,
    commitments,
    contacts,
    groups,
    handover,
    leads,
    leave,
    lists,
    muting,
    offers,
    proofs,
    queries,
    questions,
    reports,
    reports_lookup,
    several,
    shortened,
    spoken,
)
from handlers.language.clauses import is_commitment
from handlers.language.contact import read_contact
from handlers.language.intent import (
    command,
    handed_to,
    is_done_told,
    moving,
    names_record,
    put_right,
    record_alone,
    records_named,
)
from handlers.language.lead import read_lead
from handlers.language.record_act import read_record_act
from handlers.language.sentences_names import client_words
from handlers.language.several_acts import acts
from handlers.language.text import fold
from handlers.nearest import nearest
from handlers.talk import Answer, Talk
from handlers.undo import undo
from prompts import HELP
from storage import events, facts, people

# Longer texts are no short questions; reading them as such would only cost time.
_LONGEST_QUESTION = 80

Reader = Callable[[str], str | None]
Act = Callable[[Talk, str], Answer | None]


@dataclass(frozen=True, slots=True)
class Route:
    """One command: `read` takes the text apart (None = not this one), `act` answers (None = not this one)."""

    topic: str
    read: Reader
    act: Act


_END = " 。.!！~～"
_BRACKETED = re.compile(r"\s*[【\[(「『〔《<{]\s*(.{1,20}?)\s*[】\])」』〕》>}]\s*:?")


def _word(*words: str, tight: str = "") -> Reader:
    return lambda text: command(text.rstrip(_END) or text, words, tight=tight)


def _behind(*words: str, tight: str = "") -> Reader:
    """Reads `12 完成`, `#12延期到周六`: the word behind the numbers, as if it stood before them.

    The word ends at a space or a stop, before 到 and the like, or before a character of `tight`.
    """
    numbers = r"[#＃]?\s*(\d{1,9}(?:\s*[\s,，、和]\s*[#＃]?\d{1,9})*)\s*(?:号|已经?|都)?\s*"
    compiled = re.compile(
        rf"\s*{numbers}(?:{'|'.join(words)})(?:了|掉了?)?(?=$|[\s,，。:：@＠到至为给{tight}])[\s,，。:：]*(.*)"
    )

    def read(text: str) -> str | None:
        found = compiled.fullmatch(text.strip()) if len(text) <= _LONGEST_QUESTION else None
        return f"{found[1]} {found[2]}".strip() if found else None

    return read


def _plain(text: str) -> str:
    """A short question in its comparable form: without the brackets round its keyword, a colon or stops at the end."""
    return _BRACKETED.sub(r"\1 ", fold(text), count=1).strip(_END + "?:").strip()


def _whole(reads: Callable[[str], object]) -> Reader:
    return lambda text: text if reads(text) else None


def _pattern(pattern: str) -> Reader:
    compiled = re.compile(pattern)

    def read(text: str) -> str | None:
        if len(text) > _LONGEST_QUESTION:
            return None
        found = compiled.fullmatch(_plain(text))
        return " ".join(part.strip() for part in found.groups() if part) if found else None

    return read


_TOUCHED = re.compile(
    r"(?:上一?次|最近一次|最后一次|最近|多久没有?|多长时间没有?|什么时候|啥时候|哪天)"
    r"(?P<between>[^,。;]{0,24}?)(?:联系|跟进|沟通|拜访|联络|接触|见面|聊)"
)
# 最近联系得挺勤, 最近联系了仁济: told, not asked.
_TOLD = re.compile(r"得|了(?!吗|没|么|多久)(?=.)")
_SMALL = (
    r"我们?|咱们?|你|有|的|了|过|是|在|得|到|客户|人|时间|日期|记录|情况|什么时候|什么|啥时候|啥|哪天|几号|多久|"
    r"吗|呢|啊|呀|请问|帮我|帮|查|看|一下|下|来着|[\s,?]"
)
# What leads to a name may after one be its last character (协和).
_LEADS_TO = re.compile(rf"(?:{_SMALL}|跟|和|与|对|同)+")
_FOLLOWS = re.compile(rf"(?:{_SMALL})+$")


def last_contact_words(text: str) -> str | None:
    """The client that `协和上次联系是什么时候` is about, empty when it names none; None for no such question."""
    folded = _plain(text) if len(text) <= _LONGEST_QUESTION else ""
    found = _TOUCHED.search(folded)
    if found is None:
        return None
    between = found["between"].strip()
    after = folded[found.end() :]
    if (between and not _LEADS_TO.match(between)) or _TOLD.match(after):
        return None
    parts = (folded[: found.start()], between, after)
    names = [name for part in parts if (name := _FOLLOWS.sub("", _without_lead(part)))]
    return names[0] if len(names) == 1 else None if names else ""


def _without_lead(text: str) -> str:
    lead = _LEADS_TO.match(text)
    return text[lead.end() :] if lead else text


_report_opening = _word("日报", "今日日报", tight="汇补今明1一:—-~①")
_report_glued = _pattern(r"日报\s*(?:[,，]\s*)?(补充.*|[昨前今]天|上?周[一二三四五六日])")
# One short clause that asks, or speaks of reports as things: 今天还写吗, 补好了, 汇总谁来做.
_ABOUT_REPORTS = re.compile(
    r"[^,。;\n]{0,20}(?:[吗呢?]|还写|要写|要交)[。!~]*|(?:今天|明天)[^,。;:\n]{0,8}谁[^,。;:\n]{0,12}"
    r"|补(?!充)[^,;:\n]{0,20}|汇(?!总)[^,;:\n]{0,20}|汇总(?![\s:\d昨前今上本]|$)[^,;:\n]{0,20}"
)


def report_words(text: str) -> str | None:
    """What follows `日报`; None where reports are only spoken of, which must not be handed in as one."""
    rest = _report_word(text)
    return None if rest is None or _ABOUT_REPORTS.fullmatch(fold(rest)) else rest


_LISTED = r"(?:清单|列表|有哪些|是什么|呢)?"
missing_words = _pattern(
    r".{0,6}(?:谁|哪些人|哪几个)(?:今天|今日)?还?(?:没有?|未)(?:交|提交|写|发)(?:今天的?)?日报.{0,6}()"
    r"|日报(?:还有谁|有谁|谁)?还?(?:没有?|未)(?:交|提交).{0,6}()"
    r"|(?:今天|今日|昨天|昨日|[本这上]周)?(?:还有)?(?:谁|哪些人|哪几个)(?:今天|今日)?还?(?:没有?|未)(?:交|提交)(?:的?呢?)()"
)
person_list = _pattern(rf"(.{{1,12}}?)\s*的(?:全部|所有|未完成)?(?:的)?承诺{_LISTED}")
mentioned_list = _pattern(rf"@\s*(.{{1,12}}?)\s*的?(?:全部|所有|未完成)?的?承诺{_LISTED}")
client_list = _pattern(rf"(.{{1,40}}?)\s*(?:的|有哪些|还有哪些)?\s*承诺{_LISTED}")


_my_clients = _pattern(
    rf"(?:(?:我|我的|我名下|我手上|我手里|名下|手上)(?:有哪些|有什么|有多少|的|有)*客户{_LISTED}|(?:我的?)?客户(?:列表|清单|名单))()"
)
_somebodys_clients = _pattern(rf"(.{{2,4}}?)(?:名下|手上|手里)?(?:有哪些|有什么|的|有)+客户{_LISTED}")


# 明天谁请假, 本周有谁出差; 马骏什么时候回来.
_ON = r"(今天|明天|后天|本周|这周|下周|最近|下?(?:周|星期|礼拜)[一二三四五六日天])?"
_who_is_away = _pattern(
    rf"{_ON}都?有?(?:谁|哪些人|哪几个人?){_ON}在?(?:请了?假|休假|出差|不在|没来|外出)(?:了|的)?(?:啊|呢)?"
)
_where_is = _pattern(
    r"(.{2,4}?)(?:今天|这两天|最近)?(?:去哪里?儿?了|在不在|(?:什么时候|哪天|几号)回来"
    r"|是不是(?:请假|休假|出差)了?|(?:请假|休假|出差)了吗|(?:请假|出差)到(?:什么时候|哪天|几号))(?:啊|呢)?"
)


def _done_mark(text: str) -> str | None:
    stripped = text.lstrip()
    for mark in ("✅", "☑️", "☑", "✔️", "✔"):
        if stripped.startswith(mark):
            return stripped.removeprefix(mark).lstrip("\ufe0f").strip()
    return None


_everything = _pattern(
    r"(?:我的?|手上的?)?(?:全部|全都?|都|所有(?:的)?(?:承诺)?都?)(?:已经?)?(?:完成|搞定|办完|做完|办好)(?:了|掉)?()"
    r"|(?:完成|搞定)(?:全部|所有)(?:的)?(?:承诺)?()"
)


# 刚才那条打错了 帮我撤回: what was said last is pointed to, and taken back.
_taken_back = _pattern(
    r"(?:哎呀?|呃|啊|嗯|额|不对|等等|等下|算了|[\s,。!])*(?:把)?"
    r"(?:(?:刚才|刚刚|刚)(?:的?那[条个句]|记的|发的|说的|写的)|上一?条|上面那条)(?:记录)?[^?吗谁怎能]{0,10}?"
    r"(?:不算数?|作废|撤(?:了|回|掉|销)?|收回|删(?:了|掉))(?:吧|了|一下|掉)*(?:[\s,。]+[^?吗谁]{0,14})?()"
)


def _report_word(text: str) -> str | None:
    rest = _report_opening(text)
    return rest if rest is not None else _report_glued(text)


def _report(talk: Talk, rest: str) -> Answer | None:
    if not rest:
        return reports.draft(talk)
    summary = command(rest, ("汇总", "总结", "统计", "全部", "所有人", "团队"), tight="昨今")
    # With more than a day after it the word heads a report that somebody has written.
    if summary is not None and reports_lookup.is_day(summary):
        return reports_lookup.summary(talk, summary)
    extra = command(rest, ("补充", "加", "追加"), tight="今明昨问需上下中早晚又还再另")
    if extra is not None:
        return reports.add_words(talk, extra)
    return reports_lookup.show(talk, rest) or reports_lookup.of_nobody(talk, rest) or reports.write(talk, rest)


# What a yes may answer, too: a question with one option, and whether to do it.
_CONFIRMED = frozenset(
    {
        "propose",
        "contact",
        "contact_offered",
        "lead",
        "done",
        "lookup",
        "relink",
        "client_confirm",
        "order",
        "report",
        "leave",
    }
)


def _confirm(talk: Talk, rest: str) -> Answer | None:
    question = facts.asked(talk.session, talk.my_id, talk.lane, talk.now)
    if question is not None and question.kind in _CONFIRMED:
        answer = questions.answered(talk)
        if answer is not None:
            return answer
    return reports.confirm(talk) or Answer("nothing_to_confirm", {})


def _somebodys(talk: Talk, rest: str) -> Answer | None:
    return lists.of_person(talk, rest) if people.named(talk.session, rest) else None


def _somebody_mentioned(talk: Talk, rest: str) -> Answer | None:
    return lists.of_person(talk, talk.mentioned[0].name) if talk.mentioned else None


def _may_be_client(talk: Talk, words: str) -> bool:
    """Of a name that no client has it is asked only when it may be one: 你什么时候联系我都行."""
    return bool(client_words(fold(words).replace(" ", "")) or queries.named(talk, words).candidates)


def _last_contact(talk: Talk, rest: str) -> Answer | None:
    if not rest:
        return Answer("client_which_name", {"query": "last_contact"})
    return queries.last_contact(talk, rest) if _may_be_client(talk, rest) else None


def _promised_to(talk: Talk, rest: str) -> Answer | None:
    return _somebodys(talk, rest) or (lists.of_client(talk, rest) if _may_be_client(talk, rest) else None)


def _client_needed(query: str, ask: Callable[[Talk, str], Answer]) -> Act:
    return lambda talk, rest: ask(talk, rest) if rest else Answer("client_which_name", {"query": query})


def _topics() -> list[str]:
    routed = {route.topic for route in ROUTES}
    return [topic for topic in HELP if topic in routed]


def _help(talk: Talk, rest: str) -> Answer:
    return basics.help_page(talk, rest, _topics())


_AHEAD = r"今明后大下本这周星礼月\d"
_postponed = _behind("延期", "推迟", "顺延", tight=_AHEAD)
_cancelled = _behind("取消")
_handed_over = _behind("转交", "移交")
_DAYS = "周星礼今明后下本一二三四五六七八九十"

ROUTES: tuple[Route, ...] = (
    Route(
        "lists",
        _pattern(rf"(?:我的|我有哪些|我还有哪些|(?:我|我的)?(?:今天|明天|本周|这周|下周|本月)的?)承诺{_LISTED}()"),
        lambda talk, _: lists.mine(talk),
    ),
    Route(
        "lists",
        _pattern(rf"@?\s*(?:团队|大家|全员|全部|所有人?)\s*的?承诺{_LISTED}()"),
        lambda talk, _: lists.team(talk),
    ),
    Route(
        "lists",
        _pattern(rf"(?:团队)?(?:逾期|超期|过期)(?:的)?(?:承诺)?{_LISTED}()"),
        lambda talk, _: lists.overdue(talk),
    ),
    # An @ and a name before the bare word ask for a list; with anything after it, it is a promise.
    Route("lists", mentioned_list, lists.of_person),
    Route("commitment", _whole(is_commitment), lambda talk, _: commitments.record(talk)),
    Route("done", _whole(acts), lambda talk, _: several.apart(talk)),
    Route("done", _done_mark, commitments.done),
    Route("done", _word("凭证"), proofs.command),
    Route("done", _whole(is_done_told), lambda talk, _: commitments.ask_which(talk)),
    Route("done", _everything, lambda talk, _: commitments.ask_all(talk)),
    Route("done", _word("完成", "完成了", "搞定", "搞定了", "已完成", "done"), commitments.done),
    Route("postpone", _word("延期", "推迟", "顺延"), changes.postpone),
    Route("mute", _word("恢复提醒", "取消静音", "取消 静音", "解除静音"), muting.unmute),
    Route("cancel", _word("取消", tight="请休出"), changes.cancel),
    Route("transfer", _word("转交", "移交"), handover.hand_over),
    Route("correct", _word("改", "更正", "修改"), changes.correct),
    Route("done", _behind("完成", "搞定", "办好", "做完"), commitments.done),
    Route("postpone", _postponed, changes.postpone),
    Route("cancel", _cancelled, changes.cancel),
    Route("transfer", _handed_over, handover.hand_over),
    Route("transfer", _whole(handed_to), lambda talk, _: shortened.hand_over(talk)),
    Route("postpone", _whole(moving), lambda talk, _: shortened.move(talk)),
    Route("correct", _whole(put_right), lambda talk, _: shortened.put_right(talk)),
    Route("record", _whole(read_record_act), lambda talk, _: shortened.act(talk)),
    Route("record", _whole(record_alone), lambda talk, _: shortened.record(talk)),
    Route("help", _word("帮助", "help", "菜单", "怎么用", "?", "使用说明", "你能做什么", "能做什么"), _help),
    Route("undo", _word("撤销", "撤回"), lambda talk, _: undo(talk)),
    Route("undo", _taken_back, lambda talk, _: undo(talk)),
    Route("lists", person_list, _somebodys),
    Route("lists", _pattern(rf"的承诺{_LISTED}()"), _somebody_mentioned),
    Route("report_missing", missing_words, lambda talk, _: reports_lookup.missing(talk, talk.text)),
    Route("report", _word("日报汇总", "日报总结", "日报统计", "团队日报", tight="昨今"), reports_lookup.summary),
    Route("report", report_words, _report),
    Route("confirm", _word("确认"), _confirm),
    Route("contact", _whole(read_contact), lambda talk, _: contacts.contact(talk)),
    Route("lead", _whole(read_lead), lambda talk, _: leads.lead(talk)),
    Route("last_contact", last_contact_words, _last_contact),
    Route("lists", client_list, _promised_to),
    Route("client", _my_clients, lambda talk, _: client_lists.mine(talk)),
    Route("client", _somebodys_clients, client_lists.of_person),
    Route("client_names", _word("客户"), clients.command),
    Route("client_names", _word("合并", tight="客"), client_changes.merge_command),
    Route("client", _word("客户", "客户卡"), _client_needed("card", queries.card)),
    Route("timeline", _word("全程", "轨迹"), _client_needed("timeline", queries.timeline)),
    Route(
        "leave",
        _word("请假", "休假", tight=_DAYS),
        lambda talk, rest: leave.leave(talk, rest, "leave"),
    ),
    Route(
        "leave",
        _word("出差", tight=_DAYS),
        lambda talk, rest: leave.leave(talk, rest, "travel"),
    ),
    Route("leave", _who_is_away, leave.away),
    Route("leave", _where_is, leave.of_person),
    Route("mute", _word("静音", "别提醒"), muting.mute),
    Route("who", _pattern(r"(?:我是谁|我的(?:id|身份|账号))()"), lambda talk, _: basics.who_am_i(talk)),
    Route("bind", _word("绑定"), groups.bind),
)


# What may follow the number of a record: all that is said of the one record a quoted message speaks of.
_OF_A_RECORD: tuple[tuple[Reader, Act], ...] = (
    (_behind("完成", "搞定", "办好", "做完", "已完成", "done"), commitments.done),
    (_postponed, changes.postpone),
    (_cancelled, changes.cancel),
    (_handed_over, handover.hand_over),
    (_behind("改", "更正", "修改", tight=_AHEAD), changes.correct),
    (_behind("静音", "别提醒", "别催"), muting.mute),
    (_behind("恢复提醒", "取消静音", "解除静音"), muting.unmute),
    (_whole(handed_to), lambda talk, _: shortened.hand_over(talk)),
    (_whole(read_record_act), lambda talk, _: shortened.act(talk)),
)


def _of_what_is_quoted(talk: Talk) -> Answer | None:
    """`完成`, `延期到周五` in reply to a message that speaks of one record: said of that one."""
    numbers = set(records_named(talk.quoted))
    if len(numbers) != 1 or names_record(talk.text):
        return None
    mark = _done_mark(talk.text)
    text = talk.text.strip() if mark is None else f"完成 {mark}"
    (number,) = numbers
    meant = replace(talk, text=f"#{number} {text}")
    for read, act in _OF_A_RECORD if events.kind_of(talk.session, number) else ():
        rest = read(meant.text)
        answer = act(meant, rest) if rest is not None else None
        if answer is not None:
            return answer
    return None


def handle(talk: Talk) -> Answer:
    """The one answer to a message."""
    answer = _of_what_is_quoted(talk) if talk.quoted else None
    if answer is not None:
        return answer
    for route in ROUTES:
        rest = route.read(talk.text)
        if rest is not None:
            answer = route.act(talk, rest)
            if answer is not None:
                return answer
    answer = questions.answered(talk)
    if answer is not None:
        return answer
    client = spoken.client_named(talk)
    return (
        spoken.answer(talk, client, _topics())
        or shortened.client_alone(talk)
        or reports.offer(talk)
        or offers.promise(talk)
        or offers.order(talk)
        or offers.contact(talk)
        or spoken.guessed(talk, client, _topics())
        or basics.not_understood(talk, nearest(talk, client))
    )
