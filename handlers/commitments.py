"""Promises: recorded, kept, postponed, withdrawn, handed over, corrected, muted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers.language import clauses, deadline
from handlers.language.intent import take_numbers
from handlers.language.text import fold
from handlers.talk import Answer, Notice, Talk
from storage import events, facts, people
from storage.tables import Absence, Commitment, Lead, Person

_AT = re.compile(r"[@＠]\s*")


# --- recording --------------------------------------------------------------------------------------------------------


def record(talk: Talk) -> Answer:
    """`【承诺】给协和医院寄样 周三`: stores each item; what is missing or unclear is asked."""
    items = clauses.commitments(talk.text, talk.now, talk.calendar, talk.roster())
    if not any(item.matter for item in items):
        return Answer("commitment_empty", {"items": items, "now": talk.now}, kind="question")
    return store(talk, items, talk.text)


def store(talk: Talk, items: Sequence[clauses.Item], text: str) -> Answer:
    """Stores items that are already read, and answers with what was understood."""
    unknown = [name for item in items for name in item.mentions if talk.person(name) is None]
    if unknown:
        return Answer("person_unknown", {"names": list(dict.fromkeys(unknown)), "bot": talk.bot_name})
    made: list[tuple[Commitment, clauses.Item]] = []
    todo: list[dict[str, Any]] = []
    for item in items:
        if not item.matter:
            continue
        owners = [person for name in item.mentions if (person := talk.person(name))]
        for owner in owners or list(talk.mentioned) or [talk.me]:
            row, asked = _store_one(talk, item, owner, text)
            made.append((row, item))
            todo += asked
    notices: list[Notice] = []
    if not talk.in_group:
        for owner_id in dict.fromkeys(row.owner_id for row, _ in made if row.owner_id != talk.my_id):
            mine = [_shown(talk, row, item.uncertain) for row, item in made if row.owner_id == owner_id]
            told = {"items": mine, "by": talk.me.name, "now": talk.now}
            notices.append(Notice(owner_id, "commitment_given", told, [item["number"] for item in mine]))
    if todo:
        talk.ask("complete", {"todo": todo})
    return Answer(
        "commitment_recorded",
        {
            "items": [_shown(talk, row, item.uncertain) for row, item in made],
            "todo": todo[0] if todo else None,
            "now": talk.now,
        },
        kind="question" if todo else "reply",
        about=[row.number for row, _ in made],
        mentions=[row.owner_id for row, _ in made if row.owner_id != talk.my_id] if talk.in_group else (),
        notices=notices,
    )


def _store_one(talk: Talk, item: clauses.Item, owner: Person, text: str) -> tuple[Commitment, list[dict[str, Any]]]:
    assert owner.id is not None
    match = talk.directory.message(item.matter)
    waiting = facts.undated_like(talk.session, owner.id, item.matter)
    due = item.due if item.issue is None else None
    if waiting is not None and due is not None:
        # The same line sent again with its date: the promise is completed, not doubled.
        talk.change(waiting, "commitment.dated", due_at=due, due_given_at=talk.now, issue=None)
        row = waiting
    elif waiting is not None:
        row = waiting
    else:
        row = talk.add(
            Commitment(
                number=talk.number("commitment"),
                client_id=match.key,
                matter=item.matter,
                owner_id=owner.id,
                giver_id=talk.my_id,
                chat_id=talk.chat_id,
                due_at=due,
                due_given_at=talk.now if due else None,
                issue=item.issue,
                made_at=talk.now,
                text=text,
            ),
            "commitment.made",
        )
    todo: list[dict[str, Any]] = []
    if row.due_at is None:
        todo.append(
            {"kind": "due", "number": row.number, "issue": item.issue, "phrase": item.phrase, "matter": row.matter}
        )
    if match.ask and row.client_id is None:
        todo.append({"kind": "client", "number": row.number, "options": talk.options(match), "matter": row.matter})
    return row, todo


def _shown(talk: Talk, row: Commitment, uncertain: bool = False) -> dict[str, Any]:
    """One commitment as the person who speaks may read it."""
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id),
        "client": talk.client_name(row.client_id),
        "due": talk.local(row.due_at),
        "owner": talk.name_of(row.owner_id),
        "mine": row.owner_id == talk.my_id,
        "uncertain": uncertain,
        "issue": row.issue,
    }


def completed(talk: Talk, numbers: Sequence[int], todo: dict[str, Any] | None, *, uncertain: bool = False) -> Answer:
    """How commitments stand after something that was missing was told; `todo` is what is still to be asked."""
    rows = [row for number in numbers if (row := find(talk, number))]
    told = {"items": [_shown(talk, row, uncertain) for row in rows], "todo": todo, "now": talk.now}
    about = list(dict.fromkeys([*numbers, *([todo["number"]] if todo else [])]))
    return Answer("commitment_recorded", told, kind="question" if todo else "reply", about=about)


# --- finding the one meant --------------------------------------------------------------------------------------------


def find(talk: Talk, number: int) -> Commitment | None:
    """The commitment of this number that was not taken back."""
    row = talk.session.get(Commitment, number)
    return row if row is not None and row.state != "withdrawn" else None


def _other_kind(talk: Talk, number: int) -> str:
    """What a number that is no commitment belongs to, in the words of the templates; empty for nothing."""
    return events.kind_of(talk.session, number) or ""


def _closed(talk: Talk, row: Commitment) -> dict[str, Any]:
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id) if talk.sees(row.owner_id) else "",
        "state": row.state,
        "at": talk.local(row.closed_at),
        "by": talk.name_of(row.closed_by),
    }


def _mine_named(talk: Talk, words: str) -> list[Commitment]:
    """My open commitments that these words mean: same client, or the words found in the matter."""
    wanted = fold(words).replace(" ", "")
    mine = facts.commitments(talk.session, [talk.my_id])
    inside = [row for row in mine if wanted and wanted in fold(row.matter).replace(" ", "")]
    if inside:
        return inside
    match = talk.directory.message(words)
    if match.candidates:
        of_client = [row for row in mine if row.client_id in match.candidates]
        rest = words if match.span is None else words[: match.span[0]] + words[match.span[1] :]
        narrowed = [row for row in of_client if _shares(row.matter, rest)]
        return narrowed or of_client
    return [row for row in mine if _shares(row.matter, words)]


def _shares(matter: str, words: str) -> bool:
    """Do the words and the matter share a run of two characters, particles left out?"""
    left, right = (re.sub(r"[\s,，。、了的给把已]", "", fold(text)) for text in (matter, words))
    return any(right[i : i + 2] in left for i in range(len(right) - 1))


# --- done -------------------------------------------------------------------------------------------------------------


def done(talk: Talk, rest: str) -> Answer:
    """`完成 12`, `完成 12 13`, `完成 寄样`, `✅12`, with words, a picture or a file as proof."""
    numbers, note = take_numbers(rest)
    if numbers:
        return close(talk, numbers, note)
    if not rest:
        mine = facts.commitments(talk.session, [talk.my_id])
        if len(mine) == 1 and talk.attachments:
            return close(talk, [mine[0].number], "")
        return _which(talk, "done_which", mine)
    found = _mine_named(talk, rest)
    if len(found) == 1:
        return close(talk, [found[0].number], "")
    if not found:
        return Answer("commitment_not_found", {"words": rest, "verb": "完成"})
    return _which(talk, "done_which", found)


def _which(talk: Talk, template: str, rows: list[Commitment]) -> Answer:
    shown = [_shown(talk, row) for row in rows[:9]]
    if not shown:
        return Answer("nothing_open", {})
    options = [item["number"] for item in shown]
    talk.ask("done", {"options": options, "proof": _proof(talk)})
    return Answer(template, {"items": shown, "now": talk.now}, kind="question", about=options)


def _proof(talk: Talk) -> list[dict[str, str]]:
    return [{"kind": item.kind, "name": item.name, "ref": item.ref or ""} for item in talk.attachments]


def close(talk: Talk, numbers: Sequence[int], note: str, proof: list[dict[str, str]] | None = None) -> Answer:
    """Closes the commitments of these numbers; each one that cannot be closed is explained."""
    proof = _proof(talk) if proof is None else proof
    closed: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for number in numbers:
        row = find(talk, number)
        if row is None:
            refused.append({"why": "unknown", "number": number, "kind": _other_kind(talk, number)})
        elif row.owner_id != talk.my_id:
            refused.append({"why": "owner", "number": number, "owner": talk.name_of(row.owner_id)})
        elif row.state != "open":
            refused.append({"why": "closed", **_closed(talk, row)})
        else:
            late = row.due_at is not None and talk.now > row.due_at
            talk.change(
                row,
                "commitment.done",
                state="done",
                closed_at=talk.now,
                closed_by=talk.my_id,
                note=note or row.note,
                proof=[*row.proof, *proof],
            )
            closed.append(_shown(talk, row) | {"late": late})
    left = len(facts.commitments(talk.session, [talk.my_id]))
    told = {
        "closed": closed,
        "refused": refused,
        "left": left,
        "proof": len(proof),
        "note": talk.safe(note, talk.my_id),
    }
    return Answer("commitment_done", told | {"now": talk.now}, about=list(numbers))


# --- changes that are the owner's -------------------------------------------------------------------------------------


def owned(talk: Talk, number: int) -> Commitment | Answer:
    """The open commitment if I may change it, else the refusal."""
    row = find(talk, number)
    if row is None:
        return Answer("number_unknown", {"number": number, "kind": _other_kind(talk, number)}, about=[number])
    if not people.may_decide_for(talk.session, talk.me, row.owner_id):
        return Answer("not_yours", {"number": number, "owner": talk.name_of(row.owner_id)}, about=[number])
    if row.state != "open":
        return Answer("already_closed", _closed(talk, row) | {"now": talk.now}, about=[number])
    return row


def _first_number(rest: str) -> tuple[int | None, str]:
    numbers, _ = take_numbers(rest)
    if not numbers:
        return None, rest
    after = re.sub(r"^\s*[#＃]?\s*[\d０-９]+[\s,，、:：;；]*", "", rest)
    return numbers[0], after


def postpone(talk: Talk, rest: str) -> Answer:
    """`延期 12 周五 客户出差`: a new date, counted; from the second time on the supervisor hears of it."""
    number, words = _first_number(rest)
    if number is None:
        return Answer("number_missing", {"verb": "延期", "example": "延期 12 周五 客户出差"}, kind="question")
    row = owned(talk, number)
    if isinstance(row, Answer):
        return row
    read = deadline.read_due(words, talk.now, talk.calendar)
    if read.due is None or read.issue is not None:
        talk.ask("postpone", {"number": number, "reason": read.rest if read.issue in {None, "none"} else ""})
        asked = {
            "number": number,
            "matter": talk.safe(row.matter, row.owner_id),
            "issue": read.issue,
            "phrase": read.phrase,
        }
        return Answer("date_missing", asked | {"verb": "延期"}, kind="question", about=[number])
    return move(talk, row, read.due, read.rest, counted=True, uncertain=read.uncertain)


def move(talk: Talk, row: Commitment, due: datetime, reason: str, *, counted: bool, uncertain: bool = False) -> Answer:
    """Gives a commitment a new date; a counted one is a postponement."""
    before = talk.local(row.due_at)
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
        **_shown(talk, row, uncertain),
        "before": before,
        "reason": talk.safe(reason, row.owner_id),
        "postponed": postponed if counted else 0,
        "by": talk.me.name,
        "now": talk.now,
    }
    notices: list[Notice] = []
    superior = None
    if counted and postponed >= 2:
        superior = next(iter(people.above(talk.session, talk.session.get(Person, row.owner_id))), None)
        if superior is not None and superior.id is not None and superior.id != talk.my_id:
            notices.append(Notice(superior.id, "commitment_postponed_notice", told, [row.number]))
    if row.owner_id != talk.my_id:
        notices.append(Notice(row.owner_id, "commitment_changed_notice", told, [row.number]))
    told = told | {"supervisor": superior.name if notices and superior else ""}
    template = "commitment_postponed" if counted else "commitment_corrected"
    return Answer(template, told, about=[row.number], notices=notices)


def cancel(talk: Talk, rest: str) -> Answer:
    """`取消 12 原因`: withdraws a commitment, or a leave, with its reason."""
    number, reason = _first_number(rest)
    if number is None:
        return Answer("number_missing", {"verb": "取消", "example": "取消 12 客户改期"}, kind="question")
    absence = talk.session.get(Absence, number)
    if absence is not None and absence.state == "ok":
        if absence.person_id != talk.my_id and not people.may_decide_for(talk.session, talk.me, absence.person_id):
            return Answer("not_yours", {"number": number, "owner": talk.name_of(absence.person_id)}, about=[number])
        talk.change(absence, "absence.cancelled", state="cancelled")
        told = {"number": number, "kind": absence.kind, "first": absence.first_day, "last": absence.last_day}
        return Answer("absence_cancelled", told | {"now": talk.now}, about=[number])
    row = owned(talk, number)
    if isinstance(row, Answer):
        return row
    if not reason:
        talk.ask("cancel", {"number": number})
        return Answer("reason_missing", {**_shown(talk, row), "now": talk.now}, kind="question", about=[number])
    return withdraw(talk, row, reason)


def withdraw(talk: Talk, row: Commitment, reason: str) -> Answer:
    """Cancels a commitment for a reason; an owner who did not do it is told."""
    talk.change(row, "commitment.cancelled", state="cancelled", closed_at=talk.now, closed_by=talk.my_id, note=reason)
    told = {**_shown(talk, row), "reason": talk.safe(reason, row.owner_id), "by": talk.me.name, "now": talk.now}
    notices = (
        [] if row.owner_id == talk.my_id else [Notice(row.owner_id, "commitment_cancelled_notice", told, [row.number])]
    )
    return Answer("commitment_cancelled", told, about=[row.number], notices=notices)


def hand_over(talk: Talk, rest: str) -> Answer:
    """`转交 12 @李娜`: a commitment or a lead gets another owner, who is told."""
    number, words = _first_number(rest)
    if number is None:
        return Answer("number_missing", {"verb": "转交", "example": "转交 12 @李娜"}, kind="question")
    lead = talk.session.get(Lead, number)
    row: Commitment | Lead | Answer = lead if lead is not None and lead.state == "open" else owned(talk, number)
    if isinstance(row, Answer):
        return row
    if isinstance(row, Lead) and not people.may_decide_for(talk.session, talk.me, row.owner_id):
        return Answer("not_yours", {"number": number, "owner": talk.name_of(row.owner_id)}, about=[number])
    heir = _named_person(talk, words)
    if heir is None or heir.id is None:
        names = [name for name in re.split(r"[\s,，、]+", _AT.sub("", words)) if name][:1]
        example = {"number": number, "verb": "转交", "example": f"转交 {number} @李娜", "names": names}
        return Answer("heir_missing", example, kind="question", about=[number])
    if heir.id == row.owner_id:
        return Answer("already_owner", {"number": number, "owner": heir.name}, about=[number])
    former = row.owner_id
    if isinstance(row, Lead):
        talk.change(row, "lead.assigned", owner_id=heir.id, assigned_at=talk.now)
        shown: dict[str, Any] = {
            "number": number,
            "matter": talk.safe(row.note, row.owner_id),
            "client": talk.client_name(row.client_id),
            "due": None,
            "kind": "lead",
        }
    else:
        talk.change(row, "commitment.assigned", owner_id=heir.id)
        shown = {**_shown(talk, row), "kind": "commitment"}
    told = {**shown, "owner": heir.name, "former": talk.name_of(former), "by": talk.me.name, "now": talk.now}
    # Only the new owner may read the number to call, and a notice is private.
    reach = {"contact": row.contact_name, "phone": row.phone} if isinstance(row, Lead) else {"contact": "", "phone": ""}
    notices = [Notice(heir.id, "handed_over_notice", told | reach, [number])] if heir.id != talk.my_id else []
    if former not in {talk.my_id, heir.id}:
        notices.append(Notice(former, "handed_away_notice", told, [number]))
    return Answer("handed_over", told, about=[number], mentions=[heir.id] if talk.in_group else (), notices=notices)


def _named_person(talk: Talk, words: str) -> Person | None:
    """The first person named in `words`, by platform mention or by written name."""
    if talk.mentioned:
        return talk.mentioned[0]
    text = _AT.sub("", words).strip()
    names = sorted((name for name in talk.roster() if text.startswith(name)), key=len, reverse=True)
    return talk.person(names[0]) if names else None


def correct(talk: Talk, rest: str) -> Answer:
    """`改 12 周四`: the date, or the words, were understood wrongly; not counted as a postponement."""
    number, words = _first_number(rest)
    if number is None:
        return Answer("number_missing", {"verb": "改", "example": "改 12 周四"}, kind="question")
    row = owned(talk, number)
    if isinstance(row, Answer):
        return row
    item = clauses.plain_item(words, talk.now, talk.calendar, talk.roster())
    if item.due is not None and item.issue is None:
        if item.matter and fold(item.matter) not in {"到", "为", "成", "截止"}:
            talk.change(row, "commitment.reworded", matter=item.matter)
        return move(talk, row, item.due, "", counted=False, uncertain=item.uncertain)
    if item.issue == "none" and item.matter:
        match = talk.directory.message(item.matter)
        talk.change(row, "commitment.reworded", matter=item.matter, client_id=match.key or row.client_id)
        told = {**_shown(talk, row), "before": talk.local(row.due_at), "now": talk.now}
        return Answer("commitment_corrected", told, about=[number])
    talk.ask("correct", {"number": number})
    asked = {
        "number": number,
        "matter": talk.safe(row.matter, row.owner_id),
        "issue": item.issue,
        "phrase": item.phrase,
    }
    return Answer("date_missing", asked | {"verb": "改"}, kind="question", about=[number])


def mute(talk: Talk, rest: str) -> Answer:
    """`静音 12`: no more reminders to the owner; it stays in the lists and still escalates."""
    number, _ = _first_number(rest)
    if number is None:
        return Answer("number_missing", {"verb": "静音", "example": "静音 12"}, kind="question")
    lead = talk.session.get(Lead, number)
    if lead is not None and lead.state == "open":
        if not people.may_decide_for(talk.session, talk.me, lead.owner_id):
            return Answer("not_yours", {"number": number, "owner": talk.name_of(lead.owner_id)}, about=[number])
        talk.change(lead, "lead.muted", muted=True)
        return Answer("muted", {"number": number, "matter": talk.client_name(lead.client_id) or ""}, about=[number])
    row = owned(talk, number)
    if isinstance(row, Answer):
        return row
    talk.change(row, "commitment.muted", muted=True)
    return Answer("muted", {"number": number, "matter": talk.safe(row.matter, row.owner_id)}, about=[number])
