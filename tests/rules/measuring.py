"""A program whose one milestone is shown by figures, for tests of judging and fetching figures."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from rules import acts as a
from rules.checks.runs import CHECKS, Run, acts_of_run
from rules.decide import Decided, decide
from rules.facts import MeasurementRecorded
from rules.queries.findings import FindingResult, finding_on
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, ReadFigure, Readings
from tests.rules.small_plan import World

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def indicator(**changes: Any) -> dict[str, Any]:
    return {
        "title": "Smoke",
        "producer": "Observatory",
        "unit": "kt",
        "better": "lower",
        "baseline": {"value": "100", "period": "2020", "edition": "E2021"},
        "oldest": "P10Y",
        "source": "made up",
        "licence": "CC0",
    } | changes


def measuring(
    indicators: dict[str, dict[str, Any]],
    targets: dict[str, dict[str, Any]],
    *,
    check: dict[str, Any] | None = None,
    **more: Any,
) -> World:
    """`targets` by indicator, each the target of a showing of that name; with `check`, the first indicator is read by one."""
    shown_by = {
        name: {"kind": "measurement", "what": name, "indicator": name, "target": {"unit": indicators[name]["unit"], **target}}
        for name, target in targets.items()
    }
    step = {
        "title": "Kept",
        "party": "south",
        "shown_by": shown_by,
        "verified_by": ["north"],
        "determined": {"by": ["commission"]},
    }
    first = next(iter(indicators))
    if check is not None:
        source = {
            "adapter": "json-http",
            "title": "The yearbook over HTTP",
            "producer": check.get("producer", indicators[first]["producer"]),
            "licence": "CC0",
            "url": "https://data.example.org/{code}",
            "rows": "data[*]",
            "figure": {"period": "year", "value": "value"},
            "edition": {"at": "edition"},
        }
        read = {
            "title": "The yearbook",
            "source": "yearbook",
            "figures_of": first,
            "with": {"code": "X"},
            "runs": {"every": "P1D"},
        }
        written = {key: value for key, value in (read | check).items() if value is not None and key != "producer"}
        more |= {"hosts": ["data.example.org"], "sources": {"yearbook": source}, "checks": {"yearly": written}}
    after = {"title": "After", "entry": [{"phase": "work"}, {"consent": ["north", "south"]}]}
    phases = {"work": {"title": "Work", "milestones": {"kept": step | more.pop("step", {})}}, "after": after}
    return World(indicators=indicators, phases=phases, parameters={}, **more)


def recorded(world: World, name: str, *, verified: bool = True, at: datetime = NOW, **figure: Any) -> None:
    """A figure that a monitor records and a verifier of the north verifies."""
    rule = world.program.plan.indicators[figure["indicator"]]
    fields: dict[str, Any] = {"producer": rule.producer, "unit": rule.unit, "source": "made up", "retrieved_at": at} | figure
    world.given("moss", a.RecordMeasurement(measurement=name, **fields), at)
    if verified:
        world.given("nick", a.Verify(evidence=name), at)


def judged(world: World, at: datetime = NOW) -> FindingResult:
    return finding_on(world.program, "kept", at)


def readings(edition: str, unit: str | None = None, errors: dict[str, str] | None = None, **figures: str) -> Readings:
    """Figures by period, each written as `y2024`."""
    given = {period.removeprefix("y").replace("_", "-"): Decimal(value) for period, value in figures.items()}
    error = {period: Decimal(value) for period, value in (errors or {}).items()}
    rows = tuple(
        ReadFigure(period, value, unit, edition, f"{period},{value}", error.get(period)) for period, value in given.items()
    )
    return Readings(edition, rows)


def run(reading: Readings | NoReading, at: datetime = NOW) -> Run:
    answer = Fetch(url="https://data.example.org/X", status=200, retrieved_at=at, sha256="a" * 64, size=10)
    return Run(reading, (answer,), "json-http", "1")


def checked(world: World, reading: Readings | NoReading, at: datetime = NOW) -> list[a.Deed]:
    """Does what follows from a run, as the service does, and returns it."""
    deeds = list(acts_of_run(world.program, "yearly", run(reading, at)))
    for deed in deeds:
        act = a.Act(id=f"check-{len(world.entries)}", actor=CHECKS, deed=deed)
        decided = decide(world.program, act, at)
        assert isinstance(decided, Decided), decided
        world.program = decided.program
        world.entries.extend(decided.entries)
    return deeds


def figures(deeds: list[a.Deed]) -> dict[str, tuple[str, str, str | None]]:
    """Of deeds, the figures recorded: by period the value, the edition and the cause of a revision."""
    return {
        deed.period: (f"{deed.value:f}", deed.edition, deed.cause) for deed in deeds if isinstance(deed, a.RecordMeasurement)
    }


def reports(deeds: list[a.Deed]) -> list[tuple[str, str]]:
    return [(deed.outcome, deed.sentence) for deed in deeds if isinstance(deed, a.ReportCheck)]


def verify_all(world: World, at: datetime = NOW) -> None:
    for piece in world.program.unjudged:
        world.given("nick", a.Verify(evidence=piece), at)


def measurements(world: World) -> list[MeasurementRecorded]:
    return [entry.fact for entry in world.entries if isinstance(entry.fact, MeasurementRecorded)]
