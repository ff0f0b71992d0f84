"""The clients from a table: every row checked against the file and the database, then written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.sheets.columns import Rejection, Row, Table, fold_name, read_list, read_phone
from bot.sheets.report import Outcome, rejected
from storage import clients, events, people
from storage.tables import Client


@dataclass(frozen=True, slots=True)
class _Plan:
    """A row that looks right so far, under the name the database knows the client by."""

    row: Row
    name: str
    aliases: list[str]
    owner_id: int | None
    region: str
    tags: list[str]
    phone: str

    @property
    def key(self) -> str:
        return fold_name(self.name)


def take_clients(session: Session, table: Table, now: datetime) -> list[Outcome]:
    """Writes the good rows and tells of every row, in the order of the file. Running it again changes nothing."""
    directory = clients.directory(session)
    stored = {fold_name(name): name for _, name, _ in directory}
    # Whose an alias is: an alias of two clients would make the bot ask every time.
    taken = {fold_name(alias): name for _, name, aliases in directory for alias in aliases}
    owners = _people(session)
    outcomes: dict[int, Outcome] = {}
    plans: dict[str, _Plan] = {}
    for row in table.rows:
        name = ""
        try:
            name = row.text("name")
            plan = _read(row, stored, owners)
            if plan.key in plans:
                number = plans[plan.key].row.number
                raise Rejection(f"same name as row {number}", f"与第 {number} 行重名")
            holder = taken.get(plan.key, plan.name)
            if holder != plan.name:
                raise Rejection(f"its name is already an alias of {holder}", f"名称已是 {holder} 的别名")
            plans[plan.key] = plan
        except Rejection as why:
            outcomes[row.number] = rejected(row, name, why)
    names = {**stored, **{key: plan.name for key, plan in plans.items()}}
    for plan in plans.values():
        try:
            _check_names(plan, names, taken)
        except Rejection as why:
            outcomes[plan.row.number] = rejected(plan.row, plan.name, why)
            continue
        taken |= {fold_name(alias): plan.name for alias in plan.aliases}
        outcomes[plan.row.number] = _write(session, plan, now)
    return [outcomes[row.number] for row in table.rows]


def _people(session: Session) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for person in people.everybody(session):
        if person.known and person.id is not None:
            found.setdefault(fold_name(person.name), []).append(person.id)
    return found


def _read(row: Row, stored: Mapping[str, str], owners: Mapping[str, list[int]]) -> _Plan:
    written = row.text("name")
    if not written:
        raise Rejection("no name", "没有客户名称")
    name = stored.get(fold_name(written), written)
    owner = row.text("owner").lstrip("@").strip()
    found = owners.get(fold_name(owner), [])
    if owner and not found:
        raise Rejection(f"owner {owner} is nobody in the roster: import people first", f"负责人 {owner} 不在人员名单里")
    if len(found) > 1 and owner:
        raise Rejection(f"{len(found)} people are named {owner}", f"有 {len(found)} 个人叫 {owner}")
    aliases = [alias for alias in read_list(row, "aliases") if fold_name(alias) != fold_name(name)]
    return _Plan(
        row=row,
        name=name,
        aliases=list({fold_name(alias): alias for alias in reversed(aliases)}.values())[::-1],
        owner_id=found[0] if owner else None,
        region=row.text("region"),
        tags=read_list(row, "tags"),
        phone=read_phone(row),
    )


def _check_names(plan: _Plan, names: Mapping[str, str], taken: Mapping[str, str]) -> None:
    """Raises Rejection when an alias already means another client."""
    for alias in plan.aliases:
        if fold_name(alias) in names:
            other = names[fold_name(alias)]
            raise Rejection(f"alias {alias} is the name of {other}", f"别名「{alias}」是客户 {other} 的名称")
        holder = taken.get(fold_name(alias), plan.name)
        if holder != plan.name:
            raise Rejection(f"alias {alias} is already an alias of {holder}", f"别名「{alias}」已是 {holder} 的别名")


def _write(session: Session, plan: _Plan, now: datetime) -> Outcome:
    row = clients.named(session, plan.name)
    before = {} if row is None or row.id is None else _shown(row, clients.aliases(session, row.id))
    known = {fold_name(alias) for alias in before.get("aliases", ())}
    client = clients.add(
        session,
        plan.name,
        now,
        owner_id=plan.owner_id,
        region=plan.region,
        tags=plan.tags,
        phone=plan.phone,
        aliases=[alias for alias in plan.aliases if fold_name(alias) not in known],
    )
    assert client.id is not None
    after = _shown(client, clients.aliases(session, client.id))
    changed = [key for key in after if before.get(key) != after[key]]
    if not changed:
        return Outcome(plan.row, plan.name, "unchanged")
    payload = {
        "before": {key: _unphoned(key, before[key]) for key in changed if before},
        "after": {key: _unphoned(key, after[key]) for key in changed},
    }
    kind = "client.updated" if before else "client.added"
    events.append(session, now, kind, f"client:{client.id}", payload)
    if not before:
        return Outcome(plan.row, plan.name, "added")
    return Outcome(plan.row, plan.name, "updated", ", ".join({"owner_id": "owner"}.get(key, key) for key in changed))


def _shown(client: Client, aliases: list[str]) -> dict[str, Any]:
    return {
        "name": client.name,
        "owner_id": client.owner_id,
        "region": client.region,
        "tags": list(client.tags),
        "phone": client.phone,
        "aliases": aliases,
    }


def _unphoned(key: str, value: Any) -> Any:
    return "***" if key == "phone" and value else value
