"""The clients and their other names. Every change sets a new version, by which an index knows it is stale."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session, col, select

from storage import settings
from storage.tables import Alias, Client

_VERSION = "clients.version"


def version(session: Session) -> str:
    """Another value whenever a client or an alias has changed."""
    return settings.get(session, _VERSION) or ""


def directory(session: Session) -> list[tuple[int, str, list[str]]]:
    """(id, name, aliases) of every client, for an index."""
    aliases: dict[int, list[str]] = {}
    for client_id, alias in session.exec(select(Alias.client_id, Alias.alias).order_by(col(Alias.id))):
        aliases.setdefault(client_id, []).append(alias)
    rows = session.exec(select(Client.id, Client.name).order_by(col(Client.id)))
    return [(key, name, aliases.get(key, [])) for key, name in rows if key is not None]


def changed(session: Session) -> None:
    """Makes every index look again: for clients that were written in bulk."""
    settings.bump(session, _VERSION)


def aliases(session: Session, client_id: int) -> list[str]:
    """The other names of a client, the oldest first."""
    return list(session.exec(select(Alias.alias).where(Alias.client_id == client_id).order_by(col(Alias.id))))


def get(session: Session, client_id: int | None) -> Client | None:
    """The client of this id, or None."""
    return session.get(Client, client_id) if client_id is not None else None


def named(session: Session, name: str) -> Client | None:
    """The client of exactly this name."""
    return session.exec(select(Client).where(Client.name == name)).first()


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
    row = named(session, name)
    before = None if row is None else row.model_dump()
    if row is None:
        row = Client(name=name, made_at=now)
    row.owner_id = owner_id if owner_id is not None else row.owner_id
    row.region = region or row.region
    row.tags = tags or row.tags
    row.phone = phone or row.phone
    session.add(row)
    session.flush()
    assert row.id is not None
    taught = [teach(session, row.id, alias, now) for alias in aliases or ()]
    if any(taught) or before != row.model_dump():
        settings.bump(session, _VERSION)
    return row


def teach(session: Session, client_id: int, alias: str, now: datetime, taught_by: int | None = None) -> bool:
    """Adds another name of a client; False when it is known already."""
    known = session.exec(select(Alias.id).where(Alias.client_id == client_id, Alias.alias == alias)).first()
    if known is not None:
        return False
    session.add(Alias(client_id=client_id, alias=alias, taught_by=taught_by, made_at=now))
    settings.bump(session, _VERSION)
    session.flush()
    return True
