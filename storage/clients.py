"""The clients and their other names. Every change is logged in the order of the commits, for whoever keeps an index.

Whatever changes a client or a name takes the lock of the history first: two instances never write the same name, and
the log has no gap that is filled later.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, String, cast, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, func, select

from storage import batch, events
from storage.prepared import Prepared
from storage.tables import Alias, Client, ClientChange, ReportVersion

# No database takes any number of values in one statement.
_AT_ONCE = 500


class NameTaken(Exception):
    """Another client has this name."""


# Built once: putting a statement together costs more than running it.
_LATEST = Prepared(
    select(col(ClientChange.seq), col(ClientChange.mark)).order_by(col(ClientChange.seq).desc()).limit(1)
)


class AlreadyMerged(Exception):
    """The client is part of another by now."""


class Entry(NamedTuple):
    """A client as an index knows it: each alias with the team it holds for, None for everybody."""

    id: int
    name: str
    aliases: list[tuple[str, int | None]]


class Latest(NamedTuple):
    """The newest change of a client: its number and its mark."""

    seq: int
    mark: str


def latest(session: Session) -> Latest | None:
    """The newest change, None when there was none."""

    def read() -> Latest | None:
        found = _LATEST.rows(session, {})
        return Latest(*found[0]) if found else None

    return batch.known(session, _LATEST, read)


def version(session: Session) -> str:
    """Another value whenever a client or an alias has changed."""
    found = latest(session)
    return found.mark if found is not None else ""


def changes_since(session: Session, seq: int, most: int | None = None) -> list[ClientChange]:
    """What changed after change `seq`, oldest first; 0 for all, `most` for no more than so many.

    A change that one has seen in a transaction which was undone may have left its number to another: whoever reads
    before the commit compares `mark` too (see `stands`).
    """
    statement = select(ClientChange).where(col(ClientChange.seq) > seq).order_by(col(ClientChange.seq))
    return list(session.exec(statement.limit(most)))


def stands(session: Session, seq: int, mark: str) -> bool:
    """Is change `seq` still the one that bore this mark? True for 0, the beginning."""
    if seq == 0:
        return True
    row = session.get(ClientChange, seq)
    return row is not None and row.mark == mark


def entries(session: Session, ids: Collection[int] | None = None) -> list[Entry]:
    """The clients, or those of `ids`, for an index; one that was merged into another is left out."""
    if ids is None:
        return _entries(session, None)
    wanted = sorted(ids)
    chunks = (wanted[start : start + _AT_ONCE] for start in range(0, len(wanted), _AT_ONCE))
    return [entry for chunk in chunks for entry in _entries(session, chunk)]


def entries_after(session: Session, client_id: int, most: int) -> list[Entry]:
    """The first `most` of the clients of a higher number than `client_id`, for who reads them all page by page."""
    wanted = select(Client.id).where(col(Client.id) > client_id, col(Client.merged_into).is_(None))
    return entries(session, [key for key in session.exec(wanted.order_by(col(Client.id)).limit(most)) if key])


def count(session: Session) -> int:
    """How many clients there are, without those merged into another."""
    return session.exec(select(func.count()).where(col(Client.merged_into).is_(None))).one()


def _entries(session: Session, ids: list[int] | None) -> list[Entry]:
    other_names = select(Alias.client_id, Alias.alias, Alias.team_id).order_by(col(Alias.id))
    names = select(Client.id, Client.name).where(col(Client.merged_into).is_(None)).order_by(col(Client.id))
    if ids is not None:
        other_names = other_names.where(col(Alias.client_id).in_(ids))
        names = names.where(col(Client.id).in_(ids))
    aliases: dict[int, list[tuple[str, int | None]]] = {}
    for client_id, alias, team_id in session.exec(other_names):
        aliases.setdefault(client_id, []).append((alias, team_id))
    return [Entry(key, name, aliases.get(key, [])) for key, name in session.exec(names) if key is not None]


def directory(session: Session) -> list[tuple[int, str, list[str]]]:
    """(id, name, aliases) of every client, without the aliases that only a team knows."""
    return [
        (key, name, [alias for alias, team_id in aliases if team_id is None]) for key, name, aliases in entries(session)
    ]


def changed(session: Session, client_ids: Iterable[int]) -> None:
    """Makes every index look at these clients again: for rows that were written in bulk."""
    rows = [{"client_id": client_id, "mark": uuid.uuid4().hex} for client_id in client_ids]
    if rows:
        events.hold(session)
        session.flush()
        session.connection().execute(insert(ClientChange), rows)
        batch.forget(session, _LATEST)


def aliases(session: Session, client_id: int, team_id: int | None = None) -> list[str]:
    """The other names of a client that everybody knows, or this team, the oldest first."""
    rows = aliases_of(session, client_id)
    return list(dict.fromkeys(row.alias for row in rows if row.team_id in {None, team_id}))


def aliases_of(session: Session, client_id: int) -> list[Alias]:
    """Every other name of a client, whoever knows it, the oldest first."""
    return list(session.exec(select(Alias).where(Alias.client_id == client_id).order_by(col(Alias.id))))


def called(session: Session, text: str, team_ids: Collection[int] | None = None) -> list[int]:
    """The clients that these teams (None: any) call exactly this, by name or by an alias; merged ones left out."""
    by_alias = select(Alias.client_id, Alias.team_id).where(Alias.alias == text).order_by(col(Alias.id))
    found = [key for key, team in session.exec(by_alias) if team_ids is None or team is None or team in team_ids]
    own = named(session, text)
    return list(dict.fromkeys([*([own.id] if own is not None and own.id is not None else []), *found]))


def get(session: Session, client_id: int | None) -> Client | None:
    """The client of this id, or the one it was merged into; None for no such client."""
    row = session.get(Client, client_id) if client_id is not None else None
    while row is not None and row.merged_into is not None:
        row = session.get(Client, row.merged_into)
    return row


def standing(session: Session, client_id: int) -> int:
    """The id of the client, or of the one it was merged into; read from the database whatever the session has seen."""
    while (kept := session.exec(select(Client.merged_into).where(Client.id == client_id)).first()) is not None:
        client_id = kept
    return client_id


def named(session: Session, name: str) -> Client | None:
    """The client of exactly this name, or the one it was merged into."""
    row = session.exec(select(Client).where(Client.name == name)).first()
    return get(session, row.id) if row is not None else None


def add(
    session: Session,
    name: str,
    now: datetime,
    *,
    owner_id: int | None = None,
    region: str = "",
    tags: list[str] | None = None,
    phone: str = "",
    aliases: list[str] | None = None,
) -> Client:
    """Adds a client, or completes the one of this name; running it twice changes nothing."""
    events.hold(session)
    row = named(session, name)
    new = row is None
    if row is None:
        row = Client(name=name, made_at=now)
    row.owner_id = owner_id if owner_id is not None else row.owner_id
    row.region = region or row.region
    row.tags = tags or row.tags
    row.phone = phone or row.phone
    session.add(row)
    session.flush()
    assert row.id is not None
    if new:
        changed(session, [row.id])
    for alias in aliases or ():
        teach(session, row.id, alias, now)
    return row


def follow(session: Session, client_id: int, made_at: datetime, former_id: int, owner_id: int) -> bool:
    """Gives `owner_id` a client that was made at this moment and that `former_id` has; False when it stays as it is."""
    row = session.get(Client, client_id)
    if row is None or row.made_at != made_at or row.owner_id != former_id:
        return False
    row.owner_id = owner_id
    session.add(row)
    session.flush()
    return True


def teach(
    session: Session,
    client_id: int,
    alias: str,
    now: datetime,
    taught_by: int | None = None,
    team_id: int | None = None,
) -> Alias | None:
    """Adds another name of a client, for a team or for everybody; None when it is known there already."""
    events.hold(session)
    if any(row.alias == alias and row.team_id in {None, team_id} for row in aliases_of(session, client_id)):
        return None
    row = Alias(client_id=client_id, alias=alias, taught_by=taught_by, team_id=team_id, made_at=now)
    session.add(row)
    changed(session, [client_id])
    return row


def forget(session: Session, alias: Alias) -> None:
    """Takes away another name of a client."""
    events.hold(session)
    session.delete(alias)
    changed(session, [alias.client_id])


def rename(session: Session, client: Client, name: str) -> None:
    """Gives a client another name. Raises NameTaken when another client has it, or had it before it was merged."""
    assert client.id is not None
    events.hold(session)
    holder = session.exec(select(Client).where(Client.name == name)).first()
    if holder is not None and holder.id != client.id:
        raise NameTaken(name)
    client.name = name
    session.add(client)
    changed(session, [client.id])


def merge(session: Session, merged: Client, kept: Client, now: datetime, merged_by: int | None) -> dict[str, list[int]]:
    """Makes two clients one: what was recorded of `merged` belongs to `kept`, and its names are names of `kept`.

    Every table that refers to a client is moved. Returns the numbers of the records that moved, by table. Raises
    AlreadyMerged when one of them was merged by somebody else, or they are one.
    """
    assert merged.id is not None
    assert kept.id is not None
    events.hold(session)
    session.flush()
    if standing(session, merged.id) != merged.id or standing(session, kept.id) != kept.id or merged.id == kept.id:
        raise AlreadyMerged(merged.name)
    moved: dict[str, list[int]] = {}
    for column in _references():
        of_merged = column == merged.id
        if list(column.table.primary_key.columns.keys()) == ["number"]:
            numbers = column.table.c.number
            moved[column.table.name] = list(
                session.connection().scalars(sql_select(numbers).where(of_merged).order_by(numbers))
            )
        session.connection().execute(update(column.table).where(of_merged).values({column: kept.id}))
    _relink_reports(session, merged.id, kept.id)
    for alias in aliases_of(session, merged.id):
        known = {row.alias for row in aliases_of(session, kept.id) if row.team_id in {None, alias.team_id}}
        if alias.alias in known or alias.alias == kept.name:
            session.delete(alias)
        else:
            alias.client_id = kept.id
            session.add(alias)
        session.flush()
    kept.owner_id = kept.owner_id if kept.owner_id is not None else merged.owner_id
    kept.region, kept.phone = kept.region or merged.region, kept.phone or merged.phone
    kept.tags = list(dict.fromkeys([*kept.tags, *merged.tags]))
    merged.merged_into = kept.id
    session.add_all([kept, merged])
    changed(session, [merged.id, kept.id])
    teach(session, kept.id, merged.name, now, merged_by)
    # The rows were moved beneath whatever this session holds of them.
    session.flush()
    session.expire_all()
    return {table: numbers for table, numbers in moved.items() if numbers}


def _references() -> list[Column[Any]]:
    """The columns of other tables that name a client."""
    own = {Client.__tablename__, Alias.__tablename__, ClientChange.__tablename__}
    return [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if table.name not in own and any(key.column.table.name == Client.__tablename__ for key in column.foreign_keys)
    ]


def _relink_reports(session: Session, merged_id: int, kept_id: int) -> None:
    """Reports keep their clients as a list: those that may hold the id are found by its digits."""
    listed = cast(col(ReportVersion.client_ids), String).like(f"%{merged_id}%")
    for words in session.exec(select(ReportVersion).where(listed)):
        if merged_id in words.client_ids:
            ids = [kept_id if key == merged_id else key for key in words.client_ids]
            words.client_ids = list(dict.fromkeys(ids))
            session.add(words)
