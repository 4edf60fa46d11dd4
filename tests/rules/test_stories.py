"""All stories of all plans, rehearsed on the law alone."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from rules.acts import RecordMeasurement
from rules.language.declared import agreed_children, read_declarations
from rules.language.reading import parse_document, validate
from rules.rehearsal.rehearse import rehearse
from rules.rehearsal.story import Story
from rules.rendering.mermaid import as_mermaid
from rules.rendering.text import as_text
from rules.validation import validate_plan

PLANS = Path(__file__).parents[2] / "plans"
STORIES = sorted(PLANS.rglob("stories/*.yaml"))
OF_TESTS = sorted(file for file in (Path(__file__).parent / "stories").rglob("*.yaml") if file.name != "plan.yaml")
"""Stories of faults that the law once had, each told on the smallest plan on which it shows."""


def kept(name: str) -> str:
    """The text of a plan by its name."""
    (file,) = PLANS.rglob(f"{name}/plan.yaml")
    return file.read_text(encoding="utf-8")


def figures_of(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as held:
        return list(csv.DictReader(held))


@pytest.mark.parametrize(
    "file",
    [*STORIES, *OF_TESTS],
    ids=lambda file: f"{(file.parents[1] if file.parent.name == 'stories' else file.parent).name}/{file.stem}",
)
def test_a_story_goes_as_it_says(file: Path) -> None:
    """Its dates are counted by hand, so that a wrong count in the law is seen."""
    script = parse_document(file.read_text(encoding="utf-8"))
    story = validate(Story, script)
    plan = parse_document((file.parent / story.plan).read_text(encoding="utf-8"))
    rehearsal = rehearse(story, script, plan, agreed_children(read_declarations(plan), kept))
    assert [fault.line(file.name) for fault in rehearsal.faults] == []


def test_every_plan_has_a_story() -> None:
    """A plan without one has never been thought through to its end."""
    assert {file.parent for file in PLANS.rglob("plan.yaml")} == {file.parents[1] for file in STORIES}


@pytest.mark.parametrize("file", sorted(PLANS.glob("examples/*/README.md")), ids=lambda file: file.parent.name)
def test_what_a_readme_quotes_stands_in_its_plan(file: Path) -> None:
    """Whoever compares a sentence with the plan finds the lines that are named for it."""
    plan = " ".join(file.with_name("plan.yaml").read_text(encoding="utf-8").split())
    rows = re.findall(r"^\|(?: [^|]+ \|){2} (`.+`) \|$", file.read_text(encoding="utf-8"), re.MULTILINE)
    quoted = [line for row in rows for line in re.findall(r"`([^`]+)`", row)]
    assert len(rows) >= 8
    assert [line for line in quoted if line not in plan] == []


def test_the_whole_plan_can_run_in_seconds() -> None:
    """Whoever shows it to somebody has minutes; every length that this takes is a parameter."""
    document = parse_document((PLANS / "us-iraq-reset" / "plan.yaml").read_text(encoding="utf-8"))
    lengths = {
        "stability_length": "PT20S",
        "settling": "PT0S",
        "observation": "PT0S",
        "announcement_due": "PT1H",
        "guarantee_due": "PT1H",
        "campaign_due": "PT1H",
        "sfa_announcement_due": "PT1H",
        "federal_withdrawal": "PT1H",
        "erbil_withdrawal": "PT2H",
        "quiet_before_withdrawal": "PT0S",
        "strength_oldest": "P10Y",
        "figures_oldest": "P10Y",
        "inactive_after": "PT1H",
        "stall_horizon": "PT1H",
    }
    plan = validate_plan(document, lengths)
    held = {name for name, parameter in plan.parameters.items() if str(parameter.default).startswith("P")}
    assert held == set(lengths)


@pytest.mark.parametrize("file", sorted(PLANS.rglob("plan.yaml")), ids=lambda file: file.parent.name)
def test_a_plan_can_be_drawn(file: Path) -> None:
    """Each phase and milestone stands in both drawings, and no name of ours becomes a word of Mermaid's."""
    plan = validate_plan(parse_document(file.read_text(encoding="utf-8")))
    text, chart = as_text(plan), as_mermaid(plan)
    for name in plan.phases:
        assert f"{name}: " in text
        assert f"p_{name}{{{{" in chart
    for name in plan.milestones:
        assert f"- {name}: " in text
        assert f"m_{name}[" in chart
    for name in plan.releases:
        assert f"  {name}: " in text
        assert f"r_{name}[[" in chart
    for name in (*plan.procedures, *plan.amendments, *plan.assessors, *plan.disputes, *plan.snapbacks, *plan.checks):
        assert f"  {name}: " in text
    drawn = set(re.findall(r"\b[a-z]_\w+(?=[\[({])", chart))
    assert {end for line in re.findall(r"^ +(\w+) -.*?-> ?(?:\|[^|]*\| )?(\w+)$", chart, re.MULTILINE) for end in line} <= drawn
    assert chart.count("subgraph ") == len(plan.phases) == chart.count("\n  end\n")


@pytest.mark.parametrize("file", sorted(PLANS.rglob("figures.csv")), ids=lambda file: file.parent.name)
def test_the_figures_can_be_recorded_as_they_stand(file: Path) -> None:
    """Producer and unit are those that the plan names, and count; what the parties count themselves is theirs to tell."""
    plan = validate_plan(parse_document((file.parent / "plan.yaml").read_text(encoding="utf-8")))
    rows = figures_of(file)
    themselves = [party.name for party in plan.parties.values()] + [body.name for body in plan.bodies.values()]
    published = {
        name for name, indicator in plan.indicators.items() if not any(who.startswith(indicator.producer) for who in themselves)
    }
    assert {row["indicator"] for row in rows} == published
    baselines = set()
    for number, row in enumerate(rows):
        licence = row.pop("licence")
        figure = RecordMeasurement(measurement=f"row-{number}", **row)
        indicator = plan.indicators[figure.indicator]
        assert (figure.producer, figure.unit, licence) == (indicator.producer, indicator.unit, indicator.licence)
        baseline = indicator.frozen
        if (figure.period, figure.edition) == (baseline.period, baseline.edition):
            assert figure.value == baseline.value
            baselines.add(figure.indicator)
    assert baselines == published


def test_what_is_watched_from_the_start_is_what_the_programs_are_measured_by() -> None:
    """Two definitions of one indicator would sooner or later tell two stories."""
    parent = validate_plan(parse_document(kept("us-iraq-reset")))
    rows = figures_of(PLANS / "us-iraq-reset" / "figures.csv")
    watched = {row["indicator"] for row in rows}
    assert len(watched) == len(parent.programs) == 4
    for file in sorted((PLANS / "sfa").glob("*/plan.yaml")):
        child = validate_plan(parse_document(file.read_text(encoding="utf-8")))
        (name,) = watched.intersection(child.indicators)
        assert parent.indicators[name].model_copy(update={"verified_by": ()}) == child.indicators[name]
        theirs = [row for row in figures_of(file.with_name("figures.csv")) if row["indicator"] == name]
        assert [row for row in rows if row["indicator"] == name] == theirs
