"""What the console page shows: the team, the chats of one person, what was said there, and what the clock does next.

Plain functions over a session that only reads. Moments in the answers are ISO text in the team's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.calendar import Calendar
from storage import people
from storage.tables import Chat, Identity, Inbox, Member, Obligation, Outbox, Person

PLATFORM = "console"
LIMIT = 120
# The console never refuses a message: one that is under way is as good as said, and its receipt may come a moment
# after the page was told to look again.
_SAID = ("sending", "sent")


class Titled(Protocol):
    """A clock's name in words."""

    @property
    def title(self) -> str: ...


class View:
    """One look at the database at `now`; `titles` names the clocks."""

    def __init__(self, session: Session, calendar: Calendar, titles: Mapping[str, Titled], now: datetime) -> None:
        self.session = session
        self.calendar = calendar
        self.titles = titles
        self.now = now

    def state(self, user_id: str | None, chat: str | None) -> dict[str, Any]:
        """Everything the page needs for one person in one chat; an unknown chat is the private one."""
        team = self._team()
        person = next((entry for entry in team if entry["id"] == user_id), None)
        if person is None and user_id is not None:
            person = {"id": user_id, "name": user_id, "role": "", "region": "", "mark": 0}
        if person is None:
            person = next((entry for entry in team if entry["role"] == "rep"), team[0] if team else None)
        groups = self._groups(person["id"]) if person is not None else []
        group = next((entry for entry in groups if entry.name == chat), None)
        return {
            "now": self._iso(self.now),
            "person": person,
            "chat": group.name if group is not None else None,
            "people": team,
            "chats": [self._preview(person["id"], entry) for entry in [None, *groups]] if person is not None else [],
            "messages": self._messages(person["id"], group) if person is not None else [],
            "next": self._next(),
        }

    def _iso(self, moment: datetime) -> str:
        return self.calendar.local(moment).isoformat(timespec="seconds")

    # --- who and where ----------------------------------------------------------------------------------------

    def _team(self) -> list[dict[str, Any]]:
        """Everybody who can be spoken for here; `mark` is the newest thing said to them in private."""
        rows = self.session.exec(
            select(Identity.user_id, Person)
            .join(Person)
            .where(Identity.platform == PLATFORM, col(Person.active))
            .order_by(col(Person.id))
        )
        marks = self._marks("person")
        return [
            {
                "id": user_id,
                "name": person.name,
                "role": person.role,
                "region": person.region,
                "mark": marks.get(user_id, 0),
            }
            for user_id, person in rows
        ]

    def _marks(self, kind: str) -> dict[str, int]:
        said = (Outbox.platform == PLATFORM, Outbox.target_kind == kind, col(Outbox.state).in_(_SAID))
        rows = self.session.exec(select(Outbox.target_id, func.max(Outbox.id)).where(*said).group_by(Outbox.target_id))
        return {target: newest or 0 for target, newest in rows}

    def _groups(self, user_id: str) -> list[Chat]:
        statement = (
            select(Chat)
            .join(Member, col(Member.chat_id) == Chat.id)
            .join(Identity, col(Identity.person_id) == Member.person_id)
            .where(Chat.platform == PLATFORM, Identity.platform == PLATFORM, Identity.user_id == user_id)
            .order_by(col(Chat.id))
        )
        return list(self.session.exec(statement))

    def _members(self, group: Chat) -> list[str]:
        assert group.id is not None
        return [people.get(self.session, person_id).name for person_id in people.members(self.session, group.id)]

    def _preview(self, user_id: str, group: Chat | None) -> dict[str, Any]:
        newest = self._messages(user_id, group, limit=1)
        last = newest[-1] if newest else None
        return {
            "name": group.name if group is not None else None,
            "members": self._members(group) if group is not None else [],
            "mark": self._marks("chat").get(group.external_id, 0)
            if group is not None
            else self._marks("person").get(user_id, 0),
            "last": {"from": last["from"], "text": last["text"].partition("\n")[0], "at": last["at"]} if last else None,
        }

    # --- what was said ----------------------------------------------------------------------------------------

    def _messages(self, user_id: str, group: Chat | None, *, limit: int = LIMIT) -> list[dict[str, Any]]:
        """The newest messages of a chat, the oldest first."""
        heard, said = (
            (f"{PLATFORM}:chat:{group.external_id}", f"{PLATFORM}:chat:{group.external_id}")
            if group is not None
            else (f"{PLATFORM}:{user_id}", f"{PLATFORM}:person:{user_id}")
        )
        typed = self.session.exec(
            select(Inbox)
            .where(Inbox.platform == PLATFORM, Inbox.lane == heard)
            .order_by(col(Inbox.id).desc())
            .limit(limit)
        )
        told = self.session.exec(
            select(Outbox)
            .where(Outbox.platform == PLATFORM, Outbox.lane == said, col(Outbox.state).in_(_SAID))
            .order_by(col(Outbox.id).desc())
            .limit(limit)
        )
        found = [(row.sent_at, 0, row.id or 0, self._typed(row, user_id)) for row in typed]
        found += [(row.sent_at or row.made_at, 1, row.id or 0, self._told(row)) for row in told]
        found.sort(key=lambda entry: entry[:3])
        return [entry[3] for entry in found[-limit:]]

    def _typed(self, row: Inbox, user_id: str) -> dict[str, Any]:
        # Nothing is left in one whose sender was erased.
        payload = row.payload
        speaker = payload.get("user_id", "")
        return {
            "key": f"in:{row.id}",
            "at": self._iso(row.sent_at),
            "from": payload.get("user_name") or speaker,
            "mine": speaker == user_id,
            "text": payload.get("text", ""),
            "to_bot": "chat_id" in payload,
            "attachments": [{"kind": kind, "name": name} for kind, name, _ in payload.get("attachments", ())],
        }

    def _told(self, row: Outbox) -> dict[str, Any]:
        title = self.titles.get(row.clock) if row.clock is not None else None
        return {
            "key": f"out:{row.id}",
            "at": self._iso(row.sent_at or row.made_at),
            "from": None,
            "mine": False,
            "kind": row.kind,
            "clock": row.clock,
            "title": title.title if title is not None else None,
            "about": [f"#{number}" for number in row.about],
            "mentions": [people.get(self.session, person_id).name for person_id in row.mentions],
            "text": row.text,
            "tones": row.tones,
            "actions": [{"label": label, "says": says} for label, says in row.actions],
            "files": [
                {"name": file["name"], "url": f"/console/file/{row.id}/{index}"} for index, file in enumerate(row.files)
            ],
        }

    # --- what comes -------------------------------------------------------------------------------------------

    def _next(self) -> dict[str, Any] | None:
        """The next moment at which a clock of the team has something to look at."""
        row = self.session.exec(
            select(Obligation)
            .where(col(Obligation.next_at).is_not(None))
            .order_by(col(Obligation.next_at), col(Obligation.id))
            .limit(1)
        ).first()
        if row is None or row.next_at is None:
            return None
        title = self.titles.get(row.policy)
        return {
            "at": self._iso(max(row.next_at, self.now)),
            "title": title.title if title is not None else row.policy,
            "about": f"#{row.number}" if row.number is not None else None,
        }


def said_after(session: Session, mark: int) -> list[dict[str, str | None]]:
    """Whom the outbox holds something for after row `mark`, each target once.

    Each is `{"chat", "person"}`: a private chat has no chat; of a group, the person is one of its members.
    """
    rows = session.exec(
        select(Outbox)
        .where(Outbox.platform == PLATFORM, col(Outbox.id) > mark, Outbox.state != "dead")
        .order_by(col(Outbox.id))
    )
    heard: dict[tuple[str, str], dict[str, str | None]] = {}
    for row in rows:
        if row.chat_id is not None:
            chat = session.get_one(Chat, row.chat_id)
            heard[row.target_kind, row.target_id] = {"chat": chat.name, "person": _a_member(session, row.chat_id)}
        else:
            heard[row.target_kind, row.target_id] = {"chat": None, "person": row.target_id}
    return list(heard.values())


def _a_member(session: Session, chat_id: int) -> str | None:
    return session.exec(
        select(Identity.user_id)
        .join(Member, col(Member.person_id) == Identity.person_id)
        .where(Member.chat_id == chat_id, Identity.platform == PLATFORM)
        .order_by(col(Identity.id))
    ).first()


def newest(session: Session) -> int:
    """The id of the newest row of the outbox, 0 when there is none."""
    return session.exec(select(func.max(Outbox.id))).one() or 0
