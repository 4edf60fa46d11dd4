"""Judging figures: the base, the margin over the noise, and consecutive periods."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules import acts as a
from rules.explanations.explain import blocking_phase
from rules.figures.significance import UncertainDifference
from rules.language.periods import before, is_period
from rules.refusals import Code
from rules.truth import Truth
from tests.rules.measuring import NOW, indicator, judged, measuring, recorded
from tests.rules.small_plan import World

MET, NOT_MET, UNKNOWN = Truth.MET, Truth.NOT_MET, Truth.INDETERMINATE


def world(target: dict[str, Any], **changes: Any) -> World:
    return measuring({"smoke": indicator(**changes)}, {"smoke": target})


def smoke(given: World, name: str, value: str, period: str = "2024", edition: str = "E2025", **more: Any) -> None:
    recorded(given, name, indicator="smoke", value=Decimal(value), period=period, edition=edition, **more)


class TestWithinAnEdition:
    """The past is compared as one edition tells it."""

    def world(self) -> World:
        return world({"change": "-10%", "compares": "within_edition"})

    def test_the_base_is_that_of_the_figures_own_edition(self) -> None:
        given = self.world()
        smoke(given, "m1", "80", "2020")
        smoke(given, "m2", "75", "2024")
        assert judged(given).outcome is NOT_MET
        assert judged(given).sentence == (
            "Smoke was 75 kt in 2024 (Observatory, E2025); asked is at most 72, -10% from 80 in 2020 in the same edition."
        )

    def test_a_base_that_was_corrected_in_the_edition_is_the_corrected_one(self) -> None:
        given = self.world()
        smoke(given, "m1", "80", "2020")
        smoke(given, "m2", "75", "2024")
        smoke(given, "m3", "90", "2020", revises="m1", cause="data_error")
        assert judged(given).outcome is MET

    def test_a_base_that_a_later_edition_revised_is_still_that_of_the_earlier_one(self) -> None:
        given = self.world()
        smoke(given, "m1", "90", "2020")
        smoke(given, "m2", "75", "2024")
        smoke(given, "m3", "80", "2020", "E2026", revises="m1", cause="methodology")
        assert judged(given).outcome is MET

    def test_the_newest_edition_counts_in_whichever_order_it_is_verified(self) -> None:
        given = world({"at_most": "90"})
        older, newer = NOW.replace(day=1), NOW.replace(day=2)
        recorded_at = {"m1": (older, "95", "E2025"), "m2": (newer, "85", "E2026")}
        for name, (at, value, edition) in recorded_at.items():
            smoke(given, name, value, "2024", edition, verified=False, at=at)
        for name in ("m2", "m1"):
            given.given("nick", a.Verify(evidence=name), newer)
        assert judged(given, newer).outcome is MET


class TestSignificance:
    """A change that could be noise shows nothing."""

    def world(self, base_error: str | None = "3") -> World:
        error = {"standard_error": base_error} if base_error else {}
        baseline = {"value": "100", "period": "2020", "edition": "E2021", **error}
        return world({"change": "-5%", "standard_errors": "2"}, baseline=baseline)

    @pytest.mark.parametrize(
        ("value", "error", "base_error", "outcome", "unknown"),
        [
            ("90", "4", "3", NOT_MET, None),  # exactly two of five
            ("89.999999", "4", "3", MET, None),
            ("97", "0", "0", NOT_MET, None),  # sure, and too little
            ("94", None, "3", NOT_MET, None),  # one error alone is enough to say so
            ("50", None, "3", UNKNOWN, "error_unknown"),
            ("50", "3", None, UNKNOWN, "error_unknown"),
            ("50", None, None, UNKNOWN, "error_unknown"),
        ],
    )
    def test_it_must_exceed_the_error_of_the_difference(
        self, value: str, error: str | None, base_error: str | None, outcome: Truth, unknown: str | None
    ) -> None:
        given = self.world(base_error)
        smoke(given, "m1", value, standard_error=error)
        assert (judged(given).outcome, judged(given).unknown) == (outcome, unknown)

    def test_the_finding_shows_the_margin(self) -> None:
        given = self.world()
        smoke(given, "m1", "89", standard_error="4")
        assert judged(given).sentence.endswith("The change from 100 is -11, more than 2 standard errors of it (10).")

    def test_any_change_can_be_asked_for_if_it_is_no_noise(self) -> None:
        baseline = {"value": "100", "period": "2020", "edition": "E2021", "standard_error": "1"}
        given = world({"change": "-0%", "standard_errors": "2"}, baseline=baseline)
        smoke(given, "m1", "97", standard_error="1")
        assert judged(given).outcome is MET

    def test_no_rounding_decides(self) -> None:
        """By a root in 28 digits, these two were equal."""
        third = Decimal("0.333333333333333333")
        assert UncertainDifference(third * 2, third, Decimal(0), Decimal(0)).exceeds(Decimal(2)) is False
        assert UncertainDifference(third * 2 + Decimal("1e-18"), third, Decimal(0), Decimal(0)).exceeds(Decimal(2)) is True


class TestConsecutivePeriods:
    """One good year is no trend."""

    def world(self, *values: tuple[str, str], periods: int = 3) -> World:
        given = world({"at_most": "90", "periods": periods})
        for period, value in values:
            smoke(given, f"m{period}", value, period)
        return given

    def test_each_of_the_newest_must_reach_it(self) -> None:
        given = self.world(("2021", "120"), ("2022", "90"), ("2023", "80"), ("2024", "85"))
        assert judged(given).outcome is MET
        assert judged(given).sentence.endswith("asked is at most 90. So in 3 consecutive periods, from 2022.")

    def test_one_that_does_not_is_named(self) -> None:
        given = self.world(("2022", "90"), ("2023", "91"), ("2024", "85"))
        assert judged(given).outcome is NOT_MET
        assert "was 91 kt in 2023" in judged(given).sentence

    def test_a_gap_is_not_known(self) -> None:
        given = self.world(("2022", "90"), ("2024", "85"))
        assert (judged(given).outcome, judged(given).unknown) == (UNKNOWN, "gap")
        assert judged(given).sentence == (
            "Smoke: no verified figure of 2023 is recorded, and 3 consecutive periods up to 2024 are asked for."
        )

    def test_a_gap_saves_nobody_who_has_failed(self) -> None:
        given = self.world(("2022", "95"), ("2024", "85"))
        assert judged(given).outcome is NOT_MET

    def test_months_are_counted_over_the_turn_of_a_year(self) -> None:
        given = self.world(("2023-11", "80"), ("2023-12", "80"), ("2024-01", "80"))
        assert judged(given).outcome is MET

    def test_a_year_is_no_month(self) -> None:
        given = self.world(("2022", "80"), ("2023-12", "80"), ("2024-01", "80"))
        assert judged(given).unknown == "gap"


class TestOtherProducers:
    """They corroborate or contradict, each against its own base, and never decide."""

    def test_one_that_agrees_is_named_as_well(self) -> None:
        given = world({"at_most": "90"})
        smoke(given, "m1", "85")
        smoke(given, "m2", "89", producer="Satellite", edition="S1")
        assert judged(given).outcome is MET
        assert judged(given).sentence.endswith("Satellite (S1) gives 89 kt, which corroborates this and decides nothing.")

    def test_one_of_another_period_is_not(self) -> None:
        given = world({"at_most": "90"})
        smoke(given, "m1", "85")
        smoke(given, "m2", "99", period="2023", producer="Satellite")
        assert "Satellite" not in judged(given).sentence

    def test_a_change_is_compared_within_its_own_edition(self) -> None:
        given = world({"change": "-10%", "compares": "within_edition"})
        for number, (producer, period, value) in enumerate(
            [
                ("Observatory", "2020", "100"),
                ("Observatory", "2024", "95"),
                ("Satellite", "2020", "200"),
                ("Satellite", "2024", "95"),
            ]
        ):
            smoke(given, f"m{number}", value, period, producer=producer)
        assert judged(given).outcome is NOT_MET
        assert "Satellite (E2025) gives 95 kt, which contradicts this" in judged(given).sentence

    def test_nobody_is_told_of_them_while_nothing_is_known(self) -> None:
        given = world({"at_most": "90"})
        smoke(given, "m1", "85", producer="Satellite")
        assert judged(given).sentence == "No verified figure for Smoke by Observatory is recorded."


class TestNotKnown:
    """Each kind has its name, in the finding and in what blocks."""

    def test_the_kind_stands_in_the_ledger_and_in_what_blocks(self) -> None:
        given = world({"at_most": "90"}, oldest="P2Y")
        smoke(given, "m1", "85", "2023")
        given.clock(NOW)
        (block,) = blocking_phase(given.program, "work", NOW)
        finding = given.program.milestone("kept").finding
        assert finding is not None
        assert (finding.unknown, block.unknown) == ("stale", "stale")

    def test_a_figure_that_tells_something_is_of_no_kind(self) -> None:
        given = world({"at_most": "90"})
        smoke(given, "m1", "95")
        assert judged(given).unknown is None


class TestPlausible:
    def test_a_figure_that_cannot_be_is_refused(self) -> None:
        given = world({"at_most": "90"}, plausible={"at_least": "0", "at_most": "1000"})
        fields: dict[str, Any] = {
            "indicator": "smoke",
            "unit": "kt",
            "period": "2024",
            "producer": "Observatory",
            "edition": "1",
            "source": "x",
        }
        for value in ("-0.1", "1000.1"):
            deed = a.RecordMeasurement(measurement="m1", value=Decimal(value), retrieved_at=NOW, **fields)
            assert given.tried("moss", deed, NOW) == Code.IMPLAUSIBLE
        smoke(given, "m2", "0")


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("2024", "2023"),
        ("2024-01", "2023-12"),
        ("2024-03", "2024-02"),
        ("2024-03-01", "2024-02-29"),
        ("2023-01-01", "2022-12-31"),
    ],
)
def test_the_period_before(period: str, earlier: str) -> None:
    assert before(period) == earlier


@pytest.mark.parametrize(
    "text", ["", "24", "2024-13", "2024-02-30", "2024-1", "0000", "0001", "9999", "\uff12\uff10\uff12\uff14", "2024\n"]
)
def test_what_is_no_period(text: str) -> None:
    assert not is_period(text)
