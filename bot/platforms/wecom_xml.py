"""The flat XML that WeCom wraps everything in, read straight by expat.

A document type declaration is refused as it begins, and with it every entity but the five of XML itself. Depth and
number of elements are bounded: what is read here may have been written by anybody.
"""

from __future__ import annotations

from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

MAX_DEPTH = 16
MAX_ELEMENTS = 2000


class Malformed(Exception):
    """Not a document of WeCom's form."""


def read_fields(document: bytes) -> dict[str, str]:
    """Return the text of every element directly under the root, by its name; one with elements inside is left out.

    The root is `xml` and the encoding UTF-8, whatever its declaration says. XML lets no NUL and no half of a surrogate
    pair through. Raises Malformed, also for a name that comes twice, which two readers could understand in two ways.
    """
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    reader = _Reader()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(document, True)
    except ExpatError:
        raise Malformed from None
    return reader.fields


class _Reader:
    __slots__ = ("_depth", "_elements", "_flat", "_parts", "fields")

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._parts: list[str] = []
        self._depth = self._elements = 0
        self._flat = True

    def start(self, name: str, _attributes: Any) -> None:
        depth = self._depth = self._depth + 1
        self._elements += 1
        if depth == 2:
            self._flat = True
            self._parts.clear()
        elif depth > 2:
            self._flat = False
        elif name != "xml":
            raise Malformed
        if depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise Malformed

    def end(self, name: str) -> None:
        if self._depth == 2 and self._flat:
            if name in self.fields:
                raise Malformed
            self.fields[name] = "".join(self._parts)
        self._depth -= 1

    def characters(self, text: str) -> None:
        self._parts.append(text)


def _refuse(*_declaration: Any) -> None:
    raise Malformed
