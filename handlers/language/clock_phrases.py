"""下午, 今晚's 晚, 三点半, 9:30, 早9点, 5pm: the contract's tables Parts of a day and Clock times."""

from __future__ import annotations

from handlers.language.moments import Clock, Part
from handlers.language.numerals import HOUR, MINUTE, value
from handlers.language.patterns import Pattern, rx

# 今晚|上门, 明早|上线: the 上 of an act; and greetings.
_UP = "好|门|架|线|班|传|市|新|墙|会(?!议|见|谈|面)"
# The table Parts of a day, in its order.
_PARTS: list[tuple[str, Part, Pattern]] = [
    ("凌", "凌晨", rx(r"凌_晨")),
    ("一大清早朝", "早上", rx(rf"朝_早|一_大_早|大_清_早|(?:大|清|一)_早|早_上(?!{_UP})|早_晨|清_晨")),
    ("上午头m", "上午", rx(r"morning|上_午(?!好|茶|场)|午_前|上_半_[天日]|[上头]_晌|上_昼")),
    ("中正午晌", "中午", rx(r"中_午(?!好|饭|餐)|正_午|午_间|晌_午(?!饭)")),
    ("下午后a", "下午", rx(r"afternoon|下_午(?!好|茶|场)|午_后|下_半_[天日]|[下后]_晌|下_昼")),
    ("傍黄", "傍晚", rx(r"傍_晚|黄_昏")),
    ("晚夜", "晚上", rx(rf"(?<!最)晚_上(?!{_UP})|(?<=最)晚上(?=_?{HOUR}_?[点:])|晚_间|晚_黑|夜_晚")),
    ("半夜深午", "夜里", rx(r"半_夜|夜_里|夜_间|深_夜|午_夜")),
    ("下e", "下班", rx(r"eod(?![a-z])|下_班(?!_?(?:之_?|以_?)?后|时|了|途|路|高峰|打卡)")),
    ("上", "上班", rx(r"上_班_(?:之_|以_)?前")),
]
# Short forms: after a day (明早, 周五晚), or before a clock time (早9点).
_SHORT_PARTS: list[tuple[str, Part, Pattern]] = [
    ("早晨", "早上", rx(r"(?<!最)[早晨](?!会(?!见|谈)|餐|饭|茶|市|操|高峰|点名)")),
    ("晚", "晚上", rx(r"(?<!最)晚(?!点|会(?!见|谈)|餐|饭|宴(?!请)|市|场|自习|高峰|点名)")),
    ("夜", "夜里", rx(r"(?<!年)夜(?!场|班|宵|市|宴)")),
    ("午", "中午", rx(r"午(?!餐|饭|休|宴)")),
]
_PART_STARTS = frozenset(char for starts, _, _ in (*_PARTS, *_SHORT_PARTS) for char in starts)
# What is counted in points: 5点建议.
POINTS = (
    "建议|意见|要求|改进|说明|诉求|原因|问题|结论|理由|注意|共识|反馈|优势|措施|内容|需求|疑问|想法|思路|整改(?!完|好|到)|"
    "事项|体会|心得|方向|要点|要领|要素|提示|提醒|说法"
)
# 10点整, not 10点整理.
_SHARP = "整(?!理|改|顿|合|机|体|箱|套|批|装|车|个|店|层|栋|单|包|件|柜|仓|租|年|天|月|编|形|修|备|洁|夜)"
_CLOCK = rx(
    rf"(?P<h>{HOUR})_(?:点_钟?(?!的?(?:{POINTS})|心|赞|评)|时(?!候|间|段|代|刻|效|许|长|常|期|装|尚))"
    rf"_(?:(?P<half>半)|(?P<quarter>[一二三123])_刻_钟?|(?P<m>{MINUTE})(?!(?:[个台箱套件家号楼米吨元万人份天月年%]|[-/.:]?\d|小时))_(?:分(?![到配发给批别]))?(?!钟)|{_SHARP})?"
)
_COLON = rx(rf"(?P<h>\d{{1,2}})_:_(?P<m>\d{{2}})(?::\d{{2}})?(?!\d)(?:_{_SHARP})?(?P<half>)(?P<quarter>)")
# With a part of the day before it, a dot will do: 下午5.30.
_DOTTED = rx(
    r"(?P<h>\d{1,2})\.(?P<m>[0-5]\d)(?![\d.%a-z]|_?[个台箱套件家吨米元万千折倍号日天小分的])(?P<half>)(?P<quarter>)"
)
_LETTERED = rx(r"(?P<h>\d{1,2})(?=_(?:am|pm|a\.m\.|p\.m\.)(?![a-z\d]))(?P<half>)(?P<quarter>)(?P<m>)")
# What every clock time and every range of hours begins with.
_CLOCK_HINT = rx(rf"{HOUR}_[点时:~到至ap-]|\d{{1,2}}\.")
_HOUR_STARTS = frozenset("0123456789零〇一二两三四五六七八九十")
_HOUR_RANGE = rx(rf"{HOUR}_(?:-|~|到|至)_(?={HOUR}_(?:点|时))")
_OF = rx("_的?_")
# Between the two ends of a range.
TO = rx(r"_(?:到|至|-+|~+)_")
_AMPM = rx(r"_(am|pm|a\.m\.|p\.m\.)(?![a-z])")


def time_at(plain: str, index: int, after_day: bool) -> tuple[Part | None, Clock | None, int]:
    """The part of the day and the clock time that stand at `index`."""
    blank = _OF.match(plain, index) if after_day else None
    here = blank.end() if blank else index
    part, end = _part_at(plain, here, after_day)
    if part is None:
        here = end = index + (plain[index : index + 1] == " " and after_day)
    if part is not None and plain[end : end + 1] in ("上", "下"):  # 明早上班前, 周五下午下班前
        worked, worked_end = _part_at(plain, end, False)
        part, end = (worked, worked_end) if worked in ("上班", "下班") else (part, end)
    skip = _OF.match(plain, end) if part else None
    if part in ("上班",):
        return part, None, end
    clock, clock_end = _clock_at(plain, skip.end() if skip else end, dotted=part is not None)
    if clock is None:
        short = part is not None and not after_day and end - here == 1
        return (None, None, index) if part is None or short else (part, None, end)
    after = TO.match(plain, clock_end)
    if after:
        later_part, later_end = _part_at(plain, after.end(), False)
        later, later_end = _clock_at(plain, later_end if later_part else after.end(), dotted=part is not None)
        if later:
            return later_part or part, later, later_end
    return part, clock, clock_end


def _part_at(plain: str, index: int, after_day: bool) -> tuple[Part | None, int]:
    char = plain[index : index + 1]
    if char not in _PART_STARTS:
        return None, index
    for starts, part, pattern in _PARTS:
        match = pattern.match(plain, index) if char in starts else None
        if match:
            return part, match.end()
    for starts, part, pattern in _SHORT_PARTS:
        match = pattern.match(plain, index) if char in starts else None
        if match and (after_day or _clock_at(plain, match.end())[0] is not None):
            return part, match.end()
    return None, index


def _clock_at(plain: str, index: int, dotted: bool = False) -> tuple[Clock | None, int]:
    if plain[index : index + 1] not in _HOUR_STARTS:
        return None, index
    hint = _CLOCK_HINT.match(plain, index)
    if not hint:
        return None, index
    skip = _HOUR_RANGE.match(plain, index) if hint[0][-1] in "-~到至" else None
    here = skip.end() if skip else index
    if here and here == index and plain[here - 1 : here].isdigit():
        return None, index
    match = _CLOCK.match(plain, here) or _COLON.match(plain, here) or _LETTERED.match(plain, here)
    if not match and dotted:
        match = _DOTTED.match(plain, here)
    if not match:
        return None, index
    written = match["h"]
    hour = value(written)
    half, quarter, minutes = match["half"], match["quarter"], match["m"]
    minute = 30 if half else 15 * value(quarter) if quarter else value(minutes) if minutes else 0
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None, index
    bare = 0 < hour < 13 and not (written.startswith("0"))
    letters = _AMPM.match(plain, match.end())
    if letters and hour <= 12:
        hour = hour % 12 + (12 if letters[1].startswith("p") else 0)
        return Clock(hour, minute, False), letters.end()
    return Clock(hour, minute, bare), match.end()
