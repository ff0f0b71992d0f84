"""The daily report: gathered by itself, added to, confirmed, written out, handed to the supervisor."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from handlers import proposals as proposed
from handlers import reports_clients
from handlers import reports_shown as shown
from handlers.language import clauses
from handlers.language.intent import is_yes
from handlers.language.report import ReportText, read_headed_report, read_report
from handlers.language.text import fold
from handlers.reports_clients import Linked
from handlers.talk import QUESTION_LIFE, Answer, Kind, Notice, Talk
from prompts import CHANNELS
from storage import facts, people
from storage.tables import Commitment, Contact, DailyReport, Question, ReportVersion

# 日报 昨天：…, handed in late: with a heading for today, too, it is no heading of the whole.
_OF_YESTERDAY = re.compile(r"\s*补?[【\[(（]?昨[天日](?:的|工作)?[】\])）]?\s*[:：]\s*(?=\S)")
_OF_TODAY = re.compile(r"今[天日]")
_LONGEST_OFFERED = 2000


def write(talk: Talk, rest: str) -> Answer:
    """`日报` + text: stored for its day, handed on at once; a second one replaces the first and keeps both."""
    before = _OF_YESTERDAY.match(rest) if not _OF_TODAY.search(rest) else None
    day = shown.report_day(talk)
    if before is not None:
        day = min(day, talk.calendar.workday_on_or_before(talk.today - timedelta(days=1)))
    read = read_report(rest[before.end() :] if before is not None else rest, talk.directory)
    if read.empty:
        return Answer("report_empty", {"day": day, "now": talk.now}, kind="question")
    answer = _submit(talk, day, read, rest)
    return replace(answer, facts={**answer.facts, "headed": before is not None})


def offer(talk: Talk) -> Answer | None:
    """Asks whether a message with a report's headings but without 日报 is handed in; None for any other."""
    text = talk.text
    read = read_headed_report(text) if len(text) <= _LONGEST_OFFERED else None
    if read is None or not read.done or not (read.plan or read.problems):
        return None
    talk.ask("report", {"text": text})
    parts = {"done": read.done, "plan": read.plan, "problems": read.problems, "help": read.help}
    return Answer("report_offered", parts | {"day": shown.report_day(talk), "now": talk.now}, kind="question")


def offered(talk: Talk, question: Question) -> Answer | None:
    """Hands in the report that was offered, after a yes; None for anything else."""
    if not is_yes(talk.text):
        return None
    question.answered_at = talk.now
    return write(talk, question.payload["text"])


def draft(talk: Talk) -> Answer:
    """`日报` alone: a draft out of the day's contacts, promises kept and open, and what is due next."""
    day = shown.report_day(talk)
    row = facts.report(talk.session, talk.my_id, day)
    if row is not None and row.state == "in":
        words = facts.report_words(talk.session, row)
        assert words is not None
        told = shown.told(talk, talk.me, row, words)
        return Answer("report_already_in", told, about=[row.number, *shown.named(talk, words)])
    row, words = _save_draft(talk, day, row, *_gather(talk, day), "")
    return _show_draft(talk, row, words)


def add_words(talk: Talk, rest: str) -> Answer:
    """`日报 补充 …`: adds to the draft, or to the report that is in, which is handed on again."""
    day = _open_day(talk)
    extra = read_report(rest, talk.directory)
    if extra.empty:
        return Answer("report_empty", {"day": day, "now": talk.now}, kind="question")
    row = facts.report(talk.session, talk.my_id, day)
    if row is not None and row.state == "in":
        words = facts.report_words(talk.session, row)
        assert words is not None
        return _submit(talk, day, _joined(words, extra), "\n".join([words.text, rest]), _linked(words))
    words = facts.report_words(talk.session, row, 0) if row is not None and row.state == "draft" else None
    if words is not None:
        base, keys = _joined(words, extra), words.client_ids
    else:
        gathered, keys = _gather(talk, day)
        base = _merge(gathered, extra)
    row, words = _save_draft(talk, day, row, base, keys, rest)
    return _show_draft(talk, row, words)


def _open_day(talk: Talk) -> date:
    """The day of the draft being worked on: one begun before ten o'clock is still the day before's after it."""
    day = shown.report_day(talk)
    row = facts.report(talk.session, talk.my_id, day)
    if row is not None and row.state != "withdrawn":
        return day
    before = talk.calendar.previous_workday(day)
    row = facts.report(talk.session, talk.my_id, before)
    words = facts.report_words(talk.session, row, 0) if row is not None and row.state == "draft" else None
    return before if words is not None and words.made_at > talk.now - QUESTION_LIFE else day


def confirm(talk: Talk) -> Answer | None:
    """`确认`: the draft becomes the report; None when there is no draft to confirm."""
    day = _open_day(talk)
    row = facts.report(talk.session, talk.my_id, day)
    words = facts.report_words(talk.session, row, 0) if row is not None and row.state == "draft" else None
    if row is None or words is None:
        return None
    read = ReportText(tuple(words.done), tuple(words.plan), tuple(words.problems), tuple(words.help))
    if read.empty and not facts.commitments(talk.session, [talk.my_id]):
        return Answer("report_empty", {"day": day, "now": talk.now}, kind="question")
    return _submit(talk, day, read, words.text, Linked(keys=tuple(words.client_ids)))


def _gather(talk: Talk, day: date) -> tuple[ReportText, list[int]]:
    """What is recorded of a day, and the clients of these records."""
    since, until = shown.bounds(talk, day)
    contacts = facts.contacts_of(talk.session, talk.my_id, since, until)
    kept = facts.closed_between(talk.session, since, until, owner_id=talk.my_id)
    following = talk.calendar.at(talk.calendar.next_workday(day) + timedelta(days=1), time(0))
    due_next = facts.due_between(talk.session, until, following, owner_ids=[talk.my_id])
    done = [
        f"{CHANNELS[row.channel]} {talk.client_name(row.client_id)}：{_without_client(talk, row)}" for row in contacts
    ]
    done += [f"完成承诺 #{row.number} {row.matter}" for row in kept]
    plan = [f"#{row.number} {row.matter}" for row in due_next]
    keys = [*(row.client_id for row in contacts), *(row.client_id for row in (*kept, *due_next))]
    return ReportText(tuple(done), tuple(plan), (), ()), [key for key in dict.fromkeys(keys) if key is not None]


def _without_client(talk: Talk, row: Contact) -> str:
    """What a contact tells, without the client's name in front, which the line has already."""
    first, _, rest = row.text.partition(" ")
    names = [talk.client_name(row.client_id) or "", *talk.aliases_of(row.client_id)]
    return rest.strip() if rest.strip() and any(fold(first) in fold(name) for name in names) else row.text


def _merge(first: ReportText, second: ReportText) -> ReportText:
    return ReportText(
        first.done + second.done, first.plan + second.plan, first.problems + second.problems, first.help + second.help
    )


def _joined(words: ReportVersion, extra: ReportText) -> ReportText:
    return _merge(ReportText(tuple(words.done), tuple(words.plan), tuple(words.problems), tuple(words.help)), extra)


def _save_draft(
    talk: Talk, day: date, row: DailyReport | None, read: ReportText, keys: Sequence[int], text: str
) -> tuple[DailyReport, ReportVersion]:
    """Keeps a draft with the clients of the records in it; those its other words name are found at its confirmation."""
    if row is None:
        number = talk.number("report")
        row = talk.add(DailyReport(number=number, person_id=talk.my_id, day=day), "report.drafted")
    elif row.state == "withdrawn":
        talk.change(row, "report.drafted", state="draft")
    words = facts.report_words(talk.session, row, 0) or ReportVersion(number=row.number, version=0, made_at=talk.now)
    _fill(talk, words, read, keys, text)
    return row, words


def _fill(talk: Talk, words: ReportVersion, read: ReportText, keys: Sequence[int], text: str) -> None:
    """Writes the words of a report and the clients it is linked to."""
    words.done, words.plan = list(read.done), list(read.plan)
    words.problems, words.help = list(read.problems), list(read.help)
    words.client_ids = list(keys)
    words.text, words.made_at, words.inbox_id = text, talk.now, talk.inbox_id
    talk.session.add(words)
    talk.session.flush()


def _lines(read: ReportText) -> list[str]:
    return [*read.done, *read.plan, *read.problems, *read.help]


def _linked(words: ReportVersion) -> Linked:
    lines = frozenset([*words.done, *words.plan, *words.problems, *words.help])
    return Linked(lines, tuple(words.client_ids))


def _show_draft(talk: Talk, row: DailyReport, words: ReportVersion) -> Answer:
    mine = facts.commitments(talk.session, [talk.my_id])
    told = shown.told(talk, talk.me, row, words) | {
        "open": [shown.commitment(talk, item) for item in mine[:10]],
        "total": len(mine),
        "unrecorded": shown.unrecorded(talk, row.day),
    }
    about = [row.number, *shown.named(talk, words), *(item.number for item in mine[:10])]
    return Answer("report_draft", told, kind="report", about=about)


def _submit(talk: Talk, day: date, read: ReportText, text: str, linked: Linked | None = None) -> Answer:
    row = facts.report(talk.session, talk.my_id, day)
    version = (row.version if row is not None else 0) + 1
    while row is not None and facts.report_words(talk.session, row, version) is not None:
        # A version that was taken back keeps its number.
        version += 1
    values: dict[str, Any] = {"version": version, "state": "in", "submitted_at": talk.now}
    if row is None:
        row = talk.add(DailyReport(number=talk.number("report"), person_id=talk.my_id, day=day, **values), "report.in")
    else:
        talk.change(row, "report.in", **values)
    words = ReportVersion(number=row.number, version=version, made_at=talk.now)
    clients = reports_clients.find(talk, _lines(read), linked or Linked())
    _fill(talk, words, read, clients.keys, text)
    unclear = reports_clients.with_commitments(clients.unclear, _own_named(talk, words))
    told = shown.told(talk, talk.me, row, words)
    superior = next(iter(people.above(talk.session, talk.me)), None)
    proposals = _proposals(talk, day, read)
    # One question at a time: the proposals first, and the clients once they are answered.
    if proposals:
        proposed.ask(talk, proposals, report=row.number, unclear=unclear)
    else:
        reports_clients.ask(talk, row.number, unclear)
    notices: list[Notice] = []
    if superior is not None and superior.id is not None:
        file = {
            "name": f"日报-{talk.me.name}-{day}.pdf",
            "template": "daily_report",
            "facts": shown.document(talk, row, words),
        }
        private = shown.told(talk, talk.me, row, words, for_other=True)
        notices.append(
            Notice(
                superior.id,
                "report_handed_on",
                private,
                [row.number, *shown.named(talk, words)],
                kind="report",
                files=[file],
            )
        )
    told |= {
        "supervisor": superior.name if superior else "",
        "proposals": [item | {"due": talk.local(item["due"])} for item in proposals],
        "unclear": unclear,
    }
    kind: Kind = "question" if unclear and not proposals else "reply"
    return Answer("report_recorded", told, kind=kind, about=[row.number], notices=notices)


def _own_named(talk: Talk, words: ReportVersion) -> list[Commitment]:
    """The commitments of the person who speaks that a report names by number."""
    rows = (talk.session.get(Commitment, number) for number in shown.named(talk, words))
    return [row for row in rows if row is not None and row.owner_id == talk.my_id]


def _proposals(talk: Talk, day: date, read: ReportText) -> list[dict[str, Any]]:
    """Plans that sound like promises: a client or a date in them, and not promised yet."""
    known = {fold(row.matter) for row in facts.commitments(talk.session, [talk.my_id])}
    default = talk.calendar.at(talk.calendar.next_workday(day), talk.calendar.work_hours[1])
    found: list[dict[str, Any]] = []
    for line in read.plan:
        item = clauses.plain_item(line, talk.now, talk.calendar, talk.callable_by_name())
        match = talk.directory.message(item.matter)
        dated = item.due is not None and item.issue is None
        if (
            not item.matter
            or line.startswith("#")
            or fold(item.matter) in known
            or not (dated or match.key is not None)
        ):
            continue
        found.append({"matter": item.matter, "due": item.due if dated else default, "client_id": match.key})
    return found[:5]
