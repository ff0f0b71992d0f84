"""The labels and small words that stand before a deadline and leave with it: 截止：, 最迟, ddl, 交货时间."""

from __future__ import annotations

from handlers.language.patterns import Pattern

_LABEL = (
    r"(?:截_?[止至]_?(?:时_?间|日_?期|日|期)?"
    r"|(?:(?<![^\W\d_])(?:预_?计_?)?(?:完_?成|交_?付|到_?期)|预_?计)?_?(?:时_?间|日_?期|期_?限|时_?限)"
    r"|(?<![a-z])(?:ddl|deadline|due(?: ?date)?|by|before|until|no later than|on))_(?:[::]|是|为|-)?_"
)
_LOOK = "📅📆🗓⏰⏱⏲⌚⌛⏳🕐-🕧"  # a calendar or a clock instead of a label
_LEAD = Pattern(
    rf"(?:(?:{_LABEL}|[{_LOOK}]_|最_[迟晚]_|最$|不_[晚迟]_于_|不_超_过_|至_迟_|至_多_|最_多_|赶_在_|定_于_|(?<![现正存实所内外])在_|(?<![关由对属等至位基鉴处])于_|"
    r"(?:(?<=^)|(?<=[ ,，。;:+(、]))(?:到|至|就|再_?过|过|未_?来|接_?下_?来)_"
    r"|(?<=[我们咱俺])(?:再_?)?过_|(?<=[止迟晚间期])(?:到|至)_))+$"
)
# How every lead ends.
_LEAD_END = Pattern(rf"[{_LOOK}止至间期日限leyn:是为\-迟晚最于过多在到就来] ?$")
_STRONG_LEAD = Pattern(r"截|ddl|deadline|due|by|before|until|later|迟|晚|时 ?间|日 ?期|期 ?限|时 ?限|不 ?超|赶")
# 交货时间周五, in its own place: a label that names the act, which the matter tells already.
_LABEL_OF_ACT = Pattern(
    r"(?:^|(?<=[ ,，。;；(]))(?:计划|预计|约定|要求|最晚|最迟)?"
    r"(?:(?:交货|发货|送货|到货|收货|提货|送达|上门|安装|施工|进场|开工|完工|验收|交样|送样|寄样|寄出|发出|交稿|提交|出货|配送|到店|拜访|见面|开会|会议|培训|签约|回款|付款|打款|回复|答复|反馈|执行|处理|办结)"
    r"(?:时间|日期|期限|时限)|交期) ?(?::|是|为|定在|在)? ?$"
)
_PLAIN_TIME = Pattern(r"(?:时 ?间|日 ?期|期 ?限|时 ?限) ?$")
_PAUSES = " ,，。;；:+(、"


def lead(plain: str, start: int, end: int, floor: int) -> tuple[int, bool]:
    """Where the words begin that lead to the deadline `plain[start:end]`, and whether they are firm.

    They do not begin before `floor`; without any it is `start`.
    """
    if not _LEAD_END.search(plain[max(floor, start - 2) : start]):
        return start, False
    low = max(floor, start - 24)
    label = _LABEL_OF_ACT.search(plain, low, start)
    if label and (plain[: label.start()].strip(_PAUSES) or plain[end:][:1] in tuple(_PAUSES)):
        return label.start(), True
    found = _LEAD.search(plain, low, start)
    if not found or found.start() == found.end():
        return start, False
    begin = found.end() - len(found[0].lstrip())
    words = plain[begin:start]
    if _PLAIN_TIME.search(words) and not (begin == 0 or plain[begin - 1] in _PAUSES):
        return start, False  # 约时间周三 and the like: without a colon only a label of its own is one
    return begin, _STRONG_LEAD.search(words) is not None
