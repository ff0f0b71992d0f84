"""Every benchmark, one after the other: `python -m benchmarks`. Each can be run alone: `python -m benchmarks.names`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Runs every module of this folder as a program and returns how many of them failed."""
    failed = 0
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem.startswith("_"):
            continue
        sys.stdout.write(f"\n== {path.stem}\n")
        sys.stdout.flush()
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
