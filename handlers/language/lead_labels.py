"""The labels of a lead that is written as a form: 客户：… 联系人：…, with colons, bars, or blanks alone."""

from __future__ import annotations

import re

from handlers.language.text import fold
from handlers.language.titles import find_person

_LABELS = {
    "client": "客户名称|客户名|客户公司|客户单位|客户全称|公司全称|单位全称|客户|公司名称|公司名|公司|单位名称|单位"
    "|医院|门店|店名|新客户|意向客户|企业|机构"
    "|甲方|业主单位|建设单位|抬头|开票抬头|名称|company|client|customer",
    "contact": "联系人姓名|联系人|对接人|对接|负责人|经办人|接洽人|收货人|称呼|姓名|联络人|contact person|contact|name",
    "phone": "联系电话|联系方式|电话号码|手机号码|手机号|手机|电话|tel|phone|mobile|微信同号",
    "source": "线索来源|信息来源|客户来源|来源渠道|来源|渠道|来自|采购方式|获客渠道|source",
    "budget": "预算金额|项目预算|预估金额|意向金额|预计金额|采购预算|预计首单|首单金额|首单|首批|预算|金额|budget",
    "region": "所在地区|所在地|所属区域|所属地区|地区|区域|地址|城市|位置|所在城市|省份|大区|city|region|area",
    "note": "备注|要求|需求|说明|其他|其它|情况|意向产品|意向|产品|科室|项目|need|needs|note|remark",
}
KIND = {word: kind for kind, words in _LABELS.items() for word in words.split("|")}
_LONGEST_FIRST = "|".join(sorted(KIND, key=len, reverse=True))
_PLACE = r"(?:^|(?<=[\s,;。、/|:]))(?:\d{1,2}[.、)] ?)?[【\[(]?"
LABELLED = re.compile(
    rf"[【\[](?P<framed>{_LONGEST_FIRST})[】\]]\s*:?\s*"
    r"|(?:^|(?<=[\s,;。、/|:]))(?:\d{1,2}[.、)] ?)?"
    rf"(?:\((?P<bracketed>{_LONGEST_FIRST})\)\s*:?|[【\[(]?(?P<bare>{_LONGEST_FIRST})\s*:)\s*"
)
_UNMARKED = re.compile(
    rf"{_PLACE}(?P<label>{_LONGEST_FIRST})"
    r"(?P<mark>[】\])]?[ \t]*[|=>\-—–][ \t]*|[ \t\u3000]*\n\s*|[ \t\u3000]+)(?=[^\s:])"
)
BARE_LABEL = re.compile(rf"(?:\d{{1,2}}[.、)]|{_LONGEST_FIRST})")
# What is put behind a label to say nothing.
UNTOLD = re.compile(r"(?:暂?无|没有|没填|未填|未知|不详|不知道|保密|待定|个人|n/?a|none|[-—/.?]+)")
# So many different labels without a colon are a form; fewer may be words of a sentence.
_FORM = 3
# A lead has a dozen parts; a text of thousands of labels is none, and must not cost seconds.
MOST_LABELS = 40
_LATIN_NAME = re.compile(r"(?:^|(?<=\s))[A-Z][a-z]{1,9}(?: [A-Z][a-z]{1,9})?(?=$|[\s,;。、(（])")
_FIRST_WORD = re.compile(r"[^\s(（]+")


def label_of(match: re.Match[str]) -> str:
    """The label that `LABELLED` matched."""
    return match["framed"] or match["bracketed"] or match["bare"]


def with_colons(text: str) -> str:
    """`text`, of the same length, with a colon behind each label of a form that has them behind few or none."""
    folded = fold(text)
    found = []
    for match in _UNMARKED.finditer(folded):
        found.append(match)
        if len(found) == MOST_LABELS:
            break
    kinds = {KIND[match["label"]] for match in found} | {KIND[label_of(match)] for match in LABELLED.finditer(folded)}
    if not found or len(kinds) < _FORM:
        return text
    for match in found:
        start, end = match.span("mark")
        text = f"{text[:start]}:{' ' * (end - start - 1)}{text[end:]}"
    return text


def contact_in(value: str) -> tuple[int, int]:
    """Where in the value of a contact's label the person stands: one with a title, a Latin name, or the first word."""
    person = find_person(value)
    if person is not None:
        return person
    found = _LATIN_NAME.search(value) or _FIRST_WORD.search(value)
    return found.span() if found else (0, len(value))
