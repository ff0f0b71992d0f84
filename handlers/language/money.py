"""Amounts of money in free text, in whole yuan."""

from __future__ import annotations

import re
from decimal import Decimal

from handlers.language.text import fold

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
# As amounts are written where nobody shall change them.
_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "w": 10_000, "亿": 100_000_000, "千": 1_000, "k": 1_000, "百万": 1_000_000, "千万": 10_000_000}

_HAN = r"[一二三四五六七八九十两百千零〇]{1,12}(?!(?<=[千百万]一)[年月次])"
_ARABIC = r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
_NUMBER = rf"(?:{_ARABIC}|{_HAN})"
_SCALE = r"(?:百万|千万|万|亿|w(?![a-z]|\d\d)|k(?![a-z0-9])|千)"
_MARK = r"(?:[¥￥]|rmb|cny|人民币)"
_LABEL = (
    r"(?:控制价|首单|首批|首期|采购额|销售额|交易额|预算|金额|报价|总价|价格|合同额|货款|回款|标的|客单价?)(?:金额|总额|额|价)?"
    r"(?:大概|大约|差不多|估计|约|在|是|有|为|[:\s])*"
)
_TAIL = r"(?:元整?|块钱?|圆)"
_AMOUNT = re.compile(
    rf"(?P<label>{_LABEL})?(?P<mark>{_MARK}\s*)?"
    rf"(?P<body>(?:(?P<low>{_NUMBER})\s*(?:个(?=[亿万w]))?{_SCALE}?\s*{_TAIL}?\s*(?:-|~|–|—|～|到|至)\s*{_MARK}?\s*)?"
    rf"(?P<number>{_NUMBER})\s*(?P<more>[多来余])?(?:个(?=[亿万w]))?(?P<scale>{_SCALE})?"
    rf"(?P<rest>(?<=[万亿w])(?:{_NUMBER}[千百]?(?:{_HAN})?万?(?![\d月号日天点年个周台套期件%.\-])))?)(?:\s*[多来]?(?P<tail>{_TAIL}))?"
)
# 三万件 and 十万级 count or grade something; 三万 alone is money.
_COUNTED = re.compile(
    r"\s?(?:件|台(?![州山中北湾])|个(?!月)|(?:(?<!\s)人|人(?!在))|次|吨|箱|套|支|只|片|张|米|瓶|盒|袋|粉|户|家|份|条|平(?![湖阳顶凉度])|㎡|升|斤|公斤|公里|颗|头|辆|步|级|字|本|粒|卷|根|枚"
    r"|桶|例|股|亩|立方|转|码|单|美元|美金|港币|欧元|日元|刀|usd|克|瓦|伏|卡|帕|赫|像素|毫|小时|多(?:件|台|个(?!月)|人|次|家))"
)
_FOREIGN = re.compile(r"(?:[$€£]|usd|hkd|eur|美[元金]|港币|欧元)\s?$")
_EACH_YEAR = re.compile(r"\s?(?:/|每|一)\s?[年月次]$")
_NAMES = re.compile(r"[达科象豪华宝润代向国]")
_NOT_A_NUMBER_BEFORE = re.compile(r"(?:[周期拜第初唯几数统之]|(?<![个每])月|[a-z0-9.#\-]|\d/)$")
# 五千 alone is money only where the number ends; 三千克 and 五千人 go on.
_CLOSED = re.compile(r"[多余]?(?:$|[\s,;。、!?+])|一[年月次]|左右|以内|上下|以上|预算")
_ABOUT = re.compile(r"左右|上下|以内|出头|多(?=$|[\s,;。])|预算")
# How far a neighbouring word may reach, in characters.
_NEARBY = 12
_SCREENS = {"2k", "4k", "8k"}


def read_amount(text: str) -> int | None:
    """The amount `text` speaks of, in yuan: its first amount, or the number when it is nothing but one.

    A range gives its upper end. None when no amount is named.
    """
    found = find_amounts(text)
    if found:
        return found[0][2]
    bare = _EACH_YEAR.sub("", fold(text).strip())
    return _yuan(bare, None) if re.fullmatch(_ARABIC, bare) and len(bare) < 10 else None


def find_amounts(text: str) -> tuple[tuple[int, int, int], ...]:
    """Every amount of money in `text` as (start, end, yuan), in order; a range gives its upper end.

    A number counts as money with a scale or a currency word (30万, 3.5w, 五十万, 1200元, ¥128,000) or straight after
    a word such as 预算. Counted goods (3万件), dates, foreign money and vague numbers (几十万) are left out. The
    offsets do not include the leading label.
    """
    folded = fold(text).translate(_CAPITALS)
    found = []
    for match in _AMOUNT.finditer(folded):
        yuan = _read(match, folded)
        if yuan:
            start = match.start("mark") if match["mark"] else match.start("body")
            end = match.end("tail") if match["tail"] else match.end("body")
            found.append((start, end - (len(folded[start:end]) - len(folded[start:end].rstrip())), yuan))
    return tuple(found)


def _read(match: re.Match[str], folded: str) -> int | None:
    """The yuan of one match, or None when its neighbours say that it is no money."""
    scale, tail, number = match["scale"], match["tail"], match["number"]
    named = bool(match["label"] or match["mark"])
    end = match.start() + len(match[0].rstrip())
    after = folded[end : end + _NEARBY]
    before = folded[max(0, match.start("body") - _NEARBY) : match.start("body")]
    if _FOREIGN.search(before):
        return None
    if not named and _NOT_A_NUMBER_BEFORE.search(before):
        return None
    if scale is None:
        if re.match(r"\d|[.,]\d", after):
            return None
        if number.isascii() and len(number) > 9 and not (tail or match["mark"]):
            return None
        alone = number[-1] == "千" and _CLOSED.match(after)
        if not (
            match["mark"]
            or tail
            or alone
            or (match["label"] and ("千" in number or (number[0].isdigit() and len(number) >= 4)))
        ):
            return None
        if tail in {"块"} and not re.match(r"$|[\s,;。、!?一每/]|以内|左右|上下|出头", after):
            return None
    else:
        if not named and not tail and _COUNTED.match(after.lstrip("0123456789")):
            return None
        if not number[0].isdigit() and _NAMES.match(after):
            return None
        if (
            scale in {"千", "k"}
            and not named
            and not tail
            and ((number + scale in _SCREENS and not _ABOUT.match(after)) or not _CLOSED.match(after))
        ):
            return None
        if re.match(r"\s?(?:美元|美金|港币|欧元|日元|刀|usd)", after):
            return None
    value = _yuan(number, scale)
    if value is None:
        return None
    if match["rest"] and scale is not None:
        value += _rest(match["rest"], _LARGE[scale])
    return value


def _rest(rest: str, scale: int) -> int:
    """What follows the scale: 3万5 and 三万五千 are 35000, 1亿2000万 is 120000000."""
    if rest.endswith("万"):
        inner = _yuan(rest[:-1], "万")
        return inner or 0
    unit = _SMALL.get(rest[-1])
    if unit and len(rest) > 1 and rest[:-1].isdigit():
        return int(rest[:-1]) * unit
    value = _yuan(rest, None)
    if value is None:
        return 0
    return value * scale // 10 if value < 10 and rest[-1] not in _SMALL else value


def _yuan(number: str, scale: str | None) -> int | None:
    factor = _LARGE[scale] if scale else 1
    if number[0].isdigit():
        return int(Decimal(number.replace(",", "")) * factor)
    value = _han(number)
    return None if value is None else value * factor


def _han(number: str) -> int | None:
    """The value of a number below ten thousand in Chinese numerals; of two neighbours (三四十) the larger."""
    total, digit = 0, None
    for char in number:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (1 if digit is None else digit) * _SMALL[char]
            digit = None
    if digit is not None:
        # 一百二 is 120: a digit straight after a unit counts the next smaller one.
        previous = number[-2:-1]
        total += digit * (_SMALL[previous] // 10 if previous in {"百", "千"} else 1)
    return total or None
