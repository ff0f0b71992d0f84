"""By which words a command is told: readers that take a text apart, or return None where it is another one."""

from __future__ import annotations

import re
from collections.abc import Callable

from handlers.language.intent import command
from handlers.language.text import fold

# Longer texts are no short questions; reading them as such would only cost time.
_LONGEST_QUESTION = 80

Reader = Callable[[str], str | None]

_END = " 。.!！~～"
_BRACKETED = re.compile(r"\s*[【\[(「『〔《<{]\s*(.{1,20}?)\s*[】\])」』〕》>}]\s*:?")


def word(*words: str, tight: str = "") -> Reader:
    """Reads what follows one of these keywords, in any of its writings; see `intent.command`."""
    return lambda text: command(text.rstrip(_END) or text, words, tight=tight)


def behind(*words: str, tight: str = "") -> Reader:
    """Reads `12 完成`, `#12延期到周六`: the word behind the numbers, as if it stood before them.

    The word ends at a space or a stop, before 到 and the like, or before a character of `tight`.
    """
    numbers = r"[#＃]?\s*(\d{1,9}(?:\s*[\s,，、和]\s*[#＃]?\d{1,9})*)\s*(?:号|已经?|都)?\s*"
    compiled = re.compile(
        rf"\s*{numbers}(?:{'|'.join(words)})(?:了|掉了?)?(?=$|[\s,，。:：@＠到至为给{tight}])[\s,，。:：]*(.*)"
    )

    def read(text: str) -> str | None:
        found = compiled.fullmatch(text.strip()) if len(text) <= _LONGEST_QUESTION else None
        return f"{found[1]} {found[2]}".strip() if found else None

    return read


def _plain(text: str) -> str:
    """A short question in its comparable form: without the brackets round its keyword, a colon or stops at the end."""
    return _BRACKETED.sub(r"\1 ", fold(text), count=1).strip(_END + "?:").strip()


def whole(reads: Callable[[str], object]) -> Reader:
    """Reads the whole text where `reads` finds something in it."""
    return lambda text: text if reads(text) else None


def pattern(source: str) -> Reader:
    """Reads the groups of an expression that a short question is from end to end, folded and without its stops."""
    compiled = re.compile(source)

    def read(text: str) -> str | None:
        if len(text) > _LONGEST_QUESTION:
            return None
        found = compiled.fullmatch(_plain(text))
        return " ".join(part.strip() for part in found.groups() if part) if found else None

    return read


_TOUCHED = re.compile(
    r"(?:上一?次|最近一次|最后一次|最近|多久没有?|多长时间没有?|什么时候|啥时候|哪天)"
    r"(?P<between>[^,。;]{0,24}?)(?:联系|跟进|沟通|拜访|联络|接触|见面|聊)"
)
# 最近联系得挺勤, 最近联系了仁济: told, not asked.
_TOLD = re.compile(r"得|了(?!吗|没|么|多久)(?=.)")
_SMALL = (
    r"我们?|咱们?|你|有|的|了|过|是|在|得|到|客户|人|时间|日期|记录|情况|什么时候|什么|啥时候|啥|哪天|几号|多久|"
    r"吗|呢|啊|呀|请问|帮我|帮|查|看|一下|下|来着|[\s,?]"
)
# What leads to a name may after one be its last character (协和).
_LEADS_TO = re.compile(rf"(?:{_SMALL}|跟|和|与|对|同)+")
_FOLLOWS = re.compile(rf"(?:{_SMALL})+$")


def last_contact_words(text: str) -> str | None:
    """The client that `协和上次联系是什么时候` is about, empty when it names none; None for no such question."""
    folded = _plain(text) if len(text) <= _LONGEST_QUESTION else ""
    found = _TOUCHED.search(folded)
    if found is None:
        return None
    between = found["between"].strip()
    after = folded[found.end() :]
    if (between and not _LEADS_TO.match(between)) or _TOLD.match(after):
        return None
    parts = (folded[: found.start()], between, after)
    names = [name for part in parts if (name := _FOLLOWS.sub("", _without_lead(part)))]
    return names[0] if len(names) == 1 else None if names else ""


def _without_lead(text: str) -> str:
    lead = _LEADS_TO.match(text)
    return text[lead.end() :] if lead else text


_report_opening = word("日报", "今日日报", tight="汇补今明1一:—-~①")
_report_glued = pattern(r"日报\s*(?:[,，]\s*)?(补充.*|[昨前今]天|上?周[一二三四五六日])")
# One short clause that asks, or speaks of reports as things: 今天还写吗, 补好了, 汇总谁来做.
_ABOUT_REPORTS = re.compile(
    r"[^,。;\n]{0,20}(?:[吗呢?]|还写|要写|要交)[。!~]*|(?:今天|明天)[^,。;:\n]{0,8}谁[^,。;:\n]{0,12}"
    r"|补(?!充)[^,;:\n]{0,20}|汇(?!总)[^,;:\n]{0,20}|汇总(?![\s:\d昨前今上本]|$)[^,;:\n]{0,20}"
)


def report_words(text: str) -> str | None:
    """What follows `日报`; None where reports are only spoken of, which must not be handed in as one."""
    rest = _report_word(text)
    return None if rest is None or _ABOUT_REPORTS.fullmatch(fold(rest)) else rest


LISTED = r"(?:清单|列表|有哪些|是什么|呢)?"
missing_words = pattern(
    r".{0,6}(?:谁|哪些人|哪几个)(?:今天|今日)?还?(?:没有?|未)(?:交|提交|写|发)(?:今天的?)?日报.{0,6}()"
    r"|日报(?:还有谁|有谁|谁)?还?(?:没有?|未)(?:交|提交).{0,6}()"
    r"|(?:今天|今日|昨天|昨日|[本这上]周)?(?:还有)?(?:谁|哪些人|哪几个)(?:今天|今日)?还?(?:没有?|未)(?:交|提交)(?:的?呢?)()"
)
person_list = pattern(rf"(.{{1,12}}?)\s*的(?:全部|所有|未完成)?(?:的)?承诺{LISTED}")
mentioned_list = pattern(rf"@\s*(.{{1,12}}?)\s*的?(?:全部|所有|未完成)?的?承诺{LISTED}")
client_list = pattern(rf"(.{{1,40}}?)\s*(?:的|有哪些|还有哪些)?\s*承诺{LISTED}")


my_clients = pattern(
    rf"(?:(?:我|我的|我名下|我手上|我手里|名下|手上)(?:有哪些|有什么|有多少|的|有)*客户{LISTED}|(?:我的?)?客户(?:列表|清单|名单))()"
)
somebodys_clients = pattern(rf"(.{{2,4}}?)(?:名下|手上|手里)?(?:有哪些|有什么|的|有)+客户{LISTED}")


# 明天谁请假, 本周有谁出差; 马骏什么时候回来.
_ON = r"(今天|明天|后天|本周|这周|下周|最近|下?(?:周|星期|礼拜)[一二三四五六日天])?"
who_is_away = pattern(
    rf"{_ON}都?有?(?:谁|哪些人|哪几个人?){_ON}在?(?:请了?假|休假|出差|不在|没来|外出)(?:了|的)?(?:啊|呢)?"
)
where_is = pattern(
    r"(.{2,4}?)(?:今天|这两天|最近)?(?:去哪里?儿?了|在不在|(?:什么时候|哪天|几号)回来"
    r"|是不是(?:请假|休假|出差)了?|(?:请假|休假|出差)了吗|(?:请假|出差)到(?:什么时候|哪天|几号))(?:啊|呢)?"
)


def done_mark(text: str) -> str | None:
    """What follows a mark that ticks something off: ✅12."""
    stripped = text.lstrip()
    for mark in ("✅", "☑️", "☑", "✔️", "✔"):
        if stripped.startswith(mark):
            return stripped.removeprefix(mark).lstrip("\ufe0f").strip()
    return None


everything = pattern(
    r"(?:我的?|手上的?)?(?:全部|全都?|都|所有(?:的)?(?:承诺)?都?)(?:已经?)?(?:完成|搞定|办完|做完|办好)(?:了|掉)?()"
    r"|(?:完成|搞定)(?:全部|所有)(?:的)?(?:承诺)?()"
)


# 刚才那条打错了 帮我撤回: what was said last is pointed to, and taken back.
taken_back = pattern(
    r"(?:哎呀?|呃|啊|嗯|额|不对|等等|等下|算了|[\s,。!])*(?:把)?"
    r"(?:(?:刚才|刚刚|刚)(?:的?那[条个句]|记的|发的|说的|写的)|上一?条|上面那条)(?:记录)?[^?吗谁怎能]{0,10}?"
    r"(?:不算数?|作废|撤(?:了|回|掉|销)?|收回|删(?:了|掉))(?:吧|了|一下|掉)*(?:[\s,。]+[^?吗谁]{0,14})?()"
)


def _report_word(text: str) -> str | None:
    rest = _report_opening(text)
    return rest if rest is not None else _report_glued(text)


AHEAD = r"今明后大下本这周星礼月\d"
postponed = behind("延期", "推迟", "顺延", tight=AHEAD)
cancelled = behind("取消")
handed_over = behind("转交", "移交")
DAYS = "周星礼今明后下本一二三四五六七八九十"
