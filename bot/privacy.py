"""The `person` commands: what the database keeps of one person, and taking it away."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, col, select

from bot.clock import SystemClock
from bot.media_files import MediaFolder
from storage import media, migrate, privacy
from storage.tables import Person

_KINDS = {
    "identity": "platform ids",
    "message": "messages written",
    "told": "messages received",
    "event": "acts in the history",
    "contact": "contacts",
    "commitment": "promises",
    "lead": "leads",
    "report": "reports",
    "absence": "absences",
    "alias": "names of clients taught",
    "media": "files sent",
}


async def show(database_url: str, name: str) -> str:
    """One line of what is kept of a person. Raises ValueError for anything an operator can put right."""

    def look(session: Session) -> str:
        person = _find(session, name)
        return f"#{person.id} {person.name}: {_listed(privacy.held(session, person.id or 0)) or 'nothing'}"

    async with migrate.existing(database_url) as store:
        return await store.read(look)


async def erase(database_url: str, name: str, folder: Path) -> str:
    """Erases a person, with what they sent and is kept in the folder of media; tells under what name the facts stay.

    Running it again deletes what an interrupted run has left. Raises ValueError for anything an operator can put right,
    such as open work that is still theirs, and OSError for the folder.
    """
    now = SystemClock().now()

    def work(session: Session) -> str:
        person = _find(session, name)
        try:
            stand_in = privacy.erase(session, person.id or 0, now)
        except privacy.StillInUse as why:
            raise ValueError(f"first hand over or finish what is open: {_listed(why.waiting)}") from None
        return f"erased; the facts stay under {stand_in}"

    async with migrate.existing(database_url) as store:
        told = await store.write(work)
        # After the commit: a file too few would be worse than one too many, which the next run deletes.
        kept = MediaFolder(folder)
        for path in await store.read(media.condemned):
            kept.remove(path)
        await store.write(media.gone)
        return told


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {_KINDS[kind]}" for kind, count in counts.items())


def _find(session: Session, name: str) -> Person:
    """The one person of this number or name, whether still active or not."""
    number = name.removeprefix("#")
    statement = select(Person).where(col(Person.id) == int(number) if number.isdecimal() else Person.name == name)
    found = list(session.exec(statement.order_by(col(Person.id))))
    if not found:
        raise ValueError(f"nobody is called {name}")
    if len(found) > 1:
        numbers = ", ".join(f"#{person.id} ({person.region or person.department or person.role})" for person in found)
        raise ValueError(f"several are called {name}: name one by number: {numbers}")
    return found[0]
