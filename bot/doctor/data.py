"""What the database tells: reachable, writable, newest, whole; and who is missing something in it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlmodel import Session, col, select

from bot import listening
from bot.settings import Settings
from bot.types import Check
from prompts import mask
from storage import events, migrate, outbox, people, quota
from storage import settings as kept
from storage.store import PostgresStore, SqliteStore, open_store
from storage.tables import Chat, Identity, Person, QuotaUse

LEAST_FREE = 500 << 20
_SHOWN = 5
# Who must have somebody above, so that what is late can be told upwards.
_SUPERVISED = frozenset({"rep", "supervisor"})


class _Probe(Exception):
    """Undoes the row written to see whether the database takes one."""


async def checks(settings: Settings, now: datetime, patience: float) -> list[Check]:
    """The checks of the database and of what is in it; those it does not answer are left out."""
    try:
        url = make_url(settings.database_url)
        path = Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None
        if path is not None and not path.exists():
            return _not_yet(path)
        store = open_store(settings.database_url)
    except Exception:  # whatever is wrong with the address, the advice is the same
        advice = "Write DATABASE_URL like sqlite:///data/yinuo.db or postgresql://user:password@host/name."
        return [Check("database", False, "DATABASE_URL is not an address of SQLite or PostgreSQL", advice)]
    try:
        async with asyncio.timeout(patience):
            return await _open(store, settings, now, path)
    except TimeoutError:
        advice = "Look for what keeps it busy, or try again."
        return [Check("database", False, f"no answer within {patience:g} seconds", advice)]
    finally:
        await store.close()


def _not_yet(path: Path) -> list[Check]:
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not os.access(folder, os.W_OK):
        advice = f"Let the user that runs the bot write to {folder}."
        return [Check("database", False, f"{path} does not exist and cannot be made", advice)]
    advice = "`python main.py serve` or `python main.py db upgrade` makes it."
    return [Check("database", True, f"{path} does not exist yet", advice), _disk(folder)]


async def _open(
    store: SqliteStore | PostgresStore, settings: Settings, now: datetime, path: Path | None
) -> list[Check]:
    where = str(path) if path else "PostgreSQL"
    try:
        current = await migrate.current(store)
    except Exception as error:  # a driver's words may hold the address with its password
        advice = (
            "Check that the file is a SQLite database and may be read."
            if path
            else "Check that PostgreSQL runs, and host, port, user and password in DATABASE_URL."
        )
        return [Check("database", False, f"{where} cannot be read ({type(error).__name__})", advice)]
    found = [await _writable(store, where), _migrations(current)]
    if path is not None:
        found.append(_disk(path.parent))
    if all(check.ok for check in found[:2]):
        try:
            found += await store.read(lambda session: _contents(session, settings, now))
        except Exception as error:  # a damaged file fails where it is read
            advice = "Restore the database from a backup, or look at it with the tools of SQLite or PostgreSQL."
            found.append(Check("contents", False, f"cannot be read ({type(error).__name__})", advice))
    return found


async def _writable(store: SqliteStore | PostgresStore, where: str) -> Check:
    def probe(session: Session) -> None:
        # Every shape of the database has this table; an empty one has nothing to write to.
        if session.connection().dialect.has_table(session.connection(), "setting"):
            kept.put(session, "doctor.probe", "1")
            session.flush()
        raise _Probe

    try:
        await store.write(probe)
    except _Probe:
        return Check("database", True, f"{where} can be read and written")
    except Exception as error:  # a driver's words may hold the address with its password
        advice = "Check the rights to it and its folder, the free space, and that no other program holds it locked."
        return Check("database", False, f"{where} cannot be written ({type(error).__name__})", advice)
    raise AssertionError("the probe did not undo itself")


def _migrations(current: str | None) -> Check:
    newest = migrate.newest()
    if current == newest:
        return Check("migrations", True, f"newest ({newest})")
    found = f"the database is at {current or 'nothing'}, this program wants {newest}"
    advice = "Run `python main.py db upgrade`; a newer database needs the newer program."
    return Check("migrations", False, found, advice)


def _disk(folder: Path) -> Check:
    folder = folder.absolute()
    free = shutil.disk_usage(folder).free
    advice = "" if free >= LEAST_FREE else f"Free some: below {LEAST_FREE >> 20} MB messages may soon not be stored."
    return Check("disk space", free >= LEAST_FREE, f"{free >> 20} MB free in {folder}", advice)


def _contents(session: Session, settings: Settings, now: datetime) -> list[Check]:
    return [
        _history(session),
        *_roster(session, settings),
        *_groups(session, settings),
        *_listening(session, now),
        *_quotas(session, now),
        _dead_letters(session),
    ]


def _history(session: Session) -> Check:
    broken = events.verify(session)
    if broken is None:
        return Check("history", True, "the chain of events is whole")
    advice = "Somebody changed the database by hand: compare with a backup from before, and keep both."
    return Check("history", False, f"the chain of events breaks at event {broken}", advice)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return "、".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _roster(session: Session, settings: Settings) -> list[Check]:
    everybody = people.everybody(session)
    known = [person for person in everybody if person.known]
    if not everybody:
        advice = "Make the team known: `python main.py import people FILE`."
        return [Check("roster", True, "nobody is known yet", advice)]
    return [
        _strangers([person.name for person in everybody if not person.known], len(known)),
        _superiors(everybody, known),
        _addresses(session, settings, known),
    ]


def _strangers(names: list[str], known: int) -> Check:
    if not names:
        return Check("roster", True, f"{known} people")
    advice = "Add them with their user ids by `python main.py import people FILE`; 我是谁 tells everybody their own."
    return Check("roster", False, f"{known} people, and {len(names)} unknown who wrote: {_listed(names)}", advice)


def _superiors(everybody: Sequence[Person], known: Sequence[Person]) -> Check:
    active = {person.id for person in everybody}
    alone = [person.name for person in known if person.role in _SUPERVISED and person.supervisor_id not in active]
    if not alone:
        return Check("supervisors", True, "every rep and supervisor has somebody above")
    advice = "Nothing of theirs is ever escalated: fill the column supervisor (上级) and import the people again."
    return Check("supervisors", False, f"{len(alone)} without: {_listed(alone)}", advice)


def _addresses(session: Session, settings: Settings, known: Sequence[Person]) -> Check:
    ready = {
        "wecom": settings.wecom_ready,
        "wecom_bot": bool(settings.wecom_bot_road),
        "dingtalk": settings.dingtalk_ready,
    }
    configured = [name for name in ready if ready[name]]
    statement = select(Identity.person_id)
    if configured:
        statement = statement.where(col(Identity.platform).in_(configured))
    reached = set(session.exec(statement))
    mute = [person.name for person in known if person.id not in reached]
    if not mute:
        return Check("user ids", True, "everybody can be reached")
    advice = (
        "The bot cannot write to them: fill wecom_userid (企微账号) or dingtalk_userid (钉钉账号) and import again."
        if configured != ["wecom_bot"]
        else "The WeCom bot (智能机器人) reaches only who has written to it: ask each to open it and say 我是谁."
    )
    return Check(
        "user ids",
        False,
        f"{len(mute)} without one on {' or '.join(configured) or 'any platform'}: {_listed(mute)}",
        advice,
    )


def _groups(session: Session, settings: Settings) -> list[Check]:
    wanted = {"wecom": settings.wecom_group_keys, "dingtalk": settings.dingtalk_group_robots}
    if not any(wanted.values()):
        return []
    bound = {(_family(platform), name) for platform, name in session.exec(select(Chat.platform, Chat.name))}
    missing = [name for platform, names in wanted.items() for name in names if (platform, name) not in bound]
    if not missing:
        return [Check("group robots", True, "every one is bound to a group")]
    advice = (
        "Write the group's name in the setting exactly as it is, and mention the bot in that DingTalk group once; "
        "in a WeCom group a supervisor says 绑定 and the name to the bot (智能机器人)."
    )
    return [Check("group robots", False, f"no group is known by the name {_listed(missing)}", advice)]


def _family(platform: str) -> str:
    return "wecom" if platform == "wecom_bot" else platform


def _listening(session: Session, now: datetime) -> list[Check]:
    """What the instance that holds a long connection has told of it last."""
    found = []
    for key, told in kept.under(session, listening.PREFIX):
        name, report = f"long connection {key.removeprefix(listening.PREFIX)}", json.loads(told)
        silent_for = (now - datetime.fromisoformat(report["at"])).total_seconds()
        if silent_for > 3 * listening.REPORT_SECONDS:
            advice = "Start `python main.py serve`, if this platform is still in use."
            found.append(Check(name, True, f"nobody has listened since {report['at'][:16]} UTC", advice))
        elif report["state"] == "listening":
            found.append(Check(name, True, "an instance listens"))
        else:
            advice = "Look into that instance's log for listening.misconfigured or listening.broke."
            found.append(Check(name, False, f"an instance holds it, and is {report['state']}", advice))
    return found


def _quotas(session: Session, now: datetime) -> list[Check]:
    """What was used of the rights that are sold by the month."""
    return [_quota(row, quota.share(row, now)) for row in quota.of_month(session, now)]


def _quota(row: QuotaUse, share: int) -> Check:
    name = f"{row.platform} {row.right} this month"
    found = f"{row.used} of {row.allowed} used" if row.allowed else f"{row.used} used"
    if row.withheld:
        found += f"; {row.withheld} messages came without their words, nobody has read them"
    if row.refused_at is not None:
        found += f"; the platform called them used up at {row.refused_at:%Y-%m-%d %H:%M} UTC"
    setting = f"{row.platform}_monthly_{row.right}".upper()
    if share >= 100:
        advice = f"Digests are not sent until next month: buy a larger edition and raise {setting}."
    else:
        advice = f"At the end digests stop: look for what can be spared, or raise {setting}." if share >= 70 else ""
    return Check(name, share < 100, found, advice)


def _dead_letters(session: Session) -> Check:
    count = outbox.dead_count(session)
    if not count:
        return Check("outbox", True, f"{outbox.waiting(session)} messages wait, none was given up")
    reasons = Counter(mask(row.error) or "unknown" for row in outbox.dead(session))
    told = "; ".join(f"{reason} ({times})" for reason, times in reasons.most_common(3))
    advice = (
        "Nobody read them: put right what the newest reasons name (people without a user id are listed above), "
        "then see them by `python main.py dead list` and send them again by `python main.py dead replay`."
    )
    return Check("outbox", False, f"{count} messages were given up. Newest reasons: {told}", advice)
