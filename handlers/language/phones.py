"""Telephone numbers in free text, so that they can be stored apart and masked."""

from __future__ import annotations

import re

from handlers.language.text import fold

_GAP = r"[ \u00a0.·\-‐–—]?"
_COUNTRY = rf"(?:\(?(?:\+|00)?86\)?{_GAP})?"
# The ways people group eleven digits; any other spacing is more likely a list of record numbers.
_MOBILE = (
    rf"{_COUNTRY}(?:1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}}|1[3-9]\d{_GAP}\d{{3}}{_GAP}\d{{5}}"
    rf"|1[3-9]\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}|1[3-9]\d{_GAP}\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}})"
)
_AREA = r"(?:010|02\d|0[3-9]\d{2})"
_EXTENSION = r"(?:(?: ?转 ?|-)\d{1,6})?"
_LANDLINE = rf"(?:\(?(?:\+|00)86\)?{_GAP})?(?:\({_AREA}\) ?|{_AREA}{_GAP})[1-9]\d{{2,3}}{_GAP}\d{{4}}{_EXTENSION}"
_SERVICE = rf"[48]00{_GAP}(?:\d{{3}}{_GAP}\d{{4}}|\d{{4}}{_GAP}\d{{3}})"
_NUMBER = re.compile(rf"(?<![\d.])(?:{_MOBILE}|{_LANDLINE}|{_SERVICE})(?!\d)")
_SPOKEN = re.compile(
    r"(?<![幺一二三四五六七八九零〇十百千万])[幺一][三四五六七八九][幺一二三四五六七八九零〇]{9}(?![幺一二三四五六七八九零〇十百千万])"
)
_SPOKEN_DIGITS = str.maketrans("幺一二三四五六七八九零〇", "112345678900")

_OTHER_NUMBER = re.compile(
    r"(?<!个)(?:订单|合同|运单|快递|物流|单据|发票|流水|批次|序列|设备|型号|编|税|账|帐|卡|工|单|批|货|款|料)(?:编|单)?号(?:码)?"
    r"(?:是|为)?[:#\s]*$|(?:[¥￥$]|rmb|单号|编码|编号|条码|金额|预算|qq)(?:是|为)?[:#\s]*$"
)
_TELEPHONE_LETTERS = re.compile(r"(?:^|[^a-z])(?:tel|phone|mobile|mob|cell|call|vx|wx|v|weixin|wechat|ph|m|t|and)$")
_UNIT = re.compile(r"[ ]?(?:元|块|万|亿|件|个|台|箱|吨|%|rmb|[a-z]\d|\.\d)")


def find_phones(text: str) -> tuple[tuple[int, int], ...]:
    """Every telephone number of `text` as (start, end) offsets, in order and without overlap.

    Finds Chinese mobile numbers (with or without +86, spaces and dashes, also spoken digit by digit), landlines with
    an area code and an optional extension, and 400/800 numbers, in half- or full-width digits. Numbers named as
    something else (an order number, an amount) are left out.
    """
    folded = fold(text)
    spans = [match.span() for match in _NUMBER.finditer(folded) if _is_phone(folded, *match.span())]
    spans += [match.span() for match in _SPOKEN.finditer(folded)]
    return tuple(sorted(spans))


def normalise_phone(written: str) -> str:
    """The digits of one number found by `find_phones`, without country code; area code and extension set off by "-"."""
    folded = fold(written).translate(_SPOKEN_DIGITS)
    extension = re.search(r"(?:转|(?<=\d{4})-(?=\d{1,6}$)) ?(\d{1,6})$", folded)
    if extension and len(re.sub(r"\D", "", folded[: extension.start()])) < 10:
        extension = None
    main = re.sub(r"\D", "", folded[: extension.start()] if extension else folded)
    main = re.sub(r"^(?:00)?86(?=1[3-9]\d{9}$|0\d{9,})", "", main)
    area = re.match(_AREA, main)
    if area:
        main = f"{area[0]}-{main[area.end() :]}"
    return f"{main}-{extension[1]}" if extension else main


def _is_phone(folded: str, start: int, end: int) -> bool:
    """Whether the digits at (start, end) stand as a telephone number, judged by their neighbours."""
    before, after = folded[max(0, start - 12) : start], folded[end : end + 4]
    if before[-1:].isascii() and before[-1:].isalpha() and not _TELEPHONE_LETTERS.search(before):
        return False
    return not _OTHER_NUMBER.search(before) and not _UNIT.match(after)
