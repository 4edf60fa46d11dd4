"""Derived figures: exact, shown with their parts, and unknown where a part is missing."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from rules import acts as a
from rules.figures.derived import Derived, a_year_before, compute, exact_value, newest_common
from rules.figures.selection import newest_figure, usable_figure
from rules.language.periods import USUAL
from rules.language.reading import InvalidDocument, parse_document
from rules.truth import Truth
from rules.validation import validate_plan
from rules.vocabulary.unknown import Unknown
from tests.rules.measuring import NOW, checked, figures, indicator, judged, measuring, readings, recorded
from tests.rules.small_plan import World


def part(**changes: Any) -> dict[str, Any]:
    return indicator(better="higher", **changes) | {"baseline": None}


def made(how: dict[str, Any], unit: str = "kt", **more: Any) -> dict[str, Any]:
    return {"title": "Made", "unit": unit, "better": "higher", "oldest": "P10Y", "made_of": how} | more


SHARE = made({"share": "some", "of": "whole"}, "%")


def world(target: dict[str, Any], how: dict[str, Any] = SHARE, **more: Any) -> World:
    rules = {"some": part(title="Some"), "whole": part(title="Whole"), "made": how}
    return measuring(
        {name: {key: value for key, value in rule.items() if value is not None} for name, rule in rules.items()},
        {"made": target},
        **more,
    )


def figure(given: World, name: str, of: str, value: str, period: str = "2024", **more: Any) -> None:
    recorded(given, name, indicator=of, value=Decimal(value), period=period, edition=more.pop("edition", "first"), **more)


def test_what_has_no_end_is_compared_exactly() -> None:
    """Two thirds of a thousand are more than 66.666666666666666666 per cent, and no more than that is told."""
    given = world({"at_least": "66.666666666666666666"})
    figure(given, "m1", "some", "2")
    figure(given, "m2", "whole", "3")
    assert judged(given).outcome is Truth.MET
    assert "about 66.66666667 % in 2024 (Some 2 of Whole 3)" in judged(given).sentence
    assert exact_value(newest_figure(given.program, "made")) == Fraction(200, 3)  # type: ignore[arg-type]  # it is there


def test_the_newest_period_lacks_a_part_and_an_older_one_does_not_count_instead() -> None:
    given = world({"at_least": 30})
    figure(given, "m1", "some", "50")
    figure(given, "m2", "whole", "100")
    assert judged(given).outcome is Truth.MET
    figure(given, "m3", "some", "60", "2025")
    assert judged(given).outcome is Truth.INDETERMINATE
    assert judged(given).unknown == "missing"
    assert "of 2025 for Whole" in judged(given).sentence


def test_nothing_is_divided_by_nothing() -> None:
    given = world({"at_least": 30})
    figure(given, "m1", "some", "50")
    figure(given, "m2", "whole", "0")
    assert "nothing is divided by that" in judged(given).sentence
    assert judged(given).outcome is Truth.INDETERMINATE


def test_a_part_revised_for_a_cause_that_does_not_count_reverses_nothing() -> None:
    given = world({"at_least": 50})
    figure(given, "m1", "some", "50")
    figure(given, "m2", "whole", "100")
    given.given("cleo", a.Determine(milestone="kept", outcome="achieved", reason="Half of it."), NOW)
    figure(given, "m3", "whole", "120", revises="m2", cause="methodology", edition="second")
    assert (judged(given).outcome, judged(given).proposes) == (Truth.NOT_MET, None)
    assert "Whole revised from 100 (first) because of methodology" in judged(given).sentence
    figure(given, "m4", "whole", "130", revises="m3", cause="data_error", edition="third")
    assert judged(given).proposes == "reversal"


def test_the_same_period_of_the_year_before() -> None:
    given = world({"at_least": 5}, made({"difference": ["some", {"indicator": "some", "a_year_before": True}]}))
    figure(given, "m1", "some", "50", "2023-03")
    figure(given, "m2", "some", "70", "2024-02")
    assert isinstance(usable_figure(given.program, "made", NOW), Unknown)
    figure(given, "m3", "some", "55", "2024-03")
    assert "5 kt in 2024-03 (Some 55 less Some 50 in 2023-03)" in judged(given).sentence
    assert judged(given).outcome is Truth.MET


def test_a_check_also_records_the_year_before_that_something_is_made_of() -> None:
    given = world({"at_least": 5}, made({"difference": ["some", {"indicator": "some", "a_year_before": True}]}), check={})
    assert set(figures(checked(given, readings("first", y2024="60", y2023="50", y2022="40")))) == {"2024", "2023"}


def test_parts_of_two_lengths_of_period_meet_where_they_have_one_in_common() -> None:
    given = world({"at_least": 1})
    for number, (of, period) in enumerate([("some", "2023"), ("some", "2024-01"), ("whole", "2023")]):
        figure(given, f"m{number}", of, "10", period)
    found = usable_figure(given.program, "made", NOW)
    assert isinstance(found, Derived)
    assert (found.period, found.exact) == ("2023", Fraction(100))


def test_a_level_is_asked_of_a_figure_without_a_baseline() -> None:
    """Nothing is compared with it, so none is needed."""
    given = measuring({"some": {key: value for key, value in part().items() if value is not None}}, {"some": {"at_least": 5}})
    figure(given, "m1", "some", "6")
    assert judged(given).outcome is Truth.MET


@pytest.mark.parametrize(
    ("way", "parts", "exact"),
    [
        ("sum", [1, 2, 3], Fraction(6)),
        ("difference", [1, 3], Fraction(-2)),
        ("share", [1, 3], Fraction(100, 3)),
        ("ratio", [1, 3], Fraction(1, 3)),
        ("ratio", [1, 0], None),
    ],
)
def test_each_way_is_exact(way: Any, parts: list[int], exact: Fraction | None) -> None:
    assert compute(way, [Fraction(one) for one in parts]) == exact


def test_a_year_before_is_of_the_same_form() -> None:
    assert [a_year_before(period) for period in ("2025", "2025-03", "2025-03-31", "2025-Q1", "FY2025")] == [
        "2024",
        "2024-03",
        "2024-03-31",
        "2024-Q1",
        "FY2024",
    ]


def test_parts_with_no_period_in_common() -> None:
    assert newest_common([{"2024": None}, {"2024-01": None}], USUAL) is None  # type: ignore[dict-item]  # periods alone count


@pytest.mark.parametrize(
    ("how", "unit", "told"),
    [
        ({"sum": ["some", "nothing"]}, "kt", "nothing is no indicator"),
        ({"sum": ["some", "made"]}, "kt", "made is made of itself"),
        ({"sum": ["some", "other"]}, "kt", "the unit t is not that of some: kt"),
        ({"sum": ["some", "whole"]}, "t", "the unit t is not that of its parts: kt"),
        ({"share": "some", "of": "whole"}, "kt", 'write unit: "%"'),
        ({"sum": ["rate", "rate"]}, "%", "add up only as shares of one whole"),
        ({"share": "some"}, "%", "share and of stand together"),
        ({"sum": ["some", "whole"], "ratio": "some", "to": "whole"}, "kt", "a figure is made in one way"),
        (
            {"ratio": {"indicator": "some", "a_year_before": True}, "to": {"indicator": "whole", "a_year_before": True}},
            "kt",
            "not only of the year before",
        ),
    ],
)
def test_what_does_not_go_together_is_a_fault(how: dict[str, Any], unit: str, told: str) -> None:
    text = PLAN.replace("HOW", json.dumps(how)).replace("UNIT", unit)
    with pytest.raises(InvalidDocument) as faulty:
        validate_plan(parse_document(text))
    assert any(told in fault.message for fault in faulty.value.faults), [fault.message for fault in faulty.value.faults]


def test_a_period_of_a_figure_that_is_made_of_others_is_expected_when_the_last_of_its_parts_is() -> None:
    """A share is asked for year by year; what it is made of is reported at times of its own."""
    within = {"some": part(title="Some", reported_within="P60D"), "whole": part(title="Whole", reported_within="P30D")}
    rules = {name: {key: value for key, value in rule.items() if value is not None} for name, rule in within.items()}
    given = measuring({**rules, "made": SHARE}, {"made": {"by_period": {"2026": "40"}}})
    assert judged(given).unknown == "awaited"
    assert "of 2026 is recorded; it is expected by 2027-03-01" in judged(given).sentence


def test_shares_of_one_whole_add_up() -> None:
    validate_plan(parse_document(PLAN.replace("HOW", '{"sum": ["one", "two"]}').replace("UNIT", "%")))


def test_what_is_made_of_others_has_no_producer() -> None:
    text = PLAN.replace("HOW", '{"sum": ["some", "whole"]}').replace("UNIT", "kt")
    with pytest.raises(InvalidDocument, match="made of others"):
        validate_plan(parse_document(text.replace("  made: {", "  made: {producer: Office, ")))


PLAN = """\
accord: 1
plan: made
title: Made
source: Written for tests
time_zone: UTC
parties: {north: {name: North}}
indicators:
  some: {title: Some, producer: Office, unit: kt, better: higher, oldest: P1Y, source: made up, licence: none}
  whole: {title: Whole, producer: Office, unit: kt, better: higher, oldest: P1Y, source: made up, licence: none}
  other: {title: Other, producer: Office, unit: t, better: higher, oldest: P1Y, source: made up, licence: none}
  rate: {title: Rate, producer: Office, unit: "%", better: higher, oldest: P1Y, source: made up, licence: none}
  one: {title: One, unit: "%", better: higher, oldest: P1Y, made_of: {share: some, of: whole}}
  two: {title: Two, unit: "%", better: higher, oldest: P1Y, made_of: {share: some, of: whole}}
  made: {title: Made, unit: "UNIT", better: higher, oldest: P1Y, made_of: HOW}
phases:
  one: {title: One}
"""
