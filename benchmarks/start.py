"""The start: from the command line to the first acknowledged callback, and to the bot being all there.

    python -m benchmarks.start [--rounds 5]

`python main.py serve` as a process of its own on a migrated database, one WeCom app configured. Beside it, in every
round, a process that only imports what such a bot is built of. The fewest of all rounds count; on a machine that others
use, trust the seconds of a processor and their ratio more than the seconds of the clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import webhook
from benchmarks.webhook import callbacks, databases
from storage import migrate

MAIN = Path(__file__).resolve().parents[1] / "main.py"
BARE = "import aiohttp, sqlmodel, apscheduler, wechatpy.enterprise"
ROUNDS = 5
PATIENCE = 60.0
LOOK_SECONDS = 0.002


class Mark(NamedTuple):
    """Where a process stands: seconds since its command, seconds of a processor it has used, resident MB."""

    seconds: float
    work: float
    memory: float

    @classmethod
    def of(cls, process: psutil.Process, began: float) -> Self:
        """The mark of a running process."""
        used = process.cpu_times()
        return cls(time.perf_counter() - began, used.user + used.system, process.memory_info().rss / 1e6)

    @classmethod
    def least(cls, marks: Iterable[Mark]) -> Self:
        """The least of every figure."""
        return cls(*map(min, zip(*marks, strict=True)))


class Start(NamedTuple):
    """What a start came to: listening, its first callback acknowledged, everything loaded."""

    listening: Mark
    acknowledged: Mark
    loaded: Mark


def bare() -> Mark:
    """The process that only imports."""
    began = time.perf_counter()
    # It waits at the end, so that it can be looked at.
    with subprocess.Popen(
        [sys.executable, "-c", f"{BARE}\nprint(flush=True)\ninput()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        mark = Mark.of(psutil.Process(child.pid), began)
        child.communicate(b"\n")
    return mark


def start(url: str) -> Start:
    """One start on this database. Raises RuntimeError when it comes to nothing."""
    port = _free_port()
    callback = next(callbacks(f"{secrets.randbelow(10**9):09}"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        # In an empty folder, so that nobody's settings are read.
        with subprocess.Popen(
            [sys.executable, str(MAIN), "serve", "--port", str(port)],
            cwd=folder,
            env=_environment(url),
            stderr=subprocess.DEVNULL,
        ) as child:
            try:
                process = psutil.Process(child.pid)
                _until(child, port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                listening = Mark.of(process, began)
                _until(child, port, callback)
                acknowledged = Mark.of(process, began)
                _until(child, port, b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                return Start(listening, acknowledged, Mark.of(process, began))
            finally:
                child.terminate()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port


def _environment(url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WECOM", "DINGTALK"))}
    return kept | {
        "DATABASE_URL": url,
        "LOG_LEVEL": "ERROR",
        "WECOM_CORP_ID": webhook.CORP_ID,
        "WECOM_AGENT_ID": "1",
        "WECOM_SECRET": "benchmark",
        "WECOM_TOKEN": webhook.TOKEN,
        "WECOM_AES_KEY": webhook.AES_KEY,
        "WECOM_API_BASE": "http://127.0.0.1:9",
    }


def _until(child: subprocess.Popen[bytes], port: int, request: bytes) -> None:
    """Asks until the answer is 200."""
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until and child.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as asked:
            asked.sendall(request)
            if asked.recv(4096).startswith(b"HTTP/1.1 200"):
                return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError("the bot did not start")


def _table(found: dict[str, str], rounds: int) -> Table:
    for url in found.values():
        asyncio.run(migrate.examine(url, upgrade_first=True))
    compared: list[Mark] = []
    starts: dict[str, list[Start]] = {name: [] for name in found}
    # A round more than is counted: the first one reads the files.
    for _ in range(rounds + 1):
        compared.append(bare())
        for name, url in found.items():
            starts[name].append(start(url))
    base = Mark.least(compared[1:])
    table = Table(title=f"From the command line on, the least of {rounds}", title_justify="left")
    for column in ("process", "until", "seconds", "× bare", "s of CPU", "× bare by CPU", "memory MB"):
        table.add_column(column, justify="left" if column in {"process", "until"} else "right")

    def row(name: str, until: str, mark: Mark) -> None:
        ratios = mark.seconds / base.seconds, mark.work / base.work
        shown = f"{mark.seconds:.2f}", f"{ratios[0]:.2f}", f"{mark.work:.2f}", f"{ratios[1]:.2f}", f"{mark.memory:.0f}"
        table.add_row(name, until, *shown)

    row("bare", "all is imported", base)
    for name, measured in starts.items():
        columns = zip(*measured[1:], strict=True)
        for until, marks in zip(("it listens", "first callback acknowledged", "all is loaded"), columns, strict=True):
            row(name, until, Mark.least(marks))
    return table


@click.command()
@click.option("--rounds", default=ROUNDS, show_default=True)
def main(rounds: int) -> None:
    """From the command line to the first acknowledged callback."""
    with databases() as found:
        Console(width=120).print(_table(found, rounds))


if __name__ == "__main__":
    main()
