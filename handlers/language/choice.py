"""Which of the phrases in an item is its deadline: the contract's "What is not a deadline".

A phrase that belongs to the matter (周三例会纪要, 30天账期, 3号楼) is no candidate. Of those left, one that stands
alone at the start or the end of the item wins, then one with 前, 内 or 截止, then the last. A day and a clock time
that stand apart belong together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from handlers.language import lexicon
from handlers.language.conditions import Conditions
from handlers.language.corrections import corrected
from handlers.language.days import FOLLOWING_DAY
from handlers.language.labels import lead
from handlers.language.moments import When
from handlers.language.patterns import Pattern, rx
from handlers.language.phrase import Phrase
from handlers.language.phrases import MOST_TRIES, Scan

_EDGES = " ,，。.;；:：、!！?？+~-|·…()（）[]\"'“”<>《》「」『』*#@=→"
# After these a thing is named, so a bare time right behind one is part of that thing (给3号楼, 把3月份样机).
_OF_A_THING = Pattern(r"(?:把|将|给|跟|(?<![意方走去转导定流面])向|(?<![核校面比应对])对|帮|替)$")
# What may follow a number that looks like a date or a duration but measures a thing.
_UNIT = Pattern(
    r" ?(?:[a-z%℃]|[个台箱套件家吨升斤米寸元块平瓶桶盒条支只片张份袋卷根层楼栋版型倍折毫厘磅万千百度款期批]"
    r"|公[斤里])"
)
_EVENT = Pattern(
    r"例会|早会|晨会|晚会|周会|月会|夕会|会员日|会议|会上|会后|会前|年会|发布会|展会|茶话会|大促|活动(?!现场)|专场|团购|的|晚宴|聚餐|场次|班次|航班|高铁|档期|排班表|包邮|秒杀|特惠|狂欢"
)
# 周四评审会的材料: what a meeting, named by its act, is prepared with.
_OF_A_MEETING = Pattern(
    r"(?![给把将跟和与同向对帮为替在去到请找让])(?P<what>[^ ,，。;；]{2,4}?)会议?[上前后]?"
    r"(?:的|纪要|材料|资料|ppt|通知|议程|签到|物料|名单|邀请函)"
)
# 十点读书会: what takes its name from an hour.
_NAMED_BY_HOUR = Pattern(
    r"读书会|书[店屋房社吧]|咖啡(?![厅馆店吧见谈])|茶[舍社铺坊]|早[餐点茶][店铺]|影院|剧[场社]|电台|酒馆|食堂|工作室"
)
# 24小时值班电话: how long something is offered.
_SERVICE = Pattern(r"值班|营业|服务|响应|在线|客服|热线|保修|质保|售后|待命|轮班|监控|供电|直播|不间断")
# What a duration is counted from instead of now (验收后15天内, 货到7天内), or what it replaces (改成45天内).
_FROM_AN_EVENT = Pattern(
    r"(?:(?<![之以最然今此往随落先售])后的?|[改变调换]成|[改变调换算]为|到|从|满|(?:之日|[日签到付收货批])起) ?$"
)
_COUNTED_FROM = Pattern(r"(?:[签收付打到验认订立单款货票字章](?:了|完|好|到)?[之以]?后的?|之日起) ?$")
# What a duration is a term of, unless 内 or 后 follows it: 是30天, 免费3天, 保修三年.
_TERM_OF = Pattern(r"(?:是|起|共|各|免|限|[账交货工租质保效试]期|质保|保修|维保|响应|值班|营业|服务) ?$")
# 24小时响应、48小时到场, 30秒应答、3分钟出杯: one more of the terms told before.
_LISTED_TERM = Pattern(r"\d ?(?:秒|分钟|小时|h|天|个月|年)[^,，。;、\d]{0,8}、 ?$")
# 订25号去青岛的机票: a clause with its own object that tells which thing is meant.
_WHICH = Pattern(r"(?![把给跟]).{1,12}?的(?!话).")
# 把交期从8号改到15号: both days are the thing's.
_RESCHEDULED = Pattern(
    r"把[^ ,，。;|]{1,8}从(?: ?\| ?(?:改|调|挪|推|延|顺延|提前)|[^ ,，。;|]{1,10}[改调挪推延前][到至成为] ?\|)"
)
# 改成四号方案: what a thing is turned into.
_TURNED = Pattern(r"[改变调换]成 ?$")
# 把 opens the name of a thing: 把12小时内必达的承诺写上去.
_DISPOSED = Pattern(r"把 ?$")
_RANGE_SIGN = Pattern(r"[到至~-]")
# How a thing is measured or told apart, so that behind a verb it belongs to that verb's object: 换|5号电机, 寄|2.5平方.
_LASTING = ("duration", "approx", "workdays")
_MEASURES = ("number", "slash", "duration", "approx", "clock", "month")
# 合同里的30日内付款: words quoted from a text.
_QUOTED = Pattern(r"[里中上内]的 ?$")
_FRACTION = Pattern(r"[1-9] ?/ ?(?:2|3|4|8|16)$")
_MONEY = Pattern(r"(?:(?<![改挪推延调约定放拖])[到至]|[为是降涨约*x×¥￥$]|返点|让利|让价) ?$")
# No word that is looked for beside a phrase is longer.
_NEAR = 24
_NEEDS_ACT = ("month", "feast", "duration")

# The words that Shape of the answer counts as vague.
_VAGUE = rx(
    r"尽_快|尽_早|马_上(?!到期|过期|就到)|立_刻|立_即|近_期(?!的|效|销|到期)|最_近(?!一|的|几?次|联系|跟进|三|两)|(?<!没)(?<!所)(?<!只)有_空(?![位调缺间白箱余档])"
    r"|抽_空|asap(?![a-z])|改_天(?!换)|回_头(?!客|率|货|看)|稍_后|晚_点(?!名)|过_几_天|过_段_时_间|过_一_段_时_间|第_一_时_间"
)
# What may follow one of them and belongs to it.
_VAGUE_TAIL = rx(
    r"_(?:(?:之|以)?内(?!部|容|勤|销)|之?后(?![续来期台面勤轮天])|这?段_?时间|这?几[天日]|(?:的)?时候|(?<=有空)时|地(?=[把给将跟去])"
    r"|[吧哈啊哦呀呢嘛啦](?=$|[ ,，。;；!！~、)把给将跟]))+"
)


class Candidate(NamedTuple):
    """A phrase that may be the deadline; `alone` when it stands by itself at the start or the end.

    `doubtful`: it may as well belong to the matter, so that any other goes before it.
    """

    phrase: Phrase
    alone: bool
    doubtful: bool = False


class Choice(NamedTuple):
    """The deadline of an item: the phrase, and with `time` a clock time that stands apart from it.

    `vague` are the stretches of vague words, which leave the matter when they are all there is. `starts` are the
    places of all phrases that may be deadlines, `tried` is how many places were looked at. `dropped` are deadlines
    taken back in favour of another, which leave the matter too.
    """

    phrase: Phrase | None
    time: Phrase | None
    vague: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]
    tried: int
    dropped: tuple[tuple[int, int], ...] = ()


def choose(plain: str, most: int = MOST_TRIES) -> Choice:
    """The deadline of one item in prepared writing (mentions blanked out); `most` is that of `Scan`."""
    found = Scan(plain, most)
    phrases = list(found)
    vague = tuple(_vague(plain, phrases))
    starts = tuple(phrase.core for phrase in phrases if phrase.when is not None)
    if not starts:
        return Choice(None, None, vague, starts, found.tried)
    first = len(plain) - len(plain.lstrip(_EDGES))
    last = len(plain.rstrip(_EDGES))
    conditions = Conditions(plain)
    candidates = [
        one
        for phrase in phrases
        if (one := _candidate(plain, phrase, first, last)) and not conditions.quote(phrase.start, phrase.end)
    ]
    dropped: tuple[tuple[int, int], ...] = ()
    if len(starts) > 1:
        of_matter = {phrase.core for phrase in phrases} - {one.phrase.core for one in candidates}
        held, dropped = corrected(plain, [phrase for phrase in phrases if phrase.when is not None], of_matter)
        if len(held) < len(starts):
            starts = tuple(phrase.core for phrase in held)
            candidates = [one for phrase in held if (one := _candidate(plain, phrase, first, last))]
    if not candidates:
        return Choice(None, None, vague, starts, found.tried, dropped)
    if len(candidates) > 1:
        candidates = [
            one._replace(doubtful=True) if conditions.hold(one.phrase.start, one.phrase.end) else one
            for one in candidates
        ]
    phrase, time = _with_time(max(candidates, key=_rank).phrase, candidates)
    if not phrase.strong and any(_is_day_after(plain, other) for other in phrases if other.start >= phrase.end):
        return Choice(None, None, vague, starts, found.tried, dropped)
    return Choice(phrase, time, vague, starts, found.tried, dropped)


def _is_day_after(plain: str, phrase: Phrase) -> bool:
    """Whether a clause begins with 第二天: what it tells is due on another day than the one named before it."""
    return phrase.past == FOLLOWING_DAY and plain[phrase.start - 1 : phrase.start] in tuple(_EDGES)


def _vague(plain: str, phrases: Sequence[Phrase]) -> Iterator[tuple[int, int]]:
    """Where vague words stand that are no part of a phrase."""
    ahead = iter(phrases)
    phrase = next(ahead, None)
    floor = 0
    for match in _VAGUE.finditer(plain):
        start, end = match.span()
        tail = _VAGUE_TAIL.match(plain, end)
        end = tail.end() if tail else end
        while phrase is not None and phrase.end <= start:
            phrase = next(ahead, None)
        if phrase is not None and phrase.start < end:
            continue
        if plain[start] in "近最" and (plain[end : end + 1] == "的" or lexicon.begins_noun(plain[end : end + _NEAR])):
            continue
        yield lead(plain, start, end, floor)[0], end
        floor = end


def _rank(candidate: Candidate) -> tuple[bool, bool, bool, int]:
    return not candidate.doubtful, candidate.alone, candidate.phrase.strong, candidate.phrase.start


def _with_time(phrase: Phrase, candidates: Sequence[Candidate]) -> tuple[Phrase, Phrase | None]:
    """`phrase` joined with the other half of its moment, where day and clock time stand apart, and that half."""
    if len(candidates) == 1 or phrase.when is None or phrase.when.minutes is not None:
        return phrase, None
    wanted = [
        other.phrase
        for other in candidates
        if not other.doubtful and other.phrase is not phrase and _completes(phrase.when, other.phrase)
    ]
    if not wanted:
        return phrase, None
    other = max(wanted, key=lambda one: (one.strong, one.start))
    assert other.when is not None
    part, clock = other.when.part or phrase.when.part, other.when.clock or phrase.when.clock
    when = phrase.when._replace(days=phrase.when.days or other.when.days, part=part, clock=clock)
    weekday = when.weekday if phrase.when.days is not None else other.when.weekday
    return phrase._replace(when=when._replace(weekday=weekday)), other


def _completes(when: When, other: Phrase) -> bool:
    """Whether `other` is the half of a moment that `when` lacks: its clock time, or its day."""
    if other.when is None or other.when.minutes is not None:
        return False
    if when.days is not None:
        if other.when.days is not None or when.clock is not None:
            return False
        return when.part is None or (other.when.clock is not None and other.when.part is None)
    timeless = other.when.clock is None and (other.when.part is None or (when.clock is not None and when.part is None))
    return other.when.days is not None and timeless and other.shape in ("weekday", "date", "number", "slash")


def _candidate(plain: str, phrase: Phrase, first: int, last: int) -> Candidate | None:
    """`phrase` as a candidate; `first` and `last` are where the item begins and ends, its punctuation left out."""
    if phrase.when is None:
        return None
    start, end = phrase.start, phrase.end
    left, right = plain[max(0, start - _NEAR) : start], plain[end : end + _NEAR]
    loose_left = not left or left[-1] in _EDGES
    loose_right = not right or right[0] in _EDGES or plain[end - 1] == " "
    if phrase.strong and start < phrase.core:
        loose_left = loose_left or plain[start : phrase.core].strip() != ""
    leads = start <= first
    alone = loose_left and loose_right and (leads or last <= end)
    owned = right.lstrip()
    if owned.startswith("的") and not owned.startswith("的话"):
        return None
    if phrase.shape == "duration" and not phrase.strong and _LISTED_TERM.search(left):
        return None
    if not loose_right and _modifies(phrase, plain[start:end], left, right, leads):
        return None
    if not loose_left and phrase.shape in _LASTING and phrase.strong and _COUNTED_FROM.search(left):
        return None
    if not loose_left and _RESCHEDULED.search(f"{left}|{right}"):
        return None
    if not loose_left and not loose_right:
        if phrase.shape in _LASTING and (_FROM_AN_EVENT.search(left) or (not phrase.strong and _TERM_OF.search(left))):
            return None
        if phrase.shape in _MEASURES and _TURNED.search(left):
            return None
        if _QUOTED.search(left) or (_DISPOSED.search(left) and start == phrase.core):
            return None
    if not loose_left and not phrase.strong:
        if phrase.shape != "approx" and _OF_A_THING.search(left):
            return None
        if loose_right and phrase.shape == "duration":
            return None
        if phrase.shape in ("slash", "clock") and phrase.when.part is None and _MONEY.search(left):
            return None
    unknown = phrase.shape == "feast" and not loose_right and lexicon.begins_act(right) is None
    return Candidate(phrase, alone, unknown)


def _modifies(phrase: Phrase, phrase_text: str, left: str, right: str, leads: bool) -> bool:
    """Whether the phrase, written together with `right`, only tells which thing is meant."""
    if "的" in right and lexicon.begins_relative(right):
        return True
    if phrase.strong:
        return False
    glued_left = bool(left) and left[-1] not in _EDGES
    if phrase.shape in ("slash", "duration") and _UNIT.match(right):
        return lexicon.begins_act(right) is not True
    if _EVENT.match(right) or (phrase.shape == "clock" and _NAMED_BY_HOUR.match(right)):
        return True
    act = lexicon.begins_act(right)
    meeting = _OF_A_MEETING.match(right)
    if meeting is not None and (act is not True or (len(meeting["what"]) == 2 and lexicon.ends_verb(meeting["what"]))):
        return True
    of_verb = act is not True or lexicon.begins_nouny(right) or _WHICH.match(right) is not None
    if of_verb and glued_left and lexicon.ends_governing(left):
        return True
    named = act is not True or phrase_text.endswith("间")  # 申请|夜间卸货证
    if phrase.shape in (*_MEASURES, "part") and glued_left and lexicon.ends_verb(left) and named:
        return True
    if phrase.shape == "duration" and glued_left and lexicon.ends_verb(left) and not phrase_text.endswith(("内", "后")):
        return True
    timed_span = phrase.shape == "clock" and _RANGE_SIGN.search(phrase_text) is not None
    if (phrase.shape == "duration" or timed_span) and _SERVICE.match(right):
        return True
    if phrase.shape == "feast" and leads:
        return act is False  # 国庆|嘉和的标书买回来: a name follows oftener than a thing unknown to us
    if phrase.shape in _NEEDS_ACT:
        return act is not True
    if phrase.shape == "slash" and glued_left and _FRACTION.search(phrase_text):
        return act is not True or lexicon.ends_governing(left)
    if phrase.shape in ("week", "slash"):
        return act is False
    return False
