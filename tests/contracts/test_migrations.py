"""The migrations on both databases: from nothing to the newest, again, from several sides, and equal to the tables."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlmodel import Session, SQLModel

from storage import clients, migrate, settings
from storage.store import PostgresStore, SqliteStore, open_store

AnyStore = SqliteStore | PostgresStore


async def names(store: AnyStore) -> set[str]:
    return set(await store.read(lambda session: inspect(session.connection()).get_table_names()))


async def test_an_empty_database_becomes_the_newest(bare_database_url: str) -> None:
    store = open_store(bare_database_url, durable=False)
    assert await migrate.current(store) is None

    await migrate.upgrade(store)

    assert await migrate.current(store) == migrate.newest()
    assert await names(store) == {*SQLModel.metadata.tables, "alembic_version"}
    await store.close()


async def test_running_it_again_changes_nothing(store: AnyStore) -> None:
    await store.write(lambda session: settings.put(session, "kept", "1"))

    await migrate.upgrade(store)

    assert await migrate.current(store) == migrate.newest()
    assert await store.read(lambda session: settings.get(session, "kept")) == "1"


async def test_the_migrations_make_what_the_tables_say(store: AnyStore) -> None:
    def differences(session: Session) -> list[Any]:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        found: list[Any] = compare_metadata(context, SQLModel.metadata)
        return found

    assert await store.read(differences) == []


@pytest.mark.postgres
async def test_several_instances_may_begin_at_once(bare_postgres_url: str) -> None:
    stores = [open_store(bare_postgres_url) for _ in range(3)]

    await asyncio.gather(*(migrate.upgrade(store) for store in stores))

    assert await migrate.current(stores[0]) == migrate.newest()
    for store in stores:
        await store.close()


async def test_a_migration_that_breaks_leaves_nothing_behind(
    bare_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(bare_database_url, durable=False)

    def break_after(connection: Any) -> None:
        upgrade(connection)
        raise RuntimeError("the machine stopped")

    upgrade = migrate._upgrade
    monkeypatch.setattr(migrate, "_upgrade", break_after)
    with pytest.raises(RuntimeError, match="stopped"):
        await migrate.upgrade(store)
    assert await names(store) == set()

    monkeypatch.undo()
    await migrate.upgrade(store)
    assert await migrate.current(store) == migrate.newest()
    await store.close()


async def test_the_command_tells_and_upgrades(bare_database_url: str) -> None:
    assert await migrate.examine(bare_database_url, upgrade_first=False) == (None, migrate.newest())
    assert await migrate.examine(bare_database_url, upgrade_first=True) == (migrate.newest(), migrate.newest())
    assert await migrate.examine(bare_database_url, upgrade_first=False) == (migrate.newest(), migrate.newest())


async def test_the_names_of_clients_outlive_the_upgrade_that_gave_them_teams(bare_database_url: str) -> None:
    store = open_store(bare_database_url, durable=False)

    def before(session: Session) -> None:
        connection = session.connection()
        command.upgrade(migrate._config(connection), "0001")
        made = "'2026-11-23 02:00:00'"
        connection.execute(text(f"INSERT INTO client VALUES (1, '海棠诊所', NULL, '', '[]', '', {made})"))
        connection.execute(text(f"INSERT INTO alias VALUES (1, 1, '海棠', NULL, {made})"))

    await store.write(before)
    await migrate.upgrade(store)

    assert await store.read(clients.entries) == [(1, "海棠诊所", [("海棠", None)])]
    await store.close()


def test_the_newest_revision_is_the_head_of_the_chain() -> None:
    assert ScriptDirectory.from_config(migrate._config()).get_heads() == [migrate.newest()]
