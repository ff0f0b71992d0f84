"""The clients of a daily report: found in its lines, and asked about, one at a time, where a name could be several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.language.names_text import canonical
from handlers.talk import Answer, Kind, Talk, said_in, subject_of
from storage import clients, events, facts
from storage.tables import Commitment, DailyReport, Event, ReportVersion

# More names than these that could be several clients are a mass mailing, not a report.
_MOST_UNCLEAR = 5


@dataclass(frozen=True, slots=True)
class Linked:
    """The lines of a report whose clients are known already, and those clients."""

    lines: frozenset[str] = frozenset()
    keys: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """The clients that a report names for sure, and the words that could be several, with their candidates."""

    keys: tuple[int, ...]
    unclear: tuple[dict[str, Any], ...]


def find(talk: Talk, lines: Sequence[str], linked: Linked) -> Named:
    """The clients of these lines, each line looked at once; not again when it was `linked` in the words they add to."""
    known = linked if linked.lines <= set(lines) else Linked()
    keys = dict.fromkeys(known.keys)
    unclear: dict[str, dict[str, Any]] = {}
    for line in dict.fromkeys(line for line in lines if line not in known.lines):
        for found in talk.directory.mentions(line):
            match = talk.meant(line, found)
            if match.key is not None and not match.ask:
                keys[match.key] = None
            elif len(match.candidates) > 1:
                said = said_in(line, match)
                unclear.setdefault(canonical(said).text, {"said": said, "options": talk.options(match, said)})
    # A short name beside the full name of one of its candidates is that one.
    asked = [item for item in unclear.values() if sum(option["id"] in keys for option in item["options"]) != 1]
    return Named(tuple(keys), tuple(asked[:_MOST_UNCLEAR]))


def ask(talk: Talk, number: int, unclear: Sequence[dict[str, Any]]) -> None:
    """Remembers that the first of these unclear names of a report is being asked about, and the others after it."""
    if unclear:
        talk.ask("report_client", {"number": number, "unclear": list(unclear)})


def with_commitments(unclear: Sequence[dict[str, Any]], rows: Sequence[Commitment]) -> list[dict[str, Any]]:
    """The unclear names, each with these commitments too where they name it and have no client: one answer for all."""
    return [
        item
        | {
            "commitments": [
                *item.get("commitments", ()),
                *(
                    row.number
                    for row in rows
                    if row.client_id is None and canonical(item["said"]).text in canonical(row.matter).text
                ),
            ]
        }
        for item in unclear
    ]


def answered(talk: Talk, asked: dict[str, Any], client_id: int) -> Answer | None:
    """Links the report, and the commitments out of it, to the client chosen, and asks about the next name.

    None when the report has been taken back since, or says this name no longer.
    """
    first, *left = asked["unclear"]
    row, words = _standing(talk, asked["number"])
    if row is None or words is None or not any(first["said"] in line for line in _lines(words)):
        return None
    events.hold(talk.session)
    client_id = clients.standing(talk.session, client_id)
    if client_id not in words.client_ids:
        _relist(talk, words, [*words.client_ids, client_id])
        # The report's own row is unchanged: the clocks have nothing to hear.
        payload = {"table": "dailyreport", "number": row.number, "before": {}, "after": {}, "client_id": client_id}
        events.append(
            talk.session,
            talk.now,
            "report.linked",
            subject_of(row),
            payload,
            actor_id=talk.my_id,
            inbox_id=talk.inbox_id,
        )
    rows = list(_still_open(talk, first.get("commitments", ())))
    for commitment in rows:
        talk.change(commitment, "commitment.linked", client_id=client_id)
    ask(talk, row.number, left)
    numbers = [commitment.number for commitment in rows]
    told = {
        "number": row.number,
        "said": first["said"],
        "client": talk.client_name(client_id),
        "commitments": numbers,
        "unclear": left,
    }
    kind: Kind = "question" if left else "reply"
    return Answer("report_client_linked", told, kind=kind, about=[row.number, *numbers])


def take_back(talk: Talk, event: Event) -> None:
    """The report that an answer had linked to a client no longer is."""
    payload = event.payload or {}
    _, words = _standing(talk, payload["number"])
    if words is not None:
        client_id = clients.standing(talk.session, payload["client_id"])
        _relist(talk, words, [key for key in words.client_ids if key != client_id])


def _standing(talk: Talk, number: int) -> tuple[DailyReport | None, ReportVersion | None]:
    """The report of this number and its words as they stand; no words when it is not in."""
    row = talk.session.get(DailyReport, number)
    return row, facts.report_words(talk.session, row) if row is not None and row.state == "in" else None


def _lines(words: ReportVersion) -> list[str]:
    return [*words.done, *words.plan, *words.problems, *words.help]


def _relist(talk: Talk, words: ReportVersion, keys: list[int]) -> None:
    words.client_ids = keys
    talk.session.add(words)
    talk.session.flush()


def _still_open(talk: Talk, numbers: Sequence[int]) -> Iterator[Commitment]:
    for number in numbers:
        row = talk.session.get(Commitment, number)
        if row is not None and row.state == "open" and row.client_id is None:
            yield row
