"""What a group is called: `绑定 华东销售群`, said in it by somebody who leads.

DingTalk tells a group's name with every message, WeCom never does; by its name a group finds its push robot.
"""

from __future__ import annotations

from handlers.talk import Answer, Talk
from storage import events, people

MAX_NAME = 40


def bind(talk: Talk, rest: str) -> Answer:
    """Gives the group its name, unless another group of the platform has it: its robot would speak in the wrong one."""
    if talk.chat is None:
        return Answer("bind_in_group", {})
    if not people.leads(talk.me):
        return Answer("bind_supervisor_only", {})
    name = " ".join(rest.strip(" 「」“”\"'").split())[:MAX_NAME] or talk.chat.name
    if not name:
        return Answer("bind_which_name", {}, kind="question")
    if people.chat_named(talk.session, talk.chat.platform, name) not in (None, talk.chat.id):
        return Answer("bind_name_taken", {"name": name})
    if talk.chat.name != name:
        events.append(
            talk.session,
            talk.now,
            "chat.named",
            f"chat:{talk.chat.id}",
            {"before": {"name": talk.chat.name}, "after": {"name": name}},
            actor_id=talk.my_id,
            inbox_id=talk.inbox_id,
        )
        talk.chat.name = name
        talk.session.add(talk.chat)
    return Answer("bound", {"name": name})
