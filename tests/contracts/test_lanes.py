"""Whose turn it is, on both databases: what is merged, what is tried again together, what a whole app can bear."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from storage import lanes, outbox, people, turns
from storage.lanes import LEASE, PATIENCE, Bundle, Said, Way
from storage.store import PostgresStore, SqliteStore
from storage.tables import Outbox, Person

AnyStore = SqliteStore | PostgresStore
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
# When what is claimed at NOW has waited for too long to be said message by message.
LONG_AGO = NOW - 2 * PATIENCE
TOGETHER = Way(merge_bytes=2000)


async def queue(
    store: AnyStore, *keys: str, target: str = "ann", platform: str = "p", at: datetime = LONG_AGO, **more: Any
) -> None:
    def write(session: Session) -> None:
        for key in keys:
            values = {"kind": "reminder", "words": f"words of {key}", "address": (platform, "person", target)} | more
            outbox.queue(session, at, key=key, **values)

    await store.write(write)


async def claim(store: AnyStore, now: datetime = NOW, way: Way = TOGETHER, **more: Any) -> list[Bundle]:
    return await store.write(lambda session: lanes.claim(session, now, ways={"p": way}, **more))


async def fail(store: AnyStore, bundle: Bundle, retry_at: datetime | None, **more: bool) -> None:
    await store.write(lambda session: lanes.fail(session, bundle, "Unknown: no answer", retry_at, **more))


async def sent(store: AnyStore, *bundles: Bundle) -> set[int]:
    return await store.write(lambda session: lanes.sent(session, [Said(one, NOW, "r-1", "app") for one in bundles]))


def told(bundles: Sequence[Bundle]) -> list[list[str]]:
    return [[row.key for row in bundle.rows] for bundle in bundles]


async def test_what_waits_for_one_target_is_one_message_with_one_receipt(store: AnyStore) -> None:
    await queue(store, "a", "b", "c")
    await queue(store, "x", target="bob")

    bundles = await claim(store)
    assert told(bundles) == [["a", "b", "c"], ["x"]]
    assert [bundle.key for bundle in bundles] == ["a", "x"]
    assert await claim(store) == []

    assert len(await sent(store, *bundles)) == 4
    assert await sent(store, *bundles) == set()
    rows = await store.read(lambda session: list(session.exec(select(Outbox))))
    assert {(row.state, row.receipt, row.channel, row.sent_at) for row in rows} == {("sent", "r-1", "app", NOW)}
    assert await store.read(lambda session: lanes.next_at(session, NOW)) is None


async def test_what_is_said_in_its_time_stays_apart(store: AnyStore) -> None:
    await queue(store, "a", "b", at=NOW)

    said = []
    for now in (NOW, NOW + PATIENCE):
        (bundle,) = await claim(store, now)
        said += told([bundle])
        await sent(store, bundle)
    assert said == [["a"], ["b"]]


async def test_a_message_holds_no_more_than_its_bytes(store: AnyStore) -> None:
    await queue(store, "a", "b", "c", words="一二三四五六七八九十" * 2)

    bundles = await claim(store, way=Way(merge_bytes=125))
    assert told(bundles) == [["a", "b"]]
    await sent(store, *bundles)
    assert told(await claim(store, way=Way(merge_bytes=125))) == [["c"]]


async def test_no_more_than_so_many_become_one(store: AnyStore) -> None:
    await queue(store, *(f"k{number:02}" for number in range(lanes.MERGED + 1)))
    (bundle,) = await claim(store)
    assert len(bundle.rows) == lanes.MERGED


async def test_files_go_alone_and_answers_among_themselves(store: AnyStore) -> None:
    await queue(store, "a")
    await queue(store, "reply 1", "reply 2", is_reply=True, kind="reply")
    await queue(store, "b", "c")
    await queue(store, "file", files=[{"name": "日报.pdf", "template": "t", "facts": {}}])
    await queue(store, "d")

    said = []
    while bundles := await claim(store):
        said += told(bundles)
        await sent(store, *bundles)
    assert said == [["a"], ["reply 1", "reply 2"], ["b", "c"], ["file"], ["d"]]


async def test_what_may_have_arrived_is_tried_again_as_the_same_message(store: AnyStore) -> None:
    await queue(store, "a", "b")
    (first,) = await claim(store)
    await fail(store, first, NOW + timedelta(seconds=5), arrived=True)
    await queue(store, "c")

    assert await claim(store, NOW + timedelta(seconds=4)) == []
    (again,) = await claim(store, NOW + timedelta(seconds=5))
    assert (again.key, told([again])) == ("a", [["a", "b"]])
    await sent(store, again)
    assert told(await claim(store, NOW + timedelta(seconds=5))) == [["c"]]


async def test_a_dead_sender_leaves_the_same_message_behind(store: AnyStore) -> None:
    await queue(store, "a", "b")
    await claim(store)
    await queue(store, "c")

    (heir,) = await claim(store, NOW + LEASE)
    assert (heir.key, told([heir])) == ("a", [["a", "b"]])


async def test_what_has_not_arrived_is_merged_anew(store: AnyStore) -> None:
    await queue(store, "a")
    (first,) = await claim(store)
    await fail(store, first, NOW + timedelta(seconds=5))
    await queue(store, "b", "c")

    assert told(await claim(store, NOW + timedelta(seconds=5))) == [["a", "b", "c"]]


async def test_what_is_refused_together_is_tried_one_by_one(store: AnyStore) -> None:
    await queue(store, "a", "b")
    (both,) = await claim(store)
    await fail(store, both, NOW, apart=True)

    (first,) = await claim(store)
    await fail(store, first, None)
    assert told([first, *await claim(store)]) == [["a"], ["b"]]


async def test_a_whole_app_has_a_pace_of_its_own(store: AnyStore) -> None:
    way = Way(app_gap=2.0, app_burst=2)
    for number in range(5):
        await queue(store, f"k{number}", target=f"t{number}")
    await queue(store, "other", platform="q")

    assert [bundle.key for bundle in await claim(store, way=way)] == ["k0", "k1", "other"]
    assert await claim(store, NOW + timedelta(seconds=1), way=way) == []
    assert await store.read(lambda session: lanes.next_at(session, NOW)) == NOW + timedelta(seconds=2)
    assert [bundle.key for bundle in await claim(store, NOW + timedelta(seconds=2), way=way)] == ["k2"]
    # Silence is saved up to a burst, and no further.
    assert len(await claim(store, NOW + timedelta(seconds=30), way=way)) == 2


async def test_a_platform_at_rest_rests_with_every_lane(store: AnyStore) -> None:
    await queue(store, "a")
    await queue(store, "b", target="bob")
    await queue(store, "c", platform="q")
    await store.write(lambda session: lanes.rest(session, "p", NOW + timedelta(seconds=30)))

    assert told(await claim(store)) == [["c"]]
    assert len(await claim(store, NOW + timedelta(seconds=30))) == 2


async def test_a_platform_can_be_left_to_others(store: AnyStore) -> None:
    await queue(store, "a")
    await queue(store, "b", platform="q")
    assert told(await claim(store, without=["p"])) == [["b"]]
    assert told(await claim(store)) == [["a"]]


async def test_a_message_turns_to_the_persons_other_platform_once(store: AnyStore) -> None:
    def roster(session: Session) -> int:
        person = Person(name="钱途", made_at=NOW)
        session.add(person)
        session.flush()
        for minute, platform in enumerate(("r", "q", "p")):
            people.bind(session, person.id or 0, platform, f"{platform}-7")
            session.flush()
            people.seen(session, person.id or 0, platform, f"{platform}-7", NOW + timedelta(minutes=minute))
        return person.id or 0

    def turn(session: Session, bundle: Bundle) -> str | None:
        lanes.fail(session, bundle, "Unreachable: gone", None)
        found = outbox.turn(session, bundle.rows[0], {"p", "q"}, NOW, "Unreachable: gone")
        return found.platform if found else None

    person_id = await store.write(roster)
    await queue(store, "k", address=None, person_id=person_id)
    (first,) = await claim(store)
    assert await store.write(lambda session: turn(session, first)) == "q"
    (second,) = await claim(store)
    assert [(row.target_id, row.tried, row.retries_from) for row in second.rows] == [("q-7", ["p"], 1)]

    await sent(store, second)
    (row,) = await store.read(lambda session: list(session.exec(select(Outbox))))
    assert (row.state, row.platform, row.channel) == ("sent", "q", "app after p")


async def test_a_message_that_failed_everywhere_is_dead(store: AnyStore) -> None:
    await queue(store, "k")
    (bundle,) = await claim(store)
    await fail(store, bundle, None)
    assert await store.write(lambda session: outbox.turn(session, bundle.rows[0], {"p", "q"}, NOW, "gone")) is None
    assert await store.read(outbox.dead_count) == 1


@pytest.mark.postgres
async def test_the_search_never_reads_what_is_throttled(postgres_url: str) -> None:
    """A plan of index lookups alone: what waits in lanes at rest costs nothing."""
    from storage import migrate
    from storage.store import open_store

    store = open_store(postgres_url)
    await migrate.upgrade(store)

    def fill(session: Session) -> None:
        connection = session.connection()
        connection.execute(
            text(
                "INSERT INTO outbox (key, platform, lane, target_kind, target_id, kind, about, mentions, text, title, "
                "tones, actions, files, is_reply, made_at, not_before, state, bundle, attempts, retries_from, tried, "
                "receipt, channel, error) SELECT 'k' || n, 'p', 'p:person:' || n % 100, 'person', n % 100, 'notice', "
                "'[]', '[]', 'words', '', '[]', '[]', '[]', false, :now, :now, 'queued', '', 0, 0, '[]', '', '', '' "
                "FROM generate_series(1, 20000) n"
            ),
            {"now": NOW},
        )
        connection.execute(
            text(
                "INSERT INTO lane (lane, platform, ready_at, next_at) SELECT 'p:person:' || n, 'p', :rests, :rests "
                "FROM generate_series(0, 99) n"
            ),
            {"rests": NOW + timedelta(hours=1)},
        )
        outbox.queue(session, NOW, key="free", kind="notice", words="早", address=("p", "person", "zoe"))
        connection.execute(text("ANALYZE"))

    def plan(session: Session) -> str:
        compiled = turns.first_heads("postgresql").params(now=NOW, limit=50, without=[])
        connection = session.connection()
        statement = compiled.compile(connection, compile_kwargs={"literal_binds": True, "render_postcompile": True})
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}"))

    def kept_plan(session: Session) -> str:
        connection = session.connection()
        for _ in range(8):
            connection.execute(turns.first_heads("postgresql"), {"now": NOW, "limit": 50, "without": []}).all()
        kept = "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT due.%' AND generic_plans > 0"
        name = connection.exec_driver_sql(kept).scalar_one()
        return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE \"{name}\" ('{NOW}', 50)"))

    await store.write(fill)
    for look in (plan, kept_plan):
        shown = await store.write(look)
        assert "Seq Scan on outbox" not in shown
        assert "outbox_lane" in shown
    assert told(await claim(store)) == [["free"]]
    await store.close()
