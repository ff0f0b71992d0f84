"""Who is who: people, how platforms name them, who is above and below whom, who is away, and the groups."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import bindparam, literal, or_, update
from sqlmodel import Session, col, func, select

from storage.columns import Moment
from storage.prepared import Prepared, PreparedRows
from storage.tables import Absence, Chat, Identity, Inbox, Member, Person

# Built once: putting a statement together costs more than running it.
_NAMES = select(Person.name).where(col(Person.active)).order_by(col(Person.id))
_IDENTITY = (col(Identity.platform) == bindparam("on_platform"), col(Identity.user_id) == bindparam("by_user_id"))
_BY_IDENTITY = PreparedRows(Person, select(Person).join(Identity).where(*_IDENTITY))
_SEEN = Prepared(
    update(Identity)
    .where(*_IDENTITY, or_(col(Identity.seen_at).is_(None), col(Identity.seen_at) < bindparam("now", type_=Moment)))
    .values(seen_at=bindparam("now", type_=Moment))
)
_BOUND = Prepared(select(Identity.id).where(*_IDENTITY))

# Far above any company, and the end of a circle.
_MOST_LEVELS = 20
_LEVEL = (
    select(Person.supervisor_id, literal(1).label("level"))
    .where(Person.id == bindparam("person_id"), col(Person.supervisor_id).is_not(None))
    .cte("level_above", recursive=True)
)
_LEVEL = _LEVEL.union_all(
    select(Person.supervisor_id, _LEVEL.c.level + 1)
    .join(_LEVEL, col(Person.id) == _LEVEL.c.supervisor_id)
    .where(col(Person.supervisor_id).is_not(None), _LEVEL.c.level < _MOST_LEVELS)
)
_UPWARDS = Prepared(
    select(Person.id, Person.active).join(_LEVEL, col(Person.id) == _LEVEL.c.supervisor_id).order_by(_LEVEL.c.level)
)

LEADERS = frozenset({"supervisor", "manager", "director", "admin"})
# One company's app and its 智能机器人 name people alike, but for upper and lower case.
_ALIKE = frozenset({"wecom", "wecom_bot"})
ROLES = ("rep", "supervisor", "manager", "director", "finance", "legal", "support", "admin")


def nobody_yet(session: Session) -> bool:
    """Is the database new: no people, and nothing that was ever heard?"""
    return session.exec(select(Person.id).limit(1)).first() is None and (
        session.exec(select(Inbox.id).order_by(col(Inbox.id)).limit(1)).first() is None
    )


def everybody(session: Session) -> list[Person]:
    """All active people, in the order they were made known."""
    return list(session.exec(select(Person).where(col(Person.active)).order_by(col(Person.id))))


def names(session: Session) -> list[str]:
    """The names of all active people, in the order they were made known."""
    session.flush()
    return list(session.connection().execute(_NAMES).scalars())


def get(session: Session, person_id: int) -> Person:
    """The person with this id; raises NoResultFound when there is none."""
    return session.get_one(Person, person_id)


def named(session: Session, name: str) -> list[Person]:
    """Active people of exactly this name."""
    return list(session.exec(select(Person).where(Person.name == name, col(Person.active)).order_by(col(Person.id))))


def by_identity(session: Session, platform: str, user_id: str) -> Person | None:
    """Whom a platform means by this user id; WeCom's two ways of being spoken to share theirs."""
    person = _BY_IDENTITY.first(session, {"on_platform": platform, "by_user_id": user_id})
    if person is None and platform in _ALIKE:
        alike = col(Identity.platform).in_(_ALIKE), func.lower(Identity.user_id) == user_id.lower()
        person = session.exec(select(Person).join(Identity).where(*alike).order_by(col(Identity.id))).first()
    return person


def user_id(session: Session, person_id: int, platform: str) -> str | None:
    """How a platform names a person, None when it does not."""
    found = {identity.platform: identity.user_id for identity in identities(session, person_id)}
    alike = (found[other] for other in sorted(_ALIKE & found.keys())) if platform in _ALIKE else iter(())
    return found.get(platform) or next(alike, None)


def identities(session: Session, person_id: int) -> list[Identity]:
    """How the platforms name a person."""
    return list(session.exec(select(Identity).where(Identity.person_id == person_id).order_by(col(Identity.id))))


def bind(session: Session, person_id: int, platform: str, user_id: str) -> None:
    """Makes `user_id` of `platform` mean this person, whoever it meant before."""
    row = session.exec(select(Identity).where(Identity.platform == platform, Identity.user_id == user_id)).first()
    if row is None:
        row = Identity(platform=platform, user_id=user_id, person_id=person_id)
    row.person_id = person_id
    session.add(row)


def seen(session: Session, person_id: int, platform: str, user_id: str, now: datetime) -> None:
    """Remembers that this person speaks here, by this id."""
    if _SEEN.change(session, {"on_platform": platform, "by_user_id": user_id, "now": now}):
        return
    if not _BOUND.rows(session, {"on_platform": platform, "by_user_id": user_id}):
        session.add(Identity(platform=platform, user_id=user_id, person_id=person_id, seen_at=now))


def stranger(session: Session, platform: str, user_id: str, shown: str, now: datetime) -> Person:
    """Records an unknown sender by platform id: a rep without a supervisor, to be completed by an import.

    A roster entry of no platform yet is never guessed from the display name.
    """
    person = Person(name=shown or user_id, role="rep", known=False, made_at=now)
    session.add(person)
    session.flush()
    assert person.id is not None
    bind(session, person.id, platform, user_id)
    session.flush()
    return person


def above(session: Session, person: Person | None) -> list[Person]:
    """The chain upwards: supervisor, the supervisor's supervisor, and so on; a circle ends it."""
    chain: list[Person] = []
    met = {person.id} if person else set()
    while person is not None and person.supervisor_id is not None and person.supervisor_id not in met:
        person = session.get(Person, person.supervisor_id)
        if person is None:
            break
        met.add(person.id)
        if person.active:
            chain.append(person)
    return chain


def superiors(session: Session, person_id: int | None) -> list[int]:
    """The ids of the active people above a person, the nearest first; a circle ends it."""
    if person_id is None:
        return []
    found: list[int] = []
    for above_id, active in _UPWARDS.rows(session, {"person_id": person_id}):
        if active and above_id != person_id and above_id not in found:
            found.append(above_id)
    return found


def below(session: Session, person_id: int) -> list[int]:
    """The ids of everybody under a person, directly or not, in a steady order."""
    children: dict[int, list[int]] = {}
    for row in session.exec(select(Person).where(col(Person.active)).order_by(col(Person.id))):
        if row.supervisor_id is not None and row.id is not None:
            children.setdefault(row.supervisor_id, []).append(row.id)
    found: list[int] = []
    queue = list(children.get(person_id, ()))
    while queue:
        current = queue.pop(0)
        if current not in found and current != person_id:
            found.append(current)
            queue.extend(children.get(current, ()))
    return found


def visible(session: Session, viewer: Person) -> list[int]:
    """Whose records a person may see: a rep's own; a supervisor's own and those of everybody below.

    Directors and admins see the whole team.
    """
    assert viewer.id is not None
    if viewer.role in {"director", "admin"}:
        return [person.id for person in everybody(session) if person.id is not None]
    return [viewer.id, *below(session, viewer.id)]


def leads(person: Person) -> bool:
    """Is this a supervisor, or somebody above one?"""
    return person.role in LEADERS


def team_of(person: Person) -> int:
    """The team a person belongs to, by the id of its head: the supervisor, or a leader themself."""
    assert person.id is not None
    return person.id if leads(person) or person.supervisor_id is None else person.supervisor_id


def teams_led(session: Session, person: Person) -> list[int]:
    """The teams a leader decides for: their own and those of everybody below; none for anybody else.

    Directors and admins decide for every team.
    """
    if not leads(person):
        return []
    found = [team_of(get(session, person_id)) for person_id in visible(session, person)]
    return list(dict.fromkeys([team_of(person), *found]))


def may_decide_for(session: Session, actor: Person, owner_id: int) -> bool:
    """May `actor` change what `owner_id` owns: the owner, or somebody above."""
    if actor.id == owner_id:
        return True
    owner = session.get(Person, owner_id)
    return any(superior.id == actor.id for superior in above(session, owner))


def with_role(session: Session, role: str, *, region: str | None = None) -> list[Person]:
    """Active people with a role, of a region if one is named."""
    statement = select(Person).where(Person.role == role, col(Person.active)).order_by(col(Person.id))
    if region is not None:
        statement = statement.where(Person.region == region)
    return list(session.exec(statement))


def is_away(session: Session, person_id: int, day: date) -> bool:
    """Is the person on leave or travelling on that day?"""
    statement = select(Absence.number).where(
        Absence.person_id == person_id,
        Absence.state == "ok",
        col(Absence.first_day) <= day,
        col(Absence.last_day) >= day,
    )
    return session.exec(statement).first() is not None


def away_on(session: Session, day: date) -> set[int]:
    """The ids of all who are on leave or travelling on that day."""
    statement = select(Absence.person_id).where(
        Absence.state == "ok", col(Absence.first_day) <= day, col(Absence.last_day) >= day
    )
    return set(session.exec(statement))


def reps(session: Session, day: date) -> list[Person]:
    """Who owes a report on that day: active reps who have joined and are not away."""
    away = away_on(session, day)
    return [
        person
        for person in with_role(session, "rep")
        if person.id not in away and (person.joined is None or person.joined <= day)
    ]


def chat(session: Session, platform: str, external_id: str, name: str, now: datetime) -> Chat:
    """The group of this id, made known by its first message; a new name is taken over."""
    row = session.exec(select(Chat).where(Chat.platform == platform, Chat.external_id == external_id)).first()
    if row is None:
        row = Chat(platform=platform, external_id=external_id, name=name, made_at=now)
        session.add(row)
        session.flush()
    elif name and row.name != name:
        row.name = name
        session.add(row)
    return row


def chat_named(session: Session, platform: str, name: str) -> int | None:
    """The id of the group of this name on a platform, None when none has it."""
    return session.exec(select(Chat.id).where(Chat.platform == platform, Chat.name == name)).first()


def chats(session: Session) -> list[Chat]:
    """All groups, in the order they were made known."""
    return list(session.exec(select(Chat).order_by(col(Chat.id))))


def join(session: Session, chat_id: int, person_ids: Iterable[int]) -> None:
    """Remembers that these people are in a group."""
    present = set(session.exec(select(Member.person_id).where(Member.chat_id == chat_id)))
    for person_id in person_ids:
        if person_id not in present:
            session.add(Member(chat_id=chat_id, person_id=person_id))
            present.add(person_id)


def members(session: Session, chat_id: int) -> list[int]:
    """The ids of the people known to be in a group."""
    return list(session.exec(select(Member.person_id).where(Member.chat_id == chat_id).order_by(col(Member.person_id))))
