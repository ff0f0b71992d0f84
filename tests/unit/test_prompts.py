"""The words: every utterance the code asks for exists and reads well in its full, sparse and other cases."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.meta import find_undeclared_variables

import prompts
from scheduler import policy
from tests.prompt_samples import SAMPLES, Sample

ROOT = Path(prompts.__file__).parent.parent
# Which argument of a call names an utterance.
CALLS = {"Answer": 0, "Notice": 1, "Digest": 1, "say_plainly": 1, "_which": 1}
SPARSE_LENGTH = 900
FULL_LENGTH = 1800


def rendered(sample: Sample) -> str:
    return prompts.say(sample.template, in_group=sample.in_group, **sample.facts)


def _strings(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)


def _named_in(source: str) -> Iterator[str]:
    """Every utterance that a module names: in a call that takes one, or in a variable called `template`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "template" for t in node.targets):
            yield from _strings(node.value)
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        called = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        of_prompts = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "prompts"
        place = 0 if called in {"say", "compose"} and of_prompts else CALLS.get(called)
        if place is not None and len(node.args) > place:
            yield from _strings(node.args[place])


def named_in_code() -> set[str]:
    files = [path for room in ("handlers", "scheduler", "bot") for path in (ROOT / room).rglob("*.py")]
    return {name for path in files for name in _named_in(path.read_text(encoding="utf-8"))}


def variables(name: str) -> set[str]:
    """The facts a template reads by itself."""
    source = (ROOT / "prompts" / f"{name}.j2").read_text(encoding="utf-8")
    return find_undeclared_variables(prompts._environment().parse(source)) - {"in_group"}


def test_the_scan_finds_utterances_however_they_are_named() -> None:
    named = named_in_code()
    assert {"commitment_recorded", "done_which", "commitment_corrected", "handed_over_notice"} <= named
    assert {"digest_morning_person", "push_default", "stranger_note", "went_wrong"} <= named


def test_every_utterance_the_code_names_exists_and_no_other_does() -> None:
    named = named_in_code()
    assert sorted(named - set(prompts.names())) == []
    clocks = {f"push_{name}" for name in policy.load()}
    assert sorted(set(prompts.names()) - named - clocks) == []


def test_every_utterance_has_samples_and_every_sample_an_utterance() -> None:
    cases: dict[str, set[str]] = {}
    for sample in SAMPLES:
        assert sample.case not in cases.setdefault(sample.template, set()), f"{sample.template} has {sample.case} twice"
        cases[sample.template].add(sample.case)
    assert sorted(cases) == prompts.names()
    for name, of_template in cases.items():
        wanted = {"full", "sparse"} if variables(name) else {"full"}
        assert wanted <= of_template, f"{name} has only the cases {sorted(of_template)}"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.template}-{sample.case}")
def test_it_reads_well(sample: Sample) -> None:
    text = rendered(sample)
    assert text
    for mark in ("！", "!", "None", "Undefined", "{{", "{%", "[]", "False", "True", "（）", "「」", "· ·", "  "):
        assert mark not in text
    lines = text.split("\n")
    assert all(line == line.rstrip() for line in lines)
    assert "\n\n\n" not in text
    assert lines[0].strip(), "the first line is what a notification shows"
    assert all(not line.endswith(("，", "·", "、")) for line in lines)
    assert len(text) <= (SPARSE_LENGTH if sample.case == "sparse" else FULL_LENGTH)
    assert len(lines[0]) <= 40
    for words in sample.said:
        assert words in text
    for words in sample.unsaid:
        assert words not in text


@pytest.mark.parametrize(
    "sample", [sample for sample in SAMPLES if sample.in_group], ids=lambda sample: f"{sample.template}-{sample.case}"
)
def test_a_group_never_reads_a_telephone_number(sample: Sample) -> None:
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", rendered(sample))


def test_what_goes_to_somebody_above_hides_telephone_numbers() -> None:
    above = [sample for sample in SAMPLES if sample.facts.get("audience") == "above"]
    above += [sample for sample in SAMPLES if sample.template == "digest_evening_supervisor"]
    assert above
    for sample in above:
        assert not re.search(r"1[3-9]\d{9}", rendered(sample)), sample


def test_a_date_of_another_year_names_the_year() -> None:
    sample = next(s for s in SAMPLES if (s.template, s.case) == ("commitment_recorded", "plain"))
    item = sample.facts["items"][0]
    next_year = item["due"].replace(year=item["due"].year + 1)
    facts = sample.facts | {"items": [item | {"due": next_year}]}
    assert "2027年11月25日 周四" in prompts.say("commitment_recorded", in_group=False, **facts)
    several = sample.facts | {"items": [item | {"due": next_year}, item | {"number": 13}]}
    assert "2027年11月25日 周四" in prompts.say("commitment_recorded", in_group=False, **several)


def test_a_fact_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        prompts.say("not_yours", in_group=False, number=12)


def test_marks_become_tones_and_options_and_leave_no_trace() -> None:
    options = [{"id": 1, "name": "青禾食品"}, {"id": 2, "name": "青禾饮料"}]
    asked = prompts.compose("client_which", in_group=False, options=options)
    assert asked.options == (("青禾食品", "1"), ("青禾饮料", "2"))
    assert len(asked.tones) == len(asked.text.split("\n"))
    many = [{"id": number, "name": f"青禾{number}"} for number in range(prompts.MOST_OPTIONS + 1)]
    assert prompts.compose("client_which", in_group=False, options=many).options == ()

    sample = next(s for s in SAMPLES if (s.template, s.case) == ("commitment_recorded", "plain"))
    recorded = prompts.compose(sample.template, in_group=sample.in_group, **sample.facts)
    assert recorded.tones[0] == "good"
    both = recorded.then(asked)
    assert both.text == f"{recorded.text}\n\n{asked.text}"
    assert both.tones == (*recorded.tones, "plain", *asked.tones)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.template}-{sample.case}")
def test_every_line_has_a_tone_and_no_mark(sample: Sample) -> None:
    made = prompts.compose(sample.template, in_group=sample.in_group, **sample.facts)
    assert len(made.tones) == len(made.text.split("\n"))
    assert not re.search("[\ue100-\ue1ff]", made.text)


def test_buttons_say_whole_commands() -> None:
    assert prompts.actions("push_commitment", number=12) == (("完成", "完成 12"), ("延到明天", "延期 12 明天"))
    assert prompts.actions("greeting") == ()
