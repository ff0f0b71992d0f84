"""No more reminders to the owner of a record, and reminders again: `静音 12`, `恢复提醒 12`."""

from __future__ import annotations

from handlers.changes import meant, number_missing
from handlers.handover import handable
from handlers.several import each
from handlers.talk import Answer, Notice, Talk
from storage.tables import Commitment, Lead

UNMUTE = "恢复提醒"


def mute(talk: Talk, rest: str) -> Answer:
    """`静音 12`, `静音 12 13`: no more reminders to the owner; they stay in the lists and still escalate."""
    numbers, _ = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, "静音", "静音 12")
    return each(talk, "静音", numbers, lambda number: _mute_one(talk, number))


def unmute(talk: Talk, rest: str) -> Answer:
    """`取消静音 12`, `恢复提醒 12 13`: the owner is reminded again."""
    numbers, _ = meant(talk, rest)
    if not numbers:
        return number_missing(talk, rest, UNMUTE, f"{UNMUTE} 12")
    return each(talk, UNMUTE, numbers, lambda number: _unmute_one(talk, number))


def _unmute_one(talk: Talk, number: int) -> Answer:
    row = handable(talk, number)
    if isinstance(row, Answer):
        return row
    before, matter = row.muted, _matter(talk, row)
    if before:
        talk.change(row, f"{_kind(row)}.unmuted", muted=False)
    told = {"number": number, "matter": talk.safe(matter, row.owner_id), "before": before, "by": talk.me.name}
    told |= {"owner": "" if row.owner_id == talk.my_id else talk.name_of(row.owner_id)}
    notices = []
    if before and row.owner_id != talk.my_id:
        notices.append(Notice(row.owner_id, "unmuted_notice", told | {"matter": matter}, [number]))
    return Answer("unmuted", told, about=[number], notices=notices)


def _mute_one(talk: Talk, number: int) -> Answer:
    row = handable(talk, number)
    if isinstance(row, Answer):
        return row
    matter = _matter(talk, row)
    talk.change(row, f"{_kind(row)}.muted", muted=True)
    told = {"number": number, "matter": talk.safe(matter, row.owner_id)}
    if row.owner_id == talk.my_id:
        return Answer("muted", told, about=[number])
    told |= {"owner": talk.name_of(row.owner_id), "by": talk.me.name}
    notice = Notice(row.owner_id, "muted_notice", told | {"matter": matter}, [number])
    return Answer("muted_for", told, about=[number], notices=[notice])


def _kind(row: Commitment | Lead) -> str:
    return "lead" if isinstance(row, Lead) else "commitment"


def _matter(talk: Talk, row: Commitment | Lead) -> str:
    """What a record is about, as the notices say it: of a lead its client."""
    return (talk.client_name(row.client_id) or "") if isinstance(row, Lead) else row.matter
