"""The ledger names of everything about a subject: its own, and those of its evidence, releases and disputes."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.milestones import Measured
from rules.program import Program
from rules.releases.pending import milestones_asked
from rules.vocabulary.matters import subjects_of


def names_concerning(program: Program, subject: str) -> frozenset[str]:
    """The ledger names of everything about a subject.

    For a milestone: its evidence, figures, releases and incidents. For a phase: what it contains. For an indicator: its
    figures. For a release: the milestones and figures that earn it. For a dispute: the snapbacks invoked on it. For
    anything: the disputes and proposals about it.
    """
    names = {subject, *_clocks(subject), *_taken_up(program, {subject, *_steps(program, subject)})}
    for milestone in _steps(program, subject):
        names.update(_of_milestone(program, milestone))
    if subject in program.plan.milestones:
        names.update(_of_milestone(program, subject))
        names.update(name for name in program.plan.releases if subject in milestones_asked(program, name))
    if subject in program.plan.indicators:
        names.update(_figures(program, {subject}))
    if subject in program.plan.releases:
        for milestone in milestones_asked(program, subject):
            names.update(_of_milestone(program, milestone))
        rule = program.plan.releases[subject].per_unit
        names.update(_figures(program, set(rule.indicators if rule else ())))
    return frozenset(names)


def _steps(program: Program, phase: str) -> tuple[str, ...]:
    """The milestones of a phase; empty for other subjects."""
    rule = program.plan.phases.get(phase)
    return tuple(rule.milestones) if rule else ()


def _taken_up(program: Program, subjects: set[str]) -> Iterator[str]:
    """Disputes about subjects, proposals about either, and snapbacks invoked on these disputes."""
    disputes = {dispute.id for dispute in program.disputes.values() if dispute.about in subjects or dispute.id in subjects}
    yield from disputes
    yield from (name for name, invoked in program.snapbacks.items() if invoked.dispute in disputes)
    about = subjects | disputes
    yield from (one.id for one in program.proposals.values() if not about.isdisjoint(subjects_of(one.matter)))


def _of_milestone(program: Program, name: str) -> Iterator[str]:
    yield name
    yield from _clocks(name)
    yield from (piece.id for piece in program.evidence.values() if piece.milestone == name)
    yield from (incident.id for incident in program.incidents.values() if incident.milestone == name)
    counted = {how.indicator for how in program.plan.milestones[name].shown_by.values() if isinstance(how, Measured)}
    yield from _figures(program, counted)


def _figures(program: Program, indicators: set[str]) -> Iterator[str]:
    """All figures recorded for some indicators."""
    recorded = {one for name in indicators for one in program.plan.recorded_for.get(name, ())}
    pieces = (piece for piece in program.evidence.values() if piece.measurement is not None) if recorded else ()
    yield from (piece.id for piece in pieces if piece.measurement is not None and piece.measurement.indicator in recorded)


def _clocks(subject: str) -> Iterator[str]:
    """The clock names of a milestone or phase."""
    yield from (f"{kind}.{subject}" for kind in ("deadline", "observation", "waiver", "stability", "staleness"))
