"""Figures as criteria, and commitments that are kept while a figure holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from rules import acts as a
from rules.evolve import fold
from rules.explanations.explain import blocking_phase
from rules.language.reading import InvalidDocument, parse_document
from rules.reactions.clocks import clocks
from rules.validation import validate_plan
from rules.vocabulary.commitments import CommitmentState
from rules.vocabulary.phases import PhaseStatus
from tests.rules.small_plan import World, day, through

TROOPS = {
    "title": "Troops that have left",
    "producer": "Command",
    "unit": "troops",
    "better": "higher",
    "baseline": {"value": "0", "period": "2024", "edition": "at the start"},
    "oldest": "P3M",
    "source": "made up",
    "licence": "none",
    "verified_by": ["south"],
}
ALL_LEFT = {"figure": {"indicator": "left", "at_least": "2500", "of": "total", "unit": "troops"}}
CEILING = {
    "title": "No more than ninety kt",
    "party": "south",
    "in_force": {"program": True},
    "kept_while": [{"figure": {"indicator": "smoke", "at_most": "90", "unit": "kt"}}],
}


def world(**changes: Any) -> World:
    return World(**{"indicators__left": TROOPS, "phases__quiet__entry": [ALL_LEFT]} | changes)


def counted(given: World, name: str, value: str, period: str, at: float, **other: Any) -> None:
    """A figure of the troops, or of the smoke in a world with a ceiling, that is recorded and verified."""
    indicator, verifier = ("smoke", "nick") if "ceiling" in given.program.plan.commitments else ("left", "sven")
    rule = given.program.plan.indicators[indicator]
    fields: dict[str, Any] = {"unit": rule.unit, "producer": rule.producer, "edition": "1", "source": "made up"}
    fields |= {"measurement": name, "indicator": indicator, "value": Decimal(value), "period": period}
    given.given("moss", a.RecordMeasurement(**fields | {"retrieved_at": day(at)} | other), day(at))
    given.given(verifier, a.Verify(evidence=name), day(at))


def ceiling(given: World) -> CommitmentState:
    return given.program.commitments["ceiling"]


class TestTotals:
    def test_the_newest_figures_of_all_periods_are_added_up(self) -> None:
        given = world()
        counted(given, "m1", "1500", "2025-03", 31)
        assert given.program.phase("quiet").status is PhaseStatus.WAITING
        sentence = blocking_phase(given.program, "quiet", day(31))[0].sentence
        assert sentence == ("Troops that have left was 1500 troops in all, up to 2025-03 (Command, 1); asked is at least 2500.")
        counted(given, "m2", "1000", "2025-04", 62)
        assert given.program.phase("quiet").status is PhaseStatus.OPEN

    def test_a_figure_that_is_corrected_is_counted_once(self) -> None:
        given = world()
        counted(given, "m1", "1500", "2025-03", 31)
        counted(given, "m2", "1600", "2025-03", 32, edition="2")
        assert "was 1600 troops" in blocking_phase(given.program, "quiet", day(32))[0].sentence

    def test_a_month_of_a_year_that_is_counted_is_not_counted_twice(self) -> None:
        given = world()
        counted(given, "m1", "1500", "2024", 1)
        counted(given, "m2", "900", "2024-12", 1)
        assert "was 1500 troops" in blocking_phase(given.program, "quiet", day(1))[0].sentence


class TestNotKnown:
    def test_no_figure_opens_nothing(self) -> None:
        given = world()
        block = blocking_phase(given.program, "quiet", day(1))[0]
        assert (block.criterion, block.outcome) == ("figure: left", "indeterminate")
        assert block.sentence == "No verified figure for Troops that have left by Command is recorded."

    def test_another_producers_figure_opens_nothing(self) -> None:
        given = world()
        counted(given, "m1", "2500", "2025-03", 31, producer="Blog")
        assert given.program.phase("quiet").status is PhaseStatus.WAITING

    def test_a_figure_that_only_a_gate_asks_for_gets_too_old_by_itself(self) -> None:
        given = world(phases__quiet__entry=[{"figure": ALL_LEFT["figure"] | {"at_least": "1"}}])
        counted(given, "m1", "0", "2025-03", 31)
        assert "staleness.left" in [clock.name for clock in clocks(given.program)]
        given.clock(day(150))
        assert "older than the P3M" in blocking_phase(given.program, "quiet", day(150))[0].sentence


class TestCommitmentsKeptByFigures:
    def world(self, **changes: Any) -> World:
        return World(**{"commitments__ceiling": CEILING} | changes)

    def test_it_is_in_question_while_nothing_is_known(self) -> None:
        given = self.world()
        assert ceiling(given).status == "in_question"

    def test_a_figure_breaks_it_and_a_figure_cures_it(self) -> None:
        given = self.world()
        counted(given, "m1", "91", "2024", 1)
        assert (ceiling(given).status, ceiling(given).broken) == ("broken", ((day(1), None),))
        counted(given, "m2", "89", "2025-01", 8)
        assert (ceiling(given).status, ceiling(given).broken) == ("in_force", ((day(1), day(8)),))
        assert fold(given.entries) == given.program

    def test_what_is_no_longer_known_cures_nothing(self) -> None:
        given = self.world()
        counted(given, "m1", "91", "2024", 1)
        given.given("moss", a.WithdrawEvidence(evidence="m1", reason="A slip."), day(2))
        assert ceiling(given).status == "broken"

    def test_a_figure_that_gets_too_old_puts_it_in_question(self) -> None:
        given = self.world(indicators__smoke__oldest="P3M")
        counted(given, "m1", "89", "2024", 1)
        assert ceiling(given).status == "in_force"
        given.clock(day(60))
        assert ceiling(given).status == "in_question"

    def test_it_stops_a_date_and_closes_a_gate_as_any_other(self) -> None:
        given = self.world(
            phases__move__milestones__announced__due={
                "within": "P20D",
                "from": {"program": True},
                "paused_while_broken": ["ceiling"],
            },
            phases__quiet__entry=[{"commitment": "ceiling"}],
        )
        counted(given, "m1", "91", "2024", 5)
        due = given.program.milestone("announced").due
        assert due is not None
        assert due.revised is None
        block = blocking_phase(given.program, "quiet", day(5))[0]
        assert block.sentence == (
            "No more than ninety kt: broken. Smoke was 91 kt in 2024 (Observatory, 1); asked is at most 90."
        )
        assert (block.owes, block.since) == (("south",), day(5))
        counted(given, "m2", "89", "2025-01", 7)
        due = given.program.milestone("announced").due
        assert due is not None
        assert due.revised == through(23)
        assert given.program.phase("quiet").status is PhaseStatus.OPEN

    def test_an_incident_breaks_it_as_well_where_the_plan_says_so(self) -> None:
        given = self.world(commitments__ceiling=CEILING | {"broken_by": [{"kinds": ["blockade"]}]})
        counted(given, "m1", "89", "2024", 1)
        given.incident("i1", day(2), day(2), kind="blockade")
        given.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(2))
        assert (ceiling(given).status, ceiling(given).because) == ("broken", "i1")
        given.given("cleo", a.ResolveIncident(incident="i1", reason="Over."), day(3))
        assert ceiling(given).status == "in_force"


@pytest.mark.parametrize("period", ["2024", "2024-12", "2024-12-31"])
def test_periods_that_end_together_are_one_newest_figure(period: str) -> None:
    """The one that was verified last counts."""
    given = World(commitments__ceiling=CEILING)
    counted(given, "m1", "95", "2024", 1)
    counted(given, "m2", "85", period, 2, edition="2")
    assert ceiling(given).status == "in_force"


SHARES = """\
accord: 1
plan: shares
title: Shares are added up
source: Made up from a public request about cumulative values of percentages
time_zone: Asia/Baghdad
parties:
  north: {name: North}
indicators:
  trained:
    title: Staff that is trained
    producer: Office
    unit: "UNIT"
    better: higher
    oldest: P5Y
    source: the register
    licence: none
    verified_by: [north]
phases:
  one:
    title: One
    exit: [{figure: {indicator: trained, at_least: "80", of: total, unit: "UNIT"}}]
"""


@pytest.mark.parametrize(
    "unit",
    ["%", "% of GDP", "per cent", "percent", "percentage points", "m3/bbl", "score", "points of 100", "index (2015 = 100)"],
)
def test_figures_that_do_not_add_up_have_no_total(unit: str) -> None:
    """Three times thirty per cent is not ninety."""
    with pytest.raises(InvalidDocument) as refused:
        validate_plan(parse_document(SHARES.replace("UNIT", unit)))
    (fault,) = refused.value.faults
    assert fault.path == ("phases", "one", "exit", 0, "figure", "of")
    assert "do not add up" in fault.message


@pytest.mark.parametrize("unit", ["troops", "bcm", "Mt", "expert days", "USD million", "persons", "wells"])
def test_amounts_add_up(unit: str) -> None:
    validate_plan(parse_document(SHARES.replace("UNIT", unit)))


def test_a_plan_says_of_a_unit_that_does_not_tell_whether_it_adds_up() -> None:
    validate_plan(
        parse_document(
            SHARES.replace("UNIT", "kWh/household").replace("better: higher", "better: higher\n    quantity: amount")
        )
    )
    with pytest.raises(InvalidDocument, match="do not add up"):
        validate_plan(
            parse_document(SHARES.replace("UNIT", "people").replace("better: higher", "better: higher\n    quantity: level"))
        )


def test_the_figure_of_a_named_period_is_asked_for_however_old_it_is() -> None:
    asked = {"figure": {"indicator": "left", "at_least": "900", "of": "2025-01", "unit": "troops"}}
    given = world(phases__move__exit=[asked])
    assert "no verified figure of 2025-01 is recorded" in blocking_phase(given.program, "move", day(1))[0].sentence
    counted(given, "l1", "900", "2025-01", 1)
    assert given.program.phase("move").status is PhaseStatus.COMPLETE
