"""The roster from a table: every row checked against the file and the database, then written.

A person is found by platform id, else by name among those the roster knows; a sender who was unknown until now is
completed, and joined with the roster's entry when that one exists already.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.sheets.columns import Rejection, Row, Table, fold_name, read_day, read_phone
from bot.sheets.joining import join_people
from bot.sheets.report import Outcome, rejected, unphoned
from storage import events, people
from storage.tables import Identity, Person

PLATFORMS = {"wecom_userid": "wecom", "dingtalk_userid": "dingtalk"}
_ROLE_WORDS = {
    "rep": ("sales", "销售", "业务员", "销售员", "销售代表", "业务代表", "业务"),
    "supervisor": ("主管", "销售主管", "组长"),
    "manager": ("经理", "销售经理", "区域经理", "大区经理", "部门经理"),
    "director": ("总监", "销售总监"),
    "finance": ("财务",),
    "legal": ("法务",),
    "support": ("支持", "技术支持", "售前", "售后"),
    "admin": ("管理员", "administrator"),
}
_ROLES = {word: role for role, words in _ROLE_WORDS.items() for word in (role, *words)}
_NOBODY = {"无", "none", "-", "—", "/", "n/a"}

_KEPT = ("name", "role", "region", "department", "joined", "phone", "known", "active", "supervisor_id")

# A person of the database, or a row that will become one.
Key = tuple[str, int]


@dataclass(slots=True)
class _Plan:
    """A row that looks right so far, and the person it means; `strangers` are unknown senders to join with them."""

    row: Row
    name: str
    values: dict[str, Any]
    ids: dict[str, str]
    supervisor: str
    person: Person | None = None
    strangers: list[Person] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return ("row", self.row.number) if self.person is None else ("person", self.person.id or 0)


class _Plans:
    """The rows that look right so far, by name, and the people the roster knew before.

    A sender whom the roster does not know is never found by name: a display name is no proof of who it is.
    """

    def __init__(self, session: Session) -> None:
        self.by_name: dict[str, _Plan] = {}
        self.known: dict[str, list[Person]] = {}
        self._by_user_id: dict[tuple[str, str], _Plan] = {}
        self._by_person: dict[int | None, _Plan] = {}
        self._holders: dict[tuple[str, str], Person] = {}
        self._ids: dict[int | None, dict[str, str]] = {}
        for person in people.everybody(session):
            if person.known:
                self.known.setdefault(fold_name(person.name), []).append(person)
        for identity, person in session.exec(select(Identity, Person).join(Person).order_by(col(Identity.id))):
            self._holders[identity.platform, identity.user_id] = person
            if identity.platform == "wecom_bot":
                self._holders.setdefault(("wecom", identity.user_id.casefold()), person)
            self._ids.setdefault(person.id, {})[identity.platform] = identity.user_id

    def holder(self, platform: str, user_id: str) -> Person | None:
        """Whom a user id meant before this file."""
        return self._holders.get((platform, user_id))

    def ids_of(self, person: Person) -> dict[str, str]:
        """A person's user ids before this file, by platform."""
        return self._ids.get(person.id, {})

    def add(self, plan: _Plan) -> None:
        """Takes a row in. Raises Rejection when an earlier row means the same person."""
        meant = [person.id for person in (plan.person, *plan.strangers) if person is not None]
        same = next((self._by_person[key] for key in meant if key in self._by_person), None)
        if same is not None:
            raise Rejection(f"same person as row {same.row.number}", f"与第 {same.row.number} 行是同一个人")
        self.by_name[fold_name(plan.name)] = plan
        self._by_user_id |= dict.fromkeys(plan.ids.items(), plan)
        self._by_person |= dict.fromkeys(meant, plan)

    def check_single(self, plan: _Plan) -> None:
        """Raises Rejection when an earlier row has the same name or user id."""
        same = self.by_name.get(fold_name(plan.name))
        if same is not None:
            raise Rejection(f"same name as row {same.row.number}", f"与第 {same.row.number} 行重名")
        for platform, user_id in plan.ids.items():
            other = self._by_user_id.get((platform, user_id))
            if other is not None:
                raise Rejection(
                    f"{platform}_userid is that of row {other.row.number} ({other.name})",
                    f"{platform}_userid 与第 {other.row.number} 行（{other.name}）相同",
                )

    def of_name(self, name: str) -> Person | None:
        """The one person the roster knows by this name. Raises Rejection when there are several."""
        found = self.known.get(fold_name(name), [])
        if len(found) > 1:
            raise Rejection(
                f"{len(found)} people are named {name}: a user id is needed",
                f"系统里有 {len(found)} 个人叫 {name}，请填账号",
            )
        return found[0] if found else None

    def superior(self, plan: _Plan) -> Key | None:
        """Whom a row names as supervisor, None for nobody. Raises Rejection when that is no one person."""
        name = fold_name(plan.supervisor)
        if not name or name in _NOBODY:
            return None
        if name in self.by_name:
            return self.by_name[name].key
        found = self.known.get(name, [])
        if len(found) > 1:
            raise Rejection(
                f"{len(found)} people are named {plan.supervisor}", f"系统里有 {len(found)} 个人叫 {plan.supervisor}"
            )
        if not found:
            raise Rejection(
                f"supervisor {plan.supervisor} is nobody in the roster or in a good row of this file",
                f"上级 {plan.supervisor} 不在名单里，或其所在行有错",
            )
        return ("person", found[0].id or 0)


def take_people(session: Session, table: Table, now: datetime, today: date) -> list[Outcome]:
    """Writes the good rows and tells of every row, in the order of the file. Running it again changes nothing."""
    outcomes: dict[int, Outcome] = {}
    plans = _Plans(session)
    for row in table.rows:
        name = ""
        try:
            name = row.text("name")
            plan = _read(row, today)
            plans.check_single(plan)
            _find(plan, plans)
            plans.add(plan)
        except Rejection as why:
            outcomes[row.number] = rejected(row, name, why)
    for plan, fault in _without_superiors(session, plans):
        outcomes[plan.row.number] = rejected(plan.row, plan.name, fault)
    outcomes |= {outcome.row.number: outcome for outcome in _write(session, plans, now)}
    return [outcomes[row.number] for row in table.rows]


def _read(row: Row, today: date) -> _Plan:
    name = row.text("name").lstrip("@").strip()
    if not name:
        raise Rejection("no name", "没有姓名")
    values: dict[str, Any] = {"region": row.text("region"), "department": row.text("department")}
    role = row.text("role")
    if role:
        values["role"] = _ROLES.get(fold_name(role))
        if values["role"] is None:
            raise Rejection(
                f"role {role!r} is not one of {', '.join(people.ROLES)}",
                f"角色「{role}」不在 销售、主管、经理、总监、财务、法务、支持、管理员 之中",
            )
    values["joined"] = read_day(row, "joined", today)
    values["phone"] = read_phone(row)
    ids = {platform: row.text(column) for column, platform in PLATFORMS.items() if row.text(column)}
    if "wecom" in ids:
        # WeCom tells the ids of one member in varying case.
        ids["wecom"] = ids["wecom"].casefold()
    supervisor = row.text("supervisor").lstrip("@").strip()
    return _Plan(row, name, {key: value for key, value in values.items() if value}, ids, supervisor)


def _find(plan: _Plan, plans: _Plans) -> None:
    holders = {platform: plans.holder(platform, user_id) for platform, user_id in plan.ids.items()}
    strangers = [person for person in holders.values() if person is not None and not person.known]
    for platform, holder in holders.items():
        if holder is None or not holder.known:
            continue
        if fold_name(holder.name) != fold_name(plan.name):
            raise Rejection(
                f"{platform}_userid is already bound to {holder.name}", f"{platform}_userid 已绑定给 {holder.name}"
            )
        if plan.person is not None and plan.person.id != holder.id:
            raise Rejection("its two user ids belong to two people", "两个账号属于两个不同的人")
        plan.person = holder
    plan.person = plan.person or plans.of_name(plan.name) or (strangers[0] if strangers else None)
    if plan.person is None:
        return
    plan.strangers = [person for person in strangers if person.id != plan.person.id]
    for platform, user_id in plans.ids_of(plan.person).items():
        if plan.ids.get(platform, user_id) != user_id:
            raise Rejection(
                f"{plan.person.name} has another {platform}_userid here: a namesake needs a name of their own",
                f"{plan.person.name} 在系统里是另一个 {platform}_userid；若是重名，请把名字写得不一样",
            )


def _without_superiors(session: Session, plans: _Plans) -> list[tuple[_Plan, Rejection]]:
    """Takes out of `plans` the rows whose supervisor is nobody or stands in a circle, and tells why.

    Looked at again after every round: a row may have leant on one that was taken out.
    """
    present: dict[Key, Key | None] = {
        ("person", person.id or 0): ("person", person.supervisor_id) if person.supervisor_id else None
        for person in people.everybody(session)
    }
    out: list[tuple[_Plan, Rejection]] = []
    while True:
        edges = dict(present)
        faults: list[tuple[_Plan, Rejection]] = []
        for plan in plans.by_name.values():
            edges.setdefault(plan.key, None)
            try:
                if plan.supervisor:
                    edges[plan.key] = plans.superior(plan)
            except Rejection as why:
                faults.append((plan, why))
        if not faults:
            circle = Rejection("its supervisors go round in a circle", "上级关系成了一个圈")
            leaning = [plan for plan in plans.by_name.values() if plan.supervisor]
            faults = [(plan, circle) for plan in leaning if _comes_back(plan.key, edges)]
        if not faults:
            return out
        for plan, _ in faults:
            del plans.by_name[fold_name(plan.name)]
        out += faults


def _comes_back(start: Key, edges: Mapping[Key, Key | None]) -> bool:
    met: set[Key] = set()
    current = edges.get(start)
    while current is not None and current not in met:
        if current == start:
            return True
        met.add(current)
        current = edges.get(current)
    return False


def _shown(person: Person, ids: Mapping[str, str]) -> dict[str, Any]:
    """A person's facts as the history keeps them."""
    return {
        **{key: getattr(person, key) for key in _KEPT},
        "user ids": sorted(f"{platform}:{user_id}" for platform, user_id in ids.items()),
    }


def _write(session: Session, plans: _Plans, now: datetime) -> list[Outcome]:
    """Writes the rows with few statements however many they are: the bot waits for the database meanwhile."""
    befores: dict[int, dict[str, Any]] = {}
    for plan in plans.by_name.values():
        if plan.person is None:
            plan.person = Person(name=plan.name, made_at=now)
        else:
            befores[plan.row.number] = _shown(plan.person, plans.ids_of(plan.person))
        if not plan.person.known:
            plan.person.name, plan.person.known = plan.name, True
        plan.person.active = True
        for key, value in plan.values.items():
            setattr(plan.person, key, value)
        session.add(plan.person)
    session.flush()
    for plan in plans.by_name.values():
        _bind(session, plan, plans)
    session.flush()
    return _told(session, plans, befores, now)


def _bind(session: Session, plan: _Plan, plans: _Plans) -> None:
    """Writes what needs the ids of all people: the supervisor and the user ids."""
    person = plan.person
    assert person is not None
    assert person.id is not None
    for stranger in plan.strangers:
        join_people(session, stranger, person)
    for platform, user_id in plan.ids.items():
        if plans.holder(platform, user_id) is None:
            session.add(Identity(platform=platform, user_id=user_id, person_id=person.id))
    if plan.supervisor:
        superior = plans.superior(plan)
        person.supervisor_id = superior[1] if superior else None
        session.add(person)


def _told(session: Session, plans: _Plans, befores: Mapping[int, dict[str, Any]], now: datetime) -> list[Outcome]:
    """The outcomes, and one event of all that changed."""
    outcomes: list[Outcome] = []
    added: list[dict[str, Any]] = []
    updated: list[dict[str, Any]] = []
    for plan in plans.by_name.values():
        person, before = plan.person, befores.get(plan.row.number)
        assert person is not None
        after = _shown(person, {**plans.ids_of(person), **plan.ids})
        if before is None:
            added.append({"id": person.id, **unphoned({key: value for key, value in after.items() if value})})
            outcomes.append(Outcome(plan.row, plan.name, "added"))
            continue
        changed = [key for key in after if before[key] != after[key]]
        if not changed:
            outcomes.append(Outcome(plan.row, plan.name, "unchanged"))
            continue
        differences = {"before": {key: before[key] for key in changed}, "after": {key: after[key] for key in changed}}
        updated.append({"id": person.id, **{when: unphoned(facts) for when, facts in differences.items()}})
        told = [{"supervisor_id": "supervisor", "known": "now in the roster"}.get(key, key) for key in changed]
        outcomes.append(Outcome(plan.row, plan.name, "updated", ", ".join(told)))
    if added or updated:
        events.append(session, now, "people.imported", "people", {"added": added, "updated": updated})
    return outcomes
