"""Changes that are the owner's, or somebody's above: postponed, withdrawn, corrected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import queries, relinks
from handlers.commitments import closed_facts, find, mine_named, other_kind, shown
from handlers.language import clauses, deadline
from handlers.language.intent import command
from handlers.language.text import fold
from handlers.several import each, records
from handlers.talk import Answer, Notice, Talk
from storage import facts, people
from storage.tables import Absence, Commitment, Lead, Person

_APART = re.compile(r"[\s,，、:：]+")
_ABSENCES = {"请假": "leave", "休假": "leave", "出差": "travel"}
# What may stand between a number and its new date: 改 12 到周四.
_NO_MATTER = frozenset({"", "到", "为", "成", "截止"})
_LISTED = 9


def owned(talk: Talk, number: int) -> Commitment | Answer:
    """The open commitment if I may change it, else the refusal."""
    row = find(talk, number)
    if row is None:
        return Answer("number_unknown", {"number": number, "kind": other_kind(talk, number)}, about=[number])
    if not people.may_decide_for(talk.session, talk.me, row.owner_id):
        return not_yours(talk, number, row.owner_id)
    if row.state != "open":
        return Answer("already_closed", closed_facts(talk, row) | {"now": talk.now}, about=[number])
    return row


def not_yours(talk: Talk, number: int, owner_id: int) -> Answer:
    """The refusal to somebody who is neither the owner nor above."""
    return Answer("not_yours", {"number": number, "owner": talk.name_of(owner_id)}, about=[number])


def meant(talk: Talk, rest: str) -> tuple[list[int], str]:
    """The records a change begins with, by number or by a word for one open commitment of mine, and what follows."""
    numbers, words = records(talk, rest)
    if numbers or not rest:
        return numbers, words
    name, *behind = _APART.split(rest, maxsplit=1)
    if is_date(talk, name):
        return [], rest
    found, clear = mine_named(talk, name)
    return ([found[0].number], "".join(behind)) if clear and len(found) == 1 else ([], rest)


def is_date(talk: Talk, word: str) -> bool:
    """Does a word tell when, so that it is none for a record?"""
    return deadline.read_due(word, talk.now, talk.calendar).issue != "none"


def number_missing(talk: Talk, rest: str, verb: str, example: str) -> Answer:
    """Asks for the number, and remembers what was said already; with a word for the record it says what is open."""
    word, *behind = _APART.split(rest, maxsplit=1)
    named = word and not word.startswith(("@", "＠")) and talk.person(word) is None and not is_date(talk, word)
    mine = facts.commitments(talk.session, [talk.my_id]) if named else []
    fitting = mine_named(talk, word)[0] if mine else []
    # A word alone may as well be the reason.
    unfitting = bool(named and behind and not fitting)
    if unfitting and not mine:
        return Answer("nothing_fits", {"words": word, "verb": verb, "items": [], "total": 0, "now": talk.now})
    talk.ask("number", {"verb": verb, "rest": rest})
    if fitting or unfitting:
        items = [shown(talk, row) for row in (fitting or mine)[:_LISTED]]
        told = {"words": "" if fitting else word, "verb": verb, "items": items, "total": len(fitting or mine)}
        about = [item["number"] for item in items]
        return Answer("nothing_fits", told | {"now": talk.now}, kind="question", about=about)
    return Answer("number_missing", {"verb": verb, "example": example}, kind="question")


def ask_date(talk: Talk, numbers: Sequence[int], verb: str, issue: str | None, phrase: str, reason: str = "") -> Answer:
    """Asks for the date of a change and remembers that it was asked; refuses where nothing may be changed."""
    rows = [row for number in numbers if isinstance(row := owned(talk, number), Commitment)]
    if not rows:
        return each(talk, verb, numbers, lambda number: refusal(owned(talk, number)))
    talk.ask("postpone" if verb == "延期" else "correct", {"numbers": list(numbers), "reason": reason})
    asked = {"verb": verb, "issue": issue, "phrase": phrase}
    if len(numbers) > 1:
        return several_missing("date", numbers, **asked)
    row = rows[0]
    matter = talk.safe(row.matter, row.owner_id)
    return Answer("date_missing", asked | {"number": row.number, "matter": matter}, kind="question", about=numbers)


def refusal(found: Commitment | Lead | Answer) -> Answer:
    """What is known to be a refusal."""
    assert isinstance(found, Answer)
    return found


def several_missing(what: str, numbers: Sequence[int], **said: Any) -> Answer:
    """The question for what a change of several records lacks: the date, the reason, the heir."""
    told = {"what": what, "numbers": list(numbers), "verb": "", "issue": None, "phrase": "", "names": ()} | said
    return Answer("several_missing", told, kind="question", about=numbers)


# --- the date ---------------------------------------------------------------------------------------------------------


def postpone(talk: Talk, rest: str) -> Answer:
    """`延期 12 周五 客户出差`, `延期 12 13 周五`: a new date, counted; the second time the supervisor hears of it."""
    numbers, words = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, "延期", "延期 12 周五 客户出差")
    read = deadline.read_due(words, talk.now, talk.calendar)
    return redate(talk, numbers, "延期", read, read.rest if read.issue in {None, "none"} else "")


def redate(talk: Talk, numbers: Sequence[int], verb: str, read: deadline.Due, reason: str = "") -> Answer:
    """Gives each of these commitments the date that was read, or asks for one where none was.

    By the `verb` 延期 it is counted, and 两天 is two days after the old date.
    """
    if read.due is None or read.issue is not None:
        return ask_date(talk, numbers, verb, read.issue, read.phrase, reason)
    counted = verb == "延期"
    phrase = read.phrase if counted else ""
    return move_each(talk, numbers, read.due, reason, counted=counted, uncertain=read.uncertain, phrase=phrase)


def move_each(
    talk: Talk,
    numbers: Sequence[int],
    due: datetime,
    reason: str,
    *,
    counted: bool,
    uncertain: bool = False,
    phrase: str = "",
) -> Answer:
    """Gives each of these commitments that I may change a new date: `due`, unless `phrase` is a length of time.

    That is added to the old date, as long as it is ahead then.
    """

    def one(number: int) -> Answer:
        row = owned(talk, number)
        if isinstance(row, Answer):
            return row
        before = talk.local(row.due_at)
        later = deadline.prolonged(phrase, before, talk.calendar) if phrase and before is not None else None
        date = later if later is not None and later > talk.now else due
        return move(talk, row, date, reason, counted=counted, uncertain=uncertain)

    return each(talk, "延期" if counted else "改", numbers, one, reason)


def move(talk: Talk, row: Commitment, due: datetime, reason: str, *, counted: bool, uncertain: bool = False) -> Answer:
    """Gives a commitment a new date; a counted one is a postponement, unless there was no date before."""
    before = talk.local(row.due_at)
    if row.due_at == due:
        # Sent again, or nothing to correct: neither a postponement nor a new clock.
        return Answer("same_date", shown(talk, row, uncertain) | {"now": talk.now}, about=[row.number])
    counted = counted and before is not None
    postponed = row.postponed + 1 if counted else row.postponed
    talk.change(
        row,
        "commitment.dated",
        due_at=due,
        due_given_at=talk.now,
        issue=None,
        postponed=postponed,
        note=reason or row.note,
    )
    told = {
        **shown(talk, row, uncertain),
        "before": before,
        "reason": talk.safe(reason, row.owner_id),
        "postponed": postponed if counted else 0,
        "by": talk.me.name,
        "now": talk.now,
    }

    def private(reader_id: int) -> dict[str, Any]:
        return told | shown(talk, row, uncertain, reader_id) | {"reason": talk.to(reader_id, reason, row.owner_id)}

    notices: list[Notice] = []
    superior = _superior_of(talk, row.owner_id) if counted and postponed >= 2 else None
    if superior is not None and superior.id is not None:
        notices.append(Notice(superior.id, "commitment_postponed_notice", private(superior.id), [row.number]))
    if row.owner_id != talk.my_id:
        notices.append(Notice(row.owner_id, "commitment_changed_notice", private(row.owner_id), [row.number]))
    template = "commitment_postponed" if counted else "commitment_corrected"
    told["supervisor"] = superior.name if superior else ""
    return Answer(template, told, about=[row.number], notices=notices)


def _superior_of(talk: Talk, owner_id: int) -> Person | None:
    """Whoever stands above the owner, unless that is the person who speaks."""
    above = people.above(talk.session, talk.session.get(Person, owner_id))
    return above[0] if above and above[0].id != talk.my_id else None


def correct(talk: Talk, rest: str) -> Answer:
    """`改 12 周四`, `改 12 13 周四`: the date, or the words, were understood wrongly; not counted as a postponement."""
    numbers, words = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, "改", "改 12 周四")
    named = command(words, ("客户", "客户是", "客户为"), tight="是为")
    if named is not None and (queries.named(talk, named).candidates or not _dated(talk, named)):
        return relinks.correct_client(talk, numbers[0], named) if len(numbers) == 1 else _one_at_a_time("改")
    item = clauses.plain_item(words, talk.now, talk.calendar, talk.callable_by_name())
    dated = item.due is not None and item.issue is None
    matter = "" if dated and fold(item.matter) in _NO_MATTER else item.matter
    if matter and (dated or item.issue == "none"):
        if len(numbers) > 1:
            return _one_at_a_time("改")
        row = owned(talk, numbers[0])
        if isinstance(row, Answer):
            return row
        _reword(talk, row, matter)
        if not dated:
            return _reworded(talk, row)
    if item.due is not None and item.issue is None:
        return move_each(talk, numbers, item.due, "", counted=False, uncertain=item.uncertain)
    return ask_date(talk, numbers, "改", item.issue, item.phrase)


def _one_at_a_time(verb: str) -> Answer:
    return Answer("one_at_a_time", {"verb": verb}, kind="question")


def _reworded(talk: Talk, row: Commitment) -> Answer:
    told = {"before": talk.local(row.due_at), "by": talk.me.name, "postponed": 0, "reason": "", "now": talk.now}
    notices = []
    if row.owner_id != talk.my_id:
        private = shown(talk, row, reader_id=row.owner_id) | told
        notices.append(Notice(row.owner_id, "commitment_changed_notice", private, [row.number]))
    return Answer("commitment_corrected", shown(talk, row) | told, about=[row.number], notices=notices)


def _dated(talk: Talk, words: str) -> bool:
    """Do these words hold a date, so that they are no client's name?"""
    return deadline.read_due(words, talk.now, talk.calendar).due is not None


def _reword(talk: Talk, row: Commitment, matter: str) -> None:
    match = talk.directory.message(matter)
    talk.change(row, "commitment.reworded", matter=matter, client_id=match.key or row.client_id)


# --- withdrawn --------------------------------------------------------------------------------------------------------


def cancel(talk: Talk, rest: str) -> Answer:
    """`取消 12 原因`, `取消 12、13 原因`: withdraws commitments, or a leave, with the reason."""
    kind = _ABSENCES.get(rest.strip(" 。.!！"))
    if kind is not None:
        mine = [row for row in facts.absences(talk.session, talk.my_id, talk.today) if row.kind == kind]
        if len(mine) == 1:
            return _cancel_absence(talk, mine[0])
    numbers, reason = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, "取消", "取消 12 客户改期")
    return cancel_each(talk, numbers, reason) if reason else ask_reason(talk, numbers)


def ask_reason(talk: Talk, numbers: Sequence[int]) -> Answer:
    """Asks why commitments are to be withdrawn, and remembers that it was asked; a leave needs no reason."""
    rows = [
        row
        for number in numbers
        if _absence(talk, number) is None and isinstance(row := owned(talk, number), Commitment)
    ]
    if not rows:
        return cancel_each(talk, numbers, "")
    talk.ask("cancel", {"numbers": list(numbers)})
    if len(numbers) > 1:
        return several_missing("reason", numbers)
    return Answer("reason_missing", {**shown(talk, rows[0]), "now": talk.now}, kind="question", about=numbers)


def cancel_each(talk: Talk, numbers: Sequence[int], reason: str) -> Answer:
    """Withdraws each of these commitments and leaves that I may withdraw."""

    def one(number: int) -> Answer:
        absence = _absence(talk, number)
        if absence is not None:
            return _cancel_absence(talk, absence)
        row = owned(talk, number)
        return row if isinstance(row, Answer) else withdraw(talk, row, reason)

    return each(talk, "取消", numbers, one, reason)


def _absence(talk: Talk, number: int) -> Absence | None:
    absence = talk.session.get(Absence, number)
    return absence if absence is not None and absence.state == "ok" else None


def _cancel_absence(talk: Talk, absence: Absence) -> Answer:
    number = absence.number
    if not people.may_decide_for(talk.session, talk.me, absence.person_id):
        return not_yours(talk, number, absence.person_id)
    talk.change(absence, "absence.cancelled", state="cancelled")
    told = {"number": number, "kind": absence.kind, "first": absence.first_day, "last": absence.last_day}
    told |= {"now": talk.now, "by": "", "still": _still_away(talk, absence)}
    notices = []
    if absence.person_id != talk.my_id:
        notices.append(Notice(absence.person_id, "absence_cancelled", told | {"by": talk.me.name}, [number]))
    return Answer("absence_cancelled", told, about=[number], notices=notices)


def _still_away(talk: Talk, absence: Absence) -> list[int]:
    """The numbers of other absences of the same person on any of these days."""
    others = facts.absences(talk.session, absence.person_id, absence.first_day)
    return [row.number for row in others if row.number != absence.number and row.first_day <= absence.last_day]


def withdraw(talk: Talk, row: Commitment, reason: str) -> Answer:
    """Cancels a commitment for a reason; an owner who did not do it is told."""
    talk.change(row, "commitment.cancelled", state="cancelled", closed_at=talk.now, closed_by=talk.my_id, note=reason)
    told = {**shown(talk, row), "reason": talk.safe(reason, row.owner_id), "by": talk.me.name, "now": talk.now}
    notices = []
    if row.owner_id != talk.my_id:
        private = told | shown(talk, row, reader_id=row.owner_id) | {"reason": reason}
        notices.append(Notice(row.owner_id, "commitment_cancelled_notice", private, [row.number]))
    return Answer("commitment_cancelled", told, about=[row.number], notices=notices)
