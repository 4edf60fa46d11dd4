"""`accord source`, as somebody types it."""

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import plan as plans
from cli import source
from cli.home import our_plans

app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(source.app, name="source")
app.add_typer(plans.app, name="plan")

AROUND = """
accord: 1
plan: around
title: A plan around a ready source
source: made up
time_zone: Asia/Baghdad
parties: {north: {name: North}}
severities: [minor, grave]
incidents: {attack: {title: Attack}}
phases: {one: {title: One}}
"""
INDICATOR = (
    '{title: T, producer: P, unit: kt, better: lower, baseline: {value: "1", period: "2020", edition: first}, '
    "oldest: P3Y, source: made up, licence: CC0}"
)


def accord(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_what_is_ready_is_listed_with_what_it_is() -> None:
    lines = accord("source", "list").stdout.splitlines()
    assert len(lines) == len(list((our_plans() / "sources").glob("*.yaml")))
    assert any(line.startswith("owid-co2 ") and "Global Carbon Budget" in line for line in lines)


def test_one_is_printed_as_it_goes_into_a_plan() -> None:
    printed = accord("source", "show", "worldbank-wdi")
    assert printed.exit_code == 0
    assert printed.stdout == (our_plans() / "sources" / "worldbank-wdi.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(file.stem for file in (our_plans() / "sources").glob("*.yaml")))
def test_one_that_is_pasted_into_a_plan_makes_a_sound_plan(name: str, tmp_path: Path) -> None:
    """With its checks. What they speak of is the plan's to declare: indicators, a kind of incident and a severity."""
    printed = accord("source", "show", name).stdout
    wanted = re.findall(r"figures_of: (\w+)", printed)
    declared = "".join(f"  {indicator}: {INDICATOR}\n" for indicator in wanted)
    plan = tmp_path / "plan.yaml"
    plan.write_text(f"{AROUND}{'indicators:' if wanted else ''}\n{declared}{printed}", encoding="utf-8")
    checked = accord("plan", "check", str(plan))
    assert (checked.exit_code, checked.stderr) == (0, "")


def test_an_unknown_one_is_told_with_what_may_be_meant() -> None:
    result = accord("source", "show", "worldbank-wdj")
    assert result.exit_code == 1
    assert "did you mean worldbank-wdi" in result.stderr
