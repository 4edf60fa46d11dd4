"""Reporting periods: their days, their order, and figures that seem filed under the wrong one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as examples
from hypothesis import strategies as st

from rules import acts as a
from rules import effects
from rules.decide import Decided
from rules.language.periods import USUAL, Calendar, after, before, covered, is_period
from tests.rules.measuring import indicator, measuring
from tests.rules.small_plan import World

OWN = Calendar(
    first_day=26,
    months_named_after_end=True,
    first_month=10,
    fiscal_named_after_end=True,
    seasons=(("winter", (11, 1), (2, 30)), ("dry", (4, 1), (9, 30))),
)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-H2", "2024-07-01", "2024-12-31"),
        ("2024-Q1", "2024-01-01", "2024-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-W01", "2024-12-30", "2025-01-05"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2024-02/2024-05", "2024-02-01", "2024-05-31"),
        ("2024-W52/2025-W01", "2024-12-23", "2025-01-05"),
    ],
)
def test_a_period_covers_the_days_that_people_mean(period: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in covered(period)] == [first, last]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2025-03", "2025-02-26", "2025-03-25"),
        ("2025-Q1", "2024-12-26", "2025-03-25"),
        ("FY2025", "2024-09-26", "2025-09-25"),
        ("FY2025-Q2", "2024-12-26", "2025-03-25"),
        ("FY2025-H2", "2025-03-26", "2025-09-25"),
        ("2023-winter", "2023-11-01", "2024-02-29"),
        ("2025-dry", "2025-04-01", "2025-09-30"),
    ],
)
def test_a_plan_says_where_its_months_and_years_begin(period: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in covered(period, OWN)] == [first, last]


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("2025", "2024"),
        ("2025-H1", "2024-H2"),
        ("2025-Q1", "2024-Q4"),
        ("2025-01", "2024-12"),
        ("2021-W01", "2020-W53"),
        ("2025-01-01", "2024-12-31"),
        ("FY2025", "FY2024"),
        ("FY2025-Q1", "FY2024-Q4"),
        ("2025-dry", "2024-dry"),
        ("2025-03/2025-04", "2025-01/2025-02"),
    ],
)
def test_before_a_period_comes_one_of_its_kind(period: str, earlier: str) -> None:
    assert (before(period, OWN), after(earlier, OWN)) == (earlier, period)


@pytest.mark.parametrize(
    ("period", "says"),
    [
        ("2025-13", "12 months"),
        ("2025-W54", "no such week"),
        ("2025-02-30", "day is out of range"),
        ("FY2025", "the plan has no fiscal year"),
        ("2025-dry", "no such season"),
        ("2025-01/2025-03", "write 2025-Q1"),
        ("2025-Q1/2025-Q4", "write 2025"),
        ("2025-04/2025-02", "the earlier one first"),
        ("2025-01/2025-Q2", "of one kind"),
        ("2025-H3", "is no period"),
    ],
)
def test_what_is_no_period_is_told_with_what_would_be(period: str, says: str) -> None:
    assert not is_period(period)
    with pytest.raises(ValueError, match=says):
        covered(period)


@examples(st.dates(date(1001, 1, 1), date(8998, 12, 31)), st.sampled_from([USUAL, OWN]))
def test_periods_of_a_kind_follow_each_other_without_a_gap(day: date, calendar: Calendar) -> None:
    week = day.isocalendar()
    periods = [f"{day:%Y}", f"{day:%Y}-H1", f"{day:%Y}-Q3", f"{day:%Y-%m}", f"{day:%Y-%m-%d}", f"{week[0]}-W{week[1]:02}"]
    for period in [*periods, "2025-02/2025-04"]:
        earlier, later = before(period, calendar), after(period, calendar)
        assert (after(earlier, calendar), before(later, calendar)) == (period, period)
        assert (covered(period, calendar)[0] - covered(earlier, calendar)[1]).days == 1
        assert (covered(later, calendar)[0] - covered(period, calendar)[1]).days == 1


def _filed(given: World, name: str, value: str, period: str, *, edition: str = "1") -> list[str]:
    """What the program is warned of where a figure is recorded at the end of 2026."""
    when = "2026-12-03T09:00:00Z"
    fields = {"indicator": "smoke", "unit": "kt", "producer": "Observatory", "source": "made up", "retrieved_at": when}
    deed = a.RecordMeasurement.model_validate(
        fields | {"measurement": name, "value": Decimal(value), "period": period, "edition": edition}
    )
    done = given.given("moss", deed, deed.retrieved_at)
    assert isinstance(done, Decided)
    return [entry.fact.sentence for entry in done.entries if isinstance(entry.fact, effects.WarningGiven)]


class TestFiledForAnotherPeriod:
    @pytest.fixture
    def given(self) -> World:
        world = measuring({"smoke": indicator()}, {"smoke": {"at_most": "90"}})
        _filed(world, "nov", "41.25", "2025-11")
        _filed(world, "dec", "42.75", "2025-12")
        return world

    def test_last_years_month_in_january_is_asked_about(self, given: World) -> None:
        """It is recorded all the same: only people know."""
        (said,) = _filed(given, "jan", "40", "2025-01")
        assert said.startswith(
            "Smoke, 2025-01 (jan): it lies before all that is recorded (2025-11 and later), and 2026-01 has no"
        )

    def test_another_value_for_a_period_that_has_one_is_asked_about(self, given: World) -> None:
        (said,) = _filed(given, "again", "40", "2025-12", edition="2")
        assert "42.75 is recorded for it already (1), and 2026-01 has no figure" in said

    def test_an_edition_that_tells_the_series_anew_is_taken_at_its_word(self, given: World) -> None:
        assert _filed(given, "nov2", "41.5", "2025-11", edition="2") == []
        assert _filed(given, "dec2", "40", "2025-12", edition="2") == []

    def test_a_month_left_out_is_asked_about(self, given: World) -> None:
        (said,) = _filed(given, "feb", "40", "2026-02")
        assert said.endswith("the last one recorded is of 2025-12, and 2026-01 has none. Is it of 2026-01?")

    def test_a_value_repeated_to_the_last_digit_is_asked_about(self, given: World) -> None:
        (said,) = _filed(given, "same", "42.75", "2026-01")
        assert "the value is that of 2025-12 to the last digit" in said

    def test_periods_that_share_days_are_asked_about(self, given: World) -> None:
        (said,) = _filed(given, "odd", "60", "2025-12-15/2026-01-14")
        assert "it shares days with 2025-12" in said

    def test_the_next_month_is_not(self, given: World) -> None:
        assert _filed(given, "jan", "40", "2026-01") == []
