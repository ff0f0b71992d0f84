"""A chat message made plain for reading sentences: folded, without manners, fillers and blanks, cut into clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from handlers.language.opening import find_opening
from handlers.language.patterns import rx
from handlers.language.text import fold

_SYMBOL = re.compile(
    r"[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f\u200b-\u200f\u2060\ufeff\u20e3]|\[[\u4e00-\u9fff]{1,3}\]"
)
_BLANK = re.compile(r"(?<![a-z0-9])\s+|\s+(?![a-z0-9])")
_BETWEEN_WORDS = re.compile(r"(?<=[\u4e00-\u9fff])[ \t]+(?=[\u4e00-\u9fff])")
_STOP = re.compile(r"(?:[,、。;:!?…~\n]|(?<!\d)\.|\.(?!\d))+")
# How it is typed or heard, and the form the readers know; the left sides are no part of ordinary names.
_VARIANTS = {
    "拜仿": "拜访",
    "日抱": "日报",
    "日爆": "日报",
    "承若": "承诺",
    "成诺": "承诺",
    "跟近": "跟进",
    "根进": "跟进",
    "负则": "负责",
    "付责": "负责",
    "连系": "联系",
    "联糸": "联系",
    "愈期": "逾期",
    "预期没": "逾期没",
    "代办": "待办",
    "to do list": "待办",
    "to do": "待办",
    "todo": "待办",
    "请加": "请假",
    "出查": "出差",
    "什麽": "什么",
    "神马": "什么",
    "甚么": "什么",
    "啥子": "什么",
    "啥": "什么",
    "哪时候": "什么时候",
    "几时": "什么时候",
    "何时": "什么时候",
    "咋样": "怎么样",
    "干嘛": "干什么",
    "咋": "怎么",
    "如何": "怎么样",
    "木有": "没有",
    "米有": "没有",
    "俺": "我",
    "今儿个": "今天",
    "今儿": "今天",
    "今日": "今天",
    "昨儿": "昨天",
    "昨日": "昨天",
    "明儿": "明天",
    "谁再": "谁在",
    "哪位同事": "谁",
    "哪位销售": "谁",
    "哪位业务": "谁",
    "哪位经理": "谁",
    "哪位": "谁",
    "哪个人": "谁",
    "何人": "谁",
    "啦": "了",
    "喽": "了",
    "咯": "了",
    "嘞": "了",
}
_VARIANT = re.compile("|".join(sorted(_VARIANTS, key=len, reverse=True)))
_HESITATION = r"(?:嗯|呃|额|诶|欸|哎|唉|喂|哦|噢|em+|就是说?|那个|这个|然后|话说|对了|另外|顺便)"
_ADDRESS = (
    r"(?:一诺|机器人|小助手|助手|亲|大佬|hi|hello|hey|你好|您好|在吗|在不在|早|早上好|下午好|晚上好|打扰了?|不好意思)"
)
_LEAD = rx(
    rf"(?:{_HESITATION}(?=[,、。\s]|$)|[嗯呃额诶欸哎喂]+|{_ADDRESS}(?=[,、。\s!]|$)|(?:一诺|小助手)"
    r"|请问一?下?|[\s,、。!~@])+"
)
_REQUEST = rx(
    r"(?:(?:能不能|能否|可不可以|可以|能|你)?(?:麻烦你?|劳驾|辛苦你?|请你?)?(?:再|赶紧|快)?(?:帮忙|帮我|帮"
    r"|给我|替我|为我)"
    r"|麻烦你?|劳驾|请(?!教|假|问|客|个|半天|[一两二三四五六七八九\d]天)|跟我(?=介绍|说|讲)|我?(?:想|要)(?:要)?(?=知道|问|看|查|了解)|想"
    r"(?=知道|问|看|查|了解)|[调拉翻列]出来?(?!的)|提醒(?:(?:一下|下)我|我(?:一下|下)?)(?=.*(?:什么|哪|几|多少))"
    r"|(?:知道|请教|问|看|查|查查|找|捋一?捋|看看|问问|瞧|瞧瞧|查看|查询|了解|调取|调|拉|翻)(?:一下|下|一?眼|看|看看|出来?(?=我)|一[看查问瞧找捋翻])?"
    r"(?![板病休他她你])|有没有人知道|谁知道|你知道|知不知道)"
)
_TAIL = rx(
    r"(?:(?<![酒网书水茶])吧|[啊呀呢哈哦噢喔嘛呗哟哩哇嗷捏额嗯,、。!~\s]|来着|谢谢你?|谢了|多谢|辛苦了|急用?|在线等|麻烦了"
    r"|拜托了?|哈哈+|哥|亲)++$"
)
LONGEST = 80
_MOST_CLAUSES = 3

# What opens with one of these is a command or a record, read elsewhere.
_KEYWORDS = (
    "承诺",
    "跟进",
    "拜访",
    "电话",
    "微信",
    "线索",
    "延期",
    "推迟",
    "取消",
    "转交",
    "移交",
    "改",
    "静音",
    "绑定",
    "协同",
    "规则",
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: its `text` without blanks, manners and closing particles; `requested` if it asks to be shown
    something (看下, 帮我, 给我), `asks` if it was closed as a question (吗, 呢, ?)."""

    text: str
    requested: bool
    asks: bool


def plain(text: str) -> str:
    """`text` folded, in the spelling the readers know, pictures as blanks; its length may change."""
    return _VARIANT.sub(lambda found: _VARIANTS[found[0]], _SYMBOL.sub(" ", fold(text).strip()))


def is_keyworded(text: str) -> bool:
    """Whether a text opens with the keyword of a command or a record."""
    return find_opening(text[:40], _KEYWORDS) is not None


def clauses(text: str, *, at_blanks: bool = False) -> tuple[Clause, ...]:
    """The clauses of a short message, in its order; empty for a long, many-lined or many-claused one, or none.

    A blank between two Chinese characters is a slip of the finger, or with `at_blanks` the end of a clause.
    """
    if len(text) > 2 * LONGEST:
        return ()
    folded = fold(text).strip()
    if not folded or len(folded) > LONGEST or folded.count("\n") > 2:
        return ()
    spelled = plain(text)
    spelled = _BETWEEN_WORDS.sub("\n", spelled) if at_blanks else spelled
    found: list[Clause] = []
    at = 0
    for stop in [*_STOP.finditer(spelled), None]:
        piece = spelled[at : stop.start() if stop else len(spelled)]
        clause = _clause(piece, stop is not None and "?" in stop[0])
        if clause is not None:
            found.append(clause)
        at = stop.end() if stop else at
    return tuple(found) if len(found) <= _MOST_CLAUSES else ()


def _clause(piece: str, asks: bool) -> Clause | None:
    requested = False
    text = piece.strip()
    while True:
        lead = _LEAD.match(text)
        request = _REQUEST.match(text, lead.end() if lead else 0)
        if request is not None:
            requested = True
        end = request.end() if request else lead.end() if lead else 0
        if not end:
            break
        text = text[end:]
    particles = _TAIL.search(text)
    if particles is not None:
        # 好久没联系了吧 wants to be told.
        asks = (
            asks
            or "呢" in particles[0]
            or "来着" in particles[0]
            or (particles[0].startswith("吧") and text[: particles.start()].endswith("了"))
        )
        text = text[: particles.start()]
    text = _BLANK.sub("", text)
    return Clause(text, requested, asks or text.endswith("吗")) if text else None
