"""A dialog in a few lines, and a look at what everyone then read: every message of it, so that nobody hears more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot import team
from bot.replay import Line
from bot.types import Attachment
from scheduler.policy import Policy
from storage.store import PostgresStore, SqliteStore
from tests import support
from tests.support import POLICIES, TEAM, Heard

Store = SqliteStore | PostgresStore
PICTURE = Attachment("image", "签收单.jpg")
PROMISES_ONLY = {"commitment": POLICIES["commitment"]}
# The one clock that neither promises nor reports open: nothing of it is ever heard in their dialogs.
NO_CLOCKS = {"lead_first_touch": POLICIES["lead_first_touch"]}

_LINE = re.compile(r"(?:(\d\d-\d\d) )?(\d\d:\d\d) ([^\s：]+)： ?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Told:
    """Everything said in a dialog. Lines are counted from 1, in the order of the script."""

    everything: tuple[Heard, ...]

    def answer(self, line: int) -> Heard:
        """The one answer to a line."""
        (heard,) = (item for item in self.everything if item.reply_to == str(line))
        return heard

    @property
    def others(self) -> list[Heard]:
        """What was said that answers no line."""
        return [item for item in self.everything if item.reply_to is None]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """To whom, and of what kind, each of `others` was."""
        return [(item.to, item.kind) for item in self.others]


async def hold(
    store: Store,
    *script: str | tuple[str, Attachment],
    until: str | None = None,
    known: team.Team = TEAM,
    policies: dict[str, Policy] | None = None,
) -> Told:
    """Plays a script of lines `10:00 王磊#华东群：我的承诺`, of Monday 2026-11-23 unless it says `11-24 10:00 …`.

    `{3}` stands for the number that the third line made. Clocks run as in service unless `policies` names fewer; until
    the last line's moment, or to `until`, written like a line's.
    """
    lines = [_line(entry, str(index)) for index, entry in enumerate(script, 1)]
    said = await support.play(store, lines, _moment(until) if until else None, known=known, policies=policies)
    return Told(tuple(said))


def _moment(text: str) -> str:
    return f"2026-{text}" if " " in text else f"2026-11-23 {text}"


def _line(entry: str | tuple[str, Attachment], key: str) -> Line:
    text, attachments = (entry, ()) if isinstance(entry, str) else (entry[0], entry[1:])
    found = _LINE.fullmatch(text)
    assert found is not None, text
    day, clock, speaker, words = found.groups()
    return support.line(_moment(f"{day} {clock}" if day else clock), speaker, words, key, *attachments)


def check(
    heard: Heard,
    to: str,
    kind: str,
    *words: str,
    about: Sequence[int] = (),
    mention: Sequence[str] = (),
    files: Sequence[str] = (),
    without: Sequence[str] = (),
) -> None:
    """`heard` went to `to`, is of `kind`, speaks of exactly these records, says `words` and nothing of `without`."""
    assert (heard.to, heard.kind) == (to, kind), heard
    assert heard.about == tuple(f"#{number}" for number in about), heard
    assert heard.mention == tuple(mention), heard
    assert heard.files == tuple(files), heard
    assert [word for word in words if word not in heard.text] == [], heard.text
    assert [word for word in without if word in heard.text] == [], heard.text
