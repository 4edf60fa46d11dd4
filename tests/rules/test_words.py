"""Texts: what is shown is what was recorded, and the hash is reproducible."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules.canonical import digest
from rules.field_types import Chosen, Label, PlanText, Text

TEXT: TypeAdapter[str] = TypeAdapter(Text)
LABEL: TypeAdapter[str] = TypeAdapter(Label)
PLAN: TypeAdapter[str] = TypeAdapter(PlanText)
CHOSEN: TypeAdapter[str | int] = TypeAdapter(Chosen)


@pytest.mark.parametrize(
    "text",
    [
        "a\0b",
        "a\ud800b",
        "a\x07b",
        "a\x1b[31mb",
        "a\x7fb",
        "a\x85b",
        "a\rb",
        "pay 100\u202e000,1",
        "a\u202ab",
        "a\u2066b",
        "a\u2069b",
        "\u2066a\nb\u2069",
        "a\U000e0041b",
        "a\ufffeb",
    ],
    ids=ascii,
)
def test_what_is_no_text_is_refused_everywhere(text: str) -> None:
    for shape in (TEXT, LABEL, PLAN, CHOSEN):
        with pytest.raises(ValidationError):
            shape.validate_python(text)


@pytest.mark.parametrize(
    "text",
    [
        "Gaza, El-'Arîsh",
        "\u0628\u063a\u062f\u0627\u062f\u060c \u0663 \u0622\u0630\u0627\u0631",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0626\u06ce\u0645\u06d5\u200f (PM) \u200eok",
        "\u2067\u0628\u063a\u062f\u0627\u062f\u2069 (Baghdad)",
        "emoji 👩‍🚒",
    ],
)
def test_prose_in_any_language_is_kept_as_it_is(text: str) -> None:
    assert LABEL.validate_python(text) == text


def test_lines_and_tabs_belong_to_texts_and_not_to_labels() -> None:
    assert TEXT.validate_python("one\r\n\ttwo\n") == "one\n\ttwo"
    for text in ("one\ntwo", "one\ttwo"):
        with pytest.raises(ValidationError, match="in one line"):
            LABEL.validate_python(text)


def test_two_spellings_of_a_text_are_recorded_as_one() -> None:
    assert TEXT.validate_python("cafe\u0301") == CHOSEN.validate_python("cafe\u0301") == "caf\u00e9"


def test_a_text_is_no_longer_recorded_than_it_may_be_read_again() -> None:
    """NFC writes this letter as two, and a fact of 8,000 characters cannot be made: it was a fault of ours."""
    with pytest.raises(ValidationError, match="at most 4000"):
        TEXT.validate_python("\u0958" * 4000)


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**400])
def test_a_whole_number_that_the_ledger_cannot_hold_is_refused(number: int) -> None:
    with pytest.raises(ValidationError):
        CHOSEN.validate_python(number)


@given(st.text())
def test_what_is_accepted_is_recorded_and_read_again_as_the_same(text: str) -> None:
    for shape in (TEXT, LABEL, PLAN, CHOSEN):
        try:
            recorded = shape.validate_python(text)
        except ValidationError:
            continue
        assert shape.validate_python(recorded) == recorded
        assert digest({"text": recorded})
        assert unicodedata.is_normalized("NFC", str(recorded))
