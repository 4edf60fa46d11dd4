"""A program as a timeline: phases as bars, windows as bands, milestones and agreed days as marks, incidents, pauses, today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from api.responses.windows import window_of
from rules.program import Program
from rules.queries.windows import window_closes_at, window_opens_at
from rules.reactions.clocks import clocks
from rules.vocabulary.agreed_dates import AgreedDay
from rules.vocabulary.phases import PhaseStatus

WIDTH, LABELS, ROW, TOP = 1000.0, 250.0, 34.0, 30.0
"""Units of the drawing: total width, width of the titles, height of a row, and top of the first one."""

Mark = Literal["original", "revised", "achieved", "missed"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase. `end` is None for an open one; x and width are coordinates, None for one that has not opened."""

    name: str
    title: str
    status: str
    depth: int
    y: float
    x: float | None
    width: float
    begun: datetime | None
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Diamond:
    """A date of a milestone."""

    milestone: str
    title: str
    mark: Mark
    at: datetime
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Band:
    """A window. An edge that is open or unknown is None, and the band extends to the edge of the drawing.

    x is None where neither edge is known.
    """

    title: str
    first: datetime | None
    last: datetime | None
    x: float | None
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class AgreedMark:
    """A day that parties agree on, in a row of its own. x is None before they agree."""

    title: str
    status: str
    y: float
    on: date | None
    x: float | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A pause, from x on."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    width: float
    height: float
    labels: float
    today: float
    bars: list[Bar]
    diamonds: list[Diamond]
    bands: list[Band]
    days: list[AgreedMark]
    incidents: list[tuple[float, str, str, datetime]]
    pauses: list[Stretch]
    ticks: list[Tick]


class _Scale:
    """Maps instants to coordinates."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self.first, self.last = first, last
        self._seconds = max((last - first).total_seconds(), 1.0)

    def x(self, at: datetime) -> float:
        share = (at - self.first).total_seconds() / self._seconds
        return round(LABELS + min(max(share, 0.0), 1.0) * (WIDTH - LABELS - 20), 1)


def timeline(program: Program, at: datetime) -> Timeline:
    """The timeline of a program at an instant, with future dates."""
    dates = [program.started_at, at, *_dates(program)]
    span = max(max(dates) - min(dates), timedelta(days=7))
    scale = _Scale(min(dates), min(dates) + span * 1.04)
    rows = {name: TOP + number * ROW for number, name in enumerate(program.plan.phases)}
    days = {name: TOP + (len(rows) + number) * ROW for number, name in enumerate(program.plan.agreed_dates)}
    return Timeline(
        width=WIDTH,
        height=TOP + (len(rows) + len(days)) * ROW + 26,
        labels=LABELS,
        today=scale.x(at),
        bars=[_bar(program, name, y, scale, at) for name, y in rows.items()],
        diamonds=[one for name, y in rows.items() for one in _diamonds(program, name, y, scale)],
        bands=[*_bands(program, rows, days, scale)],
        days=[_agreed(program, name, y, scale) for name, y in days.items()],
        incidents=[(scale.x(one.happened_at), one.id, one.kind, one.happened_at) for one in program.incidents.values()],
        pauses=[
            Stretch(scale.x(begun), max(scale.x(ended or at) - scale.x(begun), 1.0)) for begun, ended in program.suspensions
        ],
        ticks=list(_ticks(scale, program.plan.time_zone)),
    )


def _dates(program: Program) -> Iterator[datetime]:
    for state in program.milestones.values():
        if state.due is not None:
            yield from (date for date in (state.due.original, state.due.revised) if date is not None)
    yield from (clock.due_at for clock in clocks(program)[:50])
    yield from (edge for _, first, last in _windows(program).values() for edge in (first, last) if edge is not None)
    yield from (day.begins_at for day in program.agreed_dates.values() if day.begins_at is not None)
    yield from (incident.happened_at for incident in program.incidents.values())


def _bar(program: Program, name: str, y: float, scale: _Scale, at: datetime) -> Bar:
    rule, state = program.plan.phases[name], program.phase(name)
    depth, outer = 0, rule.within
    while outer is not None:
        depth, outer = depth + 1, program.plan.phases[outer].within
    begun = state.opened_at if state.status is not PhaseStatus.WAITING else None
    x = scale.x(begun) if begun else None
    width = max(scale.x(state.completed_at or at) - x, 3.0) if x is not None else 0.0
    return Bar(name, rule.title, state.told, depth, y, x, width, begun, state.completed_at)


def _diamonds(program: Program, phase: str, y: float, scale: _Scale) -> Iterator[Diamond]:
    for name, step in program.plan.phases[phase].milestones.items():
        state, dates = program.milestone(name), dict[Mark, datetime | None]()
        if state.due is not None:
            dates["original"] = state.due.original
            dates["revised"] = state.due.revised if state.due.revised != state.due.original else None
            if state.due.missed_at is not None:
                dates["missed"] = state.due.missed_at
        dates["achieved"] = state.achieved_at
        for mark, at in dates.items():
            if at is not None:
                yield Diamond(name, step.title, mark, at, scale.x(at), y)


def _windows(program: Program) -> dict[tuple[str, str], tuple[str, datetime | None, datetime | None]]:
    """The title and window edges of phases and agreed days, by kind and name."""
    found: dict[tuple[str, str], tuple[str, datetime | None, datetime | None]] = {}
    for name, rule in program.plan.phases.items():
        if (window := window_of(program, name)) is not None:
            first, last = window.not_before, window.not_after
            found["phase", name] = (rule.title, first.at if first else None, last.at if last else None)
    for name, day in program.plan.agreed_dates.items():
        found["day", name] = (day.title, window_opens_at(program, day.not_before), window_closes_at(program, day.not_after))
    return found


def _bands(program: Program, phases: Mapping[str, float], days: Mapping[str, float], scale: _Scale) -> Iterator[Band]:
    for (kind, name), (title, first, last) in _windows(program).items():
        x, end = scale.x(first or scale.first), scale.x(last or scale.last)
        y = (phases if kind == "phase" else days)[name]
        yield Band(title, first, last, x if first or last else None, y, max(end - x, 2.0))


def _agreed(program: Program, name: str, y: float, scale: _Scale) -> AgreedMark:
    day = program.agreed_dates.get(name, AgreedDay())
    at = scale.x(day.begins_at) if day.begins_at is not None else None
    return AgreedMark(program.plan.agreed_dates[name].title, day.status, y, day.on, at)


def _ticks(scale: _Scale, zone: str) -> Iterator[Tick]:
    """Ticks for months, quarters or years, depending on the space."""
    span = (scale.last - scale.first).days
    months = next((step for step in (1, 2, 3, 6, 12, 24, 60, 120) if span / (30 * step) <= 9), 240)
    local = scale.first.astimezone(ZoneInfo(zone))
    year, month = local.year, local.month - (local.month - 1) % months if months < 12 else 1
    while (there := datetime(year, month, 1, tzinfo=ZoneInfo(zone))) <= scale.last:
        if there >= scale.first:
            yield Tick(scale.x(there), f"{there:%Y-%m}" if months < 12 else f"{there:%Y}")
        year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
