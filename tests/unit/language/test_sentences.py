"""Sentences without a keyword, scored over invented messages of several teams (`tests/corpus/intents.jsonl`)."""

from __future__ import annotations

import functools
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.language.sentence import Sentence
from handlers.language.sentences import read_sentence
from handlers.language.sentences_guessed import guess_sentence, likeness, ranked
from handlers.language.sentences_learned import TALK, written
from handlers.language.text import fold
from tests.learn_sentences import PEOPLE, TABLE, corpus, learned

CORPUS = Path(__file__).parents[2] / "corpus" / "intents.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
FREE = [line for line in LINES if line["batch"] != "keyword"]
KEYWORDED = [line for line in LINES if line["batch"] == "keyword"]


@functools.cache
def _understood(text: str, client: str) -> Sentence | None:
    return read_sentence(text, PEOPLE, client) or guess_sentence(text, PEOPLE, client)


def understood(line: dict[str, Any]) -> Sentence | None:
    return _understood(line["text"], line.get("client", ""))


def topic(line: dict[str, Any]) -> str | None:
    sentence = understood(line)
    return sentence.topic if sentence else None


def confusion(lines: list[dict[str, Any]]) -> str:
    """Expected against read topics, most frequent confusion first, with the messages."""
    wrong = [(str(line["topic"]), str(topic(line)), line["text"]) for line in lines]
    counted = Counter((expected, read) for expected, read, _ in wrong if expected != read)
    rows = [f"{'expected':15} {'read':15} count"]
    for (expected, read), count in counted.most_common():
        texts = " / ".join(text for *pair, text in wrong if tuple(pair) == (expected, read))
        rows.append(f"{expected:15} {read:15} {count:3}  {texts}")
    return "\n".join(rows)


def test_the_corpus_is_large_has_no_line_twice_and_is_nearly_half_talk() -> None:
    assert len(LINES) >= 500
    assert len({line["text"] for line in LINES}) == len(LINES)
    assert sum(line["topic"] is None for line in LINES) >= 0.45 * len(LINES)
    assert len(KEYWORDED) >= 60


def test_at_least_97_of_100_sentences_find_their_command() -> None:
    right = sum(topic(line) == line["topic"] for line in FREE)
    assert right >= 0.97 * len(FREE), confusion(FREE)


def test_talk_is_never_taken_for_a_command() -> None:
    talk = [line for line in FREE if line["topic"] is None]
    false = sum(topic(line) is not None for line in talk)
    assert false <= 0.005 * len(talk), confusion(talk)


def test_a_keyworded_command_is_never_contradicted() -> None:
    for line in KEYWORDED:
        assert topic(line) in {line["topic"], None}, line["text"]


def test_clients_matters_and_people_are_cut_out() -> None:
    told = [line for line in FREE if "words" in line or "person" in line]
    wrong = []
    for line in told:
        sentence = understood(line)
        # What is only to be asked about is asked with the whole message.
        if (
            sentence is not None
            and sentence.sure
            and (sentence.words != fold(line.get("words", sentence.words)) or sentence.person != line.get("person"))
        ):
            wrong.append((line["text"], sentence))
    assert len(wrong) <= 0.01 * len(told), wrong


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("白鹭那边最近谁在跟", Sentence("who_follows", "白鹭")),
        ("白鹭最近有人跟吗", Sentence("last_contact", "白鹭")),
        ("我下周三请个假", Sentence("leave", "下周三")),
        ("明天要出差去青岛", Sentence("travel", "明天 去青岛")),
        ("看下顾北辰昨天的日报", Sentence("report_show", "昨天", "顾北辰")),
        ("老顾手上还有什么没做完", Sentence("lists_person", "", "顾北辰")),
        ("日报怎么写", Sentence("help", "日报")),
        ("白鹭的样品那个搞定了", Sentence("done", "白鹭的样品")),
        ("白鹭酒店这单轮到谁跟了", Sentence("who_follows", "白鹭酒店")),
        ("白鹭好久没动静了，最后是谁联系的", Sentence("last_contact", "白鹭")),
        ("把北辰没闭环的都捞出来", Sentence("lists_person", "", "顾北辰")),
        ("我的没办完的事盘一盘", Sentence("lists_mine")),
        ("白鹭酒店有阵子没去了吧 上次谁去的", Sentence("last_contact", "白鹭酒店")),
        ("今天忙 日报你帮我攒一下", Sentence("report_draft")),
        ("白鹭酒店要的资料我已经寄过去了", Sentence("done", "白鹭酒店要的资料")),
        ("都送完了", Sentence("done", "送")),
        ("后天下午我请两个小时假", Sentence("leave", "后天下午 两个小时")),
        ("孩子发烧，明天请一天假", Sentence("leave", "孩子发烧,明天 一天")),
    ],
)
def test_what_is_read(text: str, sentence: Sentence) -> None:
    assert read_sentence(text, PEOPLE) == sentence


@pytest.mark.parametrize(
    ("text", "client", "sentence"),
    [
        ("白鹭这家说是有人盯着 是哪位来着", "白鹭", Sentence("who_follows", "白鹭")),
        ("开会前给我补补课 白鹭走到哪步了", "白鹭", Sentence("client", "白鹭")),
        ("别让我丢人 答应白鹭的还有几样在路上", "白鹭", Sentence("lists_client", "白鹭")),
        ("头有点大 我身上到底背了几件没交的", "", Sentence("lists_mine")),
        ("老板要看 昨儿大伙写的日报捏成一份给我", "", Sentence("report_summary", "昨天")),
        ("说说看 到现在还没见着谁的日报", "", Sentence("report_missing")),
        (
            "下周三坐高铁奔青岛见客户 得出差两天",
            "",
            Sentence("travel", "下周三坐高铁奔青岛见客户 得出差两天", sure=False),
        ),
    ],
)
def test_what_no_rule_reads_is_guessed_by_its_likeness(text: str, client: str, sentence: Sentence) -> None:
    assert understood({"text": text, "client": client}) == sentence


def test_an_act_is_never_guessed_for_sure() -> None:
    guessed = [guess_sentence(line["text"], PEOPLE, line.get("client", "")) for line in FREE[-1800:]]
    assert {each.topic for each in guessed if each and not each.sure} == {"done", "leave", "travel"}
    assert not {each.topic for each in guessed if each and each.sure} & {"done", "leave", "travel"}


@pytest.mark.parametrize(
    ("text", "client"),
    [
        ("那家说是有人盯着 是哪位来着", ""),
        ("周会上王哥身上还背着几件没交的 念一念", ""),
        ("哪位好心人知道打印机怎么连", ""),
        ("白鹭的下午茶谁要拼单", "白鹭"),
        ("电梯坏了谁去报修一下", ""),
    ],
)
def test_what_lacks_a_slot_or_is_like_talk_is_not_guessed(text: str, client: str) -> None:
    assert understood({"text": text, "client": client}) is None


def test_what_a_rule_reads_is_not_believed_where_all_else_is_more_like_it() -> None:
    assert understood({"text": "白鹭的师傅问咱们谁负责停车"}) is None


def test_the_team_knows_its_clients_better_than_the_rules_do() -> None:
    text = "从上周起白鹭上次联系是谁去的"
    assert understood({"text": text, "client": "白鹭"}) == Sentence("last_contact", "白鹭")


def test_the_command_a_message_is_like_is_ranked_first_even_if_its_client_is_unknown() -> None:
    for client in ("", "白鹭"):
        kinds = ranked(likeness("白鹭那边到底谁在盯 谁给句话", PEOPLE, client)[1])
        assert "who_follows" in kinds[:2]
        assert TALK not in kinds


@pytest.mark.slow
def test_the_table_is_what_its_command_makes_of_the_corpus() -> None:
    assert "".join(f"{line}\n" for line in written(learned(corpus()))) == TABLE.read_text("utf-8"), "run: make learn"


def test_a_short_name_of_two_people_is_nobody() -> None:
    assert read_sentence("小顾还有什么没做完", ["顾北辰", "顾南风"]) is None


@pytest.mark.parametrize(
    "text",
    [
        "白鹭下周谁去",
        "谁带伞了",
        "没有逾期的",
        "看了大家的日报",
        "历史总是相似的",
        "日报你写了吗",
        "的",
        "上次开会是谁主持的",
        "我打印好了文件",
    ],
)
def test_what_lacks_a_slot_or_leaves_a_rest_is_talk(text: str) -> None:
    assert read_sentence(text, PEOPLE) is None


@pytest.mark.parametrize("text", ["他那边谁在跟", "这个谁在跟", "我多久没联系了", "那边什么情况"])
def test_a_pronoun_is_no_client(text: str) -> None:
    assert read_sentence(text, PEOPLE) is None


_PIECES = (
    "谁 最近 上次 什么时候 日报 没 交 了 还有 什么 我 团队 出差 请假 明天 白鹭 的 联系 跟 过 搞定 吗 ， ？ 有 都 欠"
)
_WORDS = st.sampled_from(sorted(_PIECES.split()))


@given(st.one_of(st.text(max_size=90), st.lists(_WORDS, max_size=30).map("".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for sentence in (read_sentence(text, PEOPLE), guess_sentence(text, PEOPLE, "白鹭")):
        assert sentence is None or sentence.person is None or sentence.person in PEOPLE


@pytest.mark.parametrize("ending", ["", "x", "出差", "日报", "没做完的", "谁跟x"])
@pytest.mark.parametrize("opening", ["", "我出差", "明天请假", "周牧野的日报", "帮我日报", "我还有什么"])
@pytest.mark.parametrize("piece", ["看", "是", "给我", "今天", "今天的", "周三", "现在", "出来", "跟", "，"])
def test_what_can_be_read_in_many_ways_is_not_tried_in_all_of_them(opening: str, piece: str, ending: str) -> None:
    text = (opening + piece * 70)[:72] + ending
    started = time.process_time()
    read_sentence(text, PEOPLE)
    assert time.process_time() - started < 1.0


@pytest.mark.parametrize("piece", ["谁在跟", "上次联系", "还有什么没做完的", "我", "明天出差"])
def test_a_very_long_text_costs_next_to_nothing(piece: str) -> None:
    started = time.process_time()
    assert read_sentence(piece * 50_000, PEOPLE) is None
    assert time.process_time() - started < 0.1
