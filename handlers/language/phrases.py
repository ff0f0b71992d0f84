"""The grammar of deadline phrases: where they stand in a text and what they mean.

`scan` finds every phrase of the contract's tables, longest first from left to right, those too that can never be a
deadline (上周五, 每周三), so that no part of them is read as one. Patterns are anchored, and every repetition in
them is bounded: the time taken grows with the length of the text only.

In patterns `_` stands for an optional blank, because blanks inside a phrase count for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers.language.clock_phrases import TO, time_at
from handlers.language.day_phrases import BRAND_STARTS, BRANDS, day_at
from handlers.language.day_rules import Day, Shape
from handlers.language.days import Agreed, DateRange, Days, MonthDay, MonthNumber, Offset, Weekday
from handlers.language.duration_phrases import DURATION_STARTS, duration_at
from handlers.language.feasts import RoundFeast
from handlers.language.labels import lead
from handlers.language.moments import When
from handlers.language.numerals import NUMERALS
from handlers.language.patterns import Pattern, rx
from handlers.language.phrase import Phrase
from handlers.language.spans import (
    BeforeDays,
    BeforeWeek,
    BeforeWeekend,
    LastDay,
    PartOfMonth,
    Quarter,
    Week,
    Weekend,
    Year,
)

_OR = rx(
    r"_(?:或_者?|还_是|或_是|、|/|和|与)_|(?=周|星_?期|礼_?拜|下?_?月|[\d一二三四五六七八九十]{1,2}_?[月号日]|[今明后]_天|大_后_天)"
)
# 周五周六两天: both of the days said, so that they need nothing between them.
_BOTH = rx(r"_(?:这_)?[两2三3四4]_天(?![后内])")
_BESIDE = rx(r"_(?:,?_(?:也_?就_?是|就_是|即)|[(\[])?_")
_OPENED, _CLOSED = rx(r"_[(\[]_"), rx(r"_[)\]]")
_WEEKDAY_STARTS = ("周", "星", "礼", "本", "这", "当", "下", "上")
_DAY_STARTS = (*_WEEKDAY_STARTS, *"今明后大0123456789一二三四五六七八九十")
# What follows a day that was said twice, without brackets: 周三12.5前, but 周三12.5吨.
_AFTER_DAY = rx(
    r"_(?:$|[ ,，。;；!！?？)\]]|(?:之|以)?前|[上下中]午"
    r"|[上下]班|早|晚|凌晨|傍晚|\d{1,2}_?[:点]|[给把将跟和同去到向请约])"
)

# 周三前往, 前台, 前期, 内部: the character belongs to the next word.
_BEFORE = rx(
    r"_(?:(?:之_|以_)前|前(?!天(?!天)|年(?!货|会|底|初|末|度|终)|往(?!来)|台(?!账|式|面)|提(?=条|是|下)|期(?!限|权|货|末)|夕|后)"
    r"|(?:之_|以_)内|内(?!部(?!署)|容|勤|饰|蒙|科|镜|窥|贸|衬|需(?!要)|存(?!入|档)|网|页))"
)
_BEFORE_COUNT = rx(r"_(?:以_外|之_外|除_外)|_(?:之_|以_)?前_(?:后|夕|(?:\d|[一两二三四五六七])_?个?[天日周])")
_AFTER = rx(r"_(?:之_|以_)?后(?!台|期|端|面|勤|来|轮|段|续(?!签|费|约|保|订)|退|天)")
_TAIL = rx(
    r"_(?:截_止|截_至|为_止|止(?!损|付|痛|血|咳)|当_[天日]|左_右|上_下|最_[迟晚](?!_?[于在周星礼下本这明今后当\d一二三四五六七八九十月年节国中春清端元])|之_间(?!隔)|的?_时_候|的_样_子|那_天|的?_最_后_一_[天刻])"
)
# What every word that may follow a phrase and belong to it begins with.
_MAY_FOLLOW = rx(r"_[之以前内后截为止当左上最的时那(吧哈啊哦呀呢嘛呗啦咯喽]")
# Spoken particles between the deadline and the act: 周五之前吧给客户寄; 吧台 and 呢绒 are things.
_PARTICLE = rx(
    r"_(?:[吧哈啊哦呀呢嘛呗啦咯喽](?=$|[ ,，。;；!！?？~、)）])|吧(?![台椅凳女员丽])|呢(?![绒子料喃])|[啊嘛呀])"
)
_LAST_DAY = Pattern("最 ?后 ?一 ?天")
_STRONG_TAIL = Pattern("[截止]")

_RECURRING = Pattern(r"每 ?(?:个? ?(?:工 ?作 ?日|月)|[天日周月晚早年])? ?$")
_EVERY = Pattern(rf"{_RECURRING.source}|(?:每 ?个?|逢|隔|第|历 ?年|往 ?年|首) ?$")
# Where a phrase may begin: one of these characters, and what every phrase that begins with it goes on with. A digit
# inside a number, or behind one and a dot, begins nothing.
_NUMERAL = f"0-9{NUMERALS}"
_HOUR_NEXT = "[0-9零〇一二两三四五六七八九十]"
_STARTS = rx(
    rf"[{_NUMERAL}tmwfsne今明后大这当本下上次前昨听周星礼月季年元除春清端劳中国双过节放假长q第去早晨凌正午傍黄晚夜深半小晌]"
    rf"(?:(?:(?<=[{NUMERALS}])|(?<=[0-9])(?<!\d\d)(?<!\d[./:-].)(?<!\d [./:-].))[{_NUMERAL}几]{{0,4}}"
    rf"_(?:[年月日号点时小钟h分m刻天工周星礼季半自整多届]|[ap]_?[.m]|个_[半多月小钟h分m工天日自整年星礼季]"
    rf"|(?:-+|~+|[/.:到至、和或])_[{_NUMERAL}几e])"
    r"|(?<=[tmwfsne])(?<![a-z].)(?:(?<=t)(?:o(?:day|morrow)|mr|ue|hu|his )"
    r"|(?<=m)on|(?<=w)ed|(?<=f)ri|(?<=s)(?:at|un)|(?<=n)ext |(?<=e)(?:o[dwm]|nd of))"
    r"|(?<=听)_日|(?<=[上下])_[晌昼]|(?<=[今明后当])_[天日儿个年周月季星礼晚早夜晨午上下中傍凌后明]|(?<=[去前昨])_[年天日晚夜早儿]"
    r"|(?<=[本这下上])_[这一两二三几123个本下上周星礼拜月季年午班旬半]"
    r"|(?<=周)_[一二三四五六日天七末初中内1-7]|(?<=[星礼])_[期拜]|(?<=次)_[周星礼]"
    r"|(?<=[月年])_[初底末头尾中内前后之以放假长小黄]|(?<=季)_[度末底内]"
    r"|(?<=[节放假长小])_[假期日长小黄放前后之以]|(?<=[双过])_[节年]"
    r"|(?<=元)_旦|(?<=除)_夕|(?<=春)_节|(?<=清)_[明晨早]|(?<=端)_午|(?<=劳)_动|(?<=中)_[旬午秋]|(?<=国)_庆"
    r"|(?<=[五十])_一|(?<=一)_[大早清]|(?<=大)_[后前一清早年]|(?<=q)_[1-4]|(?<=第)_[一二三四1-4q]"
    rf"|(?<=早)_[上晨]|(?<=[晚夜])_[上间里晚]|(?<=[凌])_晨|(?<=[正晌])_午|(?<=午)_[前间后夜]|(?<=傍)_晚|(?<=黄)_昏|(?<=深)_夜"
    rf"|(?<=[早晨晚夜午]){_HOUR_NEXT}|(?<=半)_[个小钟h天日月年夜])"
)


# Nobody writes an item with more places where a phrase might begin. Of a text that has them, the end is read as well.
MOST_TRIES = 48
_END = 40
_PAUSE = Pattern(r"[ ,，。;；!！?？]")


class Scan:
    """The phrases of `plain`, in order, none overlapping another, found while they are asked for.

    After `most` places where one might begin only the end of the text is read, so that the time taken has a bound.
    `tried` is how many places have been looked at so far.
    """

    def __init__(self, plain: str, most: int = MOST_TRIES) -> None:
        self.tried = 0
        self._plain, self._most = plain, most

    def __iter__(self) -> Iterator[Phrase]:
        plain, index, floor = self._plain, 0, 0
        end = len(plain) - min(_END, 4 * self._most)
        ended = False
        while (match := _STARTS.search(plain, index)) is not None:
            index = match.start()
            if self.tried >= self._most and index < end and not ended:
                pause = _PAUSE.search(plain, end)
                index, ended = pause.end() if pause else end, True
                continue
            self.tried += 1
            phrase = _phrase_at(plain, index)
            if phrase is None:
                index += 1
                continue
            if phrase.when is not None:
                phrase = _with_lead(plain, phrase, floor)
            index = floor = phrase.end
            yield phrase


def scan(plain: str, most: int = MOST_TRIES) -> Iterator[Phrase]:
    """The phrases of `plain`, as told at `Scan`."""
    return iter(Scan(plain, most))


def _phrase_at(plain: str, index: int) -> Phrase | None:
    char = plain[index]
    brand = BRANDS.match(plain, index) if char in BRAND_STARTS else None
    if brand:
        return Phrase(index, brand.end(), index, None, "day")
    best = _composed_at(plain, index)
    if char in DURATION_STARTS:
        duration = duration_at(plain, index)
        if duration is not None and duration.when is not None:
            duration = _with_tail(plain, duration)
        if duration is not None and (
            best is None
            or duration.end > best.end
            or (duration.end == best.end and duration.shape in ("duration", "approx", "workdays"))
        ):
            best = duration
    if best is None or not index:
        return best
    previous = plain[index - 1]
    if char.isdigit() and previous.isascii() and previous.isalpha() and _is_part_number(plain, index, best):
        return None
    before = plain[max(0, index - 6) : index]
    if best.when is not None and (_RECURRING if best.strong else _EVERY).search(before):
        return best._replace(when=None)
    return best


def _is_part_number(plain: str, index: int, phrase: Phrase) -> bool:
    """Whether digits behind a letter belong to it: V2.3, M12-25, A3号."""
    if plain[index : phrase.end].isascii():
        return True
    single = not plain[max(0, index - 2) : index - 1].isalpha()
    return phrase.shape in ("number", "clock") and not phrase.strong and single


def _composed_at(plain: str, index: int) -> Phrase | None:
    """A day, a part of it and a clock time, as many as there are, and 前 or 内 after them."""
    day = day_at(plain, index)
    end = index
    days: Days | None = None
    weekday: int | None = None
    shape: Shape = "clock"
    if day:
        day = _joined(plain, day)
        end, days, weekday, shape = day.end, day.days, day.weekday, day.shape
        if day.never:
            part, clock, end = time_at(plain, end, after_day=True)
            return Phrase(index, end, index, None, shape, past=days)
    begin = end
    part, clock, end = time_at(plain, end, after_day=day is not None)
    if day is None and end == begin:
        return None
    if day is None:
        shape = "clock" if clock else "part"
    if day is not None and day.needs_time and end == begin:
        return None
    return _with_tail(
        plain,
        Phrase(
            index,
            end,
            index,
            When(days, part, clock, None, weekday),
            shape,
            part == "上班" or (shape == "around" and "前" in plain[index:end]),
        ),
    )


# Nobody lists more days for one deadline.
_MOST_LISTED = 6


def _joined(plain: str, day: Day, most: int = _MOST_LISTED) -> Day:
    """`day` with what a second day beside it says: the end of a range, an alternative, or the weekday of a date."""
    if day.never:
        return day
    listed = isinstance(day.days, DateRange)
    both = _BOTH.match(plain, day.end) if listed else None
    if both:
        return day._replace(end=both.end())
    for pattern, either in ((TO, False), (_OR, True))[listed:]:
        link = pattern.match(plain, day.end)
        if not link:
            continue
        other = day_at(plain, link.end(), within=day)
        if other is None or other.never or other.needs_time or (either and other.shape != day.shape):
            continue
        other = _in_month_of(day, other, either)
        parts_of_months = isinstance(day.days, PartOfMonth) and isinstance(other.days, PartOfMonth)
        both = _BOTH.match(plain, other.end)
        again = other.days == (day.days.end if isinstance(day.days, DateRange) else day.days)
        if either and link.end() == day.end and (again or not (day.shape == "weekday" or parts_of_months or both)):
            continue
        end = both.end() if both else other.end
        joined = other._replace(
            start=day.start,
            end=end,
            days=DateRange(day.days, other.days, either),
            shape=day.shape,
            plain_weekday=day.plain_weekday,
        )
        return _joined(plain, joined, most - 1) if either and not both and most > 1 else joined
    return day if listed else _with_weekday(plain, day)


def _in_month_of(day: Day, other: Day, either: bool) -> Day:
    """`other` in the month or week that only the day before it names: 4月上旬到中旬, 下月5号到10号, 下周一、周二."""
    match day.days, other.days:
        case PartOfMonth() as begin, PartOfMonth(month=None, shift=None) as end:
            named = end._replace(month=begin.month, shift=begin.shift, year=begin.year, year_shift=begin.year_shift)
            return other._replace(days=named)
        case MonthNumber(shift=shift), MonthNumber(shift=None) as end if shift is not None:
            return other._replace(days=end._replace(shift=shift + (end.day < day.days.day)))
        case Weekday(shift=shift), Weekday(shift=None) as end if shift is not None and either:
            return other._replace(days=end._replace(shift=shift + (end.weekday < day.days.weekday)))
    return other


def _with_weekday(plain: str, day: Day) -> Day:
    """`day` with the same day said in other words beside it: 12月4日（周五）, 周五 12月4日, 明天25号, 月底（30号）."""
    named = isinstance(day.days, _STRETCHES)
    if not day.checkable and day.plain_weekday is None and not named:
        return day
    link = _BESIDE.match(plain, day.end)
    opened = link is not None and link[0].strip() in ("(", "[")
    here = link.end() if link else day.end
    if not opened and plain[here : here + 1] not in _DAY_STARTS:
        return day
    other = day_at(plain, here)
    if other is None or other.never or other.needs_time:
        return day
    close = _CLOSED.match(plain, other.end) if opened else None
    if opened and close is None:
        return day
    end = close.end() if close else other.end
    if day.checkable and other.plain_weekday is not None:
        return day._replace(end=end, weekday=other.plain_weekday, checkable=False)
    if close is None and not _AFTER_DAY.match(plain, end):
        return day
    said_again = other._replace(start=day.start, end=end, checkable=False)
    if other.dated and day.plain_weekday is not None:
        return said_again._replace(weekday=day.plain_weekday)
    if other.dated and named and not (isinstance(other.days, MonthNumber) and _names_month(day.days)):
        return said_again
    if day.dated == other.dated or not (day.checkable and other.checkable):
        return day
    days = Agreed(other.days, day.days) if other.dated else Agreed(day.days, other.days)
    return said_again._replace(days=days, dated=True)


# A date said behind one of these tells which of its days is meant.
_STRETCHES = (PartOfMonth, Year, Quarter, Week, RoundFeast)


def _names_month(days: Days) -> bool:
    return isinstance(days, PartOfMonth) and (days.month is not None or days.shift is not None)


def _with_tail(plain: str, phrase: Phrase) -> Phrase:
    """`phrase` with 前, 内, 截止 and the like; a stretch of days before 前 ends before it begins."""
    when, end, strong = phrase.when, phrase.end, phrase.strong
    assert when is not None
    if not _MAY_FOLLOW.match(plain, end):
        return phrase
    counted = _BEFORE_COUNT.match(plain, end)
    if counted:
        return phrase._replace(end=counted.end(), when=None)
    ended = False
    for _ in range(3):
        before = None if ended else _BEFORE.match(plain, end)
        tail = None if before else _TAIL.match(plain, end)
        if before:
            end, strong, ended = before.end(), True, True
            if "前" in before[0] and when.part is None and when.clock is None and when.days is not None:
                when = when._replace(days=_before(when.days))
        elif tail:
            end = tail.end()
            if when.days is not None and when.days.long and _LAST_DAY.search(tail[0]):
                when = when._replace(days=LastDay(when.days))
            strong = strong or _STRONG_TAIL.search(tail[0]) is not None
        else:
            break
    after = _AFTER.match(plain, end) if not strong else None
    if after and phrase.shape not in ("duration", "approx", "workdays"):
        return phrase._replace(end=after.end(), when=None)
    when, end = _with_check(plain, when, end)
    particle = _PARTICLE.match(plain, end)
    return phrase._replace(end=particle.end() if particle else end, when=when, strong=strong)


def _with_check(plain: str, when: When, end: int) -> tuple[When, int]:
    """`when` with the weekday or the date that follows in brackets: 12月4日前（周五）, 周五前（12月4日）."""
    opened = _OPENED.match(plain, end)
    other = day_at(plain, opened.end()) if opened and when.weekday is None else None
    closed = _CLOSED.match(plain, other.end) if other else None
    if other is None or closed is None:
        return when, end
    if other.plain_weekday is not None and isinstance(when.days, MonthDay | MonthNumber | Offset):
        return when._replace(weekday=other.plain_weekday), closed.end()
    if other.dated and isinstance(when.days, Weekday):
        return when._replace(days=other.days, weekday=when.days.weekday), closed.end()
    if other.dated and isinstance(when.days, Offset) and when.days.begin is None:
        return when._replace(days=Agreed(other.days, when.days)), closed.end()
    if isinstance(other.days, Offset) and other.checkable and isinstance(when.days, MonthDay | MonthNumber):
        return when._replace(days=Agreed(when.days, other.days)), closed.end()
    return when, end


def _before(days: Days) -> Days:
    """The day by which something is due 前 those days: themselves, unless they are a stretch."""
    if not days.long:
        return days
    if isinstance(days, Weekend):
        return BeforeWeekend(days.shift)
    if isinstance(days, Week):
        return BeforeWeek(days.shift)
    return BeforeDays(days)


def _is_range(when: When | None) -> bool:
    return when is not None and isinstance(when.days, DateRange)


def _with_lead(plain: str, phrase: Phrase, floor: int) -> Phrase:
    """`phrase` with the labels and small words before it that belong to it."""
    if phrase.start > floor and plain[phrase.start - 1] in "从自" and _is_range(phrase.when):
        return phrase._replace(start=phrase.start - 1)
    start, strong = lead(plain, phrase.start, phrase.end, floor)
    return phrase._replace(start=start, strong=phrase.strong or strong)
