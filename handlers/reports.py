"""The daily report: gathered by itself, added to, confirmed, written out, handed to the supervisor, looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.language import clauses
from handlers.language.deadline import read_day
from handlers.language.report import ReportText, read_report
from handlers.language.text import fold
from handlers.talk import QUESTION_LIFE, Answer, Notice, Talk
from prompts import CHANNELS
from storage import events, facts, people
from storage.tables import Commitment, DailyReport, Person, ReportVersion

_MORNING = time(10)
_NUMBER = re.compile(r"(?<!\w)#(\d{1,9})(?!\d)")
_DAY = re.compile(
    r"(?:昨[天日]|前[天日]|今[天日]|上?个?(?:周|星期|礼拜)[一二三四五六日天]|(?:\d{4}[-/.年])?\d{1,2}[-/.月]\d{1,2}[日号]?|\d{1,2}[日号])?"
)
_SECTIONS = ("done", "plan", "problems", "help")


def report_day(talk: Talk) -> date:
    """The working day a report belongs to: before 10:00 the one before, on a day off the last one."""
    today = talk.today
    if not talk.calendar.is_workday(today):
        return talk.calendar.workday_on_or_before(today)
    if talk.calendar.local(talk.now).time() < _MORNING:
        return talk.calendar.previous_workday(today)
    return today


def _bounds(talk: Talk, day: date) -> tuple[datetime, datetime]:
    return talk.calendar.at(day, time(0)), talk.calendar.at(day + timedelta(days=1), time(0))


# --- writing ----------------------------------------------------------------------------------------------------------


def write(talk: Talk, rest: str) -> Answer:
    """`日报` + text: stored for its day, handed on at once; a second one replaces the first and keeps both."""
    read = read_report(rest)
    if read.empty:
        return Answer("report_empty", {"day": report_day(talk), "now": talk.now}, kind="question")
    return _submit(talk, report_day(talk), read, rest)


def draft(talk: Talk) -> Answer:
    """`日报` alone: a draft out of the day's contacts, promises kept and open, and what is due next."""
    day = report_day(talk)
    row = facts.report(talk.session, talk.my_id, day)
    if row is not None and row.state == "in":
        words = facts.report_words(talk.session, row)
        assert words is not None
        told = _told(talk, talk.me, row, words)
        return Answer("report_already_in", told, about=[row.number, *_named(talk, words)])
    row, words = _save_draft(talk, day, row, _gather(talk, day), "")
    return _show_draft(talk, row, words)


def add_words(talk: Talk, rest: str) -> Answer:
    """`日报 补充 …`: adds to the draft, or to the report that is in, which is handed on again."""
    day = _open_day(talk)
    extra = read_report(rest)
    if extra.empty:
        return Answer("report_empty", {"day": day, "now": talk.now}, kind="question")
    row = facts.report(talk.session, talk.my_id, day)
    if row is not None and row.state == "in":
        words = facts.report_words(talk.session, row)
        assert words is not None
        return _submit(talk, day, _joined(words, extra), "\n".join([words.text, rest]))
    words = facts.report_words(talk.session, row, 0) if row is not None and row.state == "draft" else None
    base = _joined(words, extra) if words is not None else _merge(_gather(talk, day), extra)
    row, words = _save_draft(talk, day, row, base, rest)
    return _show_draft(talk, row, words)


def _open_day(talk: Talk) -> date:
    """The day of the draft being worked on: one begun before ten o'clock is still the day before's after it."""
    day = report_day(talk)
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
    return _submit(talk, day, read, words.text)


def _gather(talk: Talk, day: date) -> ReportText:
    since, until = _bounds(talk, day)
    done = [
        f"{CHANNELS[row.channel]} {talk.client_name(row.client_id)}：{row.text}"
        for row in facts.contacts_of(talk.session, talk.my_id, since, until)
    ]
    done += [
        f"完成承诺 #{row.number} {row.matter}"
        for row in facts.closed_between(talk.session, since, until, owner_id=talk.my_id)
    ]
    following = talk.calendar.at(talk.calendar.next_workday(day) + timedelta(days=1), time(0))
    due_next = facts.due_between(talk.session, until, following, owner_ids=[talk.my_id])
    plan = [f"#{row.number} {row.matter}" for row in due_next]
    return ReportText(tuple(done), tuple(plan), (), ())


def _merge(first: ReportText, second: ReportText) -> ReportText:
    return ReportText(
        first.done + second.done, first.plan + second.plan, first.problems + second.problems, first.help + second.help
    )


def _joined(words: ReportVersion, extra: ReportText) -> ReportText:
    return _merge(ReportText(tuple(words.done), tuple(words.plan), tuple(words.problems), tuple(words.help)), extra)


def _save_draft(
    talk: Talk, day: date, row: DailyReport | None, read: ReportText, text: str
) -> tuple[DailyReport, ReportVersion]:
    if row is None:
        number = talk.number("report")
        row = talk.add(DailyReport(number=number, person_id=talk.my_id, day=day), "report.drafted")
    elif row.state == "withdrawn":
        talk.change(row, "report.drafted", state="draft")
    words = facts.report_words(talk.session, row, 0)
    if words is None:
        words = ReportVersion(number=row.number, version=0, made_at=talk.now)
    _fill(talk, words, read, text)
    return row, words


def _fill(talk: Talk, words: ReportVersion, read: ReportText, text: str) -> None:
    words.done, words.plan = list(read.done), list(read.plan)
    words.problems, words.help = list(read.problems), list(read.help)
    lines = [*read.done, *read.plan, *read.problems, *read.help]
    linked = (match.key for line in lines for match in talk.directory.mentions(line))
    words.client_ids = list(dict.fromkeys(key for key in linked if key is not None))
    words.text, words.made_at, words.inbox_id = text, talk.now, talk.inbox_id
    talk.session.add(words)
    talk.session.flush()


def _show_draft(talk: Talk, row: DailyReport, words: ReportVersion) -> Answer:
    mine = facts.commitments(talk.session, [talk.my_id])
    told = _told(talk, talk.me, row, words) | {
        "open": [_commitment(talk, item) for item in mine[:10]],
        "total": len(mine),
    }
    about = [row.number, *_named(talk, words), *(item.number for item in mine[:10])]
    return Answer("report_draft", told, kind="report", about=about)


def _named(talk: Talk, words: ReportVersion) -> list[int]:
    """The commitments that the lines of a report speak of by number."""
    numbers = (int(found) for line in (*words.done, *words.plan) for found in _NUMBER.findall(line))
    return [number for number in numbers if events.kind_of(talk.session, number) == "commitment"]


def _submit(talk: Talk, day: date, read: ReportText, text: str) -> Answer:
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
    _fill(talk, words, read, text)
    told = _told(talk, talk.me, row, words)
    superior = next(iter(people.above(talk.session, talk.me)), None)
    proposals = _proposals(talk, day, read)
    if proposals:
        talk.ask("propose", {"items": proposals})
    notices: list[Notice] = []
    if superior is not None and superior.id is not None:
        file = {
            "name": f"日报-{talk.me.name}-{day}.pdf",
            "template": "daily_report",
            "facts": _document(talk, row, words),
        }
        private = _told(talk, talk.me, row, words, for_other=True)
        notices.append(
            Notice(
                superior.id,
                "report_handed_on",
                private,
                [row.number, *_named(talk, words)],
                kind="report",
                files=[file],
            )
        )
    told |= {
        "supervisor": superior.name if superior else "",
        "proposals": [item | {"due": talk.local(item["due"])} for item in proposals],
    }
    return Answer("report_recorded", told, about=[row.number], notices=notices)


def _proposals(talk: Talk, day: date, read: ReportText) -> list[dict[str, Any]]:
    """Plans that sound like promises: a client or a date in them, and not promised yet."""
    known = {fold(row.matter) for row in facts.commitments(talk.session, [talk.my_id])}
    default = talk.calendar.at(talk.calendar.next_workday(day), talk.calendar.work_hours[1])
    found: list[dict[str, Any]] = []
    for line in read.plan:
        item = clauses.plain_item(line, talk.now, talk.calendar, talk.roster())
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


def accept(talk: Talk, items: Sequence[dict[str, Any]]) -> Answer:
    """Stores proposed commitments that the person has picked."""
    rows = [
        talk.add(
            Commitment(
                number=talk.number("commitment"),
                client_id=item["client_id"],
                matter=item["matter"],
                owner_id=talk.my_id,
                giver_id=talk.my_id,
                chat_id=talk.chat_id,
                due_at=datetime.fromisoformat(item["due"]),
                due_given_at=talk.now,
                made_at=talk.now,
                text=talk.text,
            ),
            "commitment.made",
        )
        for item in items
    ]
    shown = [_commitment(talk, row) | {"mine": True, "uncertain": False, "issue": None, "owner": ""} for row in rows]
    told = {"items": shown, "todo": None, "now": talk.now}
    return Answer("commitment_recorded", told, about=[row.number for row in rows])


# --- showing ----------------------------------------------------------------------------------------------------------


def _commitment(talk: Talk, row: Commitment) -> dict[str, Any]:
    due = talk.local(row.due_at)
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id),
        "client": talk.client_name(row.client_id),
        "due": due,
        "overdue": due is not None and due < talk.now,
    }


def _counts(talk: Talk, person_id: int, day: date) -> dict[str, int]:
    since, until = _bounds(talk, day)
    rows = facts.contacts_of(talk.session, person_id, since, until)
    visits = sum(row.channel == "visit" for row in rows)
    return {
        "visits": visits,
        "contacts": len(rows) - visits,
        "kept": len(facts.closed_between(talk.session, since, until, owner_id=person_id)),
        "open": len(facts.commitments(talk.session, [person_id])),
    }


def _told(
    talk: Talk, person: Person, row: DailyReport, words: ReportVersion, *, for_other: bool = False
) -> dict[str, Any]:
    viewer = None if for_other else person.id
    sections = {name: [talk.safe(line, viewer) for line in getattr(words, name)] for name in _SECTIONS}
    return {
        **sections,
        "number": row.number,
        "person": person.name,
        "day": row.day,
        "version": row.version,
        "today": talk.today,
        "counts": _counts(talk, row.person_id, row.day),
        "clients": [name for key in words.client_ids if (name := talk.client_name(key))],
        "now": talk.now,
    }


def _document(talk: Talk, row: DailyReport, words: ReportVersion) -> dict[str, Any]:
    """The facts of the PDF, as JSON; it goes to somebody else, so phone numbers are masked."""
    since, until = _bounds(talk, row.day)
    counts = _counts(talk, row.person_id, row.day)
    superior = next(iter(people.above(talk.session, talk.me)), None)
    weekday = "一二三四五六日"[row.day.weekday()]
    local = talk.calendar.local(talk.now)
    open_rows = facts.commitments(talk.session, [row.person_id])[:12]
    kept = facts.closed_between(talk.session, since, until, owner_id=row.person_id)

    def shown(item: Commitment, state: str) -> dict[str, Any]:
        due = talk.local(item.due_at)
        written = f"{due.month}月{due.day}日 周{'一二三四五六日'[due.weekday()]} {due:%H:%M}" if due else "未定日期"
        return {
            "number": item.number,
            "client": talk.client_name(item.client_id) or "",
            "matter": talk.safe(item.matter, None),
            "due": written,
            "state": state,
        }

    return {
        "person": talk.me.name,
        "department": talk.me.department,
        "region": talk.me.region,
        "supervisor": superior.name if superior else "",
        "day": row.day.isoformat(),
        "weekday": f"周{weekday}",
        "version": row.version,
        "submitted": f"{local.month}月{local.day}日 周{'一二三四五六日'[local.weekday()]} {local:%H:%M}",
        "counts": [
            {"label": "拜访", "value": counts["visits"]},
            {"label": "联系", "value": counts["contacts"]},
            {"label": "兑现承诺", "value": counts["kept"]},
            {"label": "未结承诺", "value": counts["open"]},
        ],
        **{name: [talk.safe(line, None) for line in getattr(words, name)] for name in _SECTIONS},
        "commitments": [shown(item, "done") for item in kept]
        + [shown(item, "overdue" if item.due_at and item.due_at < talk.now else "open") for item in open_rows],
        "contacts": [
            {
                "number": item.number,
                "client": talk.client_name(item.client_id) or "",
                "channel": CHANNELS[item.channel],
                "text": talk.safe(item.text, None),
                "time": f"{talk.calendar.local(item.at):%H:%M}",
            }
            for item in facts.contacts_of(talk.session, row.person_id, since, until)
        ],
    }


# --- looking up -------------------------------------------------------------------------------------------------------


def missing(talk: Talk, words: str = "") -> Answer:
    """`谁没交日报`: a rep hears of the own one, a supervisor of everybody below; a group gets counts, no names."""
    day = _day_named(talk, words) or report_day(talk)
    submitted = facts.reports_in(talk.session, day)
    seen = people.visible(talk.session, talk.me)
    owing = [person for person in people.reps(talk.session, day) if person.id in seen]
    late = [person.name for person in owing if person.id not in submitted]
    told = {
        "day": day,
        "names": [] if talk.in_group and talk.me.role != "rep" else late,
        "missing": len(late),
        "submitted": len(owing) - len(late),
        "alone": seen == [talk.my_id],
        "now": talk.now,
    }
    return Answer("report_missing", told)


def is_day(words: str) -> bool:
    """Are these words nothing, or nothing but a day?"""
    return _DAY.fullmatch(fold(words).strip(" 的。")) is not None


def _day_named(talk: Talk, words: str) -> date | None:
    """The working day that `昨天` and the like ask for: of a day off, the last one, to which its reports belong."""
    day = read_day(words, talk.now, talk.calendar)
    return talk.calendar.workday_on_or_before(day) if day is not None else None


def show(talk: Talk, rest: str) -> Answer | None:
    """`日报 张伟 昨天`: one person's report, one's own without a name; None when `rest` is neither name nor day."""
    words = rest.lstrip("@＠ ")
    names = sorted((name for name in talk.roster() if words.startswith(name)), key=len, reverse=True)
    if not names and words and is_day(words):
        return draft(talk) if _day_named(talk, words) == report_day(talk) else show(talk, f"{talk.me.name} {words}")
    person = talk.person(names[0]) if names else None
    if person is None or person.id is None:
        return None
    named_day = words[len(person.name) :].strip(" 的")
    day = _day_named(talk, named_day) if named_day else report_day(talk)
    if day is None:
        return None
    if not talk.sees(person.id):
        return Answer("not_below_you", {"name": person.name})
    row = facts.report(talk.session, person.id, day)
    version = facts.report_words(talk.session, row) if row is not None and row.state == "in" else None
    if row is None or version is None:
        return Answer("report_not_in", {"person": person.name, "day": day, "now": talk.now})
    told = _told(talk, person, row, version, for_other=person.id != talk.my_id)
    return Answer("report_shown", told, about=[row.number, *_named(talk, version)])


def summary(talk: Talk, rest: str) -> Answer:
    """`日报汇总`: the reports of a day of everybody the asker may see."""
    day = (_day_named(talk, rest) if rest else None) or report_day(talk)
    submitted = facts.reports_in(talk.session, day)
    seen = people.visible(talk.session, talk.me)
    owing = [person for person in people.reps(talk.session, day) if person.id in seen]
    reports = []
    for person in owing:
        row = submitted.get(person.id or 0)
        words = facts.report_words(talk.session, row) if row is not None else None
        if row is not None and words is not None:
            reports.append(_told(talk, person, row, words, for_other=person.id != talk.my_id))
    told = {"day": day, "reports": reports, "missing": len(owing) - len(reports), "now": talk.now}
    return Answer("report_summary", told, about=[item["number"] for item in reports])
