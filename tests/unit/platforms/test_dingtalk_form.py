from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.dingtalk_form import MAX_BUTTONS, Form, harmless, shape
from bot.types import Action, Line, Outgoing, TargetKind, Tone

LIMIT = 15_000


def message(
    text: str, *, kind: TargetKind = "person", title: str = "", tones: tuple[Tone, ...] = (), actions: int = 0
) -> Outgoing:
    lines = tuple(Line(line, tone) for line, tone in zip(text.split("\n"), tones, strict=False))
    buttons = tuple(Action(f"第 {number} 项", f"选 {number}") for number in range(1, actions + 1))
    return Outgoing("k", kind, "0101", text, title=title, lines=lines, actions=buttons)


def shaped(text: str, **more: object) -> Form:
    return shape(message(text, **more), text, LIMIT)  # type: ignore[arg-type]


@pytest.mark.parametrize("tones", [(), ("plain",), ("quiet",), ("good",)])
def test_what_has_nothing_to_add_is_plain(tones: tuple[Tone, ...]) -> None:
    assert shaped("# 好", tones=tones) == Form("# 好")
    assert shaped("# 好").webhook() == {"msgtype": "text", "text": {"content": "# 好"}}
    assert shaped("# 好").robot() == ("sampleText", {"content": "# 好"})


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("a<b>c", "a＜b＞c"),
        (
            "[点我](dtmd://dingtalkclient/sendMessage?content=x)",
            "［点我］(dtmd：//dingtalkclient/sendMessage?content=x)",
        ),
        ("# 标题", "\u200b# 标题"),
        ("#12 报价", "\u200b#12 报价"),
        ("---", "\u200b---"),
        ("===", "\u200b==="),
        ("- 一项", "- 一项"),
        ("1. 一项", "1. 一项"),
        ("**重**`码`", "＊＊重＊＊｀码｀"),
        ("@all 请看 @所有人", "@\u200ball 请看 @\u200b所有人"),
        ("https://example.com/a_b", "https://example.com/a_b"),
    ],
)
def test_words_of_people_are_inert_in_markdown(line: str, shown: str) -> None:
    text = harmless(f"好\n{line}")
    assert shape(message(text, tones=("warn", "plain")), text, LIMIT).markdown == f"**好**  \n{shown}"


@given(st.text(max_size=80))
def test_nothing_written_becomes_a_link_or_a_tag(text: str) -> None:
    said = harmless(text)
    whole = shape(message(said, title="题"), said, LIMIT)
    assert not re.search(r"[<>\[\]`*]", whole.markdown)
    assert not re.search(r"(?i)(dtmd|dingtalk):/", whole.text + whole.markdown)
    assert whole.title


@pytest.mark.parametrize("scheme", ["dtmd", "DTMD", "dingtalk", "DingTalk"])
def test_an_address_that_speaks_for_its_reader_is_disarmed(scheme: str) -> None:
    assert harmless(f"看 {scheme}://x/sendMessage?content=y") == f"看 {scheme}：//x/sendMessage?content=y"
    assert (
        harmless("dingtalk: 好的, ding://x, https://dingtalk.com") == "dingtalk: 好的, ding://x, https://dingtalk.com"
    )


def test_the_title_stands_once() -> None:
    assert shaped("内容", title="到期").markdown == "#### 到期\n  \n内容"
    assert shaped("到期\n内容", title="到期").markdown == "到期  \n内容"
    assert shaped("内容", title="长" * 99).title == "长" * 40


@pytest.mark.parametrize("count", range(1, MAX_BUTTONS + 3))
def test_every_number_of_buttons_has_its_card(count: int) -> None:
    form = shaped("请选", actions=count)
    shown = min(count, MAX_BUTTONS)
    key, param = form.robot()
    assert key == ("sampleActionCard" if shown == 1 else f"sampleActionCard{shown}")
    assert len([name for name in param if "URL" in name]) == shown
    assert all(isinstance(value, str) for value in param.values())
    assert len(form.webhook()["actionCard"]["btns"]) == shown


def test_tones_that_do_not_fit_the_lines_are_left_out() -> None:
    text = "一\n二"
    assert shape(message("一", tones=("bad",)), text, LIMIT) == Form(text)


@given(st.integers(0, 400), st.integers(0, 5), st.sampled_from(["好", "<", "\n", '"', "# "]))
def test_a_form_keeps_to_the_limit_or_is_plain(length: int, actions: int, char: str) -> None:
    text = (char * length).strip() or "好"
    form = shape(message(text, title="题", actions=actions), text, 1000)
    if form.markdown:
        assert len(json.dumps(form.robot()[1], ensure_ascii=False).encode()) <= 1000
        assert len(json.dumps(form.webhook(), ensure_ascii=False).encode()) <= 1000
