"""Texts made to be slow to understand: a fixed family, and a search for worse ones.

`python -m benchmarks.hostile` tells the slowest of the family, absolutely and against a plain message in the same run,
read as a commitment, and read as a report, a lead and a contact with what is slow for those.
`python -m benchmarks.hostile 60` also climbs from the family for that many seconds and tells what it found; what beats
the family belongs into it.
"""

from __future__ import annotations

import functools
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.calendar import Calendar
from handlers.language.clauses import understand
from handlers.language.contact import read_contact
from handlers.language.lead import read_lead
from handlers.language.report import read_report

LENGTH = 2000
PLAIN = "【承诺】周三前给老丁家送试用装"
# Each is repeated until the text is full; most were found by the search below.
FAMILY = (
    "全部下下周三9:30明年节后以上【承诺】①尽快(1)@20个工作日要发的Q1尽快截止到(1)最迟全部",
    "12月4日（周五）@20个工作日都明年(1)【承诺】；节后内",
    "1. 截止时间：下下周三截止时间：截止时间：截止时间：周三到周五5点【承诺】）@给今天周二前",
    "要发的1/2寄样截止时间：截止时间： 2、把至的尽快把一最迟12月4日（周五）@周三或周四下午3点周【承诺】",
    "下下周三明天2、，都周三前；1/2【承诺】周二前晚上", "@至【承诺】以上报价5点9999个工作日", "国庆前\n",
    "周一寄样，周二报价\n", "1. 寄样 周三\n", "寄样周三，", "12月4日（周五）", "999个工作日内 ", "@吴越", "下下周三",
    "3-5天", "一", "（", "\n", "①", "都，", "截止时间：", "【承诺】", "1/2 ", "两",
)  # fmt: skip
PIECES = (
    "\n", "；", "，", "、", " ", "1. ", "2、", "①", "(1)", "【承诺】", "@吴越", "@", "今天", "周二前", "周三或周四",
    "周三到周五", "11月3日", "12月4日（周五）", "9:30", "5点", "下午3点", "2小时", "99个工作日内", "9999个工作日",
    "半天",
    "月底", "年前", "国庆前", "节后", "最迟", "截止时间：", "尽快", "都", "全部", "以上", "给", "寄样", "报价", "的",
    "要发的", "把", "3-5天", "1/2", "12.5", "8.", "一", "十", "前", "内", "周", "Q1", "明年", "2026年", "下下周三",
    "晚上", "x", "货", "（", "）", "到", "-", "2027年", "每天", "从", "是", "改成",
)  # fmt: skip
# What is slow in a report, a lead or a contact, besides.
OTHERS = (
    "没有问题，", "（今天拜访了）", "今天 ", "明日计划 ", "拜访客户 a\n", "|a|\n", "(1)", "1、a\n", "；",
    "需要领导来支持", "提了三条：1、",
    "王 ", "a,", "王总", "介绍来的", "客户：", "预算30万", "13912340001 ", "@a", "医院 ",
)  # fmt: skip
READERS: dict[str, Callable[[str], object]] = {
    "report": read_report,
    "lead": lambda text: read_lead(f"线索 {text}"),
    "contact": lambda text: read_contact(f"跟进 {text}"),
}
_CALENDAR = Calendar()
_NOW = datetime(2026, 11, 24, 10, tzinfo=_CALENDAR.zone)


def fill(unit: str) -> str:
    """A commitment of `LENGTH` characters made of `unit` over and over."""
    return ("【承诺】" + unit * LENGTH)[:LENGTH]


def vary(unit: str) -> str:
    """As `fill`, with another character after each `unit`, so that no line is read for the price of an earlier one."""
    others = "".join(unit + chr(0x4E00 + 37 * number % 3000) for number in range(LENGTH // len(unit) + 1))
    return ("【承诺】" + others)[:LENGTH]


def milliseconds(text: str, rounds: int, read: Callable[[str], object] | None = None) -> float:
    """Processor time to `read` a text, by default as a commitment; the best of `rounds`."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        if read is None:
            understand(text, _NOW, _CALENDAR)
        else:
            read(text)
        best = min(best, time.process_time() - began)
    return best * 1e3


def _cost(build: Callable[[str], str], unit: str) -> float:
    return milliseconds(build(unit), 2)


def climb(seconds: float, measure: Callable[[str], float], seed: int = 1) -> list[tuple[float, str]]:
    """The worst units a random search from the family finds in about `seconds`, by `measure`."""
    dice = random.Random(seed)
    best: list[tuple[float, Sequence[str]]] = sorted(((measure(unit), [unit]) for unit in FAMILY), reverse=True)
    best = best[:10]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        unit = list(dice.choice(best)[1])
        place = dice.randrange(len(unit) + 1)
        if dice.random() < 0.5:
            unit.insert(place, dice.choice(PIECES))
        else:
            unit[place : place + 1] = [dice.choice(PIECES)] if dice.random() < 0.6 else []
        if not unit or any(unit == known for _, known in best):
            continue
        cost = measure("".join(unit))
        if cost > best[-1][0]:
            best = sorted([*best[:-1], (cost, unit)], key=lambda row: row[0], reverse=True)
    return [(cost, "".join(unit)) for cost, unit in best]


def main() -> None:
    """Print the slowest texts of the family, and with a number of seconds as argument the slowest found by search."""
    plain = milliseconds(PLAIN, 200)
    print(f"{len(FAMILY)} hostile texts of {LENGTH} characters; a plain message takes {plain:.3f} ms")
    builds: dict[str, Callable[[str], str]] = {"repeated": fill, "varied": vary}
    for name, build in builds.items():
        costs = sorted(((milliseconds(build(unit), 7), unit) for unit in FAMILY), reverse=True)
        median, (worst, unit) = costs[len(costs) // 2][0], costs[0]
        print(f"  {name:8} median {median:5.1f} ms   {median / plain:5.0f} × a plain message")
        print(f"  {name:8} worst  {worst:5.1f} ms   {worst / plain:5.0f} × a plain message   {unit!r}")
        if len(sys.argv) > 1:
            found = climb(float(sys.argv[1]) / 2, functools.partial(_cost, build))
            for cost, unit in found[:3]:
                print(f"  {name:8} found  {cost:5.1f} ms   {cost / plain:5.0f} × a plain message   {unit!r}")
    for kind, read in READERS.items():
        for name, build in builds.items():
            texts = [build(unit).removeprefix("【承诺】") for unit in (*FAMILY, *OTHERS)]
            costs = sorted(((milliseconds(text, 5, read), text[:12]) for text in texts), reverse=True)
            median, (worst, begin) = costs[len(costs) // 2][0], costs[0]
            print(f"  {kind:8} {name:8} median {median:5.1f} ms   worst {worst:5.1f} ms   {begin!r}")


if __name__ == "__main__":
    main()
