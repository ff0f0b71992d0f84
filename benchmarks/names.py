"""Matching a client's name, against comparing it with every name there is.

Invented directories of 10,000, 100,000 and a million names, one list of shortened and misspelt mentions, two ways in
the same process: the bot's directory, in memory or in a file as the bot would keep it, and rapidfuzz's
`process.extract` with `fuzz.ratio` over all names. The ratio is what counts. Every size has a process of its own, so
that its memory is its own, too. Times are the processor's: what else the machine does is not counted.
"""

from __future__ import annotations

import math
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import fuzz, process

from bot.client_file import FileDirectory
from bot.client_index import IN_MEMORY
from handlers.language.names import Directory

_SIZES = (10_000, 100_000, 1_000_000)
_MENTIONS = 200
_EXHAUSTIVE = 20
_ADDED = 50
# The characters of everyday writing (GB 2312, level 1) but for numerals: brands and places are as various as real ones.
_EVERYDAY = [
    bytes((row, column)).decode("gb2312")
    for row in range(0xB0, 0xD7)
    for column in range(0xA1, 0xFF if row < 0xD6 else 0xFA)
]
_BRAND = tuple(char for char in _EVERYDAY[::3] if char not in "零一二三四五六七八九十百")
_PLACE_FIRST = _BRAND[::6]
_PLACE_LAST = tuple("岚汐原陵湾川源州塘岭阳溪江陂坪屿渡口丘浦泉港桥滩冈洲崖林坝埠垸墩岗冲")
_DISTRICTS = ("市", "县", "区", "市城东", "县河口镇", "市高新区")
_TRADES = ("精密机械", "电子科技", "建筑安装", "医疗器械", "食品", "包装材料", "物流", "塑料制品", "五金", "环保设备")
_FORMS = ("有限公司", "股份有限公司", "有限责任公司", "厂")
_INSTITUTES = ("第{}人民医院", "第{}中学", "第{}小学", "中医院", "妇幼保健院", "实验学校")


_LINES = (
    "给{}寄样 周三",
    "明天下午去{}送两台打印机，顺便问一下交期",
    "{}的李总说价格太高，希望下周再谈一次，另外把上个月的发票补给他们",
    "谁负责{}？",
)


def generate(size: int) -> list[str]:
    """`size` different invented names of companies, hospitals and schools."""
    return list(stream(size))


def stream(size: int) -> Iterator[str]:
    """The names of `generate`, one by one: a million need not be in memory."""
    companies = tuple(trade + form for trade in _TRADES for form in _FORMS)
    institutes = tuple(dict.fromkeys(each.format(number) for each in _INSTITUTES for number in "一二三四五六七八九"))
    place = (_PLACE_FIRST, _PLACE_LAST, _DISTRICTS, _BRAND, _BRAND)
    kinds = [(*place, companies), (*place, _BRAND, companies), (*place, companies), (*place, _BRAND, institutes)]
    mixed = [_scatter(math.prod(map(len, parts))) for parts in kinds]
    for number in range(size):
        parts = kinds[number % len(kinds)]
        left = number * mixed[number % len(kinds)] % math.prod(map(len, parts))
        name = ""
        for choices in parts:
            left, at = divmod(left, len(choices))
            name += choices[at]
        yield name


def _scatter(combinations: int) -> int:
    """A step by which neighbouring numbers become distant ones, and no two of them the same."""
    step = round(combinations * 0.618)
    while math.gcd(step, combinations) > 1:
        step += 1
    return step


def shorten(names: Sequence[str], count: int, seed: int = 2) -> list[str]:
    """`count` mentions of some of `names`: without place, without legal form, or with a character left out."""
    dice = random.Random(seed)
    mentions = []
    for name in dice.sample(names, count):
        text = name[2:] if dice.random() < 0.5 else name.removesuffix("有限公司")
        at = dice.randrange(1, len(text))
        mentions.append(text[:at] + text[at + 1 :] if dice.random() < 0.3 else text)
    return mentions


def _milliseconds(act: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    times = []
    for text in texts:
        began = time.process_time()
        act(text)
        times.append((time.process_time() - began) * 1e3)
    return sorted(times)


class Figures(NamedTuple):
    """What was measured of one directory: seconds to build, megabytes of memory and disk, milliseconds for the rest."""

    names: int
    build: float
    memory: float
    disk: float
    reopen: float
    add: float
    mention: float
    mention_99: float
    message: float
    message_99: float
    exhaustive: float


def _memory() -> float:
    """The most memory this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def measure(size: int) -> Figures:
    """The figures of an invented directory of `size` names, in memory or in a file as the bot would keep it."""
    Directory([(1, next(stream(1)), ())]).mention("预热")
    before = _memory()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clients.names"
        entries = ((key, name, ()) for key, name in enumerate(stream(size)))
        began = time.process_time()
        directory: Directory | FileDirectory
        directory = Directory(entries) if size <= IN_MEMORY else FileDirectory.build(path, entries)
        build = time.process_time() - began
        began = time.process_time()
        if isinstance(directory, FileDirectory):
            directory.close()
            directory = FileDirectory(path)
        reopen = (time.process_time() - began) * 1e3
        names = generate(size) if size <= IN_MEMORY else []
        mentions = shorten(names or [name for at, name in enumerate(stream(size)) if at % 97 == 0], _MENTIONS)
        lines = [_LINES[at % len(_LINES)].format(mention) for at, mention in enumerate(mentions)]
        mention = _milliseconds(directory.mention, mentions)
        message = _milliseconds(directory.message, lines)
        began = time.process_time()
        for number in range(_ADDED):
            directory.put(size + number, f"青岚市第{number}机床附件厂")
        add = (time.process_time() - began) * 1e3 / _ADDED
        memory = _memory() - before
        disk = sum(each.stat().st_size for each in Path(folder).iterdir()) / (1 << 20)
        if isinstance(directory, FileDirectory):
            directory.close()
    names = names or generate(size)
    exhaustive = _milliseconds(lambda text: process.extract(text, names, scorer=fuzz.ratio), mentions[:_EXHAUSTIVE])
    half, most = _MENTIONS // 2, _MENTIONS * 99 // 100
    return Figures(
        size, build, memory, disk, reopen, add,
        mention[half], mention[most], message[half], message[most], exhaustive[_EXHAUSTIVE // 2],
    )  # fmt: skip


def main() -> None:
    """Print a line for each size, and how many times faster than all names the directory answers."""
    print(
        f"{'names':>8} {'build s':>8} {'memory MB':>10} {'disk MB':>8} {'reopen ms':>10} {'add ms':>7}"
        f" {'mention p50/p99 ms':>19} {'message p50/p99 ms':>19} {'exhaustive ms':>14} {'faster':>7}"
    )
    for size in _SIZES:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            found = pool.submit(measure, size).result()
        print(
            f"{size:8} {found.build:8.1f} {found.memory:10.0f} {found.disk:8.0f} {found.reopen:10.0f} {found.add:7.2f}"
            f" {found.mention:9.1f} /{found.mention_99:8.1f} {found.message:9.1f} /{found.message_99:8.1f}"
            f" {found.exhaustive:14.1f} {found.exhaustive / found.mention:6.0f}×"
        )


if __name__ == "__main__":
    main()
