"""What a lead has to spend, told from what one piece costs and from the size of the client's own matters."""

from __future__ import annotations

import re

from handlers.language.money import find_amounts
from handlers.language.text import fold

_BUDGET_WORD = re.compile(
    r"(?:(?:项目|采购|总|年)?(?:预算|金额|报价|总价|合同额|标的|控制价)(?:金额|总额|额|价)?(?:大概|大约|差不多|估计|预计|约|在|是|有|为|不超过|不到|最多|至少|起码|控制在|[:\s])*)$"
)
# 单价120元 and 4.2元/套 tell what one piece costs.
_PRICE_OF_ONE = re.compile(
    r"(?:单价|均价|客单价?|每(?![年月])[\u4e00-\u9fff]|一[台件套个箱吨米平盒])(?:大概|约|是|在|:)*$|[\d\u4e00-\u9fff]\s?[*x×@]\s?$"
)
_FOR_ONE = re.compile(
    r"\s?[*x×]\s?\d|\s?/\s?(?:[台件套个箱吨米平盒只支瓶㎡人位]|kg|公?斤|m)|一?[一每][台件套个箱吨米平盒只支瓶](?![\d一二三四五六七八九十])"
)
_TEN_THOUSANDS = re.compile(r"预算(?:大概|大约|约|有|在|是|:|\s)*(?P<number>\d{1,3})个(?=$|[\s,;。左以上])")
_WITHIN = re.compile(r"(?:^|(?<=[\s,;。]))(?P<number>[1-9]\d{2,6})(?=(?:以内|左右|上下|以下|封顶)(?:$|[\s,;。]))")
# 1.8个亿的安置房 tells how large the client's own matter is, 三百万的项目 what is to be had.
_OF_THEIRS = re.compile(r"的(?!项目|单|预算|盘子|采购)")
# Nobody has so little to spend: yuan that stand bare below it are what one piece costs.
_LEAST = 100
_BUDGET_TAIL = re.compile(r"\s*(?:左右|上下|以内|以上|出头|多|的预算|\+|起)*")


def _loosely(folded: str) -> tuple[tuple[int, int, int], ...]:
    """Amounts that only their words make money: 预算15个 in ten thousands, as sellers count, and 1500以内."""
    if match := _TEN_THOUSANDS.search(folded):
        return ((match.start("number"), match.end(), int(match["number"]) * 10_000),)
    if match := _WITHIN.search(folded):
        return ((*match.span("number"), int(match["number"])),)
    return ()


def find_budget(text: str) -> tuple[int, int, int] | None:
    """The budget `text` tells as (start, end, whole yuan), the words around it included; None when it tells none."""
    found = find_amounts(text) or _loosely(fold(text))
    folded = fold(text)
    # An amount called a budget wins over one that merely stands in the line.
    words = [_BUDGET_WORD.search(folded, max(0, start - 24), start) for start, _, _ in found]
    named = [amount for amount, word in zip(found, words, strict=True) if word and "预算" in word[0]]
    bare = [
        (start, end, yuan)
        for start, end, yuan in found
        if yuan >= _LEAST
        and not _OF_THEIRS.match(folded, end)
        and not _PRICE_OF_ONE.search(folded, max(0, start - 12), start)
        and not _FOR_ONE.match(folded, end)
    ]
    if not (named or bare):
        return None
    start, end, yuan = (named or bare)[0]
    label = _BUDGET_WORD.search(folded[:start])
    tail = _BUDGET_TAIL.match(folded, end)
    return (label.start() if label else start), (tail.end() if tail else end), yuan
