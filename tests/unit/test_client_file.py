"""A directory in a file: the same answers as in memory, kept over restarts, and never trusted when it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.names import generate, shorten
from bot.client_file import FileDirectory, IndexBroken, IndexInUse
from handlers.language.names import Alias, Directory, Match

ENTRIES: list[tuple[int, str, tuple[str | Alias, ...]]] = [
    (1, "青岚市协安医院", ("东边那栋", Alias("老槐树", 7))),
    (2, "青岚市第一人民医院", ("市一",)),
    (3, "云汐县第三中学", ()),
    (4, "青岚远槐精密机械有限公司", ()),
    (5, "柏原TKR电子有限公司", ()),
]


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[FileDirectory]:
    directory = FileDirectory.build(tmp_path / "clients.names", ENTRIES, {"upto": "12"})
    yield directory
    directory.close()


def test_answers_are_those_of_a_directory_in_memory(tmp_path: Path) -> None:
    names = generate(3_000)
    entries = [(key, name, ()) for key, name in enumerate(names)]
    in_memory, in_file = Directory(entries), FileDirectory.build(tmp_path / "clients.names", entries)
    for text in (*shorten(names, 150), *names[:20], "海棠贸易", "中医院"):
        expected, found = in_memory.mention(text), in_file.mention(text)
        assert (found.key, found.ask) == (expected.key, expected.ask), text
        line = f"明天下午给{text}送两台打印机"
        assert in_file.message(line).span == in_memory.message(line).span, line
    in_file.close()


@pytest.mark.parametrize(
    ("mention", "key"),
    [("协安", 1), ("青岚一院", 2), ("云汐三中", 3), ("远怀精密机械", 4), ("ＴＫＲ", 5), ("五中", None)],
)
def test_mention_is_linked(directory: FileDirectory, mention: str, key: int | None) -> None:
    assert directory.mention(mention).key == key


def test_message_finds_the_full_name_that_leads_with_its_place(directory: FileDirectory) -> None:
    for line in ("拜访青岚市协安医院谈好了", "拜访青岚远槐精密机械谈好了"):
        assert directory.message(line).key in {1, 4}
    assert directory.names_at("见青岚远槐精密机械了", 1, None) == [8]


def test_what_a_team_taught_is_known_to_that_team_only(directory: FileDirectory) -> None:
    assert directory.seen_by(7).mention("老槐树").key == 1
    assert directory.seen_by(8).mention("老槐树") == Match(())
    assert directory.seen_by(8).mention("东边那栋").key == 1


def test_changes_are_kept_when_the_file_is_opened_again(directory: FileDirectory, tmp_path: Path) -> None:
    with directory.changing():
        directory.put(1, "青岚市榆钱诊所")
        directory.put(6, "霞浦岭松果贸易有限公司")
        directory.remove(3)
        directory.note("upto", "15")
    directory.close()
    again = FileDirectory(tmp_path / "clients.names")
    assert (len(again), again.noted("upto"), again.name(6)) == (5, "15", "霞浦岭松果贸易有限公司")
    assert [again.mention(text).key for text in ("协安", "榆钱诊所", "松果贸易", "云汐三中")] == [None, 1, 6, None]
    assert [again.count_pair(pair) for pair in ("榆钱", "协安", "三中")] == [1, 0, 0]
    again.close()


def test_a_change_that_fails_leaves_everything_as_it_was(directory: FileDirectory) -> None:
    def half() -> None:
        with directory.changing():
            directory.put(1, "青岚市榆钱诊所")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert (len(directory), directory.mention("协安").key, directory.noted("upto")) == (5, 1, "12")
    assert directory.mention("榆钱诊所") == Match(())


def test_nobody_else_may_have_it_open(directory: FileDirectory, tmp_path: Path) -> None:
    assert len(directory) == 5
    with pytest.raises(IndexInUse):
        FileDirectory(tmp_path / "clients.names")
    with pytest.raises(IndexInUse):
        FileDirectory.build(tmp_path / "clients.names", [])
    assert sorted(path.name for path in tmp_path.iterdir() if "-" not in path.name) == ["clients.names"]


def test_a_damaged_or_missing_file_is_told_from_a_good_one(directory: FileDirectory, tmp_path: Path) -> None:
    directory.close()
    path = tmp_path / "clients.names"
    good = path.read_bytes()
    for bad in (b"", b"not a database at all" * 400, good[:3000]):
        path.write_bytes(bad)
        with pytest.raises(IndexBroken):
            FileDirectory(path)
    with pytest.raises(IndexBroken):
        FileDirectory(tmp_path / "elsewhere.names")
    sound = tmp_path / "sound.names"
    sound.write_bytes(good)
    FileDirectory(sound).close()


def test_a_name_nobody_put_is_a_key_error(directory: FileDirectory) -> None:
    with pytest.raises(KeyError):
        directory.name(99)


def test_a_name_of_everyday_words_is_found_until_it_is_removed(directory: FileDirectory) -> None:
    line = "跟明天广告约了周四谈价格"
    assert directory.message(line) == Match(())
    directory.put(9, "云汐明天广告有限公司", (Alias("今日装饰工程", 7),))
    assert directory.message(line).key == 9
    assert directory.seen_by(7).message("今日装饰尾款还没回").key == 9
    assert directory.message("今日装饰尾款还没回") == Match(())
    directory.remove(9)
    assert directory.message(line) == Match(())
