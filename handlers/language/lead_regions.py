"""Where a lead is: a place alone, with its district, or in a phrase, as the team names its regions."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from handlers.language.places import read_place, region_of
from handlers.language.text import fold

_DISTRICTS = tuple(
    re.compile(
        rf"(?P<place>[\u4e00-\u9fff]{{{length}}})(?:市)?(?:[\u4e00-\u9fff]{{2,3}}|[\u4e00-\u9fff]{{0,3}}[区县镇])(?:的|那边)?"
    )
    for length in (2, 3)
)
_AT_A_PLACE = re.compile(
    r"(?:做|在|位于|坐标)(?P<place>[\u4e00-\u9fff]{2,3})(?=的?(?:代理|经销|加盟|总代|分销|那边|这边|当地|本地|市场))"
)
_IN = re.compile(r"^(?:人|公司|客户|项目|工地|工?厂|店|地址)?在(?=..)")


class Regions:
    """The team's sales regions, spelt as they are to be told."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names

    def of(self, written: str) -> str | None:
        """The team's region that `written` is or lies in, else the place it is; None when it is no place."""
        place = read_place(_IN.sub("", fold(written)), self._names)
        return (region_of(place, self._names) or place) if place else None

    def told_in(self, words: Sequence[str]) -> str | None:
        """The first region told with its district (南京江宁) or in a phrase (做郑州代理) among `words`; else None."""
        for word in words:
            folded = fold(word)
            told = [match for pattern in _DISTRICTS if (match := pattern.fullmatch(folded))]
            told += filter(None, [_AT_A_PLACE.search(folded)])
            region = next((found for match in told if (found := self.of(match["place"]))), None)
            if region is not None:
                return region
        return None
