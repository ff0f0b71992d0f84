"""Which handler a message goes to. First match wins; a handler that returns None passes on; the last entry helps.

A command is added by a table of dialog lines, a handler, a prompt, and a row here (with its words in
prompts/help.toml).
"""

from __future__ import annotations

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
from handlers.language.commands import (
    AHEAD,
    DAYS,
    LISTED,
    Reader,
    behind,
    cancelled,
    client_list,
    done_mark,
    everything,
    handed_over,
    last_contact_words,
    mentioned_list,
    missing_words,
    my_clients,
    pattern,
    person_list,
    postponed,
    report_words,
    somebodys_clients,
    taken_back,
    where_is,
    who_is_away,
    whole,
    word,
)
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

Act = Callable[[Talk, str], Answer | None]


@dataclass(frozen=True, slots=True)
class Route:
    """One command: `read` takes the text apart (None = not this one), `act` answers (None = not this one)."""

    topic: str
    read: Reader
    act: Act


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


ROUTES: tuple[Route, ...] = (
    Route(
        "lists",
        pattern(rf"(?:我的|我有哪些|我还有哪些|(?:我|我的)?(?:今天|明天|本周|这周|下周|本月)的?)承诺{LISTED}()"),
        lambda talk, _: lists.mine(talk),
    ),
    Route(
        "lists",
        pattern(rf"@?\s*(?:团队|大家|全员|全部|所有人?)\s*的?承诺{LISTED}()"),
        lambda talk, _: lists.team(talk),
    ),
    Route(
        "lists",
        pattern(rf"(?:团队)?(?:逾期|超期|过期)(?:的)?(?:承诺)?{LISTED}()"),
        lambda talk, _: lists.overdue(talk),
    ),
    # An @ and a name before the bare word ask for a list; with anything after it, it is a promise.
    Route("lists", mentioned_list, lists.of_person),
    Route("commitment", whole(is_commitment), lambda talk, _: commitments.record(talk)),
    Route("done", whole(acts), lambda talk, _: several.apart(talk)),
    Route("done", done_mark, commitments.done),
    Route("done", word("凭证"), proofs.command),
    Route("done", whole(is_done_told), lambda talk, _: commitments.ask_which(talk)),
    Route("done", everything, lambda talk, _: commitments.ask_all(talk)),
    Route("done", word("完成", "完成了", "搞定", "搞定了", "已完成", "done"), commitments.done),
    Route("postpone", word("延期", "推迟", "顺延"), changes.postpone),
    Route("mute", word("恢复提醒", "取消静音", "取消 静音", "解除静音"), muting.unmute),
    Route("cancel", word("取消", tight="请休出"), changes.cancel),
    Route("transfer", word("转交", "移交"), handover.hand_over),
    Route("correct", word("改", "更正", "修改"), changes.correct),
    Route("done", behind("完成", "搞定", "办好", "做完"), commitments.done),
    Route("postpone", postponed, changes.postpone),
    Route("cancel", cancelled, changes.cancel),
    Route("transfer", handed_over, handover.hand_over),
    Route("transfer", whole(handed_to), lambda talk, _: shortened.hand_over(talk)),
    Route("postpone", whole(moving), lambda talk, _: shortened.move(talk)),
    Route("correct", whole(put_right), lambda talk, _: shortened.put_right(talk)),
    Route("record", whole(read_record_act), lambda talk, _: shortened.act(talk)),
    Route("record", whole(record_alone), lambda talk, _: shortened.record(talk)),
    Route("help", word("帮助", "help", "菜单", "怎么用", "?", "使用说明", "你能做什么", "能做什么"), _help),
    Route("undo", word("撤销", "撤回"), lambda talk, _: undo(talk)),
    Route("undo", taken_back, lambda talk, _: undo(talk)),
    Route("lists", person_list, _somebodys),
    Route("lists", pattern(rf"的承诺{LISTED}()"), _somebody_mentioned),
    Route("report_missing", missing_words, lambda talk, _: reports_lookup.missing(talk, talk.text)),
    Route("report", word("日报汇总", "日报总结", "日报统计", "团队日报", tight="昨今"), reports_lookup.summary),
    Route("report", report_words, _report),
    Route("confirm", word("确认"), _confirm),
    Route("contact", whole(read_contact), lambda talk, _: contacts.contact(talk)),
    Route("lead", whole(read_lead), lambda talk, _: leads.lead(talk)),
    Route("last_contact", last_contact_words, _last_contact),
    Route("lists", client_list, _promised_to),
    Route("client", my_clients, lambda talk, _: client_lists.mine(talk)),
    Route("client", somebodys_clients, client_lists.of_person),
    Route("client_names", word("客户"), clients.command),
    Route("client_names", word("合并", tight="客"), client_changes.merge_command),
    Route("client", word("客户", "客户卡"), _client_needed("card", queries.card)),
    Route("timeline", word("全程", "轨迹"), _client_needed("timeline", queries.timeline)),
    Route(
        "leave",
        word("请假", "休假", tight=DAYS),
        lambda talk, rest: leave.leave(talk, rest, "leave"),
    ),
    Route(
        "leave",
        word("出差", tight=DAYS),
        lambda talk, rest: leave.leave(talk, rest, "travel"),
    ),
    Route("leave", who_is_away, leave.away),
    Route("leave", where_is, leave.of_person),
    Route("mute", word("静音", "别提醒"), muting.mute),
    Route("who", pattern(r"(?:我是谁|我的(?:id|身份|账号))()"), lambda talk, _: basics.who_am_i(talk)),
    Route("bind", word("绑定"), groups.bind),
)


# What may follow the number of a record: all that is said of the one record a quoted message speaks of.
_OF_A_RECORD: tuple[tuple[Reader, Act], ...] = (
    (behind("完成", "搞定", "办好", "做完", "已完成", "done"), commitments.done),
    (postponed, changes.postpone),
    (cancelled, changes.cancel),
    (handed_over, handover.hand_over),
    (behind("改", "更正", "修改", tight=AHEAD), changes.correct),
    (behind("静音", "别提醒", "别催"), muting.mute),
    (behind("恢复提醒", "取消静音", "解除静音"), muting.unmute),
    (whole(handed_to), lambda talk, _: shortened.hand_over(talk)),
    (whole(read_record_act), lambda talk, _: shortened.act(talk)),
)


def _of_what_is_quoted(talk: Talk) -> Answer | None:
    """`完成`, `延期到周五` in reply to a message that speaks of one record: said of that one."""
    numbers = set(records_named(talk.quoted))
    if len(numbers) != 1 or names_record(talk.text):
        return None
    mark = done_mark(talk.text)
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
