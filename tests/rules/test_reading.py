"""The YAML reader: the value of each scalar, the limits, and the time of the worst texts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rules import acts as a
from rules.decide import Decided, decide
from rules.language.reading import MOST_FAULTS, MOST_VALUES, Fault, InvalidDocument, parse_document
from rules.validation import validate_plan
from tests.rules.worst_plans import LONGEST, WORST, milestones

SECONDS = 1.0
"""Of processor, ten times what the worst takes on an idle machine. Each took two seconds to four minutes."""


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_no_text_takes_long(text: str) -> None:
    """Whoever sends a plan must not keep others waiting, however it is made."""
    begun = time.process_time()
    told: tuple[Fault, ...] = ()
    try:
        validate_plan(parse_document(text))
    except InvalidDocument as faulty:
        told = faulty.faults
    assert time.process_time() - begun < SECONDS
    assert len(told) <= MOST_FAULTS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        ("-0", "-0"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1e3", "1e3"),
        ("12:30", "12:30"),
        ("5.", "5."),
        ("17.373786", "17.373786"),
        ("2025-03-01", "2025-03-01"),
        ("9007199254740992", "9007199254740992"),
        ("٣", "٣"),
        ('"7"', "7"),
        ("'true'", "true"),
        ("<<", "<<"),
    ],
)
def test_a_plain_value_is_what_it_looks_like(text: str, value: Any) -> None:
    """YAML's older rules make numbers and truths of what people write as text."""
    found = parse_document(f"a: {text}").data["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [" + "1," * MOST_VALUES + "]", f"has more than {MOST_VALUES} keys and values"),
        ("[" * 21 + "]" * 21, "nested too deeply; 20 levels are read"),
        ("a: 1\n---\nb: 2\n", "a second document begins here"),
        ("a: \x07", "the character U+0007 stands here, which is no text"),
        ("a: \ud800", "the character U+D800 stands here, which is no text"),
        ("&a b: 1", "a key is a plain word"),
        ("*a : 1", "anchors and aliases are not used"),
        ("a: !!str 5", "is not read; write a plain value"),
        ("a: !mine {b: 1}", "is not read; write a plain value"),
        ("? [a, b]\n: c", "a key is a plain word"),
        ("a: ]", "']' stands where a value belongs"),
    ],
)
def test_what_is_not_read_is_said(text: str, message: str) -> None:
    with pytest.raises(InvalidDocument) as faulty:
        parse_document(text)
    assert message in faulty.value.faults[0].message


def test_a_place_is_told_also_behind_what_is_skipped() -> None:
    text = "a: &x {b: [1, 2]}\nc: 1\nc: 2\nd: ~\n"
    with pytest.raises(InvalidDocument) as faulty:
        parse_document(text)
    assert [fault.position for fault in faulty.value.faults] == [(1, 4), (3, 1), (4, 4)]


def test_a_long_text_is_a_value_as_any() -> None:
    assert parse_document(f"a: {'x' * LONGEST}").data == {"a": "x" * LONGEST}


def test_dates_that_pass_together_are_struck_in_a_moment() -> None:
    """Five hundred dates of one day made the first act after it take three seconds, in which nobody was answered."""
    at = datetime(2025, 1, 1, tzinfo=UTC)
    deed = a.StartProgram(document=milestones(), members=(a.Member(person="rosa", role=a.Role.RECORDER, party="us"),))
    started = decide(None, a.Act(id="s", actor=a.Actor(person="olga", role=a.Role.OFFICER), deed=deed), at)
    assert isinstance(started, Decided)
    actor = a.Actor(person="rosa", role=a.Role.RECORDER, party="us")
    act = a.Act(id="e", actor=actor, deed=a.RecordEvidence(evidence="e", milestone="m0", shows="a", text="t"))
    begun = time.process_time()
    after = decide(started.program, act, at + timedelta(days=2))
    assert time.process_time() - begun < SECONDS
    assert isinstance(after, Decided)
    assert sum(entry.fact.kind == "deadline_missed" for entry in after.entries) == 500
