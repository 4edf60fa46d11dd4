"""Written forms: one for figures, whole numbers, instants and days each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rules import acts as a
from rules.decimals import Figure, Whole
from rules.language.plan import Plan
from rules.language.reading import InvalidDocument, parse_document
from rules.rehearsal.story import Story
from rules.text_formats import WORDS
from rules.times import Day, Instant, day_in_words, format_instant, parse_instant, time_in_words
from rules.validation import validate_plan
from tests.rules.test_plan_language import PLAN, faults

FIGURE: TypeAdapter[Decimal] = TypeAdapter(Figure)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)
DAY: TypeAdapter[date] = TypeAdapter(Day)
WHOLE: TypeAdapter[int] = TypeAdapter(Whole)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("15.64", "15.64"),
        ("-3", "-3"),
        ("0.50", "0.50"),
        (7, "7"),
        ("\u0662\u0666\u066b\u0664", "26.4"),
        ("\u06f1\u06f2", "12"),
        ("\uff11\uff12\uff0e\uff15", "12.5"),
        ("\u2212\u0663", "-3"),
    ],
)
def test_a_figure_is_kept_in_one_form(given_: object, kept: str) -> None:
    assert FIGURE.dump_python(FIGURE.validate_python(given_), mode="json") == kept


@pytest.mark.parametrize(
    "given_",
    [
        "1_000",
        " 5 ",
        "5 ",
        "5.",
        ".5",
        "-0",
        "-0.00",
        "+5",
        "007",
        "1e3",
        "1,000",
        "0x10",
        "NaN",
        "Infinity",
        "",
        "ten",
        "५",
        1.5,
        True,
        None,
    ],
)
def test_what_is_no_figure_is_refused(given_: object) -> None:
    """`1_000`, ` 5 ` and `5.` were read as figures, and `-0` was shown as "-0 wells"."""
    with pytest.raises(ValidationError):
        FIGURE.validate_python(given_)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12))
def test_a_figure_that_was_kept_is_read_as_itself(number: Decimal) -> None:
    once = FIGURE.dump_python(FIGURE.validate_python(number), mode="json")
    assert FIGURE.dump_python(FIGURE.validate_python(once), mode="json") == once
    assert Decimal(once) == number


@pytest.mark.parametrize("given_", ["1_0", "5.0", " 5", "+5", "05", 5.0, True])
def test_a_whole_number_has_one_form_too(given_: object) -> None:
    assert WHOLE.validate_python("5") == WHOLE.validate_python(5) == 5
    with pytest.raises(ValidationError):
        WHOLE.validate_python(given_)


@pytest.mark.parametrize(
    "given_",
    [
        "20261101",
        "2026-11-01",
        "1793491200",
        "2026-11-01T09:00:00",
        "2026-11-01 09:00:00Z",
        "2026-11-01T09:00Z",
        "2026-11-01T09:00:00.1234567Z",
        "2026-11-01T09:00:00+0300",
        "2026-11-31T09:00:00Z",
        "2026-11-01T25:00:00Z",
        "\u0662\u0660\u0662\u0666-11-01T09:00:00Z",
        "9999-12-31T23:59:59-12:00",
        1793491200,
        True,
    ],
)
def test_what_is_no_instant_is_refused(given_: object) -> None:
    """`20261101` was recorded as a day of the year 1970."""
    with pytest.raises(ValidationError):
        INSTANT.validate_python(given_)


@pytest.mark.parametrize("given_", ["20261101", "2026-11-1", "2026-11-01T00:00:00Z", "2026-02-30", 1793491200])
def test_what_is_no_day_is_refused(given_: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(given_)


ABOUT = r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?(Z|[+-][01][0-9]:[0-5][0-9])"
"""What mostly is an instant, and where not, then hardly."""


@settings(max_examples=2_000)
@example("2026-11-01T09:00:00.000001+03:00")
@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[0-9]{1,14}", fullmatch=True),
        st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(8999, 12, 30), timezones=st.timezones()).map(  # noqa: DTZ001  hypothesis adds the zone
            datetime.isoformat
        ),
        st.from_regex(ABOUT, fullmatch=True),
    )
)
def test_a_text_is_refused_or_is_the_same_instant_for_everybody(text: str) -> None:
    try:
        found = INSTANT.validate_python(text)
    except ValidationError:
        return
    assert found == datetime.fromisoformat(text)
    assert parse_instant(format_instant(found)) == found


def patterns(shape: Any) -> Iterator[str]:
    """Every pattern in a schema."""
    if isinstance(shape, dict):
        if isinstance(found := shape.get("pattern"), str):
            yield found
        yield from shape.get("patternProperties", {})
        for held in shape.values():
            yield from patterns(held)
    elif isinstance(shape, list):
        for held in shape:
            yield from patterns(held)


def test_every_form_has_its_words() -> None:
    """`period: 2025-H1 is no name; use lower-case letters` was said, since one form stood for all."""
    schemas = [Plan.model_json_schema(), Story.model_json_schema(), TypeAdapter(a.Deed).json_schema()]
    found = {pattern for schema in schemas for pattern in patterns(schema)}
    assert found - WORDS.keys() == set()


def test_a_period_is_told_as_a_period() -> None:
    with pytest.raises(ValidationError) as refused:
        a.RecordMeasurement.model_validate({"period": "2025-H3"})
    (wrong,) = [item for item in refused.value.errors() if item["loc"] == ("period",)]
    assert WORDS[wrong["ctx"]["pattern"]].startswith("is no period; write 2025, 2025-H1, 2025-Q1, 2025-06")


def test_dates_of_a_plan_are_read_as_everywhere() -> None:
    text = PLAN.replace("phases:\n  move", 'calendar:\n  recess: {title: R, from: "20250501", to: "20250511"}\nphases:\n  move')
    told = [fault.message for fault in faults(text) if "is no instant" in fault.message]
    assert len(told) == 2


def test_an_unknown_field_of_a_plan_names_those_that_there_are() -> None:
    (fault,) = faults(PLAN.replace("title: Calm", "titel: Calm\n    title: Calm"))
    assert fault.message.startswith("is not a field of this place; remove it or correct its name; did you mean title?")
    assert "fields here: title, party, within, opens, entry, milestones, stability, exit" in fault.message


def test_an_unknown_field_of_one_shape_of_several_names_those_of_that_shape() -> None:
    (fault,) = faults(PLAN.replace("what: the text}", "what: the text, may_be_restrictd: true}"))
    assert "did you mean may_be_restricted?" in fault.message
    assert "fields here: kind, what, by, may_be_restricted" in fault.message


BASE = '    baseline: {value: "17.373786", period: "2020", edition: "2021"}\n'


def test_an_indicator_needs_a_baseline_only_where_something_is_compared_with_it() -> None:
    level = PLAN.replace(BASE, "").replace('target: {change: "-10%"', 'target: {at_most: "15"')
    assert faults(level) == ()
    assert validate_plan(parse_document(level)).indicators["smoke"].baseline is None
    (fault,) = faults(PLAN.replace(BASE, ""))
    assert fault.message.startswith("smoke has no baseline to count a change from; write baseline: {value: ...")


def test_a_release_by_the_unit_needs_one_or_a_beginning_of_its_own() -> None:
    paid = """
releases:
  gift:
    {title: G, party: north, to: south, unit: EUR, amount: 1, verified_by: [north],
     per_unit: {indicator: smoke, FROMto: 10, each: 1}}
"""
    text = PLAN.replace(BASE, "").replace('target: {change: "-10%"', 'target: {at_most: "15"')
    with pytest.raises(InvalidDocument, match="smoke has no baseline to count from"):
        validate_plan(parse_document(text + paid.replace("FROM", "")))
    assert faults(text + paid.replace("FROM", "from: 20, ")) == ()


def test_a_date_is_said_in_the_plans_zone() -> None:
    at = datetime(2025, 3, 1, 22, 30, tzinfo=UTC)
    assert day_in_words(at, "Asia/Baghdad") == "2025-03-02 (Asia/Baghdad)"
    assert time_in_words(at, "Asia/Baghdad") == "2025-03-02 01:30 (Asia/Baghdad)"
