"""The client of a lead among the team's own: whatever words stand around its name, and wherever in the lead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from handlers.language.names import Directory, View
from handlers.language.organisations import Called, is_a_firm, may_be_called
from handlers.language.sources import introduced, read_source

# So much alike must a stretch be to the name of a client to be it without looking like one.
_SURE = 0.9
# A lead has a dozen words; each look costs as much as reading the rest.
_MOST_WORDS = 16
_LONGEST_WORD = 40
# What is said of a client right behind its name, and is no part of a longer one.
_TALK = re.compile(r"想|要|需|准备|打算|询|咨询|追加|续|又|再|说|问|那边|这边|的|在|也|新[上开增]|换|做|买|订|采购|招")


def stretch_of(word: str, directory: Directory | View) -> tuple[int, int] | None:
    """Where in a word a client of the team surely stands, be it one of several of that name; None without one."""
    if not 2 <= len(word) <= _LONGEST_WORD or word.isdigit():
        return None
    match = directory.message(word)
    if match.span is None or not (match.exact or match.sure >= _SURE):
        return None
    return match.span if may_be_called(word[slice(*match.span)]) else None


def known_client(words: Sequence[str], found: Called | None, directory: Directory | View) -> Called | None:
    """The first client of the team among the words of a lead; `found`, which only looks like one, where none is.

    `found` stands, too, where it is a longer name with the client's in it, or a firm told before it. What everybody
    says of many (小区, 加盟店) is no client's name by itself.
    """
    for index, word in enumerate(words[:_MOST_WORDS]):
        if introduced(word) or read_source(word):
            continue
        stretch = stretch_of(word, directory)
        if stretch is None:
            continue
        if found is not None and found.word <= index:
            name = words[found.word][found.start : found.end]
            longer = found.word == index and found.start <= stretch[0] and stretch[1] <= found.end
            goes_on = longer and not _TALK.match(name, stretch[1] - found.start)
            if goes_on or (found.word < index and is_a_firm(name)):
                return found
        return Called(index, *stretch)
    return found
