"""A promise written without its keyword: offered for a yes, never stored in silence."""

from __future__ import annotations

from handlers import proposals
from handlers.language.promise import read_promise
from handlers.talk import Answer, Talk


def promise(talk: Talk) -> Answer | None:
    """Asks whether a message nobody else understood is a promise; None for what does not sound like one."""
    read = read_promise(talk.text, talk.now, talk.calendar, talk.roster())
    if read is None:
        return None
    match = talk.directory.message(read.matter)
    client_id = None if match.ask else match.key
    proposals.ask(talk, [{"matter": read.matter, "due": read.due, "client_id": client_id}])
    told = {
        "matter": talk.safe(read.matter, talk.my_id),
        "due": talk.local(read.due),
        "client": talk.client_name(client_id),
        "now": talk.now,
    }
    return Answer("promise_offered", told, kind="question")
