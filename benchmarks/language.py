"""Understanding a commitment, against finding its date alone, and what the language layer costs at the start.

One generated corpus, two ways in the same run: `commitments` reads prefix, items, mentions, matter and deadline;
JioNLP's `extract_time` only finds and reads the times. The ratio is what counts. JioNLP is no dependency of ours:
without it the row is left out. Both get every message once before they are timed, so that nothing is compiled then.
"""

from __future__ import annotations

import importlib
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from bot.calendar import Calendar
from handlers.language.clauses import commitments

_MESSAGES = 300
_ROUNDS = 5
_STARTS = 9
_CALENDAR = Calendar()
_NOW = datetime(2026, 11, 24, 10, tzinfo=_CALENDAR.zone)
_PREFIXES = ("【承诺】", "【承诺】", "[承诺] ", "承诺：", "#承诺 ")
_DEADLINES = (
    "{weekday}", "{weekday}前", "下{weekday}上午", "本周五下班前", "明天下午{hour}点", "后天中午前", "今晚{hour}点半",
    "{day}号", "{month}月{day}日", "{month}/{day}", "{month}月{day}号之前", "月底前", "下月中旬", "季度末", "年底前",
    "{few}天内", "{few}个工作日内", "{few}小时内", "半个月内", "两周内", "春节前", "节后", "最迟{weekday}",
    "截止{month}月{day}日", "{weekday}到周五", "上午{hour}:30", "11月底",
)  # fmt: skip
_WHO = ("老丁家", "北岸商贸", "青禾门店", "榆林路药房", "海桐仓库", "晓峰那边", "研究院", "三家新店")
_ACTS = ("送试用装", "报换新的方案", "把合同签回来", "补齐上季度的票", "上门装机", "催一下尾款", "确认装修图纸",
         "寄两套样册", "安排培训", "做一次回访", "更新价格表", "把库存盘清", "约总监见面", "交巡店总结")  # fmt: skip
_SHAPES = ("{due}给{who}{act}", "给{who}{act} {due}", "给{who}{act}，{due}", "{due} {who}{act}", "跟{who}{due}{act}")


def generate(count: int, seed: int = 1) -> list[str]:
    """`count` different invented commitments, most of one item, one in six of several lines or with a mention."""
    dice = random.Random(seed)
    pick = dice.choice

    def item() -> str:
        due = pick(_DEADLINES).format(
            weekday="周" + pick("一二三四五"),
            hour=pick("234567"),
            day=dice.randint(1, 28),
            month=pick((11, 12, 1, 3)),
            few=dice.randint(2, 9),
        )
        return pick(_SHAPES).format(due=due, who=pick(_WHO), act=pick(_ACTS))

    messages: dict[str, None] = {}
    while len(messages) < count:
        kind = dice.randrange(12)
        text = pick(_PREFIXES) + item()
        if kind == 0:
            text = pick(_PREFIXES) + "\n" + "\n".join(f"{number}. {item()}" for number in (1, 2, 3))
        elif kind == 1:
            text = f"@小诺 {text} @何晓舟"
        messages[text] = None
    return list(messages)


def microseconds(act: Callable[[str], object], messages: Sequence[str]) -> float:
    """The time for one message, on the average of the best of several rounds over all of them."""
    best = float("inf")
    for _ in range(_ROUNDS + 1):
        began = time.perf_counter()
        for message in messages:
            act(message)
        best = min(best, time.perf_counter() - began)
    return best / len(messages) * 1e6


def _date_finder() -> Callable[[str], object] | None:
    """JioNLP's search for times in a text; None when it is not installed."""
    try:
        jionlp = importlib.import_module("jionlp")
    except ImportError:
        return None
    base = _NOW.timestamp()

    def find(message: str) -> object:
        return jionlp.ner.extract_time(message, time_base=base, with_parsing=True)

    return find


# The peak is read from /proc, because a child inherits its parent's peak in what `resource` tells.
_PEAK = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])"
_LAYER = "import handlers.language.clauses, handlers.language.text"


def _milliseconds_of_imports(code: str, compiled: str) -> float:
    """What `-X importtime` adds up to for a fresh process that runs `code`, the interpreter's own modules included."""
    done = _run(["-X", "importtime", "-c", code], compiled)
    rows = re.findall(r"^import time:\s+(\d+) \|", done.stderr, re.MULTILINE)
    return sum(map(int, rows)) / 1e3


def _run(arguments: Sequence[str], compiled: str) -> subprocess.CompletedProcess[str]:
    """A fresh interpreter that keeps its compiled modules in `compiled`, wherever the settings of this one say."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=Path(__file__).parent.parent,
        env=environment | {"PYTHONPYCACHEPREFIX": compiled},
        capture_output=True,
        text=True,
        check=True,
    )


def cost_of_start() -> tuple[float, float, float]:
    """Milliseconds of imports of a bare interpreter, and of the language layer on top of it; its process's peak in MB.

    Of several runs by turns the quickest are taken, being the least disturbed; the first one compiles.
    """
    with tempfile.TemporaryDirectory() as compiled:
        runs = [
            (_milliseconds_of_imports("pass", compiled), _milliseconds_of_imports(_LAYER, compiled))
            for _ in range(_STARTS)
        ]
        peak = int(_run(["-c", f"{_LAYER}; {_PEAK}"], compiled).stdout) / 1024
    bare, whole = (min(column) for column in zip(*runs, strict=True))
    return bare, whole - bare, peak


def main() -> None:
    """Print microseconds per message, the ratio to JioNLP where it is installed, and the cost of the import."""
    messages = generate(_MESSAGES)
    length = statistics.mean(map(len, messages))
    print(f"{len(messages)} commitments of {length:.0f} characters on the average")
    ours = microseconds(lambda message: commitments(message, _NOW, _CALENDAR), messages)
    print(f"  understood whole           {ours:8.0f} µs")
    find = _date_finder()
    if find is None:
        print("  JioNLP                     not installed, left out")
    else:
        theirs = microseconds(find, messages)
        print(f"  JioNLP, the date alone     {theirs:8.0f} µs   ours takes {ours / theirs:.2f} of it")
    if Path("/proc/self/status").exists():
        bare, added, peak = cost_of_start()
        print(
            f"import of the language layer: {added:.0f} ms on top of {bare:.0f} ms of a bare interpreter, "
            f"{added / bare:.1f} × it; the whole process {peak:.0f} MB"
        )


if __name__ == "__main__":
    main()
