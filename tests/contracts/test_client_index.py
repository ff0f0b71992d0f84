"""The index of client names on both databases: what one instance changes, the other answers by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from bot.client_file import FileDirectory, IndexBroken
from bot.client_index import AT_ONCE, Behind, ClientIndex, place_of
from storage import clients, migrate
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Person

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


class Instance:
    """A store and an index of one of several bots on a database."""

    def __init__(self, url: str, place: Path | None, in_memory: int) -> None:
        self.store = open_store(url, durable=False)
        self.index = ClientIndex(place, in_memory=in_memory)

    async def asked(self, text: str, team: int | None = None) -> int | None:
        """What a worker would take `text` for."""

        def ask(session: Session) -> int | None:
            return self.index.current(session).seen_by(team).mention(text).key

        try:
            return await self.store.write(ask)
        except (Behind, IndexBroken) as error:
            await self.index.catch_up(self.store, anew=isinstance(error, IndexBroken))
        return await self.store.write(ask)

    async def close(self) -> None:
        await self.store.close()
        self.index.close()


@pytest.fixture(params=["memory", "file"])
async def pair(
    request: pytest.FixtureRequest, store: AnyStore, database_url: str, tmp_path: Path
) -> AsyncIterator[Any]:
    in_memory, place = (1000, None) if request.param == "memory" else (0, tmp_path / "clients.names")
    instances = [Instance(database_url, place, in_memory) for _ in range(2)]
    yield instances
    for instance in instances:
        await instance.close()


def add(name: str, *aliases: str) -> Callable[[Session], int]:
    return lambda session: clients.add(session, name, NOW, aliases=list(aliases)).id or 0


async def test_what_one_instance_changes_the_other_knows(pair: list[Instance]) -> None:
    first, second = pair
    one = await first.store.write(add("青岚市协安医院"))
    assert [await each.asked("协安") for each in pair] == [one, one]
    two = await second.store.write(add("云汐松果贸易有限公司", "老槐树"))
    assert [await each.asked("老槐树") for each in pair] == [two, two]

    def rename(session: Session) -> None:
        client = clients.get(session, one)
        assert client is not None
        clients.rename(session, client, "青岚市榆钱诊所")

    await second.store.write(rename)
    assert [(await each.asked("协安医院"), await each.asked("榆钱诊所")) for each in pair] == [(None, one)] * 2

    def merge(session: Session) -> None:
        kept, merged = clients.get(session, one), clients.get(session, two)
        assert kept is not None
        assert merged is not None
        clients.merge(session, merged, kept, NOW, None)

    await first.store.write(merge)
    assert [(await each.asked("松果贸易"), await each.asked("老槐树")) for each in pair] == [(one, one)] * 2


async def test_both_change_at_once_and_agree(pair: list[Instance]) -> None:
    brands = ["远槐", "松果", "榆钱", "青禾", "海棠", "桐花", "蒲苇", "紫藤"]
    await asyncio.gather(
        *(pair[number % 2].store.write(add(f"云汐{brand}精密机械厂")) for number, brand in enumerate(brands)),
        *(each.asked("远槐") for each in pair),
    )
    known = [[await each.asked(brand) for brand in brands] for each in pair]
    assert known[0] == known[1]
    assert len(set(known[0]) - {None}) == len(brands)


async def test_an_alias_is_its_teams_on_every_instance(pair: list[Instance]) -> None:
    first, second = pair

    def teach(session: Session) -> tuple[int, int]:
        head = Person(name="赵敏", made_at=NOW)
        session.add(head)
        client = clients.add(session, "青岚市协安医院", NOW)
        session.flush()
        assert client.id is not None
        assert head.id is not None
        clients.teach(session, client.id, "东边那栋", NOW, team_id=head.id)
        return client.id, head.id

    client, team = await first.store.write(teach)
    assert [await second.asked("东边那栋", scope) for scope in (team, team + 1, None)] == [client, None, None]


async def test_a_change_that_was_undone_is_forgotten(pair: list[Instance]) -> None:
    first, second = pair
    one = await first.store.write(add("青岚市协安医院"))
    assert await first.asked("协安") == one

    def half(session: Session) -> None:
        add("云汐松果贸易有限公司")(session)
        assert first.index.current(session).mention("松果").key is not None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await first.store.write(half)
    # The numbers of the undone rows are drawn again, by somebody else.
    other = await second.store.write(add("柏原海棠贸易有限公司"))
    assert [await first.asked(text) for text in ("协安", "松果", "海棠")] == [one, None, other]


async def test_more_changes_than_a_message_may_wait_for_are_caught_up_with(pair: list[Instance]) -> None:
    first, second = pair
    assert await second.asked("远槐") is None

    def bulk(session: Session) -> int:
        for number in range(AT_ONCE + 50):
            clients.add(session, f"云汐第{number}中学", NOW)
        return clients.add(session, "青岚远槐机械厂", NOW).id or 0

    last = await first.store.write(bulk)
    assert await second.asked("远槐") == last
    assert await second.asked("云汐7中") is not None


async def test_a_file_is_opened_again_with_what_changed_meanwhile(
    store: AnyStore, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "clients.names"
    before = Instance(database_url, place, 0)
    one = await before.store.write(add("青岚市协安医院"))
    assert await before.asked("协安") == one
    await before.close()
    two = await store.write(add("云汐松果贸易有限公司"))

    monkeypatch.setattr(FileDirectory, "build", None)
    again = Instance(database_url, place, 0)
    assert [await again.asked(text) for text in ("协安", "松果")] == [one, two]
    await again.close()


async def test_a_damaged_or_foreign_file_is_made_anew(store: AnyStore, database_url: str, tmp_path: Path) -> None:
    place = tmp_path / "clients.names"
    one = await store.write(add("青岚市协安医院"))
    place.write_bytes(b"not an index at all" * 1000)
    instance = Instance(database_url, place, 0)
    assert await instance.asked("协安") == one
    await instance.close()

    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    other = Instance(elsewhere, place, 0)
    await migrate.upgrade(other.store)
    two = await other.store.write(add("云汐松果贸易有限公司"))
    assert [await other.asked(text) for text in ("协安", "松果")] == [None, two]
    await other.close()


async def test_a_file_that_breaks_while_it_is_used_is_made_anew(
    store: AnyStore, database_url: str, tmp_path: Path
) -> None:
    place = tmp_path / "clients.names"
    one = await store.write(add("青岚市协安医院"))
    instance = Instance(database_url, place, 0)
    assert await instance.asked("协安") == one
    directory = instance.index._directory
    assert isinstance(directory, FileDirectory)
    directory._base.execute("DROP TABLE gram")
    assert await instance.asked("协安医") == one
    await instance.close()


async def test_a_place_that_cannot_be_written_is_done_without(
    store: AnyStore, database_url: str, tmp_path: Path
) -> None:
    one = await store.write(add("青岚市协安医院"))
    (tmp_path / "file").write_text("no folder")
    instance = Instance(database_url, tmp_path / "file" / "clients.names", 0)
    assert await instance.asked("协安") == one
    await instance.close()


def test_the_place_tells_databases_apart_and_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert place_of("sqlite:///data/yinuo.db") == Path("data/yinuo.db.names")
    one, other, again = (
        place_of(f"postgresql://yinuo:{password}@db.example/{name}")
        for password, name in (("a", "one"), ("a", "two"), ("b", "one"))
    )
    assert one.parent == tmp_path / "yinuo"
    assert one == again != other
