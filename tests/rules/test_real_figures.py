"""Iraq's published figures decide cases that two readers could decide differently.

The figures, their editions, sources and licences stand in `real_figures.csv`; those that are not open
data are quoted, two numbers of them, as a newspaper reported them.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from rules import acts as a
from rules.explanations.explain import blocking_phase
from rules.truth import Truth
from rules.vocabulary.readings import NoReading
from tests.rules.measuring import NOW, checked, indicator, judged, measuring, readings, recorded
from tests.rules.small_plan import World

with (Path(__file__).parent / "real_figures.csv").open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))

GFMR = {"title": "Gas flaring", "producer": "World Bank GFMR", "unit": "bcm"}
FLARING = indicator(**GFMR, baseline={"value": "17.373786", "period": "2020", "edition": "2024 edition (2012-2023)"})
INTENSITY = indicator(
    **GFMR | {"title": "Flaring intensity", "unit": "m3/bbl"},
    baseline={"value": "12.000304", "period": "2021", "edition": "2024 edition (2012-2023)"},
)
CO2 = indicator(
    title="Carbon dioxide",
    producer="Global Carbon Budget",
    unit="Mt CO2",
    baseline={"value": "161.1153", "period": "2020", "edition": "GCB2024"},
)
CPI = indicator(
    title="Corruption perceptions",
    producer="Transparency International",
    unit="points of 100",
    better="higher",
    baseline={"value": "23", "period": "2023", "edition": "CPI 2023 release", "standard_error": "4.13955"},
)


def published(world: World, name: str, *periods: str, producer: str | None = None, edition: str | None = None) -> None:
    """Records the real figures of an indicator, and verifies them."""
    for row in ROWS:
        ours = row["indicator"] == name and row["period"] in periods
        if ours and producer in (None, row["producer"]) and edition in (None, row["edition"]):
            number = len(world.program.evidence)
            fields: dict[str, Any] = {
                key: row[key]
                for key in ("indicator", "value", "unit", "period", "producer", "edition", "source", "retrieved_at")
            }
            fields["standard_error"] = row["standard_error"] or None
            recorded(world, f"m{number}", **fields)


@pytest.mark.parametrize("year", ["2020", "2021", "2022", "2023", "2024"])
def test_flaring_was_never_ten_per_cent_below_2020(year: str) -> None:
    given = measuring({"flaring_volume": FLARING}, {"flaring_volume": {"change": "-10%"}})
    published(given, "flaring_volume", year, producer="World Bank GFMR")
    finding = judged(given)
    assert finding.outcome is Truth.NOT_MET
    assert f"in {year} (World Bank GFMR" in finding.sentence
    assert finding.sentence.endswith("asked is at most 15.6364074.")


def test_volume_and_intensity_part_company_and_the_finding_says_so() -> None:
    """More oil was produced in 2022: each barrel flared less, and all of them as much as before."""
    volume = FLARING | {"baseline": {"value": "17.891973", "period": "2021", "edition": "2024 edition (2012-2023)"}}
    given = measuring(
        {"flaring_volume": volume, "flaring_intensity": INTENSITY},
        {"flaring_volume": {"change": "-5%"}, "flaring_intensity": {"change": "-5%"}},
    )
    published(given, "flaring_volume", "2022")
    published(given, "flaring_intensity", "2022")
    finding = judged(given)
    assert finding.outcome is Truth.NOT_MET
    assert finding.sentence == (
        "What is measured disagrees. flaring_volume is not met: Gas flaring was 17.90288 bcm in 2022 (World Bank GFMR, "
        "2024 edition (2012-2023)); asked is at most 16.99737435. flaring_intensity is met: Flaring intensity was 10.971683 "
        "m3/bbl in 2022 (World Bank GFMR, 2024 edition (2012-2023)); asked is at most 11.4002888."
    )


@pytest.mark.parametrize(("edition", "outcome"), [("GCB2024", Truth.MET), ("GCB2025", Truth.NOT_MET)])
def test_carbon_dioxide_fell_in_one_edition_and_rose_in_the_next(edition: str, outcome: Truth) -> None:
    given = measuring({"carbon_dioxide": CO2}, {"carbon_dioxide": {"change": "-1%", "compares": "within_edition"}})
    published(given, "carbon_dioxide", "2020", "2021", edition=edition)
    finding = judged(given)
    assert finding.outcome is outcome
    assert f"in 2021 (Global Carbon Budget, {edition}); asked is at most" in finding.sentence
    assert finding.sentence.endswith("in 2020 in the same edition.")


def test_an_edition_without_the_year_that_is_compared_with_tells_nothing() -> None:
    """The 2020 of another edition would turn the sign."""
    given = measuring({"carbon_dioxide": CO2}, {"carbon_dioxide": {"change": "-1%", "compares": "within_edition"}})
    published(given, "carbon_dioxide", "2020", edition="GCB2024")
    published(given, "carbon_dioxide", "2021", edition="GCB2025")
    finding = judged(given)
    assert (finding.outcome, finding.unknown) == (Truth.INDETERMINATE, "no_base")
    assert "no verified figure of 2020 in the edition GCB2025 is recorded" in finding.sentence


def test_from_23_to_26_points_is_noise() -> None:
    """The error of 2024 isn't known, and that of 2023 alone is enough to say so."""
    given = measuring({"corruption_perceptions": CPI}, {"corruption_perceptions": {"change": "+5%", "standard_errors": "2"}})
    published(given, "corruption_perceptions", "2024")
    finding = judged(given)
    assert finding.outcome is Truth.NOT_MET
    assert finding.sentence.endswith("The change from 23 is +3, which lies within 2 standard errors of it (at least 8.28).")


def test_a_rise_that_could_be_noise_is_not_known_without_both_errors() -> None:
    """A score that is nobody's: 40 points, without a standard error."""
    given = measuring({"corruption_perceptions": CPI}, {"corruption_perceptions": {"change": "+5%", "standard_errors": "2"}})
    recorded(given, "m", indicator="corruption_perceptions", value=Decimal(40), period="2025", edition="made up")
    assert (judged(given).outcome, judged(given).unknown) == (Truth.INDETERMINATE, "error_unknown")


def test_government_revenue_of_2019_says_nothing_about_now() -> None:
    revenue = indicator(
        title="Government revenue",
        producer="World Bank WDI",
        unit="% of GDP",
        better="higher",
        baseline={"value": "27.58451", "period": "2016", "edition": "WDI late 2024 to 2025"},
        oldest="P3Y",
    )
    given = measuring({"government_revenue": revenue}, {"government_revenue": {"at_least": "30"}})
    published(given, "government_revenue", "2019")
    finding = judged(given)
    assert (finding.outcome, finding.unknown) == (Truth.INDETERMINATE, "stale")
    assert finding.sentence == "Government revenue: the newest figure is of 2019, older than the P3Y that the plan accepts."


def test_a_retired_code_is_another_thing_than_no_figure() -> None:
    """The World Bank dropped CC.EST in 2026; its interface answers so, with HTTP 200."""
    control = indicator(
        title="Control of corruption",
        producer="World Bank WGI",
        unit="estimate",
        better="higher",
        baseline={"value": "-1.32", "period": "2023", "edition": "WGI 2024"},
    )
    given = measuring({"control": control}, {"control": {"at_least": "-1"}}, check={"title": "CC.EST"})
    assert judged(given).unknown == "missing"
    gone = "The indicator was not found. It may have been deleted or archived."
    checked(given, NoReading("retired", f"The source says (175): {gone}"))
    finding = given.program.milestone("kept").finding
    assert finding is not None
    assert (finding.outcome, finding.unknown) == (Truth.INDETERMINATE, "retired")
    assert finding.sentence == (
        f"No verified figure for Control of corruption by World Bank WGI is recorded. CC.EST: The source says (175): {gone}"
    )
    (block,) = blocking_phase(given.program, "work", NOW)
    assert (block.outcome, block.unknown) == (Truth.NOT_MET, "retired")
    assert gone in block.sentence


def test_another_producer_contradicts_and_decides_nothing() -> None:
    """From 2023 to 2024 flaring rose by satellite, and fell by the Energy Institute."""
    since_2023 = FLARING | {"baseline": {"value": "17.689497", "period": "2023", "edition": "2024 edition (2012-2023)"}}
    given = measuring({"flaring_volume": since_2023}, {"flaring_volume": {"change": "-1%"}})
    published(given, "flaring_volume", "2023", "2024")
    finding = judged(given)
    assert finding.outcome is Truth.NOT_MET
    assert finding.sentence == (
        "Gas flaring was 18.18209 bcm in 2024 (World Bank GFMR, 2025 edition (2012-2024)); asked is at most 17.51260203. "
        "Energy Institute (Statistical Review 2025) gives 17.37 bcm, which contradicts this and decides nothing."
    )


def test_a_producer_that_the_plan_does_not_name_never_stands_in() -> None:
    given = measuring({"flaring_volume": FLARING}, {"flaring_volume": {"change": "-0.01%"}})
    published(given, "flaring_volume", "2024", producer="Energy Institute")
    assert judged(given).unknown == "missing"


def test_a_new_edition_under_an_achievement_says_why_it_is_not_reversed() -> None:
    """All of GCB2025 is computed anew: the yardstick is another, and the deed is the same."""
    target = {"change": "-1%", "compares": "within_edition"}
    given = measuring({"carbon_dioxide": CO2}, {"carbon_dioxide": target}, check={})
    published(given, "carbon_dioxide", "2020", "2021", edition="GCB2024")
    given.given("cleo", a.Determine(milestone="kept", outcome="achieved", reason="It fell."), NOW)
    read = {f"y{row['period']}": row["value"] for row in ROWS if row["edition"] == "GCB2025"}
    for deed in checked(given, readings("GCB2025", None, None, **read)):
        if isinstance(deed, a.RecordMeasurement):
            assert deed.cause == "methodology"
            given.given("nick", a.Verify(evidence=deed.measurement), NOW)
    finding = given.program.milestone("kept").finding
    assert finding is not None
    assert (finding.outcome, finding.proposes) == (Truth.NOT_MET, None)
    assert "(Global Carbon Budget, GCB2025), revised from 159.0448 (GCB2024) because of methodology" in finding.sentence
    assert "its cause is none for which this is reversed" in finding.sentence
