"""What came with the records: queued in their transaction, fetched while it can be, kept once or lost.

queued → fetching (leased) → kept | queued again later | lost. Two instances never claim at once: see the lane "work"
of the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlmodel import Session, col, select

from storage.tables import Media

LEASE = timedelta(minutes=3)
# No retry is set further off: one that is was set by a clock that has been set back since, and is over.
LONGEST_WAIT = timedelta(hours=12)
# A place has no bytes.
KINDS = frozenset({"image", "file", "voice", "video"})

_WAITS = col(Media.state).in_(("queued", "fetching"))


@dataclass(frozen=True, slots=True)
class Stored:
    """A file in the folder of media: its digest in hexadecimal, its size in bytes, its type, its path below."""

    sha256: str
    size: int
    content_type: str
    path: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of what came with a record is kept, lost, and still to be fetched."""

    kept: int = 0
    lost: int = 0
    waiting: int = 0


def queue(
    session: Session,
    now: datetime,
    items: Iterable[Mapping[str, str]],
    *,
    number: int,
    person_id: int,
    platform: str,
) -> int:
    """Queues what can be fetched of `items`, each with `kind`, `name` and `ref`; returns how many were new here."""
    known = set(session.exec(select(Media.ref).where(Media.number == number, Media.platform == platform)))
    count = 0
    for item in items:
        ref = item.get("ref") or ""
        if not ref or ref in known or item["kind"] not in KINDS:
            continue
        known.add(ref)
        count += 1
        session.add(
            Media(
                number=number,
                person_id=person_id,
                platform=platform,
                ref=ref,
                kind=item["kind"],
                name=item.get("name", ""),
                made_at=now,
                next_at=now,
            )
        )
    session.flush()
    return count


def claim(session: Session, now: datetime, limit: int, lives: Mapping[str, timedelta]) -> list[Media]:
    """Leases what may be fetched now from the platforms in `lives`, first what is over first.

    `lives` tells how long a platform's references are good. The same reference is never claimed twice at a time.
    """
    due = or_(col(Media.next_at) <= now, col(Media.next_at) > now + LONGEST_WAIT)
    found: list[Media] = []
    for platform in lives:
        waiting = select(Media).where(Media.platform == platform, _WAITS, due)
        found += session.exec(waiting.order_by(col(Media.made_at), col(Media.id)).limit(limit))
    found.sort(key=lambda row: (row.made_at + lives[row.platform], row.id))
    held = select(Media.platform, Media.ref).where(Media.state == "fetching", ~due)
    busy = {(platform, ref) for platform, ref in session.exec(held)} if found else set()
    claimed: list[Media] = []
    for row in found:
        if (row.platform, row.ref) in busy:
            continue
        busy.add((row.platform, row.ref))
        row.state, row.attempts, row.next_at = "fetching", row.attempts + 1, now + LEASE
        session.add(row)
        claimed.append(row)
        if len(claimed) == limit:
            break
    return claimed


def kept(session: Session, now: datetime, row: Media, stored: Stored) -> bool:
    """Marks what was fetched as kept, and with it whatever else waits for the same file; False when none did."""
    statement = (
        update(Media)
        .where(_WAITS, col(Media.platform) == row.platform, col(Media.ref) == row.ref)
        .values(
            state="kept",
            sha256=stored.sha256,
            size=stored.size,
            content_type=stored.content_type,
            path=stored.path,
            kept_at=now,
            error="",
        )
    )
    return session.connection().execute(statement).rowcount > 0


def failed(session: Session, row: Media, error: str, next_at: datetime | None) -> None:
    """Records why an attempt failed: to be tried again at `next_at`, or lost when that is None."""
    values = {"state": "lost"} if next_at is None else {"state": "queued", "next_at": next_at}
    statement = (
        update(Media)
        .where(col(Media.id) == row.id, col(Media.attempts) == row.attempts, col(Media.state) == "fetching")
        .values(error=error[:200], **values)
    )
    session.connection().execute(statement)


def release_all(session: Session, now: datetime) -> None:
    """Gives back every lease at once: for a database that only this process uses, after a restart."""
    statement = update(Media).where(col(Media.state) == "fetching").values(state="queued", next_at=now)
    session.connection().execute(statement)


def next_at(session: Session, now: datetime) -> datetime | None:
    """When the next file can be fetched: now, the moment of a retry or a lease, or None."""
    first = session.connection().execute(select(func.min(Media.next_at)).where(_WAITS)).scalar()
    return None if first is None else now if first > now + LONGEST_WAIT else max(now, first)


def has(session: Session, path: str) -> bool:
    """Is this file kept for anything?"""
    kept_there = select(Media.id).where(Media.state == "kept", Media.path == path).limit(1)
    return session.exec(kept_there).first() is not None


def waiting(session: Session) -> list[tuple[str, str]]:
    """The platform and the reference of everything that is still to be fetched."""
    return [(platform, ref) for platform, ref in session.exec(select(Media.platform, Media.ref).where(_WAITS))]


def size(session: Session) -> int:
    """How many bytes all kept files have, each counted once."""
    files = select(Media.sha256, func.max(Media.size).label("size")).where(Media.state == "kept").group_by(Media.sha256)
    return int(session.exec(select(func.coalesce(func.sum(files.subquery().c.size), 0))).one())


def states(session: Session) -> Counter[str]:
    """How many there are in each state."""
    return Counter(dict(session.exec(select(Media.state, func.count()).group_by(Media.state)).all()))


def errors(session: Session) -> list[str]:
    """Why what waits was not fetched yet, each reason once, the newest first; empty for what was not tried."""
    statement = select(Media.error).where(_WAITS, Media.error != "").order_by(col(Media.id).desc())
    return list(dict.fromkeys(session.exec(statement)))


def tallies(session: Session, numbers: Collection[int]) -> dict[int, Tally]:
    """What has become of what came with these records; none of those that nothing was queued for."""
    found: dict[int, Counter[str]] = {}
    statement = select(Media.number, Media.state, func.count()).where(col(Media.number).in_(numbers))
    for number, state, count in session.exec(statement.group_by(col(Media.number), col(Media.state))):
        found.setdefault(number, Counter())[state] = count
    return {
        number: Tally(count["kept"], count["lost"], count["queued"] + count["fetching"])
        for number, count in found.items()
    }


def by_record(session: Session) -> dict[int, list[Media]]:
    """Everything that is kept, by the number of its record, in the order it came."""
    found: dict[int, list[Media]] = {}
    statement = select(Media).where(Media.state == "kept").order_by(col(Media.id))
    for row in session.exec(statement):
        found.setdefault(row.number, []).append(row)
    return found


def erase(session: Session, person_id: int) -> None:
    """Lets nothing be known of what a person has sent but the files to delete; see `condemned`."""
    statement = update(Media).where(col(Media.person_id) == person_id).values(state="erased", ref="", name="", error="")
    session.connection().execute(statement)


def count_of(session: Session, person_id: int) -> int:
    """How many of a person's attachments are known by more than that there was one."""
    statement = select(func.count()).where(Media.person_id == person_id, Media.state != "erased")
    return session.exec(statement).one()


def condemned(session: Session) -> list[str]:
    """The paths of files that were erased and that nothing else has kept as well."""
    others = select(Media.path).where(Media.state == "kept")
    statement = select(Media.path).where(Media.state == "erased", Media.path != "", col(Media.path).not_in(others))
    return sorted(set(session.exec(statement)))


def gone(session: Session) -> None:
    """Forgets the paths of what was erased: the files of `condemned` are deleted."""
    statement = update(Media).where(col(Media.state) == "erased").values(path="", sha256="", size=0, content_type="")
    session.connection().execute(statement)
