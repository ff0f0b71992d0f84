"""What a message that no command took speaks of, as far as its words tell: enough to name the nearest commands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.calendar import Calendar
from handlers.language.deadline import read_due
from handlers.language.patterns import rx
from handlers.language.sentences_names import people_in
from handlers.language.sentences_plain import clauses
from handlers.language.text import fold

_ASKS = rx(
    r"[?谁哪啥几吗呢]|什么|怎么|咋|多少|多久|如何|没有$|是不是|有没有|能不能|([\u4e00-\u9fff])不\1|情况|进展|进度|汇报|列|看看"
)
_TEAM = rx(
    r"[一二三四五六七八九十\d]组|[一二三四五六七八九十\d]部|[组队]里|我们组|团队|部门|大区|片区|大家|全员|所有人|各位|每个人|他们几个"
    r"|下面的?人|底下|手下|兄弟们|[东西南北中]区"
)
_LATE = rx(r"逾期|超期|过期|超时|到期|拖|误期|晚了|延误")


@dataclass(frozen=True, slots=True)
class Subject:
    """`asks` tells a question or a wish to be shown something from a statement; the others say what is spoken of:
    a day after today, somebody of the roster, several colleagues, something late."""

    asks: bool
    dated: bool
    person: bool
    team: bool
    late: bool


def read_subject(text: str, now: datetime, calendar: Calendar, people: Collection[str]) -> Subject:
    """What `text` speaks of; `people` are the names of the roster. Never raises."""
    folded = fold(text)
    due = read_due(text, now, calendar).due
    return Subject(
        asks=bool(_ASKS.search(folded)) or any(clause.asks for clause in clauses(text)),
        dated=due is not None and calendar.today(due) > calendar.today(now),
        person=bool(people_in(folded, people)),
        team=bool(_TEAM.search(folded)),
        late=bool(_LATE.search(folded)),
    )
