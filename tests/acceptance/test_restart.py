"""Stopped between any two steps and started again: nothing lost, nothing said twice."""

from __future__ import annotations

import contextlib
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.platforms.wecom_app import WecomApp
from bot.types import Platform
from storage import events
from storage.store import StoreUnavailable
from tests.acceptance.faults import TEAM, Fault, Life, Street, forget, hears, name_of, roster, ticks
from tests.databases import lay, open_kept
from tests.fakes import wecom as fake_wecom
from tests.fakes.wecom import FakeWecom

# A promise with a reminder, an overdue word and an escalation; one kept; a report handed on with its file.
STORY = (
    ticks("2026-11-24 08:00"),
    hears("2026-11-24 09:20", "rep1", "m1", "【承诺】给青禾食品寄样品 今天下午4点"),
    hears("2026-11-24 09:25", "boss7", "m2", "【承诺】约云帆物流谈续签 周四 @邵晴"),
    ticks("2026-11-24 14:00"),
    ticks("2026-11-24 16:10"),
    hears("2026-11-24 16:30", "rep1", "m3", "完成 1"),
    hears("2026-11-24 17:30", "rep1", "m4", "日报 今日：寄出样品 明日：约云帆物流"),
    ticks("2026-11-26 18:20"),
    ticks("2026-11-27 15:00"),
)
# The same steps of the road with fewer messages: it is lived through once for each of its commits.
SHORT_STORY = (STORY[0], STORY[2], STORY[6], ticks("2026-11-26 16:01"), STORY[-1])


class Ground:
    """A migrated database with the team in it, as often as needed."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.template = folder / "template.db"
        self.folder = folder
        self.count = 0

    async def prepare(self) -> None:
        url = self.url if self.is_postgres else f"sqlite:///{self.template}"
        store = open_kept(lay(url))
        await store.write(roster)
        await store.close()

    @property
    def stride(self) -> int:
        return 3 if self.is_postgres else 1

    @property
    def is_postgres(self) -> bool:
        return self.url.startswith("postgres")

    async def fresh(self) -> str:
        """The address of a database as it is on the first morning."""
        if not self.is_postgres:
            self.count += 1
            path = self.folder / f"{self.count}.db"
            shutil.copy(self.template, path)
            return f"sqlite:///{path}"
        store = open_kept(self.url)
        await store.write(forget)
        await store.write(roster)
        await store.close()
        return self.url


@pytest.fixture
async def ground(database_url: str, tmp_path: Path) -> Ground:
    made = Ground(database_url, tmp_path)
    await made.prepare()
    return made


async def live(
    ground: Ground,
    fault: Fault,
    platform: Platform,
    fake: FakeWecom | None = None,
    story: Sequence[Callable[[Life], Any]] = STORY,
) -> dict[str, list[Any]]:
    """A whole story with one fault in it; what is true in the end."""
    life = Life(await ground.fresh(), platform, fault, fake)
    await life.run(*story)
    facts = await life.facts()
    assert await life.store.read(events.verify) is None
    await life.stop()
    return facts


def repeated(street: Street) -> list[str]:
    return [key for key, times in Counter(street.arrived).items() if times > 1]


async def test_the_undisturbed_story(ground: Ground) -> None:
    street = Street()
    facts = await live(ground, Fault(), street)

    kinds = Counter(kind for kind, *_ in facts["said"])
    assert kinds["reply"] == 4
    assert kinds.keys() == {"reply", "notice", "report", "reminder", "overdue", "escalation", "digest"}
    assert {state for _, _, state, *_ in facts["said"]} == {"sent"}
    assert {state for _, state in facts["heard"]} == {"done"}
    assert len(street.arrived) == len(set(street.arrived)) == len(facts["said"])


async def test_dying_at_any_commit_loses_and_repeats_nothing(ground: Ground) -> None:
    # Dead after one commit or dead before the next leaves the same database behind: each kind tries one of the two,
    # and SQLite, the quicker to begin anew, every single commit.
    after = ground.is_postgres
    quiet = Fault()
    expected = await live(ground, quiet, Street(), story=SHORT_STORY)
    total = quiet.seen["write"]
    assert total > 30

    for count in range(1, total + 1, ground.stride):
        street, fault = Street(), Fault("write", count, after)
        facts = await live(ground, fault, street, story=SHORT_STORY)

        assert fault.hit is not None, count
        assert facts == expected, (count, fault.hit)
        # What was sent and could not be recorded any more is all that may be repeated, once.
        assert len(street.arrived) <= len(expected["said"]) + 2, (count, fault.hit)
        assert repeated(street) == [] or after or "record" in fault.hit, (count, fault.hit, repeated(street))


async def test_dying_before_any_send_loses_and_repeats_nothing(ground: Ground) -> None:
    quiet = Fault()
    expected = await live(ground, quiet, Street(), story=SHORT_STORY)

    for count in range(1, quiet.seen["send"] + 1, ground.stride):
        street, fault = Street(), Fault("send", count)
        assert await live(ground, fault, street, story=SHORT_STORY) == expected, (count, fault.hit)
        assert fault.hit is not None
        # Others may have been under way when the process ended; this one was not.
        assert fault.hit not in repeated(street)


@pytest.mark.parametrize("lost", [False, True], ids=["died", "no answer"])
async def test_a_send_whose_answer_is_lost_is_repeated_once(ground: Ground, lost: bool) -> None:
    quiet = Fault()
    expected = await live(ground, quiet, Street(), story=SHORT_STORY)

    for count in range(1, quiet.seen["send"] + 1, ground.stride):
        street, fault = Street(), Fault("send", count, after=True, lost=lost)
        assert await live(ground, fault, street, story=SHORT_STORY) == expected, (count, fault.hit)
        assert fault.hit is not None
        assert Counter(street.arrived)[fault.hit] == 2
        if lost:
            assert repeated(street) == [fault.hit]
        assert max(Counter(street.arrived).values()) == 2


async def test_wecom_holds_even_that_repetition_back(tmp_path: Path) -> None:
    ground = Ground("sqlite:", tmp_path)
    await ground.prepare()
    quiet = Fault()
    merging = Street()
    merging.pace = WecomApp.pace
    expected = await live(ground, quiet, merging, story=SHORT_STORY)

    for count in range(1, quiet.seen["send"] + 1):
        fault = Fault("send", count, after=True)
        async with FakeWecom() as fake:
            fake.people |= TEAM.keys()
            platform = WecomApp(
                corp_id=fake_wecom.CORP_ID,
                agent_id=fake_wecom.AGENT_ID,
                secret=fake_wecom.SECRET,
                api_base=fake.base_url,
            )
            facts = await live(ground, fault, platform, fake, SHORT_STORY)
            await platform.close()

        assert facts == expected
        for target in TEAM:
            wanted = [text for _, to, _, _, text, _ in expected["said"] if to == target]
            # What waited for the same person came as one message.
            read = "\n\n".join(sent.text for sent in fake.sent if sent.kind != "file" and sent.to == target)
            assert [read.count(text) for text in wanted] == [1] * len(wanted)
            assert len(read) == len("\n\n".join(wanted))
        assert fake.dropped
        # A file is uploaded anew under another id, by which WeCom cannot know it again.
        files = [(sent.to, sent.file) for sent in fake.sent if sent.kind == "file"]
        assert set(files) == {("boss7", "日报-邵晴-2026-11-24.pdf")}
        (report,) = [text for kind, _, _, _, text, _ in expected["said"] if kind == "report"]
        assert len(files) == 1 + [sent.text for sent in fake.dropped].count(report)


async def test_an_outcome_the_database_cannot_take_is_not_forgotten(ground: Ground) -> None:
    """The process lives, the send was answered, and only then the database is away for a while."""
    life = Life(await ground.fresh(), street := Street(), Fault())
    await life.run(STORY[0])
    await STORY[2](life)
    await life.app.worker.drain()
    inner, away = life.store.write, 3

    async def write(work: Any, lane: Any = "work") -> Any:
        nonlocal away
        if "record" in name_of(work) and away:
            away -= 1
            raise StoreUnavailable("away")
        return await inner(work, lane)

    setattr(life.store, "write", write)  # noqa: B010
    with pytest.raises(StoreUnavailable):
        await life.app.delivery.drain()
    life.clock.set(life.clock.now() + timedelta(hours=1))
    with contextlib.suppress(StoreUnavailable):
        await life.app.delivery.drain()
    await life.settle()

    assert away == 0
    assert repeated(street) == []
    assert {state for _, _, state, *_ in (await life.facts())["said"]} == {"sent"}
    await life.stop()


async def test_a_database_away_during_the_work_gives_the_messages_back_at_once(ground: Ground) -> None:
    life = Life(await ground.fresh(), Street(), Fault())
    await life.begin()
    for number in range(3):
        await hears("2026-11-24 09:20", "rep1", f"m{number}", f"【承诺】给青禾食品寄第{number}批样品 周五")(life)
    inner, away = life.store.write, True

    async def write(work: Any, lane: Any = "work") -> Any:
        if away and "_handled" in name_of(work):
            raise StoreUnavailable("away")
        return await inner(work, lane)

    setattr(life.store, "write", write)  # noqa: B010
    with pytest.raises(StoreUnavailable):
        await life.app.worker.drain()
    away = False
    before = life.clock.now()

    assert await life.app.worker.drain() == 3
    assert life.clock.now() == before
    facts = await life.facts()
    assert facts["heard"] == [("m0", "done"), ("m1", "done"), ("m2", "done")]
    assert [subject for _, _, subject, _ in facts["events"]] == ["commitment:1", "commitment:2", "commitment:3"]
    await life.stop()
