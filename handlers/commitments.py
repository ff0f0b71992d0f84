"""Promises: recorded, completed by what was missing, found again, kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers import attachments
from handlers.language import clauses
from handlers.language.intent import take_numbers
from handlers.language.text import fold
from handlers.several import records
from handlers.talk import Answer, Notice, Talk, said_in
from storage import events, facts
from storage.tables import Commitment, Person

_WORD = re.compile(r"\w")
_ALL = re.compile(r"\s*(?:全部|所有|全都?)(?:的)?(?:承诺)?(?:了)?\s*")
# Nothing is closed that was not shown, and nobody reads more in one message.
_MOST_AT_ONCE = 20
# 完成 12；完成 13, or one a line: the word said again before each number, and nothing else.
_SAID_AGAIN = re.compile(
    r"\s*[#＃]?\d{1,9}(?:[\s,，、;；。]*(?:完成|搞定|✅|☑️?|✔️?)了?\s*[:：]?\s*[#＃]?\d{1,9})+[\s。.!！]*"
)
_PARTICLES = re.compile(r"[\s,，。、了的给把已]")


# --- recording --------------------------------------------------------------------------------------------------------


def record(talk: Talk) -> Answer:
    """`【承诺】给协和医院寄样 周三`: stores each item; what is missing or unclear is asked."""
    items, whole = clauses.understand(talk.text, talk.now, talk.calendar, talk.callable_by_name())
    if not whole:
        return Answer("commitment_too_many", {"most": clauses.MOST_ITEMS}, kind="question")
    if not any(item.matter for item in items):
        if len(items) == 1 and items[0].due is not None and items[0].issue is None:
            talk.ask("matter", items[0]._asdict())
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
    twice = _told_before(talk, [row for row, _ in made])
    notices: list[Notice] = []
    if not talk.in_group:
        for owner_id in dict.fromkeys(row.owner_id for row, _ in made if row.owner_id != talk.my_id):
            theirs = [shown(talk, row, item.uncertain, owner_id) for row, item in made if row.owner_id == owner_id]
            notices.append(_given(talk, owner_id, theirs))
    if todo:
        talk.ask("complete", {"todo": todo})
    return Answer(
        "commitment_recorded",
        {
            "items": [shown(talk, row, item.uncertain) for row, item in made],
            "todo": todo[0] if todo else None,
            "twice": twice,
            "now": talk.now,
        },
        kind="question" if todo else "reply",
        about=[*(row.number for row, _ in made), *twice],
        mentions=[row.owner_id for row, _ in made if row.owner_id != talk.my_id] if talk.in_group else (),
        notices=notices,
    )


def _store_one(talk: Talk, item: clauses.Item, owner: Person, text: str) -> tuple[Commitment, list[dict[str, Any]]]:
    assert owner.id is not None
    match = talk.meant(item.matter, talk.directory.message(item.matter))
    waiting = facts.undated_like(talk.session, owner.id, item.matter)
    due = item.due if item.issue is None else None
    if waiting is not None and due is not None:
        # The same line sent again with its date: the promise is completed, not doubled.
        talk.change(waiting, "commitment.dated", due_at=due, due_given_at=talk.now, issue=None)
        row = waiting
    elif waiting is not None:
        row = waiting
    else:
        row = make(talk, item.matter, owner.id, match.key, due, text, item.issue)
    todo: list[dict[str, Any]] = []
    if row.due_at is None:
        todo.append(
            {"kind": "due", "number": row.number, "issue": item.issue, "phrase": item.phrase, "matter": row.matter}
        )
    if match.ask and row.client_id is None:
        said = said_in(item.matter, match)
        asked = {"kind": "client", "number": row.number, "matter": row.matter, "said": said}
        todo.append(asked | {"options": talk.options(match, said)})
    return row, todo


def make(
    talk: Talk, matter: str, owner_id: int, client_id: int | None, due: datetime | None, text: str, issue: str | None
) -> Commitment:
    """Adds a commitment that the writer gives or takes on; `due` is aware, `issue` says why there is none."""
    row = Commitment(
        number=talk.number("commitment"),
        client_id=client_id,
        matter=matter,
        owner_id=owner_id,
        giver_id=talk.my_id,
        chat_id=talk.chat_id,
        due_at=due,
        due_given_at=talk.now if due else None,
        issue=issue,
        made_at=talk.now,
        text=text,
    )
    return talk.add(row, "commitment.made")


def _told_before(talk: Talk, made: Sequence[Commitment]) -> list[int]:
    """Open commitments that say just what those made say: the same owner, matter and date."""
    fresh = {row.number for row in made}
    wanted: dict[int, set[tuple[str, datetime]]] = {}
    for row in made:
        if row.due_at is not None:
            wanted.setdefault(row.owner_id, set()).add((fold(row.matter), row.due_at))
    found: list[tuple[datetime, int]] = []
    for owner_id, theirs in wanted.items():
        dates = [due_at for _, due_at in theirs]
        before = facts.owed_between(talk.session, owner_id, min(dates), max(dates))
        found += [(due_at, number) for number, matter, due_at in before if (fold(matter), due_at) in theirs]
    return [number for _, number in sorted(found) if number not in fresh]


def shown(talk: Talk, row: Commitment, uncertain: bool = False, reader_id: int | None = None) -> dict[str, Any]:
    """One commitment as the person who speaks may read it here, or the reader of a private notice."""
    owner_id = row.owner_id
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, owner_id) if reader_id is None else talk.to(reader_id, row.matter, owner_id),
        "client": talk.client_name(row.client_id),
        "due": talk.local(row.due_at),
        "owner": talk.name_of(row.owner_id),
        "mine": row.owner_id == talk.my_id,
        "uncertain": uncertain,
        "issue": row.issue,
    }


def _given(talk: Talk, owner_id: int, items: list[dict[str, Any]]) -> Notice:
    told = {"items": items, "by": talk.me.name, "now": talk.now}
    return Notice(owner_id, "commitment_given", told, [item["number"] for item in items])


def completed(talk: Talk, numbers: Sequence[int], todo: dict[str, Any] | None, *, uncertain: bool = False) -> Answer:
    """How commitments stand after something that was missing was told; `todo` is what is still to be asked."""
    rows = [row for number in numbers if (row := find(talk, number))]
    told = {"items": [shown(talk, row, uncertain) for row in rows], "todo": todo, "now": talk.now}
    about = list(dict.fromkeys([*numbers, *([todo["number"]] if todo else [])]))
    others = list(dict.fromkeys(row.owner_id for row in rows if row.owner_id != talk.my_id))
    notices = [
        _given(talk, owner_id, [shown(talk, row, uncertain, owner_id) for row in rows if row.owner_id == owner_id])
        for owner_id in others
        if not talk.in_group
    ]
    return Answer(
        "commitment_recorded",
        told,
        kind="question" if todo else "reply",
        about=about,
        mentions=others if talk.in_group else (),
        notices=notices,
    )


# --- finding the one meant --------------------------------------------------------------------------------------------


def find(talk: Talk, number: int) -> Commitment | None:
    """The commitment of this number that was not taken back."""
    row = talk.session.get(Commitment, number)
    return row if row is not None and row.state != "withdrawn" else None


def other_kind(talk: Talk, number: int) -> str:
    """What a number that is no commitment belongs to, in the words of the templates; empty for nothing."""
    return events.kind_of(talk.session, number) or ""


def closed_facts(talk: Talk, row: Commitment) -> dict[str, Any]:
    """How, when and by whom a commitment was closed; its matter only to who may see it."""
    return {
        "number": row.number,
        "matter": talk.safe(row.matter, row.owner_id) if talk.sees(row.owner_id) else "",
        "state": row.state,
        "at": talk.local(row.closed_at),
        "by": talk.name_of(row.closed_by),
    }


def _bare(text: str) -> str:
    return _PARTICLES.sub("", fold(text))


def mine_named(talk: Talk, words: str) -> tuple[list[Commitment], bool]:
    """My open commitments that these words mean, and whether they name them clearly enough not to ask.

    Clear: the words stand in the matter or the matter in the words, the client's name counting for the client.
    """
    wanted = _bare(words)
    mine = facts.commitments(talk.session, [talk.my_id])
    said = [row for row in mine if wanted and (wanted in _bare(row.matter) or _bare(row.matter) in wanted)]
    if said:
        return said, len(wanted) > 1
    match = talk.directory.message(words)
    if match.candidates:
        rest = _bare(words if match.span is None else words[: match.span[0]] + words[match.span[1] :])
        of_client = [row for row in mine if row.client_id in match.candidates]
        clear = [row for row in of_client if rest in _bare(row.matter)]
        return clear or of_client, bool(clear)
    return [
        row for row in mine if any(wanted[at : at + 2] in _bare(row.matter) for at in range(len(wanted) - 1))
    ], False


# --- done -------------------------------------------------------------------------------------------------------------


def done(talk: Talk, rest: str) -> Answer:
    """`完成 12`, `完成 12 13`, `完成 12；完成 13`, `完成 寄样`, `✅12`, with words, a picture or a file as proof."""
    if _SAID_AGAIN.fullmatch(rest):
        rest = "、".join(re.findall(r"\d+", rest))
    numbers, note = records(talk, rest)
    apart, _ = take_numbers(rest)
    # 完成1台样机 names no record; words may be glued to the number of one.
    if numbers and (apart or find(talk, numbers[0]) is not None):
        return close(talk, numbers, note if _WORD.search(note) else "")
    if _ALL.fullmatch(fold(rest)):
        return ask_all(talk)
    if not rest:
        mine = facts.commitments(talk.session, [talk.my_id])
        if len(mine) == 1 and attachments.gathered(talk):
            return close(talk, [mine[0].number], "")
        return _which(talk, "done_which", mine)
    found, clear = mine_named(talk, rest)
    if len(found) == 1 and clear:
        return close(talk, [found[0].number], "")
    if not found:
        return Answer("commitment_not_found", {"words": rest, "verb": "完成"})
    return _which(talk, "done_which", found)


def ask_done(talk: Talk, words: str) -> Answer | None:
    """Asks whether my open commitments that these words mean are kept; None when they mean none."""
    found, _ = mine_named(talk, words)
    return _which(talk, "done_which", found) if found else None


def ask_which(talk: Talk) -> Answer | None:
    """`办完了`: asks which of my open commitments; None when none is open."""
    mine = facts.commitments(talk.session, [talk.my_id])
    return _which(talk, "done_which", mine) if mine else None


def ask_all(talk: Talk) -> Answer:
    """`全部完成`: lists my open commitments, the earliest due first, and asks once whether to close them all."""
    mine = facts.commitments(talk.session, [talk.my_id])
    if not mine:
        return Answer("nothing_open", {})
    items = [shown(talk, row) for row in mine[:_MOST_AT_ONCE]]
    options = [item["number"] for item in items]
    talk.ask("done", {"options": options, "proof": attachments.gathered(talk), "all": True})
    told = {"items": items, "total": len(mine), "now": talk.now}
    return Answer("done_all", told, kind="question", about=options)


def _which(talk: Talk, template: str, rows: list[Commitment]) -> Answer:
    items = [shown(talk, row) for row in rows[:9]]
    if not items:
        return Answer("nothing_open", {})
    options = [item["number"] for item in items]
    talk.ask("done", {"options": options, "proof": attachments.gathered(talk)})
    return Answer(template, {"items": items, "now": talk.now}, kind="question", about=options)


def close(talk: Talk, numbers: Sequence[int], note: str, proof: list[dict[str, str]] | None = None) -> Answer:
    """Closes the commitments of these numbers; each one that cannot be closed is explained."""
    proof = attachments.gathered(talk) if proof is None else proof
    closed: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for number in numbers:
        row = find(talk, number)
        if row is None:
            refused.append({"why": "unknown", "number": number, "kind": other_kind(talk, number)})
        elif row.state != "open":
            refused.append({"why": "closed", **closed_facts(talk, row)})
        elif row.owner_id != talk.my_id:
            refused.append({"why": "owner", "number": number, "owner": talk.name_of(row.owner_id)})
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
            talk.keep(number, proof)
            closed.append(shown(talk, row) | {"late": late})
    if closed:
        attachments.settle(talk)
    left = len(facts.commitments(talk.session, [talk.my_id]))
    told = {
        "closed": closed,
        "refused": refused,
        "left": left,
        "proof": len(proof),
        "note": talk.safe(note, talk.my_id),
    }
    return Answer("commitment_done", told | {"now": talk.now}, about=list(numbers))
