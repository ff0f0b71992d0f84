"""Why a message could not be sent, as the delivery needs to know it.

    SendError
    ├── Temporary        the platform is busy or unreachable: try again later
    │   └── Throttled    too fast: try again after `retry_after` seconds, for the whole lane or the whole app
    ├── Unknown          no answer after the request was sent: it may have arrived
    ├── Unreachable      this target cannot be reached this way: gone, left, out of range
    ├── Rejected         the message itself is refused: too long, bad content
    └── Misconfigured    secrets, rights or addresses are wrong: an operator must act
        └── UsedUp       the month's right named `right` is used up

`code` is the platform's own code. Messages carry no token, no key and no personal detail. `spent` is what the try took
of the month's rights nevertheless, as in Receipt.
"""

from __future__ import annotations

from collections.abc import Mapping


class SendError(Exception):
    """A message was not sent."""

    def __init__(self, reason: str, code: str | int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.spent: Mapping[str, int] = {}


class Temporary(SendError):
    """The platform is busy or unreachable: try again later."""


class Throttled(Temporary):
    """Too fast: try again after `retry_after` seconds; `whole_app` when the limit is not the target's alone."""

    def __init__(
        self, reason: str, code: str | int | None = None, retry_after: float = 60.0, *, whole_app: bool = False
    ) -> None:
        super().__init__(reason, code)
        self.retry_after = retry_after
        self.whole_app = whole_app


class Unknown(SendError):
    """No answer after the request was sent: it may have arrived."""


class Unreachable(SendError):
    """This target cannot be reached this way."""


class Rejected(SendError):
    """The message itself is refused."""


class Misconfigured(SendError):
    """Secrets, rights or addresses are wrong: an operator must act."""


class UsedUp(Misconfigured):
    """The month's right named `right` is used up."""

    def __init__(self, reason: str, code: str | int | None = None, right: str = "calls") -> None:
        super().__init__(reason, code)
        self.right = right
