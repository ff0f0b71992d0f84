"""The app robot of DingTalk (钉钉企业内部机器人): callbacks in; replies, private and group messages out."""

from __future__ import annotations

import hmac
import io
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import Any, TypeVar

from bot.errors import Misconfigured, Rejected, SendError, Temporary, Unknown, Unreachable
from bot.platforms.client import Client
from bot.platforms.diagnose import callback_check, clock_check, failure
from bot.platforms.dingtalk_api import ROBOT_OFF, SESSION_GONE, TOO_LONG, DingtalkApi, robot_sign
from bot.platforms.dingtalk_form import Form, harmless, shape, with_mentions
from bot.platforms.dingtalk_message import NAME, read_message, reply_address
from bot.platforms.download import allowed, download, host_of
from bot.platforms.http import Caller, Progress
from bot.platforms.text import byte_length, clean, json_length, parse, split_text
from bot.types import (
    Check,
    Fetched,
    Inbound,
    OutFile,
    Outgoing,
    Pace,
    Platform,
    Probe,
    RawRequest,
    Receipt,
    Received,
    Refused,
)

log = logging.getLogger(__name__)

PATH = "/dingtalk/robot"
API_BASE = "https://api.dingtalk.com"
OAPI_BASE = "https://oapi.dingtalk.com"
MAX_FRESHNESS = timedelta(hours=1)
REPLY_MARGIN = timedelta(seconds=60)
MAX_BYTES = 15_000
MAX_FILE = 20 << 20
MAX_AT = 50
ANSWER = b'{"msgtype":"empty"}'
# Where DingTalk keeps what people send; it may name these without TLS.
MEDIA_HOSTS = (".dingtalk.com", ".aliyuncs.com", ".alicdn.com")

# The rights an organisation buys by the month: calls of the API, and messages by webhook or Stream, in and out.
CALLS, MESSAGES = "calls", "messages"

T = TypeVar("T")

_TIMESTAMP = re.compile(r"[0-9]{10,16}")
_STAFF_ID = re.compile(r"[0-9A-Za-z_.@-]{1,64}")
_FILE_TYPES = frozenset({"xlsx", "pdf", "zip", "rar", "doc", "docx"})
_IMAGE_TYPES = frozenset({"png", "jpg", "jpeg", "gif", "bmp"})
_NOBODY = "yinuo-doctor-nobody"


@dataclass
class _Sending:
    """One message on its way: the reply address while it is good, the latest receipt, and what was spent so far."""

    message: Outgoing
    now: datetime
    session: str | None
    receipt: Receipt = field(default_factory=Receipt)
    spent: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def takes(self, right: str) -> Iterator[None]:
        """Count one use of a right, unless the call is known to have had no effect."""
        try:
            yield
        except SendError as error:
            self.spent[right] += isinstance(error, Unknown)
            raise
        self.spent[right] += 1

    async def say(self, form: Form, right: str, by: Callable[[Form], Awaitable[T]]) -> T:
        """Say a form, and where it is refused its plain text: a filter that knows no card must not lose the message."""
        try:
            with self.takes(right):
                return await by(form)
        except Rejected:
            if not form.markdown:
                raise
        with self.takes(right):
            return await by(form.plain)


class DingtalkRobot(Platform):
    """A Platform. `robot_code` is the client id unless the console says otherwise; an empty `corp_id` checks no corp.

    `group_robots` maps a group's name to the token and secret of its push robot, the only way to mention somebody in
    a group unasked; one that turns out to be gone or wrongly set up is not used again. `freshness` is held to an hour.
    A client handed in stays the caller's to close. The gap of 3 s keeps a lane within the 20 messages a minute of a
    group robot, the app's pace of ten a second within half of the calls an app may make.
    """

    name = NAME
    paths: tuple[str, ...] = (PATH,)
    pace = Pace(gap=3.0, max_bytes=MAX_BYTES, app_gap=0.1, app_burst=10)
    # How long a code is good DingTalk does not say; some hours are certain.
    media_life = timedelta(hours=24)

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        robot_code: str = "",
        corp_id: str = "",
        api_base: str = API_BASE,
        oapi_base: str = OAPI_BASE,
        group_robots: Mapping[str, tuple[str, str]] | None = None,
        freshness: timedelta = timedelta(seconds=300),
        client: Client | None = None,
    ) -> None:
        if not client_secret:
            # An empty key would let anybody sign.
            raise ValueError("a client secret is needed")
        self._secret = client_secret
        self.robot_code = robot_code or client_id
        self.corp_id = corp_id
        self.api_base, self._oapi_base = api_base, oapi_base
        self._group_robots = dict(group_robots or {})
        self._freshness = min(freshness, MAX_FRESHNESS)
        self._client = client or Client()
        self._owns_client = client is None
        # Reply addresses come out of messages: no proxy of the environment may see them.
        self._direct = Client(trust_env=False)
        self._caller = Caller(self._client)
        self.api = DingtalkApi(
            self._caller,
            direct=self._direct,
            client_id=client_id,
            client_secret=client_secret,
            robot_code=self.robot_code,
            api_base=api_base,
            oapi_base=oapi_base,
        )
        self._progress = Progress()

    async def close(self) -> None:
        """Close the connections made by this object."""
        await self._direct.close()
        if self._owns_client:
            await self._client.close()

    async def receive(self, request: RawRequest, now: datetime) -> Received:
        """Verify and read one callback; see Platform, and `read_message` for what becomes of it.

        Raises Refused: 403 for a wrong or stale signature and for another robot's or corp's message, 400 for a body
        that cannot be read, 405 for another method than POST. The signature covers no body: a repeat is known by its
        `message_id` alone.
        """
        if request.method != "POST":
            raise Refused("the method is not allowed", 405)
        self._verify(request.headers.get("timestamp", ""), request.headers.get("sign", ""), now)
        message = self.read(parse(request.body), now)
        return Received(messages=(message,), body=ANSWER, content_type="application/json")

    def read(self, data: Mapping[str, Any], now: datetime) -> Inbound:
        """Read a robot message whose sender is verified. Raises Refused as `read_message` does."""
        return read_message(
            data,
            robot_code=self.robot_code,
            corp_id=self.corp_id,
            reply_bases=(self._oapi_base, self.api_base),
            now=now,
        )

    def _verify(self, timestamp: str, sign: str, now: datetime) -> None:
        if not _TIMESTAMP.fullmatch(timestamp):
            raise Refused("no readable timestamp")
        expected = robot_sign(self._secret, timestamp)
        if not hmac.compare_digest(expected.encode(), sign.encode("utf-8", "replace")):
            raise Refused("wrong signature")
        skew = now.timestamp() - int(timestamp) / 1000
        if abs(skew) > self._freshness.total_seconds():
            raise Refused(f"stale: the timestamp is {skew:.0f} s old")

    async def send(self, message: Outgoing, now: datetime) -> Receipt:
        """Send the text, then the files; see Platform.

        The text goes to the reply address while that is accepted and more than a minute from its end; when DingTalk
        no longer knows it, the same call goes on actively. Actively a person is written to by the robot, a group by
        its push robot where one is configured and by the app robot, which can mention nobody, where none is.
        """
        mentions: list[tuple[str, str]] = []
        if message.target_kind == "chat":
            mentions = [(user_id, name) for user_id, name in message.mentions if user_id][:MAX_AT]
        reserve = 32 + sum(byte_length(user_id) + 2 for user_id, _ in mentions)
        parts = split_text(harmless(clean(message.text)), MAX_BYTES - reserve, json_length)
        if not parts and not message.files:
            raise Rejected("there is nothing to say")
        mark = Progress.mark(message.key, message.target_id, *parts)
        sending = _Sending(message, now, self._session(message, now))
        try:
            for step in range(self._progress.done(mark), len(parts) + len(message.files)):
                if step < len(parts):
                    await self._part(sending, parts, step, mentions)
                else:
                    await self._push_file(sending, message.files[step - len(parts)])
                self._progress.advance(mark)
        except SendError as error:
            error.spent = dict(sending.spent)
            raise
        self._progress.finish(mark)
        return replace(sending.receipt, spent=dict(sending.spent))

    def _session(self, message: Outgoing, now: datetime) -> str | None:
        if message.reply_until is None or now >= message.reply_until - REPLY_MARGIN:
            return None
        return reply_address(message.reply_url, (self._oapi_base, self.api_base))

    async def _part(self, sending: _Sending, parts: list[str], step: int, mentions: list[tuple[str, str]]) -> None:
        """Say one part; one that turns out to be too long is cut once more."""
        key = sending.message.key if step == 0 else f"{sending.message.key}-{step + 1}"
        marked, at = with_mentions(parts, step, mentions)
        try:
            forms = _forms(sending.message, (parts[step], marked), whole=len(parts) == 1)
            await self._say(sending, key, *forms, at)
        except Rejected as error:
            pieces = split_text(parts[step], MAX_BYTES // 3, json_length)
            if error.code not in TOO_LONG or len(pieces) < 2:
                raise
            for number in range(len(pieces)):
                marked, at = with_mentions(pieces, number, mentions)
                await self._say(sending, f"{key}-piece-{number + 1}", Form(pieces[number]), Form(marked), at)

    async def _say(self, sending: _Sending, key: str, unmarked: Form, marked: Form, at: Sequence[str]) -> None:
        """Say one part by the first channel that takes it. `unmarked` is for where nobody can be mentioned."""
        if await self._reply(sending, marked, at) or await self._push_robot(sending, key, marked, at):
            return
        message, now = sending.message, sending.now
        sending.receipt = await sending.say(unmarked, CALLS, lambda shown: self._push(message, *shown.robot(), now))

    async def _reply(self, sending: _Sending, marked: Form, at: Sequence[str]) -> bool:
        session, now = sending.session, sending.now
        if session is None:
            return False
        try:
            await sending.say(marked, MESSAGES, lambda shown: self.api.reply(session, shown.webhook(), at, now))
        except Unreachable as error:
            if error.code != SESSION_GONE:
                raise
            sending.session = None
            return False
        sending.receipt = Receipt(channel="session")
        return True

    async def _push_robot(self, sending: _Sending, key: str, marked: Form, at: Sequence[str]) -> bool:
        message, name = sending.message, sending.message.push_chat_name or ""
        robot = self._group_robots.get(name) if message.target_kind == "chat" else None
        if robot is None:
            return False

        def push(shown: Form) -> Awaitable[None]:
            # Another form under the same name would be taken for a repeat of the one that was refused.
            uuid = f"{key}-markdown" if shown.markdown else key
            return self.api.custom_robot(*robot, shown.webhook(), at, uuid, sending.now)

        try:
            await sending.say(marked, MESSAGES, push)
        except (Unreachable, Misconfigured) as error:
            if error.code not in ROBOT_OFF:
                raise
            # Better said without a mention than not at all.
            log.error("the push robot of %s is of no use (%s): the app's robot writes there", name, error.reason)
            self._group_robots.pop(name, None)
            return False
        sending.receipt = Receipt(channel="robot")
        return True

    async def _push_file(self, sending: _Sending, file: OutFile) -> None:
        message, now = sending.message, sending.now
        name, content = clean(file.name), await _load(file)
        suffix = PurePath(name).suffix.lower().removeprefix(".")
        kind = "image" if suffix in _IMAGE_TYPES else "file"
        if kind == "file" and suffix not in _FILE_TYPES:
            name, content, suffix = f"{name}.zip", _zipped(name, content), "zip"
        with sending.takes(CALLS):
            media_id = await self.api.upload(kind, name, content, now)
        key, param = "sampleFile", {"mediaId": media_id, "fileName": name, "fileType": suffix}
        if kind == "image":
            key, param = "sampleImageMsg", {"photoURL": media_id}
        with sending.takes(CALLS):
            sending.receipt = await self._push(message, key, param, now)

    async def _push(self, message: Outgoing, key: str, param: Mapping[str, str], now: datetime) -> Receipt:
        if message.target_kind == "chat":
            return Receipt(await self.api.to_group(message.target_id, key, param, now), "group")
        if not _STAFF_ID.fullmatch(message.target_id):
            raise Unreachable("the person has no user id in this organisation")
        return Receipt(await self.api.to_person(message.target_id, key, param, now), "private")

    async def fetch(self, ref: str, now: datetime, most: int) -> Fetched:
        """Return the file behind a `downloadCode`; see Fetcher. Takes one call."""
        address = await self.api.file_address(ref, now)
        spent = {CALLS: 1}
        try:
            if not allowed(address, (*MEDIA_HOSTS, self.api_base, self._oapi_base), ("https", "http")):
                log.error("a file lies where it is not fetched from: %s", host_of(address))
                raise Rejected("the file lies on a host that is not DingTalk's")
            found = await download(self._direct, address, most=most)
        except SendError as error:
            error.spent = spent
            raise
        return Fetched(found.content, spent)

    async def check(self, now: datetime) -> list[Check]:
        """Fetch a token, send to nobody to see whether sending is permitted, and verify a callback of our own."""
        return [*await self.check_sending(now), await self.check_callback(now)]

    async def check_callback(self, now: datetime) -> Check:
        """Whether a callback of our own passes."""
        advice = "核对 DINGTALK_CLIENT_SECRET"
        return await callback_check("钉钉 回调", self.receive, self.probe(now), now, advice)

    def probe(self, now: datetime) -> Probe:
        """Return a signed callback whose body nobody can read: refused with 400 once the signature is found right."""
        timestamp = str(int(now.timestamp() * 1000))
        headers = {"timestamp": timestamp, "sign": robot_sign(self._secret, timestamp)}
        return Probe(RawRequest("POST", PATH, {}, headers, b"doctor"), 400, b"")

    async def reaches(self, user_id: str, now: datetime) -> bool:
        """Ask the contacts whether a person is in the app's range and active; see Ranged. Costs no metered call."""
        try:
            return await self.api.active(user_id, now)
        except Unreachable:
            return False

    async def check_sending(self, now: datetime) -> list[Check]:
        """The checks that are the same however messages come in: token, permission to send, clock."""
        checks = await self._check_api(now)
        checks.append(clock_check("钉钉 时钟", self._caller.last_date, now))
        return checks

    async def _check_api(self, now: datetime) -> list[Check]:
        self.api.token.forget()
        try:
            await self.api.token.get(now)
        except SendError as error:
            return [Check("钉钉 凭证", False, failure(error), advice(error))]
        token = Check("钉钉 凭证", True, "已取得 accessToken")
        try:
            await self.api.to_person(_NOBODY, "sampleText", {"content": "doctor"}, now)
        except Unreachable:
            # The permission is checked before the person is looked up: this refusal is the good answer.
            pass
        except SendError as error:
            return [token, Check("钉钉 发送权限", False, failure(error), advice(error))]
        return [token, Check("钉钉 发送权限", True, "机器人可以发消息")]


def _forms(message: Outgoing, texts: tuple[str, str], *, whole: bool) -> tuple[Form, Form]:
    """The forms of one part, without and with its mentions; a part of several is plain."""
    unmarked, marked = (shape(message, text, MAX_BYTES) if whole else Form(text) for text in texts)
    return unmarked, marked


async def _load(file: OutFile) -> bytes:
    try:
        content = await file.load()
    except Exception as error:
        reason = f"the file could not be made ({type(error).__name__})"
        raise Temporary(reason) from error
    if not 0 < len(content) <= MAX_FILE:
        raise Rejected("the file is empty or larger than 20 MB")
    return content


def _zipped(name: str, content: bytes) -> bytes:
    """DingTalk takes no csv, txt or md: such a file travels in an archive, the same bytes for the same file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def advice(error: SendError) -> str:
    """Return what an operator does about a failed check."""
    code = str(error.code or "").lower()
    if "permission missing" in error.reason:
        scopes, _, link = error.reason.removeprefix("permission missing: ").partition("; apply at ")
        return f"申请权限 {scopes}，再发布版本：{link}"
    if "permissiondenied" in code or code == "88":
        return "在开放平台“权限管理”为应用开通缺的权限（发消息：企业内机器人发送消息），再发布版本"
    if "Stream" in error.reason:
        return (
            "核对 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET；消息接收模式选 Stream 并发布；"
            "要用 HTTP 模式就设 DINGTALK_MODE=http"
        )
    if "client" in error.reason:
        return "核对 DINGTALK_CLIENT_ID 和 DINGTALK_CLIENT_SECRET"
    if "allow-listed" in error.reason:
        address = error.reason.rpartition(": ")[2] if ": " in error.reason else "本机的出口 IP"
        return f"开放平台 → 该应用 → 安全设置，加入 {address}"
    if "robot" in error.reason:
        return "核对 DINGTALK_ROBOT_CODE；机器人要随应用版本发布"
    if "used up" in error.reason:
        return "本月接口调用量已用完：升级套餐，或等下月"
    if code in ("connect", "no-answer"):
        return "检查网络、代理（HTTPS_PROXY）和 DINGTALK_API_BASE"
    if code == "ban":
        return "五分钟后再试"
    return f"稍后再试；一直如此就凭错误码查钉钉文档（{error.reason}）"
