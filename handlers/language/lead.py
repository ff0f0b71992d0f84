"""A lead in one line, its parts in any order: 【线索】client, contact, telephone, source, budget, region, @rep."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from handlers.language.first_names import find_first_name
from handlers.language.lead_budget import find_budget
from handlers.language.lead_clients import known_client, stretch_of
from handlers.language.lead_labels import (
    BARE_LABEL,
    KIND,
    LABELLED,
    MOST_LABELS,
    UNTOLD,
    contact_in,
    label_of,
    with_colons,
)
from handlers.language.lead_regions import Regions
from handlers.language.lead_words import SEPARATOR, words_of
from handlers.language.money import read_amount
from handlers.language.names import Directory, View
from handlers.language.opening import find_opening
from handlers.language.organisations import (
    NAMED,
    SAID_TO_BE,
    ends_like_one,
    find_client,
    may_be_called,
    may_be_client,
    sounds_like_a_brand,
)
from handlers.language.phones import find_phones, normalise_phone
from handlers.language.places import region_of
from handlers.language.sources import find_source, introduced, read_source, source_led, source_named, source_told
from handlers.language.text import fold
from handlers.language.titles import find_courtesy, find_person, is_first_name, is_full_name, is_name

_KEYWORDS = ("线索", "新线索", "销售线索", "新增线索")
_BREAK = "\n"
# Left where a contact stood whose word is gone, so that what stood before it is known.
_CONTACT = "\n\N{OBJECT REPLACEMENT CHARACTER}\n"
_LONGEST_LEAD = 600
_MOST_WORDS = 80
# So far may words go that tell where a lead comes from before they name it.
_LEADING = 4

_PHONE_WORD = re.compile(
    r"(?:(?:联系|手机|联络)?(?:电话|座机|固话|手机|方式|号码?)(?:号码?)?|手机号|tel|phone|vx|微信|微信同号|联系方式)(?:是|为|也是)?[.:\s]*$"
)
_PHONE_TAIL = re.compile(r"\s*[(]?(?:微信同号|同微信|微信也是这个|手机微信同号)[)]?")
# 400-800-… 打进来的 is our own number, and tells where the lead came from.
_OUR_LINE = re.compile(
    r"[48]00[\d\s-]{7,10}\s*(?:热线)?(?:打过?[进来]来?|进来|来电|呼入|热线|电话)(?:咨询)?的?"
    r"|(?:客户|对方)?自?己?[打拨]了?(?:我们|公司|咱们)?的?[48]00(?:的|服务|客服)?(?:热线|电话)?(?:打?过?[进来]来?)?(?:咨询|问)?的?"
)
_EMAIL = re.compile(
    r"(?:邮箱|邮件|e-?mail)?\s?:?\s?[a-z0-9][\w.+\-]{0,40}@[a-z0-9\-]{1,40}(?:\.[a-z0-9\-]{2,20}){1,3}", re.ASCII
)
# 转介绍 by 顾某: a colleague, whoever the client is.
_INTRODUCER = re.compile(r"(?<![a-z])by\s?[\u4e00-\u9fff]{2,4}(?=$|[\s,;])")
_WECHAT = re.compile(r"(?<![a-z])(?:微信号?|vx|v信|wx|wechat)\s?[:是]?\s?(?P<id>[a-z][a-z0-9_-]{5,19})(?![a-z0-9])")
_EACH = re.compile(r"^每?[年月]")
# Of these sources it is worth knowing who it was.
_TOLD_BY = {"转介绍", "渠道"}
_ANYBODY = re.compile(
    r"(?:我?的?(?:老?客户|朋友|熟人|同行|内部|亲戚|同学|老?会员|渠道商?|经销商|代理商|有人|别人|同事))?(?:给)?(?:转|介绍|推荐|带|推)"
)
# 某某医院-设备科-某主任-官网: as many dashes part what other people part by spaces.
_DASH = re.compile(r"(?<=[\u4e00-\u9fff])[-—–]|[-—–](?=[\u4e00-\u9fff])")
_DASHES_THAT_PART = 3
_MENTION = re.compile(r"@\s?([^\s@,;。、:!?()/|【】\[\]]+)")
_CALLED = re.compile(
    r"(?:(?:联系人|对接人|负责人|老板|店长|采购)(?:是|叫)|(?:联系人|对接人|负责人)(?=\s))\s*(?P<name>[a-z]{2,12}|[\u4e00-\u9fff]{2,4})(?=$|[\s,;。、:@\n])"
)
_CALLED_SO = re.compile(r"(?:联系人|对接人)(?P<name>[\u4e00-\u9fff]{2,3})(?=$|[\s,;。、@\n])")
_LATIN_NAME = re.compile(r"(?:^|(?<=[\s,;|]))(?P<name>[A-Z][a-z]{1,9}(?: [A-Z][a-z]{1,9})?)[\s,;|:]*$")
_LATIN_AT_THE_END = re.compile(r"(?<![A-Za-z])[A-Z][a-z]{1,9}$")
_ROLE = re.compile(
    r"(?:总监|主管|经理|采购|老板|店长|负责人|助理|运营|行政|买手|校长|园长|老师|督导|顾问|专员|代表|秘书|会计|财务|客服|销售|商务|法务|策划|文员|工程师|设计师|教练|hr|it|cto|ceo|coo)$"
)


@dataclass(frozen=True, slots=True)
class LeadText:
    """One lead as written; a part that was not told is None.

    `source` is a canonical word (官网, 展会, 转介绍 …), `budget` whole yuan (the upper end of a range), `phone` digits
    with "-" after an area code. `region` is the team's own region when the place lies in one, else the place; a place
    that was only resolved stays readable in `note`, with everything else that is left. `mentions` are the names that
    stood after @.
    """

    client: str | None
    contact: str | None
    phone: str | None
    source: str | None
    budget: int | None
    region: str | None
    note: str
    mentions: tuple[str, ...]


def read_lead(
    text: str,
    people: Collection[str] = (),
    regions: Collection[str] = (),
    directory: Directory | View | None = None,
) -> LeadText | None:
    """The lead `text` tells; None when it does not open with 线索 as a keyword.

    `people` are the names that an @ may stand before, so that 「@张伟急」 is cut rightly; `regions` are the team's
    sales regions, spelt as `LeadText.region` shall spell them. A stretch that is surely a client of the `directory` is
    the client, wherever it stands; without one, or where it knows none, only what looks like a name is.
    """
    opening = find_opening(text, _KEYWORDS)
    if opening is None:
        return None
    end = opening.rest + _LONGEST_LEAD
    found = _Reader(text[opening.rest : end], people, regions, directory).read()
    # What stands so far behind is a story, no part of the lead.
    return replace(found, note=f"{found.note} {text[end:].strip()}".strip())


def _last(token: str) -> str:
    """What stands behind the last 的 (无人认领的官网留言)."""
    return token.rpartition("的")[2]


def _source_of(token: str) -> str | None:
    """The source that a word tells with more than itself; None for a name, and for anything else."""
    found = source_told(token) or read_source(_last(token))
    return found or (None if ends_like_one(token) else source_led(token))


class _Reader:
    """Takes one part after the other out of the text; what is left is the client and the note."""

    def __init__(
        self, text: str, people: Collection[str], regions: Collection[str], directory: Directory | View | None
    ) -> None:
        parted = _DASH.sub(" ", text) if len(_DASH.findall(text)) >= _DASHES_THAT_PART else text
        self.text = with_colons(parted)
        self.folded = fold(self.text)
        self.people = people
        self.directory = directory
        self.regions = Regions(regions)
        self.parts: dict[str, str] = {}
        self.budget: int | None = None
        self.notes: list[str] = []
        self.private = False
        # Without an organisation's ending only what stands before the contact may be the client.
        self.bare: int | None = None
        # Without a contact only the first word of all, but for numbers and places, is sure to be the client's name.
        self.leading = ""

    def read(self) -> LeadText:
        self._address(_EMAIL)
        mentions = self._mentions()
        self._phone()
        self._address(_WECHAT)
        self._address(_INTRODUCER)
        self._labelled()
        self._budget()
        words = [word for word in SEPARATOR.split(self.text) if word and self.regions.of(word) is None]
        self.leading = words[0] if words else ""
        # 官网 宏达 30万: behind where they came from only what sounds like a firm's own name leads.
        if words and not may_be_called(self.leading):
            called = (word for word in words[1:_LEADING] if may_be_called(word))
            self.leading = next((word for word in called if ends_like_one(word) or sounds_like_a_brand(word)), "")
        self._told()
        self._tokens()
        region = self.parts.get("region")
        return LeadText(
            client=self.parts.get("client"),
            contact=self.parts.get("contact"),
            phone=self.parts.get("phone"),
            source=self.parts.get("source"),
            budget=self.budget,
            region=region,
            note=" ".join(self.notes),
            mentions=mentions,
        )

    def _take(self, start: int, end: int, leaving: str = _BREAK) -> str:
        """Cut (start, end) out of the text, `leaving` a break, and return what stood there."""
        taken = self.text[start:end]
        self.text = f"{self.text[:start]}{leaving}{self.text[end:]}"
        self.folded = f"{self.folded[:start]}{leaving}{self.folded[end:]}"
        return taken

    def _mentions(self) -> tuple[str, ...]:
        names: list[str] = []
        while match := _MENTION.search(self.folded):
            written = self.text[slice(*match.span(1))]
            known = [name for name in self.people if name and fold(written).startswith(fold(name))]
            name = max(known, key=len) if known else written
            self._take(match.start(), match.start(1) + len(name))
            if name not in names:
                names.append(name)
        return tuple(names)

    def _phone(self) -> None:
        ours = _OUR_LINE.search(self.folded)
        if ours:
            self._take(*ours.span())
            self.parts["source"] = "电话呼入"
        for start, end in find_phones(self.text)[:1]:
            folded = self.folded
            latin = _LATIN_NAME.search(self.text, 0, start)
            courtesy = find_courtesy(self.text[:start])
            if courtesy and latin and courtesy[1] >= latin.end("name"):
                latin = None
            if latin and (" " in latin["name"] or self.text[: latin.start()].strip()):
                self.parts["contact"] = latin["name"]
            label = _PHONE_WORD.search(folded[:start])
            tail = _PHONE_TAIL.match(folded, end)
            self.parts["phone"] = normalise_phone(self.text[start:end])
            self._take(label.start() if label else start, tail.end() if tail else end)
            if latin and "contact" in self.parts:
                self._take(*latin.span("name"), leaving=_CONTACT)

    def _address(self, pattern: re.Pattern[str]) -> None:
        """What one may be written to at goes to the note whole."""
        if match := pattern.search(self.folded):
            self.notes.append(self._take(*match.span()))

    def _labelled(self) -> None:
        """客户：… 联系人：… each up to the next label, line end, comma or, for parts of one word, space."""
        for _ in range(MOST_LABELS):
            match = LABELLED.search(self.folded)
            if match is None:
                return
            label = label_of(match)
            kind = KIND[label]
            stop = (
                r"[\n;]"
                if kind == "note"
                else r"[\n,;。]"
                if kind in {"client", "contact", "region"}
                else r"[\n;。\s]|,(?!\d{3}(?!\d))"
            )
            rest = self.folded[match.end() :]
            ends = [found.start() for found in (re.search(stop, rest), LABELLED.search(rest)) if found]
            end = match.end() + min(ends, default=len(rest))
            value = self.text[match.end() : end].strip().rstrip(",，")
            if kind == "contact" and value:
                start, stop_at = contact_in(value)
                begin = self.text.index(value, match.end())
                if before := value[:start].strip():
                    self.notes.append(before)
                value, end = value[start:stop_at], begin + stop_at
            if kind == "client" and len(value.split()) > 1 and not value.isascii():
                value = value.split()[0]
                end = self.text.index(value, match.end()) + len(value)
            self._take(match.start(), end)
            self._keep(kind, value, label)

    def _keep(self, kind: str, value: str, label: str) -> None:
        """Store a labelled value, in the form its part has; what cannot be read goes to the note with its label."""
        if UNTOLD.fullmatch(fold(value)):
            return
        read: str | None = value or None
        if kind == "source":
            read = source_named(value) or (value or None)
        elif kind == "region":
            read = self.regions.of(value) or self.regions.told_in([value]) or (value or None)
        elif kind == "budget":
            amount = read_amount(_EACH.sub("", value))
            if amount is not None and self.budget is None:
                self.budget = amount
                return
            read = None
        elif kind in {"phone", "note"}:
            read = None
        if read is not None and kind not in self.parts:
            self.parts[kind] = read
        elif value:
            self.notes.append(value if kind == "note" else f"{label}：{value}")

    def _budget(self) -> None:
        found = find_budget(self.text) if self.budget is None else None
        if found is not None:
            start, end, self.budget = found
            self._take(start, end)

    def _told(self) -> None:
        """Parts told in a sentence: 有个客户叫…, 联系人是…, 从抖音来的."""
        if "source" not in self.parts and (source := find_source(self.text)):
            words = self._take(source[0], source[1])
            self.parts["source"] = source[2]
            if source[2] in _TOLD_BY and not _ANYBODY.match(fold(words)):
                self.notes.append(words)
        self._named(NAMED, "client")
        self._named(_CALLED, "contact")
        match = SAID_TO_BE.search(self.folded)
        if match and "client" not in self.parts and may_be_client(match["name"]):
            self.parts["client"] = self.text[slice(*match.span("name"))]
            self._take(*match.span())
        person = find_courtesy(self.text)
        if person and "contact" not in self.parts:
            self.parts["contact"] = self._take(*person, leaving=_CONTACT)
        match = _CALLED_SO.search(self.folded)
        if match and "contact" not in self.parts and is_name(match["name"]):
            self.parts["contact"] = self.text[slice(*match.span("name"))]
            self._take(*match.span())

    def _named(self, pattern: re.Pattern[str], kind: str) -> None:
        """What `pattern` says is called so; a first name (有个客户叫 Jerry) is the contact's."""
        match = pattern.search(self.folded)
        if match is None:
            return
        group = "name" if match["name"] else "quoted"
        name = self.text[slice(*match.span(group))].removesuffix("的")
        if kind == "client" and find_first_name(name) == (0, len(name)):
            kind = "contact"
        if kind not in self.parts and (kind == "contact" or may_be_client(name)):
            self.parts[kind] = name
            self._take(*match.span())

    def _tokens(self) -> None:
        """What is left, word by word: source, region and contact are known by their looks, the client by its place."""
        left: list[str] = []
        words = filter(None, (piece.strip("-—~:：!！") for piece in words_of(self.text, self.regions)))
        for token in itertools.islice(words, _MOST_WORDS):
            if BARE_LABEL.fullmatch(fold(token)):
                continue
            if token == _CONTACT.strip():
                self.bare = len(left)
                continue
            source, region = read_source(token), self.regions.of(token.removesuffix("的"))
            if source and self.parts.get("source", source) == source:
                self.parts["source"] = source
            elif (source := _source_of(token)) and "source" not in self.parts:
                self.parts["source"] = source
                left.append(token)
            elif introduced(token):
                self.parts.setdefault("source", "转介绍")
                left.append(token)
            elif region and self._narrower(region):
                self.parts["region"] = region
                if fold(region) not in fold(token):
                    left.append(token)
            elif not self._contact(token, left):
                left.append(token)
        self._named_alone(left)
        self._client(left)
        region = self.regions.told_in(left) if "region" not in self.parts else None
        if region is not None:
            self.parts["region"] = region
        self.notes[:0] = [*left, *words]

    def _contact(self, token: str, left: list[str]) -> bool:
        """Take the contact out of `token`; the words around the name go to `left`."""
        person = None if "contact" in self.parts else find_person(token)
        if person is None:
            return False
        start, end = person
        if (end < len(token) and ends_like_one(token)) or self._within_a_client(token, person):
            return False
        self.parts["contact"] = token[start:end]
        around = (token[:start].strip(), token[end:].strip())
        # 客户凌先生 is the client himself, whatever the next word is.
        self.private = self.private or fold(around[0]) in {"客户", "业主"}
        self.bare = len(left) + bool(around[0])
        left.extend(word for word in around if word and not BARE_LABEL.fullmatch(fold(word)))
        return True

    def _within_a_client(self, token: str, person: tuple[int, int]) -> bool:
        """Whether what looks like a person is a part of a client's name (李姐药房)."""
        stretch = stretch_of(token, self.directory) if self.directory is not None else None
        return stretch is not None and stretch[0] <= person[0] and person[1] <= stretch[1]

    def _client(self, left: list[str]) -> None:
        """Take the client out of the words that are left; what stood around its name in its word stays."""
        if "client" in self.parts:
            return
        may_lead = left[: self.bare] if "contact" in self.parts else [self.leading]
        may_lead = [] if self.private else may_lead
        bare = [word for word in may_lead if self.regions.of(word) is None]
        found = find_client(left, self.bare, bare)
        if self.directory is not None:
            found = known_client(left, found, self.directory)
        if found is None:
            return
        word = left[found.word]
        self.parts["client"] = word[found.start : found.end]
        before = word[: found.start].removesuffix("的")
        if before in {"老客", "老客户"}:
            self.parts.setdefault("source", "老客户")
        around = (before if before not in {"客户", "老客", "老客户"} else "", word[found.end :])
        left[found.word : found.word + 1] = filter(None, around)

    def _named_alone(self, left: list[str]) -> None:
        """A name without a title, standing alone, is the contact's; a Latin one behind a role or a client."""
        for at, token in enumerate(left):
            latin = _LATIN_AT_THE_END.search(token)
            start = latin.start() if latin and is_first_name(latin[0]) else len(token)
            role = token[:start] or "".join(left[max(0, at - 1) : at])
            if is_full_name(token):
                start = 0
            elif start == len(token) or not (_ROLE.search(fold(role)) or (not start and may_be_called(role))):
                continue
            if "contact" not in self.parts:
                self.parts["contact"] = token[start:]
                self.bare = at + bool(start)
                left[at : at + 1] = filter(None, [token[:start]])
            return

    def _narrower(self, region: str) -> bool:
        """Whether `region` is the first place told, or lies in the one told before it (华南 深圳)."""
        told = self.parts.get("region")
        return told is None or (region != told and region_of(region, [told]) == told)
