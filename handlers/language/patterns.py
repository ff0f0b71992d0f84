"""Regular expressions in which `_` is an optional blank: 11 月 25 日 reads like 11月25日."""

from __future__ import annotations

import functools
import re


@functools.cache
def rx(pattern: str) -> re.Pattern[str]:
    """`pattern` compiled, each `_` an optional single blank; texts have their blanks collapsed before."""
    return re.compile(pattern.replace("_", " ?"))
