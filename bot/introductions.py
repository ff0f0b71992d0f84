"""Who an unknown sender is, where the company's contacts may be asked: the name and the superior, and no more.

Some platforms tell a user id alone. What is found completes the person's record and makes nobody known: rights come
from the imported roster.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog
from sqlmodel import Session, col, select

from bot.clock import Clock
from bot.types import Contact, Contacts, Platform
from storage import events, people
from storage.store import Store, StoreUnavailable
from storage.tables import Identity, Person

log = structlog.get_logger("introductions")

AT_ONCE = 10
# The app's contacts know those who speak to the bot of the same company as well.
ASKED_BY = {"wecom": "wecom", "wecom_bot": "wecom"}


class Introductions:
    """Asks once, in the life of this process, for everybody whose name is still their user id."""

    def __init__(self, store: Store, clock: Clock, platforms: Mapping[str, Platform]) -> None:
        self.store = store
        self.clock = clock
        self._contacts = {name: platform for name, platform in platforms.items() if isinstance(platform, Contacts)}
        self._asked: set[int] = set()

    async def look_up(self) -> None:
        """Asks for some of the unknown. Waits for no database that is away."""
        asked_by = {platform: by for platform, by in ASKED_BY.items() if by in self._contacts}
        if not asked_by:
            return
        try:
            for person_id, platform, user_id in await self.store.read(lambda session: self._unnamed(session, asked_by)):
                self._asked.add(person_id)
                found = await self._contacts[asked_by[platform]].contact(user_id, self.clock.now())
                if found is not None:
                    await self._write(person_id, platform, user_id, found)
        except StoreUnavailable as error:
            log.warning("strangers stay unnamed", action="introductions.store_unavailable", error=str(error))

    def _unnamed(self, session: Session, asked_by: Mapping[str, str]) -> list[tuple[int, str, str]]:
        statement = (
            select(Person.id, Identity.platform, Identity.user_id)
            .join(Identity)
            .where(
                col(Person.known).is_(False),
                col(Person.active),
                col(Identity.platform).in_(asked_by),
                col(Person.name) == col(Identity.user_id),
                col(Person.id).not_in(self._asked),
            )
            .order_by(col(Person.id))
            .limit(AT_ONCE)
        )
        return [(person_id, platform, user_id) for person_id, platform, user_id in session.exec(statement) if person_id]

    async def _write(self, person_id: int, platform: str, user_id: str, found: Contact) -> None:
        now = self.clock.now()

        def write(session: Session) -> None:
            person = people.get(session, person_id)
            if person.known or person.name != user_id:
                # An import came first.
                return
            values: dict[str, object] = {}
            if found.name and found.name != user_id:
                values["name"] = found.name
            superior = people.by_identity(session, platform, found.superior_id) if found.superior_id else None
            if person.supervisor_id is None and superior is not None and _may_lead(session, superior, person):
                values["supervisor_id"] = superior.id
            if not values:
                return
            before = {name: getattr(person, name) for name in values}
            events.append(session, now, "person.introduced", f"person:{person_id}", {"before": before, "after": values})
            for name, value in values.items():
                setattr(person, name, value)
            session.add(person)

        await self.store.write(write)


def _may_lead(session: Session, superior: Person, person: Person) -> bool:
    """Nobody unknown leads, and nobody leads in a circle."""
    above = {superior.id, *(other.id for other in people.above(session, superior))}
    return superior.known and person.id not in above
