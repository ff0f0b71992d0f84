"""Documents as PDF: a Typst template under `documents/`, facts as JSON data, fonts that come with the bot."""

from __future__ import annotations

import functools
import json
import struct
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import typst

_HERE = Path(__file__).parent
_TEMPLATES = _HERE / "documents"
_FONTS = _HERE / "fonts"
_MISSING = "〓"
# Shape the glyph before them and have none of their own: joiners, variation selectors, marks of direction.
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u200e\u200f")


def render_pdf(template: str, facts: Mapping[str, object]) -> bytes:
    """The PDF of `template` (a file name without suffix, such as "daily_report") filled with `facts`.

    `facts` are JSON data and never markup; their shape is written at the top of the template. The same facts give the
    same bytes. May be called from several threads at once; takes some tens of milliseconds of CPU without holding the
    interpreter. A character that the fonts cannot draw becomes 〓. Raises ValueError with the template's own message
    when the facts do not fit, and for an unknown template.
    """
    pages = _compile(template, facts, "pdf")
    return pages[0]


def render_png(template: str, facts: Mapping[str, object], zoom: float = 2.0) -> list[bytes]:
    """The pages of `template` as PNG pictures, at `zoom` times 96 pixels an inch; otherwise as `render_pdf`."""
    return _compile(template, facts, "png", zoom)


def _compile(template: str, facts: Mapping[str, object], kind: typst.OutputFormat, zoom: float = 2.0) -> list[bytes]:
    path = _TEMPLATES / f"{template}.typ"
    if not template.isidentifier() or not path.is_file():
        raise ValueError(f"There is no document template {template!r}.")
    data = json.dumps(_drawable(dict(facts)), ensure_ascii=False, allow_nan=False)
    # A Compiler cannot be shared between threads and costs next to nothing; the fonts can be, and cost much.
    compiler = typst.Compiler(path, root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    try:
        made, warnings = compiler.compile_with_warnings(
            format=kind, ppi=96 * zoom, sys_inputs={"facts": data}, timestamp=0
        )
    except typst.TypstError as error:
        raise ValueError(error.message.removeprefix("assertion failed: ")) from error
    if warnings:
        raise RuntimeError(f"{template}.typ: {warnings[0].message}")
    if made is None:
        raise RuntimeError(f"{template}.typ made no output.")
    return made if isinstance(made, list) else [made]


@functools.cache
def _fonts() -> typst.Fonts:
    """The bot's own fonts and no others, so that every machine makes the same page."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[_FONTS])


def _drawable(value: object) -> object:
    """`value` with every character in it that the fonts cannot draw replaced."""
    if isinstance(value, str):
        return "".join(map(_glyph, value))
    if isinstance(value, Mapping):
        return {key: _drawable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_drawable(item) for item in value]
    return value


def _glyph(char: str) -> str:
    """`char` if it can be drawn, a plain space for an unusual one, nothing for a control character, else 〓."""
    if char in "\n\t" or char in _INVISIBLE or ord(char) in _characters():
        return char
    if char.isspace():
        return " "
    return "" if unicodedata.category(char) == "Cc" else _MISSING


@functools.cache
def _characters() -> frozenset[int]:
    """The code points that can be drawn in both weights of the text font, or by the emoji font."""
    regular, bold, emoji = (
        frozenset(_character_map((_FONTS / name).read_bytes()))
        for name in ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "NotoEmoji.ttf")
    )
    return (regular & bold) | emoji


def _character_map(font: bytes) -> Iterator[int]:
    """The code points of the `cmap` table of a TrueType font (formats 4 and 12, OpenType specification)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sLLL", font, 12 + 16 * index) for index in range(tables))
    cmap = next(offset for tag, _, offset, _ in records if tag == b"cmap")
    for index in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">HHL", font, cmap + 4 + 8 * index)[2]
        form = struct.unpack_from(">H", font, at)[0]
        if form == 12:
            for group in range(struct.unpack_from(">L", font, at + 12)[0]):
                first, last, _ = struct.unpack_from(">LLL", font, at + 16 + 12 * group)
                yield from range(first, last + 1)
        elif form == 4:
            half = struct.unpack_from(">H", font, at + 6)[0] // 2
            ends = struct.unpack_from(f">{half}H", font, at + 14)
            starts = struct.unpack_from(f">{half}H", font, at + 16 + 2 * half)
            for first, last in zip(starts, ends, strict=True):
                # The last segment is a sentinel without a glyph.
                yield from range(first, min(last, 0xFFFE) + 1)
