"""Commands on a client's names, as people write them; and what is fit to be a name."""

from __future__ import annotations

import pytest

from handlers.language.client_command import ClientCommand, is_telling, read_client_command, split_pair, unfit

TEACH = ClientCommand("teach", "云杉", ("老云杉",))
REMOVE = ClientCommand("remove", "云杉", ("老云杉",))
SHARE = ClientCommand("share", "云杉", ("老云杉",))


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("云杉 别名 老云杉", TEACH),
        ("云杉　别名：「老云杉」", TEACH),
        ("云杉的别名是老云杉", TEACH),
        ("云杉 新增别名 老云杉。", TEACH),
        ("云杉 也叫 老云杉", TEACH),
        ("云杉 别名 老云杉、二库，云杉北站", ClientCommand("teach", "云杉", ("老云杉", "二库", "云杉北站"))),
        ("云杉 别名 老云杉 和 二库 老云杉", ClientCommand("teach", "云杉", ("老云杉", "二库"))),
        ("云杉 别名 Cedar Log，二库", ClientCommand("teach", "云杉", ("Cedar Log", "二库"))),
        ("云杉 别名", ClientCommand("list", "云杉")),
        ("云杉有哪些别名？", ClientCommand("list", "云杉")),
        ("云杉 的别名有哪些", ClientCommand("list", "云杉")),
        ("云杉 删除别名 老云杉", REMOVE),
        ("云杉 别名 去掉 老云杉", REMOVE),
        ("云杉 别名 老云杉 删了", REMOVE),
        ("云杉 不叫 老云杉", REMOVE),
        ("云杉 别名 老云杉 共享", SHARE),
        ("云杉 共享别名 老云杉", SHARE),
        ("云杉 改名 云杉供应链", ClientCommand("rename", "云杉", ("云杉供应链",))),
        ("云杉 更名为 云杉供应链 有限公司", ClientCommand("rename", "云杉", ("云杉供应链 有限公司",))),
        ("云杉 并入 云杉物流", ClientCommand("merge", "云杉", ("云杉物流",))),
        ("云杉", None),
        ("云杉 最近怎么样", None),
        ("别名", None),
        ("", None),
        ("云杉 别名 " + "老云杉、" * 200, None),
    ],
)
def test_what_is_asked_for(text: str, read: ClientCommand | None) -> None:
    assert read_client_command(text) == read


def test_two_names_are_parted_in_every_way_they_can_be() -> None:
    assert split_pair("云杉 海棠") == [("云杉", "海棠")]
    assert split_pair("「云杉」 和 「海棠」") == [("云杉", "海棠")]
    assert split_pair("Cedar Log 海棠") == [("Cedar", "Log 海棠"), ("Cedar Log", "海棠")]
    assert split_pair("协和") == []
    assert len(split_pair("一 二 三 四 五 六 七 八 九 十")) == 6


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "short"),
        ("云", "short"),
        ("云。", "short"),
        ("７", "number"),
        ("2026", "number"),
        ("13900000000", "number"),
        ("医院", "generic"),
        ("上海", "generic"),
        ("机电", "generic"),
        ("报价", "talk"),
        ("他们公司", "talk"),
        ("那家医院", "talk"),
        ("云杉,就是它", "sentence"),
        ("云杉" * 16, "long"),
        ("老云杉", None),
        ("二院", None),
        ("XH", None),
        ("云杉2号库", None),
    ],
)
def test_what_is_no_name(name: str, why: str | None) -> None:
    assert unfit(name) == why


@pytest.mark.parametrize("name", ["上海医院", "人民医院", "报价", "云杉" * 9])
def test_what_is_not_learned_from_use_alone(name: str) -> None:
    assert not is_telling(name)
    assert is_telling("老云杉")
