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
from bot.sheets.report import Outcome, rejected
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

_KEPT = ("name", "role", "region", "department", "joined", "phone", "known", "active")

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
        for person in people.everybody(session):
            if person.known:
                self.known.setdefault(fold_name(person.name), []).append(person)

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
            _find(session, plan, plans)
            plans.add(plan)
        except Rejection as why:
            outcomes[row.number] = rejected(row, name, why)
    for plan, fault in _without_superiors(session, plans):
        outcomes[plan.row.number] = rejected(plan.row, plan.name, fault)
    written = [(plan, *_write(session, plan, now)) for plan in plans.by_name.values()]
    for plan, before, added in written:
        outcomes[plan.row.number] = _finish(session, plan, before, added, plans, now)
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


def _find(session: Session, plan: _Plan, plans: _Plans) -> None:
    holders = {platform: people.by_identity(session, platform, user_id) for platform, user_id in plan.ids.items()}
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
    for identity in people.identities(session, plan.person.id or 0):
        if plan.ids.get(identity.platform, identity.user_id) != identity.user_id:
            raise Rejection(
                f"{plan.person.name} has another {identity.platform}_userid here: a namesake needs a name of their own",
                f"{plan.person.name} 在系统里是另一个 {identity.platform}_userid；若是重名，请把名字写得不一样",
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


def _shown(session: Session, person: Person) -> dict[str, Any]:
    """A person's facts as the history keeps them: the number itself stays out of it."""
    ids = session.exec(select(Identity).where(Identity.person_id == person.id).order_by(col(Identity.id)))
    return {
        **{key: getattr(person, key) for key in _KEPT},
        "supervisor_id": person.supervisor_id,
        "user ids": sorted(f"{row.platform}:{row.user_id}" for row in ids),
    }


def _write(session: Session, plan: _Plan, now: datetime) -> tuple[dict[str, Any], bool]:
    """Writes all but the supervisor, who may be written later; the facts before, and whether the person is new."""
    added = plan.person is None
    person = plan.person or Person(name=plan.name, made_at=now)
    before = {} if added else _shown(session, person)
    if not person.known:
        person.name, person.known = plan.name, True
    person.active = True
    for key, value in plan.values.items():
        setattr(person, key, value)
    session.add(person)
    session.flush()
    assert person.id is not None
    plan.person = person
    for stranger in plan.strangers:
        join_people(session, stranger, person)
    for platform, user_id in plan.ids.items():
        people.bind(session, person.id, platform, user_id)
    session.flush()
    return before, added


def _finish(
    session: Session, plan: _Plan, before: dict[str, Any], added: bool, plans: _Plans, now: datetime
) -> Outcome:
    """Writes the supervisor and the event of what changed."""
    person = plan.person
    assert person is not None
    if plan.supervisor:
        superior = plans.superior(plan)
        person.supervisor_id = superior[1] if superior else None
        session.add(person)
        session.flush()
    after = _shown(session, person)
    changed = [key for key in after if added or before[key] != after[key]]
    if not changed:
        return Outcome(plan.row, plan.name, "unchanged")
    payload = {
        "before": {key: _unphoned(key, before[key]) for key in changed if not added},
        "after": {key: _unphoned(key, after[key]) for key in changed},
    }
    events.append(session, now, "person.added" if added else "person.updated", f"person:{person.id}", payload)
    if added:
        return Outcome(plan.row, plan.name, "added")
    told = [{"supervisor_id": "supervisor", "known": "now in the roster"}.get(key, key) for key in changed]
    return Outcome(plan.row, plan.name, "updated", ", ".join(told))


def _unphoned(key: str, value: Any) -> Any:
    return "***" if key == "phone" and value else value
