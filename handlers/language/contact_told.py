"""A contact told without its keyword: 今天去了华联 见了李经理, 刚跟协和打完电话."""

from __future__ import annotations

from collections.abc import Collection

from handlers.language.contact import Channel, ContactText, channel_told, contact_of
from handlers.language.patterns import rx
from handlers.language.text import fold

_LONGEST = 120
_DONE = r"(?:了|过|完了?|好了?|到了?)"
_ONE = r"(?:一?[个趟次通下轮圈]|几句|半天|一会儿?|[一两]个?(?:小时|钟头))?"
# What somebody did to reach a client, told as done; the channel told first is the contact's.
_TOLD: tuple[tuple[Channel, str], ...] = (
    ("visit", rf"拜访{_DONE}|走访{_DONE}|面谈{_DONE}|见(?:了|过|到了?|完)|登门{_DONE}|上门{_DONE}|拜会{_DONE}"),
    # 送过去了 and 寄出去了 tell of things on their way, 送到了 of their coming.
    (
        "visit",
        r"(?:(?<![过出上进回下送寄交递差假])去|跑|(?:^|(?<=[\s,。今天午早上刚晚我]))到)(?:了|过)|(?:去|跑)[^,。;!?]{2,12}?(?:一趟|回来)|从[^,。;!?]{2,12}?(?:出来|回来)",
    ),
    ("call", rf"打{_DONE}{_ONE}电话|打{_ONE}电话{_DONE}|通{_DONE}{_ONE}(?:电话|话)|电话[里中]|致电{_DONE}"),
    ("call", rf"电话(?:沟通|联系|聊|说|问|回访|确认|通知|跟进){_DONE}|[给跟和][^,。;!?]{{2,12}}?通{_DONE}?电话"),
    ("call", r"(?:来(?:了个?)?电话|来电(?=[\s,，:：说问催])|打电话(?:来|过来|给我))"),
    (
        "wechat",
        rf"微信(?:[上里]|沟通|联系|聊|发|问|说|回|加|确认|通知|跟进){_DONE}|微信[上里](?=.)|加{_DONE}[^,。;!?]{{0,10}}?微信",
    ),
    ("wechat", rf"微信[上里]?(?:跟|和|给|问|找)[^,。;!?]{{2,12}}?{_DONE}|发{_DONE}{_ONE}微信"),
    (
        "other",
        rf"[跟和与同找][^,。;!?]{{2,14}}?(?:聊|谈|沟通|联系|对接|碰){_DONE}|联系{_DONE}|沟通{_DONE}|聊{_DONE}|谈{_DONE}",
    ),
)
_OPENS = rx(r"[【\[(（]?联系(?:[】\])）]|[\s:：])\s*:?")
# A client of one or two words, a channel, and a story of it rather than its number.
_BEHIND = rx(r"(?:[^\s,，。]{2,20}[\s,，]+){1,2}(?:电话|微信|企微|上门|当面|面谈|拜访)[\s,，:：]+(?=\D{3})")
_PATTERNS = tuple((channel, rx(source)) for channel, source in _TOLD)
_ASKS = rx(
    r"[?吗呢]|谁|几[点号时次回趟]|什么|怎么|咋|啥|哪|多少|多久|多长|是不是|有没有|能不能|可不可以|没有?$|[了过]没|帮我|麻烦|请你|看看|查"
)
# What has not happened, or not yet, is no contact: 还没去过协和, 明天去协和, 要是见了李总.
_NOT_DONE = rx(
    r"(?:没有?|未|不|别|甭|忘)[^,。;!?]{0,4}?(?:去|见|拜访|打|联系|聊|谈|沟通|跑|加|到|走访|上门)|要是|如果|假如|万一|等我|[给发]我(?!们)"
    r"|(?:约好?了?|打算|准备|计划|想|要|得|该|会|再)(?:去|见|跟|和|找|给|拜访|联系)"
    # Nor is what others did.
    r"|^(?:他|她|人家|领导|老板|听说|据说)"
    r"|^(?:[我咱]们?)?(?:明[天日早晚儿]|后天|下[周个]|回头|待会|等下|过[几两]天)"
)


def read_told_contact(text: str, people: Collection[str]) -> ContactText | None:
    """The contact that a message tells as its writer's own and done; None for anything else. Never raises.

    `people` are the names of the roster: what somebody of it did is not the writer's to record. Whether a client is
    named in it is the caller's to look up.
    """
    text = text.strip()
    folded = fold(text)
    if not text or "\n" in text or len(text) > _LONGEST or _ASKS.search(folded) or _NOT_DONE.search(folded):
        return None
    if any(name in text for name in people):
        return None
    labelled = _labelled(text)
    if labelled is not None:
        return labelled
    found = [(match.start(), channel) for channel, pattern in _PATTERNS if (match := pattern.search(folded))]
    if not found:
        return None
    telling = [each for each in found if each[1] != "other"] or found
    return contact_of(min(telling, key=lambda each: each[0])[1], text)


def _labelled(text: str) -> ContactText | None:
    """A contact whose channel stands alone behind the client: 华联 电话 王主任问交期, 联系 华联 微信 发了报价."""
    opening = _OPENS.match(text)
    found = _BEHIND.match(text, opening.end() if opening is not None else 0)
    if found is None:
        return None
    channel, body = channel_told(text[found.start() :])
    return contact_of(channel, body) if channel != "other" else None
