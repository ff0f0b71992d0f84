"""Who and which groups the database knows, and what they lack to be reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.doctor.running import TITLES, configured
from bot.settings import Settings
from bot.types import Check
from storage import people
from storage.tables import Chat, Identity, Person

_SHOWN = 5
# Who must have somebody above, so that what is late can be told upwards.
_SUPERVISED = frozenset({"rep", "supervisor"})
_FAMILY = {"wecom_bot": "wecom"}


@dataclass(frozen=True, slots=True)
class Address:
    """How a platform names somebody of the roster."""

    platform: str
    user_id: str
    name: str


def listed(names: Sequence[str]) -> str:
    """The first few names, and how many there are when there are more."""
    return "、".join(names[:_SHOWN]) + (f" 等 {len(names)} 人" if len(names) > _SHOWN else "")


def addresses(session: Session) -> list[Address]:
    """The user ids of everybody in the roster, in the order they were made known."""
    statement = (
        select(Identity.platform, Identity.user_id, Person.name)
        .join(Person, col(Person.id) == col(Identity.person_id))
        .where(col(Person.known), col(Person.active))
        .order_by(col(Person.id), col(Identity.id))
    )
    return [Address(*row) for row in session.exec(statement)]


def checks(session: Session, settings: Settings) -> list[Check]:
    """The checks of the roster and the groups. Only reads."""
    return [*_roster(session, settings), *_groups(session, settings)]


def _roster(session: Session, settings: Settings) -> list[Check]:
    everybody = people.everybody(session)
    known = [person for person in everybody if person.known]
    if not everybody:
        return [Check("人员", True, "名单是空的", "`python main.py import people FILE`")]
    return [
        _strangers([person.name for person in everybody if not person.known], len(known)),
        _superiors(everybody, known),
        _reached(session, settings, known),
    ]


def _strangers(names: list[str], known: int) -> Check:
    if not names:
        return Check("人员", True, f"{known} 人")
    advice = "补进人员表再导入；他们的账号，各自问一句 我是谁 就知道"
    return Check("人员", False, f"{known} 人；说过话但不在名单里：{listed(names)}", advice)


def _superiors(everybody: Sequence[Person], known: Sequence[Person]) -> Check:
    active = {person.id for person in everybody}
    alone = [person.name for person in known if person.role in _SUPERVISED and person.supervisor_id not in active]
    if not alone:
        return Check("上级", True, "销售和主管都有")
    return Check("上级", False, f"没有上级：{listed(alone)}", "逾期报不上去：填人员表的主管一栏，再导入")


def _reached(session: Session, settings: Settings, known: Sequence[Person]) -> Check:
    platforms = list(configured(settings))
    statement = select(Identity.person_id)
    if platforms:
        statement = statement.where(col(Identity.platform).in_(platforms))
    reached = set(session.exec(statement))
    mute = [person.name for person in known if person.id not in reached]
    if not mute:
        return Check("账号", True, "每个人都有")
    advice = (
        "机器人只够得着跟它说过话的人：请他们各说一句 我是谁"
        if platforms == ["wecom_bot"]
        else "填人员表的企微账号（wecom_userid）或钉钉账号（dingtalk_userid），再导入"
    )
    where = "、".join(TITLES[name] for name in platforms) or "任何平台"
    return Check("账号", False, f"在{where}没有账号，收不到消息：{listed(mute)}", advice)


def _groups(session: Session, settings: Settings) -> Iterable[Check]:
    wanted = {"wecom": settings.wecom_group_keys, "dingtalk": settings.dingtalk_group_robots}
    chats = list(session.exec(select(Chat.platform, Chat.name).order_by(col(Chat.id))))
    nameless = sum(not name for _, name in chats)
    if chats:
        advice = "主管在群里 @一诺 说 绑定 和群名；没有名字的群用不了推送机器人" if nameless else ""
        yield Check("群", True, f"{len(chats)} 个" + (f"，{nameless} 个没有名字" if nameless else ""), advice)
    bound = {(_FAMILY.get(platform, platform), name) for platform, name in chats}
    missing = [name for platform, names in wanted.items() for name in names if (platform, name) not in bound]
    if missing:
        advice = "群名要与群里的一字不差：钉钉群里 @ 一次一诺；企微群里主管说 绑定 和群名"
        yield Check("推送机器人", False, f"没有叫这个名字的群：{listed(missing)}", advice)
    elif any(wanted.values()):
        yield Check("推送机器人", True, "都有对应的群")
