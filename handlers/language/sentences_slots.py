"""Sentences read by their slots: every word has a sense, one run may be a name, and nothing may be left unexplained.

A topic is asked for when the slots it needs are filled and every other word has a sense that belongs to it, in almost
any order. Whatever lacks a slot, or holds a word of no sense, is talk.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from handlers.language.names_words import GENERIC
from handlers.language.patterns import rx
from handlers.language.sentence import Sentence, Topic
from handlers.language.sentences_names import DAY, client_words, looks_like_organisation, people_in
from handlers.language.sentences_plain import Clause
from handlers.language.sentences_senses import COMMAND, FILLER, NAME, ORGANISATION, PERSON, SENSES

_MOST_LETTERS = 36
# Before the name, in it, after it.
_BEFORE, _IN, _AFTER = range(3)
_WORD, _LETTER, _LETTER_KNOWN, _LETTER_ENDING, _DATE = 1.0, 0.6, 0.5, 0.7, 0.9
_UNREACHED = 1e9
_PART_OF_A_NAME = rx(r"和[睦平记信谐]|同[仁济方程创洲德]|对外|在线|到家|大家居|公司")
# The last part of a firm's name that is a word of its own, or runs into one: 公司, 酒|吧, 律所|有.
_IN_A_NAME = rx(r"公司|(?<=[酒网书水茶])吧|(?<=[律诊究务])所有")
_ENDING_NAMES = frozenset("和同人里上来对由到得")
_NEVER_NAMED = frozenset("谁吗呢没哪了我你您咱吧")
_LEADS = frozenset("我跟和与同给去对找在到由把是有都还被距离将看查问欠见跑聊谈盯过")


_BITS: dict[str, int] = {}


def _mask(senses: Iterable[str]) -> int:
    """One bit a sense: what two words have in common is one operation."""
    mask = 0
    for sense in senses:
        mask |= 1 << _BITS.setdefault(sense, len(_BITS))
    return mask


class _Word(NamedTuple):
    text: str
    senses: int


class _Rule:
    """`needs` names for every slot the senses that fill it, `may` what else may be said; `asking`: only of a clause
    that asks or requests; `name_first`: only with the name before all else."""

    __slots__ = ("asking", "may", "name_first", "needs", "organisation", "topic")

    def __init__(
        self, topic: Topic, needs: tuple[str, ...], may: str, asking: bool = False, name_first: bool = False
    ) -> None:
        self.topic = topic
        self.asking = asking
        self.name_first = name_first
        self.organisation = ORGANISATION in needs
        self.needs = tuple(_mask(NAME if need == ORGANISATION else need) for need in needs)
        self.may = _mask(may + NAME * self.organisation + FILLER + "".join(needs))


_RULES = (
    # whose client it is
    _Rule("who_follows", ("x", "a", "w", "ch"), "hrzuyO"),
    _Rule("who_follows", ("x", "w", "hb8O"), "hb8OrzuyUGgY"),
    _Rule("who_follows", ("x", "@"), "rO"),
    _Rule("who_follows", ("x", "w", "Q"), "bOruym", name_first=True),
    _Rule("who_follows", ("x", "8", "qzw"), "rzuO"),
    _Rule("who_follows", ("x", "h", "^", "z"), "rzuO"),
    _Rule("who_follows", ("x", "p", "h"), "rzuOy", asking=True),
    # when it was last in touch
    _Rule("last_contact", ("x", "l", "tw", "ch"), "chrzuyglOImaY"),
    _Rule("last_contact", ("x", "t", "N", "chg3"), "chrzuyglOae"),
    _Rule("last_contact", ("x", "R", "t"), "crzuyOG"),
    _Rule("last_contact", ("x", "w", "ch", "g"), "chrduyzlO"),
    _Rule("last_contact", ("x", "w", "ch6", "rd"), "crduzlO6t"),
    _Rule("last_contact", ("x", "a", "ch", "rgd"), "chrgduyzNO"),
    _Rule("last_contact", ("x", "a", "c"), "chOruzy"),
    _Rule("last_contact", ("x", "l", "cht", "z"), "chtglOuk"),
    _Rule("last_contact", ("x", "l", "ch"), "rO", asking=True),
    _Rule("last_contact", ("x", "0", "N", "ch"), "crzuyOGm", asking=True),
    _Rule("who_follows", ("x", "a", "h"), "hOruzy"),
    _Rule("last_contact", ("x", "t", "36"), "rzuOl"),
    _Rule("last_contact", ("x", "w", "3"), "rzuOldchy"),
    _Rule("last_contact", ("x", "a", "3"), "rzuOldchy"),
    _Rule("last_contact", ("x", "3", "y"), "rzuOldIN"),
    _Rule("last_contact", ("x", "l", "tw", "36"), "rzuOldIcmaY"),
    _Rule("last_contact", ("x", "7", "t", "c"), "zuO"),
    _Rule("last_contact", ("x", "7", "c", "g"), "rzuOyI", asking=True),
    # everything so far
    _Rule("timeline", ("x", "k"), "kGczhguOqrUd", asking=True),
    _Rule("timeline", ("x", "G", "qH", "chF36"), "kGczhguOqHrUwFY"),
    _Rule("timeline", ("x", "g", "q", "cF"), "kGczhguOqrUwF"),
    _Rule("timeline", ("x", "G", "k"), "uOrhc6"),
    _Rule("timeline", ("x", "rd", "q", "chF"), "kGczhguOqrUdF"),
    _Rule("timeline", ("x", "k"), "Or", name_first=True),
    _Rule("timeline", ("x", "w", "t", "3ch"), "zrduO"),
    _Rule("timeline", ("x", "G", "6", "z"), "O"),
    _Rule("timeline", ("x", "3", "q"), "kGczhguOrd3"),
    _Rule("timeline", ("x", "O", "k"), "Guzr"),
    _Rule("timeline", ("x", "G", "z"), "Okcu", name_first=True),
    # how it stands
    _Rule("client", ("x", "V"), "VOcrzushy"),
    _Rule("client", ("x", "v", "srOcuh"), "vsrOcuhz"),
    _Rule("client", ("x", "s", "qv"), "srOcuhqz"),
    _Rule("client", ("x", "i", "qa"), "irOuqz"),
    _Rule("client", ("x", "si"), "sirOuczhy", asking=True),
    _Rule("client", ("X", "i"), "xO"),
    _Rule("client", ("x", "O", "z"), "Our"),
    _Rule("client", ("x", "O"), "zr", asking=True),
    _Rule("client", ("x", "4"), "Ozu"),
    _Rule("client", ("X",), "rO", asking=True),
    _Rule("client", ("X", "9"), "zOuBsi4"),
    _Rule("client", ("X", "v"), "r"),
    _Rule("client", ("X", "s"), "Or"),
    # what is late
    _Rule("lists_overdue", ("o", "qzeywa"), "aoqzemNFPILUupyrTdAbGwO"),
    _Rule("lists_overdue", ("o", "Ls"), "oqzemNFPILUupyrTdAb"),
    _Rule("lists_overdue", ("o", "mPLG"), "oqzemNFPILUupyrTdAbG", asking=True),
    # what is to be done
    _Rule("lists_mine", ("eA", "q", "TF", "mNIUpxbP"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("q", "TP", "IUpuxb"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("q", "N", "F", "IUpuxb"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("A", "IpUu", "m", "zL"), "rdYLz"),
    _Rule("lists_mine", ("x", "A", "m", "z"), "rdYIupO"),
    _Rule("lists_mine", ("x", "m", "F", "y"), "rdAPTuOe5", name_first=True),
    _Rule("lists_mine", ("U", "wa", "T"), "eqTmNPrdzy"),
    _Rule("lists_mine", ("e", "q", "m", "I", "F"), "r"),
    _Rule("lists_mine", ("I", "E", "F", "q", "m"), "rd"),
    _Rule("lists_mine", ("P", "IUpux", "F", "v"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("e", "q", "TP"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("IUpx", "e", "q", "mP"), "eqmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("A", "IUpux", "qy"), "eAqTFmNIUupxbPrdzyGLYO"),
    _Rule("lists_mine", ("N", "F", "IUp", "qz"), "eAqTFmNIUupbPrdzyGLYO"),
    _Rule("lists_mine", ("T", "IUpuxzL"), "eAqTFmNIUupxbPrdzyGLYO", asking=True),
    _Rule("lists_mine", ("P", "IUpx", "qzFLT"), "eAqTFmNIUupxbPrdzyGLYO", asking=True),
    _Rule("lists_mine", ("I", "E", "Fh", "q"), "rdfYOe"),
    _Rule("lists_mine", ("df", "T", "q"), "emrY"),
    _Rule("lists_mine", ("b", "mP", "z"), "rdeATG"),
    _Rule("lists_mine", ("I", "A", "w", "m"), "rd"),
    _Rule("lists_mine", ("U", "b", "P"), "rd"),
    _Rule("lists_mine", ("A", "x", "q"), "eurdYmi"),
    _Rule("lists_mine", ("Up", "df", "E", "K", "mP"), "rY"),
    _Rule("lists_mine", ("A", "IpUu", "m"), "rdYLz", asking=True),
    _Rule("lists_mine", ("x", "A", "m", "V"), "uUrd"),
    _Rule("lists_mine", ("x", "e", "Y", "q"), "urN"),
    _Rule("lists_mine", ("IUp", "E", "K", "q"), "rdfYOLz"),
    _Rule("lists_mine", ("df", "E", "F", "q"), "rYO"),
    _Rule("lists_mine", ("IpU", "b", "F", "y"), "OmPTrdA"),
    _Rule("lists_mine", ("Up", "df", "E", "F", "q"), "rYOLz"),
    _Rule("lists_mine", ("IUp", "b", "eA", "q"), "rdmPTNFzL"),
    _Rule("lists_mine", ("b", "eA", "m", "q"), "eArdTNF"),
    _Rule("lists_mine", ("I", "eE", "FK", "m"), "rdfFK", asking=True),
    _Rule("lists_mine", ("L", "I"), "PTzrd", asking=True),
    _Rule("lists_mine", ("x", "eA", "I", "q"), "eAqTFmNPrdzyGLYO", name_first=True),
    # daily reports
    _Rule("report_missing", ("J", "wa", "NM"), "JwaNMKderUuyzqLmb"),
    _Rule("report_missing", ("J", "q", "NM", "KM"), "JNMKderUuyzqLmb"),
    _Rule("report_missing", ("J", "5", "y"), "drUuz"),
    _Rule("report_missing", ("J", "U", "K", "y"), "drUuz5"),
    _Rule("report_missing", ("J", "NM", "zL"), "JNMKdrUuzLmew"),
    _Rule("report_show", ("J", "p"), "JpdzqvKb", asking=True),
    _Rule("report_show", ("J", "p", "K", "y"), "Jpdzyqv"),
    _Rule("report_show", ("J", "I", "d", "K", "y"), "z", asking=True),
    _Rule("report_show", ("J", "p", "a"), "d"),
    _Rule("report_show", ("J", "p", "qv"), "JpdzyqvKNb"),
    _Rule("report_summary", ("J", "S"), "JSUudzmGOLy"),
    _Rule("report_summary", ("J", "U"), "JSUudzmGL", asking=True),
    _Rule("report_summary", ("J", "U", "d"), ""),
    _Rule("report_draft", ("J", "D", "E", "y"), "I1Bz"),
    _Rule("report_draft", ("J", "D"), "JDIB1zkcmEW", asking=True),
    _Rule("report_show", ("J", "I", "d", "z"), "JIdzKEy"),
    # the bot itself
    _Rule("who", ("I", "j", "i"), "r"),
    _Rule("who", ("I", "b", "w"), "hr"),
    _Rule("help", ("C", "B", "9z"), "G"),
    _Rule("help", ("C", "q"), "CBqzGuIEeZ"),
    _Rule("help", ("B", "E", "q"), "BEqWz"),
    _Rule("help", ("no", "H", "Z"), "noHZIBzE"),
    _Rule("help", ("%", "H"), "%HZIBzEmnJPtYpU"),
    _Rule("who", ("I", "j", "qwz"), "IjqwzrBbsiZh"),
)
_NAME, _FILLER, _PERSON, _DAY, _NOT, _OVERDUE = map(_mask, (NAME, FILLER, PERSON, "d", "N", "o"))
_WHO = _mask("w")
_TEAM, _WE, _MYSELF, _COMMAND, _ASKING, _QUESTION = map(_mask, ("U", "u", "I", COMMAND, "qzwy", "y"))
_MEANT = {word: _mask(senses) for word, senses in SENSES.items()}
_AHEAD_OF_NOW = _mask("f")
_AHEAD = rx(r"明|大?后天|下")


def _lengths() -> dict[str, tuple[int, ...]]:
    """First letter -> the lengths of the words that begin with it."""
    found: dict[str, set[int]] = {}
    for word in SENSES:
        found.setdefault(word[0], set()).add(len(word))
    return {letter: tuple(sorted(lengths)) for letter, lengths in found.items()}


_LENGTHS = _lengths()


def read_slots(clause: Clause, people: Collection[str]) -> Sentence | None:
    """What a clause asks for, all its words accounted for; None when a slot is empty or anything is left over."""
    text = clause.text.removesuffix("吗") if clause.requested else clause.text
    # 看了大家的日报 is no wish to see them.
    if not text or len(text) > _MOST_LETTERS or rx(r"了|过(?!期|了[期时点])").match(text):
        return None
    named = people_in(text, people)
    for words in _readings(text, named):
        found = _asked(clause, words, named)
        if found is not None:
            return found
    return None


def name_in(text: str) -> str | None:
    """The one name among everyday words in a clause that need not be a question; None when there is none."""
    *_, words = [[], *_readings(text, {})]
    name = next((word.text for word in words if word.senses == _NAME), None)
    return client_words(name) or None if name else None


def _asked(clause: Clause, words: Sequence[_Word], named: dict[tuple[int, int], str]) -> Sentence | None:
    said = [word for word in words if word.senses != _FILLER]
    if not said:
        return None
    together = 0
    for word in said:
        together |= word.senses
    asking = clause.requested or clause.asks or bool(together & _ASKING)
    if any(one.senses & _NOT and two.senses & _OVERDUE for one, two in itertools.pairwise(said)):
        return None  # 没有逾期的
    if len(said) > 1 and said[-1].senses == _TEAM and said[-2].senses & _QUESTION:
        return None  # 日报写完了吗各位: they are asked, not the bot
    name = next((word.text for word in said if word.senses == _NAME), None)
    for rule in _RULES:
        if (rule.asking and not asking) or (rule.name_first and said[0].senses != _NAME):
            continue
        if not _fits(rule, said, together):
            continue
        client = client_words(name) if name is not None else ""
        if name is not None and not client:
            return None
        if name is not None and _is_a_verb(said):
            return None
        if not rule.organisation or looks_like_organisation(client or ""):
            return _answer(rule.topic, said, together, client or "", next(iter(named.values()), None))
    return None


def _is_a_verb(said: Sequence[_Word]) -> bool:
    """Whether what stands in the place of a name is done by whoever is asked for: 谁主持的."""
    return len(said) > 1 and said[-1].senses == _NAME and bool(said[-2].senses & _WHO)


def _fits(rule: _Rule, said: Sequence[_Word], together: int) -> bool:
    """Whether every slot of the rule is filled and every word accounted for."""
    # Plain loops: this is asked of every clause for every rule.
    for need in rule.needs:
        if not together & need:
            return False
    for word in said:
        if not word.senses & rule.may:
            return False
    return _placed(rule.needs, said, 0)


def _placed(needs: Sequence[int], said: Sequence[_Word], taken: int) -> bool:
    """Whether every slot finds a word of its own."""
    if not needs:
        return True
    return any(
        not taken >> index & 1 and word.senses & needs[0] and _placed(needs[1:], said, taken | 1 << index)
        for index, word in enumerate(said)
    )


def _answer(topic: Topic, said: Sequence[_Word], together: int, client: str, person: str | None) -> Sentence:
    if topic == "lists_overdue":
        return Sentence("lists_person", person=person) if person else Sentence(topic)
    if topic == "lists_mine":
        if client:
            return Sentence("lists_client", client)
        if person:
            return Sentence("lists_person", person=person)
        team = together & (_TEAM | _WE) and not together & _MYSELF
        return Sentence("lists_team" if team else topic)
    if topic in {"report_show", "report_missing", "report_summary"}:
        return Sentence(topic, next((word.text for word in said if word.senses & _DAY), ""), person)
    if topic == "help":
        return Sentence(topic, next((word.text for word in said if word.senses & _COMMAND), ""))
    return Sentence(topic, client)


def _readings(text: str, named: dict[tuple[int, int], str]) -> Iterator[list[_Word]]:
    """The clause cut into words of known senses, without an unknown run if that is possible, else around one."""
    size = len(text)
    days = {found.start(): found.end() for found in rx(DAY).finditer(text)}
    least = [[_UNREACHED] * 3 for _ in range(size + 1)]
    came: list[list[tuple[int, int]]] = [[(-1, -1)] * 3 for _ in range(size + 1)]
    least[0][_BEFORE] = 0.0
    for at in range(size):
        if min(least[at]) >= _UNREACHED:
            continue
        steps = [
            (at + length, _WORD if length > 1 or text[at] not in _LEADS else _LETTER_KNOWN, length == 1)
            for length in _LENGTHS.get(text[at], ())
            if at + length <= size and text[at : at + length] in SENSES
        ]
        steps += [(end, _DATE, False) for start, end in named if start == at]
        if at in days:
            steps.append((days[at], _DATE, False))
        held = bool(_PART_OF_A_NAME.match(text, at))
        in_a_trade = text[max(0, at - 1) : at + 1] in GENERIC
        for stage in (_BEFORE, _IN, _AFTER):
            paid = least[at][stage]
            if paid >= _UNREACHED:
                continue
            if (
                stage != _AFTER
                and (text[at] not in _NEVER_NAMED or _IN_A_NAME.match(text, at))
                and paid + _LETTER < least[at + 1][_IN]
            ):
                least[at + 1][_IN] = paid + _LETTER
                came[at + 1][_IN] = (at, stage)
            if stage == _IN and (came[at][_IN][1] != _IN or in_a_trade or _IN_A_NAME.match(text, at)):
                continue  # no name has one letter, none ends amid a word of its trade (软|件) or before its form
            goes_on = _AFTER if stage == _IN else stage
            for end, cost, letter in steps:
                if held and stage == _BEFORE:
                    continue
                if letter and (stage != _BEFORE or (at and text[at - 1] in "谁在没")):
                    cost = _LETTER_ENDING if stage == _IN and text[at] in _ENDING_NAMES else _LETTER_KNOWN
                if paid + cost < least[end][goes_on]:
                    least[end][goes_on] = paid + cost
                    came[end][goes_on] = (at, stage)
    for stages in ((_BEFORE,), (_IN, _AFTER)):
        stage = min(stages, key=lambda each: least[size][each])
        if least[size][stage] < _UNREACHED:
            yield _path(text, came, stage, named)
            return


def _path(text: str, came: list[list[tuple[int, int]]], stage: int, named: dict[tuple[int, int], str]) -> list[_Word]:
    words: list[_Word] = []
    at = name_end = len(text)
    naming = False
    while at > 0:
        earlier, was = came[at][stage]
        if stage == _IN:
            if not naming:
                naming, name_end = True, at
            if was != _IN:
                words.append(_Word(text[earlier:name_end], _NAME))
        else:
            piece = text[earlier:at]
            if (earlier, at) in named:
                words.append(_Word(piece, _PERSON))
            else:
                words.append(_Word(piece, _MEANT.get(piece) or (_AHEAD_OF_NOW if _AHEAD.match(piece) else _DAY)))
        at, stage = earlier, was
    words.reverse()
    # 没 asks only where it ends the clause.
    return [
        _Word(word.text, word.senses & ~_QUESTION) if index < len(words) - 1 and word.senses & _NOT else word
        for index, word in enumerate(words)
    ]
