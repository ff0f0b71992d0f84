"""Names made of words everybody says all day, 明天广告 or 大客户咨询: in a message they look like talk.

Such a name is only taken for one when its brand is followed by its trade, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from operator import add

from handlers.language.names_chat import OPENINGS, is_chat
from handlers.language.names_text import Canonical
from handlers.language.names_words import GENERIC, LEGAL_FORMS, each_word, is_of_place

# What everybody says and many a shop is called.
_SAID = """
老地方 好日子 大家庭 天天 天天见 每天见 新起点 起点 好帮手 帮手 开门红 满堂红 平安 团圆 团圆饭 放心 放心买 放心用
回头客 好朋友 老朋友 小朋友 好邻居 老邻居 一家人 自己人 好兄弟 好姐妹 好伙伴 小伙伴 好运 好运来 好运气 幸福 幸福里
快乐 开心 喜洋洋 阳光 诚信 信誉 顺利 顺心 顺风 一路顺风 如意 吉祥 恭喜 发财 大吉 红火 旺旺 兴旺 丰收 满意 惠民 便民
实惠 省心 省事 贴心 用心 真心 爱心 同心 知心 安心 开心果 新生活 好生活 生活 美好 美好生活 明天 明天更好 更好 美丽
健康 家园 新家园 新时代 时代 未来 希望 新希望 梦想 理想 成功 胜利 进步 天天向上 向上 加油 第一步 下一站 新视野
好风景 好味道 老味道 家常 家常菜 妈妈菜 外婆家 老家 回家 到家 新家 一起 一起学 一起走 周末 周末时光 时光 好时光
老时光 早点到 早点 夜宵 晚安 早安 你好 再见 常来 常相聚 相聚 聚会 欢聚 欢乐 大师傅 老师傅 老客户 大客户 新客户 老板
老板娘 大哥 大姐 小妹 远大前程 前程 鸿运 东方红 大自然 小时候 好主意 金点子 好消息 好声音 好眼光 新形象 新天地
好地方 大地 蓝天 白云 春天 夏天 秋天 冬天 彩虹 朝阳 星期天 假日 第一 京东 淘宝 天猫 拼多多 美团 顺丰 微信 抖音
"""
# What a thing is called by its maker: 联想那台笔记本 is nobody's.
_MAKES = frozenset("联想 戴尔 惠普 华为 小米 苹果 格力 美的 海尔 佳能 爱普生 得力 海信 西门子 飞利浦".split())  # noqa: SIM905
_THAT_THING = re.compile(r"[那这][台部批款箱套把张支辆]")
_SAYINGS = frozenset(_SAID.split())
_TAILS = "见定到了吧呀啊"
LONGEST = 12
_BRAND = range(2, 7)
# A place of two or three characters that no list knows may stand before the brand.
_OFFSETS = (0, 2, 3)
# 明天广告部开会 speaks of a department, 今日装饰材料涨价 of goods.
_GOES_ON = re.compile(r"[部科处组室员费商]")


def sayings(name: str) -> tuple[str, ...]:
    """The stretches, in canonical form, by which a canonical name made of everyday words may be meant; mostly none."""
    head = name[: max(min(len(name) - 2, 10), 0)]
    if OPENINGS.isdisjoint(map(add, head, head[1:])):
        return ()
    words = (name[start:end] for start, end in each_word(name))
    first = next((word for word in words if not is_of_place(word)), "")
    brand = next((first[at:] for at in _OFFSETS if _is_talk(first[at:])), "")
    if not brand:
        return ()
    trades = [word for word in words if word in GENERIC and word not in LEGAL_FORMS]
    return tuple(dict.fromkeys(brand + trade for trade in trades if len(trade) > 1))


def _is_talk(text: str) -> bool:
    """Whether a text is one to three words of talk, and no trade: 电视 before 大学 is nobody's brand."""
    if len(text) not in _BRAND or text in GENERIC:
        return False
    ends = {0}
    for _ in range(3):
        further = {to for at in ends for to in range(at + 1, len(text) + 1) if is_chat(text[at:to])}
        if further <= ends:
            break
        ends |= further
    return len(text) in ends


def is_make(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a folded message only tells who made the thing that is spoken of."""
    return text[start:end] in _MAKES and _THAT_THING.match(text, end) is not None


def is_saying(text: str) -> bool:
    """Whether a stretch of a folded message is nothing but what everybody says, whoever is called so."""
    # What is told of the stretch so far: 1 for talk, 2 for a saying among it.
    told = [1] + [0] * len(text)
    for start in range(len(text)):
        for end in range(start + 1, min(start + _BRAND.stop, len(text)) + 1 if told[start] else 0):
            word = text[start:end]
            if word in _SAYINGS or word.rstrip(_TAILS) in _SAYINGS:
                told[end] = 2
            elif is_chat(word) and word not in GENERIC:
                told[end] = max(told[end], told[start])
    return told[-1] == 2


def said(form: Canonical) -> Iterator[tuple[str, int, int]]:
    """The stretches of a message that may be such a name, with their places in the canonical text."""
    text = form.text
    for start in range(len(text) - 3):
        if text[start : start + 2] in OPENINGS:
            for end in range(start + 4, min(start + LONGEST, len(text)) + 1):
                if not _GOES_ON.match(text, end) and text[end : end + 2] not in GENERIC:
                    yield text[start:end], start, end
