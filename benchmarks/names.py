"""Matching a client's name, against comparing it with every name there is.

One generated directory, one list of shortened and misspelt mentions, two ways in the same run: `Directory.mention`
and rapidfuzz's `process.extract` with `fuzz.ratio` over all names. The ratio is what counts.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

from rapidfuzz import fuzz, process

from handlers.language.names import Directory

_SIZES = (10_000, 100_000)
_MENTIONS = 200
# Names are built from characters, so that directories of any size have as many brands as real ones.
_PLACE_FIRST = "青云柏松榆禾沂霁澄梧沐临望东西南北丰安宁清汐霞碧溪洛湄岚嵩泾淮涪沅湘岷郁荔莆"
_PLACE_LAST = "岚汐原陵湾川源州塘岭阳溪江陂坪屿渡口丘坪浦泉港桥滩冈洲崖林坝埠垸墩岗冲"
_BRAND = (
    "远恒瑞嘉启鸿锦泰宏博天华新德盛铭佳聚凯正优康槐达祥和科晟图业腾峰泽鑫诚翔润乐朗信维益航茂昌隆兴裕顺通利广永"
    "长久福禄寿喜庆吉祺瑜瑾璟琪琳珂玮珑璐莹莱菲芸芷荃荷莲菱萱葵蓝蔚薇"
)
_DISTRICTS = ("市", "县", "区", "市城东", "县河口镇", "市高新区")
_TRADES = ("精密机械", "电子科技", "建筑安装", "医疗器械", "食品", "包装材料", "物流", "塑料制品", "五金", "环保设备")
_FORMS = ("有限公司", "股份有限公司", "有限责任公司", "厂")
_INSTITUTES = ("第{}人民医院", "第{}中学", "第{}小学", "中医院", "妇幼保健院", "实验学校")


def generate(size: int, seed: int = 1) -> list[str]:
    """`size` different invented names of companies, hospitals and schools."""
    dice = random.Random(seed)
    pick = dice.choice
    names: dict[str, None] = {}
    while len(names) < size:
        place = pick(_PLACE_FIRST) + pick(_PLACE_LAST) + pick(_DISTRICTS)
        brand = "".join(pick(_BRAND) for _ in range(dice.choice((2, 2, 3))))
        if len(names) % 4:
            names[place + brand + pick(_TRADES) + pick(_FORMS)] = None
        else:
            names[place + brand + pick(_INSTITUTES).format(pick("一二三四五六七八九"))] = None
    return list(names)


def shorten(names: Sequence[str], count: int, seed: int = 2) -> list[str]:
    """`count` mentions of some of `names`: without place, without legal form, or with a character left out."""
    dice = random.Random(seed)
    mentions = []
    for name in dice.sample(names, count):
        text = name[2:] if dice.random() < 0.5 else name.removesuffix("有限公司")
        at = dice.randrange(1, len(text))
        mentions.append(text[:at] + text[at + 1 :] if dice.random() < 0.3 else text)
    return mentions


def _microseconds(act: Callable[[str], object], mentions: Sequence[str]) -> list[float]:
    times = []
    for mention in mentions:
        began = time.perf_counter()
        act(mention)
        times.append((time.perf_counter() - began) * 1e6)
    return sorted(times)


def main() -> None:
    """Print microseconds per mention for both ways and how many times faster the directory is."""
    print(f"{'names':>8} {'build s':>8} {'p50 µs':>8} {'p99 µs':>8} {'exhaustive p50 µs':>18} {'times faster':>13}")
    for size in _SIZES:
        names = generate(size)
        mentions = shorten(names, _MENTIONS)
        began = time.perf_counter()
        directory = Directory((key, name, ()) for key, name in enumerate(names))
        built = time.perf_counter() - began
        ours = _microseconds(directory.mention, mentions)

        def exhaustive(mention: str, names: list[str] = names) -> object:
            return process.extract(mention, names, scorer=fuzz.ratio, limit=5)

        theirs = _microseconds(exhaustive, mentions)
        half, most = len(ours) // 2, len(ours) * 99 // 100
        faster = theirs[half] / ours[half]
        print(f"{size:8} {built:8.2f} {ours[half]:8.0f} {ours[most]:8.0f} {theirs[half]:18.0f} {faster:12.1f}×")


if __name__ == "__main__":
    main()
