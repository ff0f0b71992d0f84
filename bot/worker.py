"""From the inbox to an answer: inbox row → route → handler → one commit of facts, clocks, replies and "done".

Messages of one chat are handled in order, chats side by side. A message whose handling fails is tried again and in
the end set aside with its error, and its sender is told; its neighbours are not held up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from types import MappingProxyType

import structlog
from sqlmodel import Session

from bot import letters
from bot.calendar import Calendar
from bot.client_file import IndexBroken
from bot.client_index import Behind, ClientIndex
from bot.clock import Clock
from bot.runner import Runner
from bot.types import Inbound
from handlers import routes, speak
from handlers.talk import Clocks, Talk
from storage import inbox, people, quota
from storage.store import Store, StoreUnavailable
from storage.tables import Chat, Inbox, Person

log = structlog.get_logger("worker")

ATTEMPTS = 5
RETRY = (timedelta(seconds=1), timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))
# A message that was claimed this often and never answered has taken its process down with it.
CRASHES = 10


class Worker(Runner):
    """Handles what is in the inbox. `on_done` is called after each commit that may have queued something to say.

    A message is counted against its platform's monthly right "messages" where `quotas` names it. With `keep_media`
    what comes with a record is queued to be fetched.
    """

    name = "worker"

    def __init__(
        self,
        store: Store,
        clock: Clock,
        calendar: Calendar,
        clocks: Clocks,
        *,
        bot_name: str = "一诺",
        client_index: ClientIndex | None = None,
        on_done: Callable[[], None] = lambda: None,
        quotas: quota.Limits = MappingProxyType({}),
        keep_media: bool = False,
    ) -> None:
        super().__init__()
        self.store = store
        self.clock = clock
        self.calendar = calendar
        self.clocks = clocks
        self.bot_name = bot_name
        self.quotas = quotas
        self.keep_media = keep_media
        self.on_done = on_done
        self.client_index = client_index or ClientIndex()
        self._unfinished: list[Inbox] = []

    async def prepare(self) -> None:
        """The index of clients is built before the first message, so that nobody waits for it."""
        if not self.client_index.ready:
            await self.client_index.catch_up(self.store)

    async def drain(self) -> int:
        """Handles all that waits now; returns how many messages that were. Raises StoreUnavailable."""
        handled = 0
        while not self._halted:
            rows = await self._claim()
            if not rows:
                break
            lanes: dict[str, list[Inbox]] = {}
            for row in rows:
                lanes.setdefault(row.lane, []).append(row)
            await asyncio.gather(*(self._in_order(batch) for batch in lanes.values()))
            handled += len(rows)
            self.on_done()
            if self._unfinished:
                raise StoreUnavailable("the database went away during the work")
        return handled

    async def _claim(self) -> list[Inbox]:
        now = self.clock.now()
        unfinished = list(self._unfinished)

        def claim(session: Session) -> list[Inbox]:
            for row in unfinished:
                assert row.id is not None
                inbox.release(session, row.id, row.attempts)
            session.flush()
            return inbox.claim(session, now)

        rows = await self.store.write(claim)
        self._unfinished = self._unfinished[len(unfinished) :]
        return rows

    async def _in_order(self, rows: list[Inbox]) -> None:
        for index, row in enumerate(rows):
            try:
                await self._one(row)
            except StoreUnavailable:
                # Their leases are given back as soon as the database answers, instead of running out.
                self._unfinished += rows[index:]
                return

    async def _one(self, row: Inbox) -> None:
        assert row.id is not None
        try:
            if row.attempts > CRASHES:
                raise RuntimeError("never finished")
            template = await self._handled(row)
            if template is not None:
                log.info("a message was answered", action="worker.answered", inbox_id=row.id, template=template)
        except StoreUnavailable:
            raise
        except Exception as error:  # recorded on the inbox row
            log.exception(
                "a message could not be handled", action="worker.failed", inbox_id=row.id, attempt=row.attempts
            )
            await self.store.write(lambda session, error=error: self._failed(session, row, error))  # type: ignore[misc]

    async def _handled(self, row: Inbox) -> str | None:
        """`_handle` in a transaction; again after a look at the clients when their index was not fit for it."""
        try:
            return await self.store.write(lambda session: self._handle(session, row))
        except (Behind, IndexBroken) as error:
            await self.client_index.catch_up(self.store, anew=isinstance(error, IndexBroken))
        return await self.store.write(lambda session: self._handle(session, row))

    def _handle(self, session: Session, row: Inbox) -> str | None:
        """Everything one message does, in one transaction; returns the template of its answer."""
        assert row.id is not None
        now = self.clock.now()
        if not inbox.finish(session, row.id, row.attempts, now):
            # Another worker took over when this one's lease ran out.
            return None
        message = letters.unpack(row.platform, row.message_id, row.sent_at, row.payload)
        quota.spend(session, now, row.platform, {"messages": 1}, self.quotas)
        if message.notice is not None:
            log.warning(
                "a platform notice came in", action="worker.notice", platform=row.platform, notice=message.notice
            )
            if message.notice == "quota":
                quota.refused(session, now, row.platform, "messages", self.quotas, withheld=1)
            if message.notice == "unidentified":
                speak.say_plainly(session, "unidentified", row, now, self.bot_name)
                return "unidentified"
            return None
        person, stranger = self._sender(session, message, now)
        chat = self._chat(session, message, person, now)
        talk = Talk(
            session=session,
            now=self.calendar.local(min(message.sent_at, now)),
            me=person,
            chat=chat,
            lane=row.lane,
            text=message.text,
            quoted=message.quoted,
            inbox_id=row.id,
            calendar=self.calendar,
            directory=self.client_index.current(session).seen_by(people.team_of(person)),
            clocks=self.clocks,
            bot_name=self.bot_name,
            mentioned=self._mentioned(session, message),
            attachments=message.attachments,
            kept_from=message.platform if self.keep_media else "",
        )
        answer = routes.handle(talk)
        speak.say(talk, answer, row, now, stranger=stranger)
        return answer.template

    def _failed(self, session: Session, row: Inbox, error: Exception) -> None:
        assert row.id is not None
        now = self.clock.now()
        last = row.attempts >= ATTEMPTS
        retry_at = None if last else now + RETRY[min(row.attempts, len(RETRY)) - 1]
        inbox.fail(session, row.id, row.attempts, f"{type(error).__name__}", retry_at)
        if last:
            speak.say_plainly(session, "went_wrong", row, now, self.bot_name)

    def _sender(self, session: Session, message: Inbound, now: datetime) -> tuple[Person, bool]:
        person = people.by_identity(session, message.platform, message.user_id)
        stranger = person is None
        if person is None:
            person = people.stranger(session, message.platform, message.user_id, message.user_name or "", now)
        assert person.id is not None
        people.seen(session, person.id, message.platform, message.user_id, message.sent_at)
        return person, stranger

    def _chat(self, session: Session, message: Inbound, person: Person, now: datetime) -> Chat | None:
        if message.chat_id is None:
            return None
        chat = people.chat(session, message.platform, message.chat_id, message.chat_name or "", now)
        assert chat.id is not None
        assert person.id is not None
        people.join(session, chat.id, [person.id])
        return chat

    @staticmethod
    def _mentioned(session: Session, message: Inbound) -> list[Person]:
        found = (
            people.by_identity(session, message.platform, mention.user_id)
            for mention in message.mentions
            if mention.user_id
        )
        return [person for person in found if person is not None]
