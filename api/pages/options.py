"""Options of form fields: the names that the plan or the program has for a field, with their titles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from rules.program import Program
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.evidence import Evidence, EvidenceStatus
from rules.vocabulary.incidents import Incident


@dataclass(frozen=True, slots=True)
class Option:
    """A value and its label. Codes and states are translated."""

    value: str
    title: str
    is_code: bool = False
    state: str | None = None


Options: TypeAlias = list[Option] | None
"""None for a free text field."""

Chosen: TypeAlias = Callable[[str], str]
"""Returns the value of another field of the same form."""

MOST = 500
"""The most options of recorded objects. Longer lists become text fields."""


def _titled(known: Mapping[str, Any]) -> list[Option]:
    return [Option(name, str(getattr(one, "title", None) or getattr(one, "name", name))) for name, one in known.items()]


def _plain(names: Iterable[str]) -> list[Option]:
    return [Option(name, name.replace("_", " ")) for name in names]


def _parties(program: Program) -> list[Option]:
    return _titled(program.plan.parties) + _titled(program.plan.bodies)


def _evidence(program: Program, _: Chosen) -> Options:
    pieces = [piece for piece in program.evidence.values() if piece.status is not EvidenceStatus.WITHDRAWN]
    if len(pieces) > MOST:
        return None
    return [Option(piece.id, evidence_in_words(program, piece), state=piece.status) for piece in reversed(pieces)]


def evidence_in_words(program: Program, piece: Evidence) -> str:
    if (figure := piece.measurement) is not None:
        indicator = program.plan.indicators.get(figure.indicator)
        title = indicator.title if indicator else figure.indicator
        return f"{title}, {figure.period}: {figure.value} {figure.unit}"
    milestone = program.plan.milestones.get(piece.milestone or "")
    return f"{milestone.title if milestone else piece.milestone}: {piece.shows}, {piece.recorded_by.person}"


def _incidents(program: Program, _: Chosen) -> Options:
    if len(program.incidents) > MOST:
        return None
    return [Option(one.id, _of_incident(program, one), state=one.status) for one in reversed([*program.incidents.values()])]


def _of_incident(program: Program, one: Incident) -> str:
    kind = program.plan.incidents.get(one.kind)
    return f"{kind.title if kind else one.kind}, {one.place}, {one.happened_at:%Y-%m-%d}"


def _shows(program: Program, chosen: Chosen) -> Options:
    milestone = program.plan.milestones.get(chosen("milestone"))
    found = {name: how for name, how in milestone.shown_by.items() if how.kind != "measurement"} if milestone else {}
    return [Option(name, how.what) for name, how in found.items()] or None


def _unit(program: Program, chosen: Chosen) -> Options:
    indicator = program.plan.indicators.get(chosen("indicator"))
    return [Option(indicator.unit, indicator.unit)] if indicator else None


def _producer(program: Program, chosen: Chosen) -> Options:
    indicator = program.plan.indicators.get(chosen("indicator"))
    return [Option(indicator.producer, indicator.producer)] if indicator else None


def _grade(program: Program, chosen: Chosen) -> Options:
    assessor = program.plan.assessors.get(chosen("assessor"))
    scale = program.plan.scales.get(assessor.scale) if assessor else None
    return _plain(scale.grades) if scale else None


def _disputes(program: Program, _: Chosen) -> Options:
    return [Option(one.id, one.reason[:80]) for one in program.disputes.values() if one.status is DisputeStatus.OPEN]


OPTIONS: Mapping[str, Callable[[Program, Chosen], Options]] = {
    "milestone": lambda program, _: _titled(program.plan.milestones),
    "phase": lambda program, _: _titled(program.plan.phases),
    "stability": lambda program, _: _titled({n: p for n, p in program.plan.phases.items() if p.stability is not None}),
    "shows": _shows,
    "incident_kind": lambda program, _: _titled(program.plan.incidents),
    "severity": lambda program, _: _plain(program.plan.severities),
    "attributed_to": lambda program, _: _parties(program) + _titled(program.plan.non_parties),
    "restricted_to": lambda program, _: _parties(program),
    "party": lambda program, _: _parties(program),
    "on_behalf_of": lambda program, _: _titled(program.plan.parties),
    "indicator": lambda program, _: _titled({n: i for n, i in program.plan.indicators.items() if i.made_of is None}),
    "unit": _unit,
    "producer": _producer,
    "evidence": _evidence,
    "incident": _incidents,
    "related_to": _incidents,
    "procedure": lambda program, _: _titled(program.plan.procedures),
    "proposal": lambda program, _: [Option(one.id, one.reason[:80]) for one in program.open_proposals],
    "ladder": lambda program, _: _titled(program.plan.disputes),
    "dispute": _disputes,
    "snapback": lambda program, _: _titled(program.plan.snapbacks),
    "assessor": lambda program, _: _titled(program.plan.assessors),
    "grade": _grade,
    "check": lambda program, _: _titled(program.plan.checks),
    "date": lambda program, _: _titled(program.plan.agreed_dates),
}
"""Options by field name."""


def _considerations(program: Program, chosen: Chosen) -> list[Option]:
    milestone = program.plan.milestones.get(chosen("milestone"))
    return [Option(name, text) for name, text in milestone.determined.considering.items()] if milestone else []


def _due(program: Program, _: Chosen) -> list[Option]:
    """Milestones that have a due date and are not achieved."""
    owed = [name for name, state in program.milestones.items() if state.due is not None and not state.counts]
    return _titled({name: program.plan.milestones[name] for name in owed if name in program.plan.milestones})


ROWS: Mapping[str, Callable[[Program, Chosen], list[Option]]] = {"considered": _considerations, "matter.to": _due}
"""Keys of tables by their place in an act."""


def rows_of(place: str, program: Program, chosen: Chosen) -> list[Option] | None:
    """The keys of a table that the plan names; None where people name the keys."""
    return ROWS[place](program, chosen) if place in ROWS else None
