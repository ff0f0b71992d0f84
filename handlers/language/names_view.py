"""A directory of names as one team sees it: mentions, messages and lines, matched as people write them."""

from __future__ import annotations

from dataclasses import replace

from handlers.language.names_decide import Match
from handlers.language.names_find import Finder
from handlers.language.names_register import Register
from handlers.language.names_resolve import Resolver
from handlers.language.names_spot import clauses


class View:
    """A directory as one team sees it: cheap to make, and always up to date with the directory."""

    def __init__(self, register: Register, scope: int | None) -> None:
        self._register = register
        self._scope = scope

    def name(self, key: int) -> str:
        """The name a client was put under; KeyError for a key not in the directory."""
        with self._register.lock:
            return self._register.name(key)

    def mention(self, text: str) -> Match:
        """The client meant by a name that was already cut out of its sentence."""
        with self._register.lock:
            return Resolver(self._register, self._scope).resolve(text) if self._register.posted() else Match(())

    def message(self, text: str) -> Match:
        """The client a whole message speaks of, the first or main one; an empty match when it speaks of none."""
        with self._register.lock:
            return Finder(self._register, self._scope).find(text) if self._register.posted() else Match(())

    def mentions(self, text: str) -> tuple[Match, ...]:
        """The clients of a line that names several, in the order of the text; only sure ones and questions."""
        found: list[Match] = []
        pending = [(start, end) for start, end in reversed(clauses(text))]
        while pending:
            start, end = pending.pop()
            match = self.message(text[start:end])
            if match.span is None:
                continue
            first, last = match.span[0] + start, match.span[1] + start
            found.append(replace(match, span=(first, last)))
            pending += [(at, to) for at, to in ((last, end), (start, first)) if to - at > 1]
        return tuple(sorted(found, key=lambda match: match.span or (0, 0)))
