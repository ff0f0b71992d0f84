"""A month of a sales team of twenty, made up from a seed: promises, visits, reports, leads, questions, days off."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.replay import Line
from bot.team import Team
from tests.support import CHINA

FIRST_DAY = date(2026, 11, 2)
WORKDAYS = 20
BOT = "一诺"

_SURNAMES = "邢郗褚屠雍仇暴佟巩厉戎祖牧隗山谷"
_GIVEN = ("一帆", "雨桐", "子墨", "若溪", "景行", "知远", "乐天", "思齐")
_PLACES = ("澜城", "云港", "松岭", "竹溪", "平湖湾", "北屏")
_FIELDS = ("恒诺精密", "汇通阀门", "启明照明", "百川水务", "天禾粮油", "金桥电缆", "远山医械", "晨星包装")
_KINDS = ("有限公司", "集团", "股份公司")
_MATTERS = ("寄样品", "发报价单", "回复交期", "约技术交流", "送合同", "补开发票", "安排试用", "确认规格")
_WHEN = ("今天下午5点", "明天", "明天上午11点", "周五", "3天内", "下周二", "后天下午3点", "月底", "本周内")
_TOPICS = ("问交期", "谈价格", "对账", "介绍新品", "催回款", "确认图纸", "收样反馈")
_PERSONS = ("王工", "刘经理", "赵总", "孙主任", "周科长")
_SOURCES = ("官网", "展会", "老客户介绍", "抖音")


@dataclass
class _Rep:
    name: str
    chat: str
    supervisor: str
    clients: list[str]
    open: list[str] = field(default_factory=list)
    away: set[date] = field(default_factory=set)


def team(seed: int = 1) -> Team:
    """A director, a manager, two supervisors, sixteen reps in two groups, and their clients."""
    dice = random.Random(seed)
    names = [f"{surname}{_GIVEN[index % len(_GIVEN)]}" for index, surname in enumerate(_SURNAMES)]
    common = {"department": "销售部"}
    people: list[dict[str, Any]] = [
        {"name": "屈伯安", "role": "director", "region": "全国"} | common,
        {"name": "申屠澈", "role": "manager", "supervisor": "屈伯安", "region": "全国"} | common,
        {"name": "公羊越", "role": "supervisor", "supervisor": "申屠澈", "region": "东区"} | common,
        {"name": "第五铭", "role": "supervisor", "supervisor": "申屠澈", "region": "西区"} | common,
    ]
    for index, name in enumerate(names):
        east = index < len(names) // 2
        supervisor, region = ("公羊越", "东区") if east else ("第五铭", "西区")
        people.append({"name": name, "role": "rep", "supervisor": supervisor, "region": region} | common)
    halves = names[: len(names) // 2], names[len(names) // 2 :]
    chats = [
        {"name": "东区群", "kind": "group", "members": ["公羊越", *halves[0]], "region": "东区"},
        {"name": "西区群", "kind": "group", "members": ["第五铭", *halves[1]], "region": "西区"},
    ]
    clients = [
        {"name": f"{place}{trade}{dice.choice(_KINDS)}", "owner": names[(row * len(_FIELDS) + column) % len(names)]}
        for row, place in enumerate(_PLACES)
        for column, trade in enumerate(_FIELDS)
    ]
    return Team(bot=BOT, people=people, chats=chats, clients=clients)


def workdays(count: int = WORKDAYS) -> list[date]:
    """The first working days of the month."""
    days: list[date] = []
    day = FIRST_DAY
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return days


def lines(days: int = WORKDAYS, seed: int = 1) -> list[Line]:
    """What the team says in its first working days, in order of time; the same for the same seed."""
    dice = random.Random(seed)
    known = team()
    chat_of = {name: chat["name"] for chat in known.chats for name in chat["members"]}
    reps = [
        _Rep(
            person["name"],
            chat_of[person["name"]],
            person["supervisor"],
            [client["name"] for client in known.clients if client["owner"] == person["name"]],
        )
        for person in known.people
        if person["role"] == "rep"
    ]
    made = _Month(dice)
    for day in workdays(days):
        for rep in reps:
            if day not in rep.away:
                made.day_of(rep, day)
        for supervisor in ("公羊越", "第五铭"):
            made.day_of_supervisor(supervisor, [rep for rep in reps if rep.supervisor == supervisor], day)
    return sorted(made.lines, key=lambda line: line.at)


class _Month:
    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.lines: list[Line] = []

    def say(self, person: str, chat: str | None, at: datetime, text: str, *, heard: bool = True) -> str:
        key = f"m{len(self.lines) + 1}"
        spoken = f"@{BOT} {text}" if chat is not None and heard else text
        self.lines.append(Line(at, chat, person, spoken, key))
        return key

    def moment(self, day: date, first: int, last: int) -> datetime:
        """Some second between two hours of a day."""
        seconds = self.dice.randrange((last - first) * 3600)
        return datetime.combine(day, time(first), CHINA) + timedelta(seconds=seconds)

    def day_of(self, rep: _Rep, day: date) -> None:
        dice = self.dice
        for _ in range(dice.choice((0, 1, 1, 2))):
            where = rep.chat if dice.random() < 0.6 else None
            text = f"【承诺】给{dice.choice(rep.clients)}{dice.choice(_MATTERS)} {dice.choice(_WHEN)}"
            rep.open.append(self.say(rep.name, where, self.moment(day, 9, 12), text))
        for _ in range(dice.choice((0, 1, 2))):
            channel = dice.choice(("电话", "微信", "【拜访】"))
            client = dice.choice(rep.clients)
            text = f"{channel} {client} {dice.choice(_PERSONS)} {dice.choice(_TOPICS)}"
            self.say(rep.name, None, self.moment(day, 10, 17), text)
        if rep.open and dice.random() < 0.75:
            key = rep.open.pop(dice.randrange(len(rep.open)))
            self.say(rep.name, None, self.moment(day, 14, 18), f"完成 {{{key}}}")
        if rep.open and dice.random() < 0.15:
            self.say(rep.name, None, self.moment(day, 15, 18), f"延期 {{{dice.choice(rep.open)}}} 下周三 客户出差")
        if rep.open and dice.random() < 0.05:
            self.say(rep.name, None, self.moment(day, 15, 18), f"取消 {{{rep.open.pop()}}} 客户不需要了")
        if dice.random() < 0.4:
            client = dice.choice(rep.clients)
            question = dice.choice(
                ("我的承诺", f"{client}上次联系是什么时候", f"客户 {client}", f"全程 {client}", "帮助")
            )
            self.say(rep.name, None, self.moment(day, 9, 18), question)
        if dice.random() < 0.3:
            self.say(rep.name, rep.chat, self.moment(day, 9, 20), "今天路上堵，晚点到公司", heard=False)
        if dice.random() < 0.06:
            off = day + timedelta(days=1)
            rep.away.add(off)
            self.say(rep.name, None, self.moment(day, 16, 17), f"请假 {off.month}月{off.day}日")
        self.report(rep, day)

    def report(self, rep: _Rep, day: date) -> None:
        dice = self.dice
        chance = dice.random()
        if chance < 0.15:
            return
        at = self.moment(day, 17, 19)
        if chance < 0.5:
            self.say(rep.name, None, at, "日报")
            self.say(rep.name, None, at + timedelta(minutes=2), "确认")
            return
        client = dice.choice(rep.clients)
        text = f"日报 今日：拜访{client}，{dice.choice(_TOPICS)} 明日：{dice.choice(_MATTERS)} 问题：无"
        self.say(rep.name, None, at, text)

    def day_of_supervisor(self, name: str, reps: list[_Rep], day: date) -> None:
        dice = self.dice
        self.say(name, None, self.moment(day, 9, 10), "团队承诺")
        self.say(name, None, self.moment(day, 19, 20), "谁没交日报")
        if dice.random() < 0.5:
            rep = dice.choice(reps)
            phone = f"139{dice.randrange(10**8):08}"
            client, person = dice.choice(rep.clients), dice.choice(_PERSONS)
            text = f"【线索】{client} {person} {phone} {dice.choice(_SOURCES)} 预算30万 @{rep.name}"
            self.say(name, rep.chat, self.moment(day, 10, 16), text)
        if dice.random() < 0.5:
            self.say(name, None, self.moment(day, 14, 18), dice.choice(("逾期", "日报汇总")))
