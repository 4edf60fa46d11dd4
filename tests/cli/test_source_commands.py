"""`accord source`, as somebody types it."""

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli import plan as plans
from cli import source
from cli.home import packaged_plans

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
    assert len(lines) == len(list((packaged_plans() / "sources").glob("*.yaml")))
    assert any(line.startswith("owid-co2 ") and "Global Carbon Budget" in line for line in lines)


def test_one_is_printed_as_it_goes_into_a_plan() -> None:
    printed = accord("source", "show", "worldbank-wdi")
    assert printed.exit_code == 0
    assert printed.stdout == (packaged_plans() / "sources" / "worldbank-wdi.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(file.stem for file in (packaged_plans() / "sources").glob("*.yaml")))
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


BATTLE = {"event_id_cnty": "IRQ1", "event_date": "2026-10-20", "event_type": "Battles", "sub_event_type": "Clash"}


def stored(tmp_path: Path, content: object, name: str = "answer.json") -> str:
    file = tmp_path / name
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return str(file)


class TestTry:
    """What an operator sees of an answer before it is recorded, and of the same file after a description was mended."""

    def test_prints_the_figures_of_a_stored_answer(self, tmp_path: Path) -> None:
        rows = "Entity,Code,Year,emissions_total\nIraq,IRQ,2023,227900000\nIran,IRN,2023,1\nIraq,IRQ,2024,see note\n"
        description = {"columns": {"emissions_total": {"citationLong": "Global Carbon Budget (2025) \u2013 with processing"}}}
        words = ["--file", stored(tmp_path, rows, "rows.csv"), "--description", stored(tmp_path, description), "--unit", "Mt"]
        told = accord("source", "try", "owid-co2", *words, "--on", "2026-11-20")
        assert told.exit_code == 0, told.output
        assert told.stdout.splitlines() == [
            "read: edition Global Carbon Budget (2025)",
            "  2023  227.900000",
            "2 dropped: 1 in which Code is not IRQ, 1 in which 'see note' in emissions_total is no number.",
        ]

    def test_prints_which_events_are_watched_and_what_is_dropped(self, tmp_path: Path) -> None:
        events = [
            BATTLE | {"admin1": "Anbar", "time_precision": "3"},
            BATTLE | {"event_id_cnty": "IRQ2", "admin1": "Kirkuk", "time_precision": "1"},
        ]
        answer = stored(tmp_path, {"success": True, "data": events})
        gone = stored(tmp_path, {"success": True, "data": [{"event_id_cnty": "IRQ0"}]}, "deleted.json")
        told = accord("source", "try", "acled", "--file", answer, "--deleted", gone, "--on", "2026-11-20")
        assert told.exit_code == 0, told.output
        assert told.stdout.splitlines()[:4] == [
            "read: edition live",
            "  2026-10-01 to 2026-10-31  attack at Al Anbar  IRQ1",
            "  deleted  IRQ0",
            "covers days up to 2026-10-13",
        ]
        assert "1 at Kirkuk, which is none of the plan's places" in told.stdout

    def test_says_why_nothing_is_read(self, tmp_path: Path) -> None:
        told = accord(
            "source", "try", "acled", "--file", stored(tmp_path, {"success": True, "data": [BATTLE | {"admin1": "Hewler"}]})
        )
        assert told.exit_code == 1
        assert told.stdout.startswith("no_match: Armed Conflict Location and Event Data: no event is of a place")

    def test_takes_other_values_for_placeholders(self, tmp_path: Path) -> None:
        rows = stored(tmp_path, "Country m3/bbl,2023\nKuwait,2\nIraq,9\n", "rows.csv")
        told = accord(
            "source", "try", "worldbank-flaring", "--check", "flaring_intensity", "--with", "country=KWT", "--file", rows
        )
        assert "a workbook was asked for, and the answer is none" in told.stdout

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["worldbank-flaring"], "Say which check with --check: flaring, flaring_intensity."),
            (["worldbank-wdi", "--check", "oil"], "There is no check oil; there are oil_rents."),
            (["worldbank-wdi", "--with", "contry=IRN"], "contry is no placeholder of the source; it asks for code, country."),
            (["worldbank-wdi", "--with", "country"], "country is no value; write --with NAME=VALUE."),
            (["worldbank-wdj"], "did you mean worldbank-wdi"),
            (["wto-accession"], "it has none, since people read it"),
        ],
    )
    def test_says_what_is_wrong_with_what_was_typed(self, tmp_path: Path, words: list[str], told: str) -> None:
        result = accord("source", "try", *words, "--file", stored(tmp_path, {}))
        assert result.exit_code == 1
        assert told in result.stderr
