"""Acts on records of a number, in free words; questions and plain numbers are none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.language.record_act import RecordAct, read_record_act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("7不用做了 客户自己买了", RecordAct("取消", (7,), "客户自己买了")),
        ("#7 取消吧，预算没批", RecordAct("取消", (7,), "预算没批")),
        ("7、8这两天别催了", None),
        ("7 8 都别再提醒我了", RecordAct("静音", (7, 8))),
        ("７号记录不用提示了", RecordAct("静音", (7,))),
        ("把7那条往后推到周五吧 客户没空", RecordAct("延期", (7,), "周五吧 客户没空")),
        ("7这个改下周二 客户出差", RecordAct("延期", (7,), "下周二 客户出差")),
        ("7 改成周四", RecordAct("改", (7,), "周四")),
        ("7的日期写错了，应该是周四", RecordAct("改", (7,), "周四")),
        ("7内容记错了 应该是寄目录不是寄样", RecordAct("改", (7,), "寄目录")),
        ("7不是蓝鲸 是蓝鲨", RecordAct("改", (7,), "蓝鲨", "蓝鲸")),
        ("7记成周三了 其实是周四", RecordAct("改", (7,), "周四", "周三")),
        ("7我寄出去了", RecordAct("完成", (7,))),
        ("7已经送到了，前台签收", RecordAct("完成", (7,), "前台签收")),
    ],
)
def test_what_is_read(text: str, act: RecordAct | None) -> None:
    assert read_record_act(text) == act


@pytest.mark.parametrize(
    "text",
    [
        "7号别催我",
        "7点别提醒我",
        "7不用做了吗",
        "谁把7取消了",
        "7个样品寄出去了",
        "3天后推到周五",
        "改下周二 客户出差",
        "别催了",
        "7",
        "7推荐一下",
        "12月不做了",
    ],
)
def test_questions_measures_and_what_names_no_record_are_no_acts(text: str) -> None:
    assert read_record_act(text) is None


@given(st.text(max_size=90))
def test_any_text_is_read_without_an_error(text: str) -> None:
    read_record_act(f"12{text}")
