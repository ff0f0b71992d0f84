"""The clients from a table: every row checked against the file and the database, then written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.sheets.columns import Rejection, Row, Table, fold_name, read_list, read_phone
from bot.sheets.report import Outcome, rejected, unphoned
from storage import clients, events, people
from storage.tables import Alias, Client


@dataclass(frozen=True, slots=True)
class _Plan:
    """A row that looks right so far, and the client the database has by that name."""

    row: Row
    name: str
    client: Client | None
    aliases: list[str]
    owner_id: int | None
    region: str
    tags: list[str]
    phone: str


class Known:
    """What the database holds: the clients by name, whose an alias is, and who may own a client."""

    def __init__(self, session: Session) -> None:
        rows = session.exec(select(Client).order_by(col(Client.id)))
        # A row that names a client by what it was called before a merge means the one it was merged into.
        self.clients = {fold_name(row.name): clients.get(session, row.id) or row for row in rows}
        self.aliases: dict[int | None, list[str]] = {}
        self.taken: dict[str, str] = {}
        for key, name, aliases in clients.entries(session):
            self.aliases[key] = [alias for alias, team_id in aliases if team_id is None]
            self.taken |= {fold_name(alias): name for alias, _ in aliases}
        self.people: dict[str, list[int]] = {}
        for person in people.everybody(session):
            if person.known and person.id is not None:
                self.people.setdefault(fold_name(person.name), []).append(person.id)

    def owner(self, row: Row) -> int | None:
        """The person a row names as owner. Raises Rejection when that is no one person of the roster."""
        name = row.text("owner").lstrip("@").strip()
        if not name:
            return None
        found = self.people.get(fold_name(name), [])
        if not found:
            raise Rejection(
                f"owner {name} is nobody in the roster: import people first", f"负责人 {name} 不在人员名单里"
            )
        if len(found) > 1:
            raise Rejection(f"{len(found)} people are named {name}", f"有 {len(found)} 个人叫 {name}")
        return found[0]

    def new_aliases(self, plan: _Plan) -> list[str]:
        """The aliases of a row that its client does not have yet."""
        own = {fold_name(alias) for alias in self.aliases_of(plan)}
        return [alias for alias in plan.aliases if fold_name(alias) not in own]

    def aliases_of(self, plan: _Plan) -> list[str]:
        """The aliases a row's client has."""
        return self.aliases.get(plan.client.id, []) if plan.client else []


def take_clients(session: Session, table: Table, now: datetime) -> list[Outcome]:
    """Writes the good rows and tells of every row, in the order of the file. Running it again changes nothing."""
    known = Known(session)
    outcomes: dict[int, Outcome] = {}
    plans: dict[str, _Plan] = {}
    for row in table.rows:
        name = ""
        try:
            name = row.text("name")
            plan = _read(row, known)
            _check_name(plan, plans, known)
            plans[fold_name(plan.name)] = plan
        except Rejection as why:
            outcomes[row.number] = rejected(row, name, why)
    names = {key: client.name for key, client in known.clients.items()}
    names |= {key: plan.name for key, plan in plans.items()}
    good: list[_Plan] = []
    for plan in plans.values():
        try:
            _check_aliases(plan, names, known)
        except Rejection as why:
            outcomes[plan.row.number] = rejected(plan.row, plan.name, why)
            continue
        # An alias of two clients would make the bot ask every time.
        known.taken |= {fold_name(alias): plan.name for alias in plan.aliases}
        good.append(plan)
    outcomes |= {outcome.row.number: outcome for outcome in _write(session, good, known, now)}
    return [outcomes[row.number] for row in table.rows]


def _read(row: Row, known: Known) -> _Plan:
    name = row.text("name")
    if not name:
        raise Rejection("no name", "没有客户名称")
    client = known.clients.get(fold_name(name))
    aliases = {fold_name(alias): alias for alias in reversed(read_list(row, "aliases"))}
    aliases.pop(fold_name(name), None)
    return _Plan(
        row=row,
        name=client.name if client else name,
        client=client,
        aliases=list(aliases.values())[::-1],
        owner_id=known.owner(row),
        region=row.text("region"),
        tags=read_list(row, "tags"),
        phone=read_phone(row),
    )


def _check_name(plan: _Plan, plans: Mapping[str, _Plan], known: Known) -> None:
    key = fold_name(plan.name)
    if key in plans:
        number = plans[key].row.number
        raise Rejection(f"same name as row {number}", f"与第 {number} 行重名")
    holder = known.taken.get(key, plan.name)
    if holder != plan.name:
        raise Rejection(f"its name is already an alias of {holder}", f"名称已是 {holder} 的别名")


def _check_aliases(plan: _Plan, names: Mapping[str, str], known: Known) -> None:
    """Raises Rejection when a new alias already means another client."""
    for alias in known.new_aliases(plan):
        other = names.get(fold_name(alias))
        if other is not None:
            raise Rejection(f"alias {alias} is the name of {other}", f"别名「{alias}」是客户 {other} 的名称")
        holder = known.taken.get(fold_name(alias), plan.name)
        if holder != plan.name:
            raise Rejection(f"alias {alias} is already an alias of {holder}", f"别名「{alias}」已是 {holder} 的别名")


def _write(session: Session, plans: list[_Plan], known: Known, now: datetime) -> list[Outcome]:
    """Writes the rows with few statements however many they are: the bot waits for the database meanwhile."""
    outcomes: list[Outcome] = []
    updated: list[dict[str, Any]] = []
    for plan in plans:
        if plan.client is None:
            outcomes.append(Outcome(plan.row, plan.name, "added"))
            continue
        before = _shown(plan.client, known.aliases_of(plan))
        after = {
            "owner_id": plan.owner_id or plan.client.owner_id,
            "region": plan.region or plan.client.region,
            "tags": plan.tags or before["tags"],
            "phone": plan.phone or plan.client.phone,
            "aliases": [*before["aliases"], *known.new_aliases(plan)],
        }
        changed = [key for key in after if before[key] != after[key]]
        if not changed:
            outcomes.append(Outcome(plan.row, plan.name, "unchanged"))
            continue
        clients.add(
            session,
            plan.name,
            now,
            owner_id=plan.owner_id,
            region=plan.region,
            tags=plan.tags,
            phone=plan.phone,
            aliases=known.new_aliases(plan),
        )
        differences = {"before": {key: before[key] for key in changed}, "after": {key: after[key] for key in changed}}
        updated.append({"id": plan.client.id, **{when: unphoned(facts) for when, facts in differences.items()}})
        told = ", ".join({"owner_id": "owner"}.get(key, key) for key in changed)
        outcomes.append(Outcome(plan.row, plan.name, "updated", told))
    added = _add(session, [plan for plan in plans if plan.client is None], now)
    if added or updated:
        events.append(session, now, "clients.imported", "clients", {"added": added, "updated": updated})
    return outcomes


def _add(session: Session, plans: list[_Plan], now: datetime) -> list[dict[str, Any]]:
    """Adds clients and their aliases; their facts as the history keeps them."""
    rows = [
        Client(
            name=plan.name,
            owner_id=plan.owner_id,
            region=plan.region,
            tags=plan.tags,
            phone=plan.phone,
            made_at=now,
        )
        for plan in plans
    ]
    events.hold(session)
    session.add_all(rows)
    session.flush()
    for plan, row in zip(plans, rows, strict=True):
        assert row.id is not None
        session.add_all(Alias(client_id=row.id, alias=alias, made_at=now) for alias in plan.aliases)
    # storage.clients writes one client at a time; whoever keeps an index must hear of many at once too.
    clients.changed(session, (row.id for row in rows if row.id is not None))
    session.flush()
    added = []
    for plan, row in zip(plans, rows, strict=True):
        facts = {key: value for key, value in _shown(row, plan.aliases).items() if value}
        added.append({"id": row.id, "name": row.name, **unphoned(facts)})
    return added


def _shown(client: Client, aliases: list[str]) -> dict[str, Any]:
    return {
        "owner_id": client.owner_id,
        "region": client.region,
        "tags": list(client.tags),
        "phone": client.phone,
        "aliases": aliases,
    }
