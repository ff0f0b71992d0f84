"""What is to be done with a record of a number, in free words: 12那条往后推到周五吧 客户没空, 12以后别提醒了."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from handlers.language.patterns import rx
from handlers.language.text import fold

Act = Literal["完成", "延期", "取消", "改", "静音"]

_LONGEST = 80
_DIGITS = re.compile(r"\d+")
_NUMBERS = r"#?\s*+\d{1,9}(?:(?:\s*+[,、和]\s*+|\s++)#?\d{1,9})*"
_POINTED = r"\s*+(?:号(?=记录|承诺|[这那]条))?(?:这[条个件项]|那[条个件项])?\s*+(?:记录|承诺)?\s*+(?:都|先|就)*+\s*+"
_BEGINS = rf"(?:帮我|麻烦)?(?:把|将)?\s*+(?P<numbers>{_NUMBERS}){_POINTED}"
# Whatever is asked or only thought of is no order.
_ASKS = rx(r"[?吗呢谁]|什么|怎么|是不是|能不能|要不要|可不可以|行不行|好不好|多少|几[点号天]")
_ENDS = r"(?:了|掉|吧|啊|哈)*"
_REASON = r"(?:[\s,;。:!]+(?P<rest>.*))?"
_SAID = frozenset({"rest", "wrong"})
_STOPS = " ,;。.!:~"
_ACTS: tuple[tuple[Act, str], ...] = (
    ("静音", rf"(?:以后|的)*(?:别|不用|不要|不必)(?:再|老)*(?:提醒|催|提示|通知)(?:我)?{_ENDS}{_REASON}"),
    ("取消", rf"(?:(?:不用|不要|不|别)(?:再)?(?:做|办|跟|弄|送|寄|给)了{_ENDS}|(?:取消|作废){_ENDS}){_REASON}"),
    (
        "延期",
        r"(?:往后|向后|再)*(?:延期|延|推迟|推|顺延|挪|宽限|缓)(?:一?下)?(?:到|至)?\s*"
        r"(?P<rest>(?=[\d一二两三四五六七八九十半几大今明后本这下周星礼月年国元春节])[^\s,;。].*)",
    ),
    # With a reason it is no slip of the pen.
    ("延期", r"改(?:到|成|为)?\s*(?P<rest>(?=[\d今大明后本这下周星礼月年])[^\s,;。]+[\s,;。]+[^\s].*)"),
    ("改", r"改(?:到|成|为)\s*(?P<rest>(?=[\d今大明后本这下周星礼月年])[^\s,;。]+)"),
    (
        "改",
        r"(?:的)?(?:日期|时间|内容|客户)?(?:我)?(?:写|记|弄|录|填|打)错了?[\s,;。]*(?:应该|其实|要)?(?:改成|改为|改到|是)"
        r"\s*(?P<rest>[^\s,;。不]{2,30})(?:[\s,;。]*不是.*)?",
    ),
    (
        "改",
        r"(?:的)?(?:客户)?(?:(?:写|记|弄|录)成了?|不是)(?P<wrong>[^\s,;。]{2,20}?)了?[\s,;。]+(?:其实|应该|而)?是"
        r"(?P<rest>[^\s,;。]{2,30})(?:[\s,;。]+(?:帮我|麻烦|请)?改(?:一?下|过来)?)?",
    ),
    (
        "完成",
        r"(?:我)?(?:已经|已|都|刚刚|刚)*(?:送|寄|发|交|办|做|弄|搞|处理)(?:完|好|掉|定|出去|过去|到)+了"
        rf"{_REASON}",
    ),
)
_PATTERNS = tuple((act, rx(_BEGINS + pattern)) for act, pattern in _ACTS)


@dataclass(frozen=True, slots=True)
class RecordAct:
    """An act on the records of `numbers`; `rest` is the reason, the date or the new words, as they were written.

    `wrong` is what `rest` is to stand for (不是海悦城 是海悦汇); empty where that is not said.
    """

    act: Act
    numbers: tuple[int, ...]
    rest: str = ""
    wrong: str = ""


def read_record_act(text: str) -> RecordAct | None:
    """The act that a message orders or tells of records named by number; None for questions and anything else.

    Whether a number is a record's is not known here.
    """
    folded = fold(text).strip()
    if len(folded) > _LONGEST or "\n" in folded or len(folded) != len(text.strip()) or _ASKS.search(folded):
        return None
    for act, pattern in _PATTERNS:
        found = pattern.fullmatch(folded)
        if found is not None:
            numbers = tuple(dict.fromkeys(int(number) for number in _DIGITS.findall(found["numbers"])))
            said = {
                name: text.strip()[slice(*found.span(name))].strip(_STOPS) for name in _SAID & found.groupdict().keys()
            }
            return RecordAct(act, numbers, **{name: words for name, words in said.items() if found[name] is not None})
    return None
