"""Evidence in time that is not decided yet. Nobody loses a release by somebody else's delay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.language.criteria import Graded, MilestoneAchieved, MilestoneGraded, leaves
from rules.language.milestones import Measured
from rules.program import Program
from rules.vocabulary.evidence import Evidence, EvidenceStatus


def is_pending(program: Program, name: str, until: datetime) -> bool:
    """Whether evidence recorded in time still waits for a verifier or a determination."""
    rule = program.plan.releases[name].per_unit
    milestones, indicators = set(milestones_asked(program, name)), set(rule.indicators if rule else ())
    recorded = (piece for piece in program.evidence.values() if piece.recorded_at <= until)
    return any(
        _unverified(program, piece, milestones, indicators)
        or any(_undetermined(program, piece, milestone) for milestone in milestones)
        for piece in recorded
    )


def milestones_asked(program: Program, name: str) -> Iterator[str]:
    """The milestones that a release depends on."""
    terms = program.plan.releases[name]
    if terms.share_of is not None:
        yield terms.share_of
    for criterion in terms.when:
        for leaf in leaves(criterion):
            match leaf:
                case MilestoneAchieved(milestone=milestone) | MilestoneGraded(graded=Graded(milestone=milestone)):
                    yield milestone
                case _:
                    pass


def _unverified(program: Program, piece: Evidence, milestones: set[str], indicators: set[str]) -> bool:
    if piece.status is not EvidenceStatus.RECORDED:
        return False
    counted = piece.measurement is not None and piece.measurement.indicator in indicators
    return counted or any(_is_for(program, piece, milestone) for milestone in milestones)


def _undetermined(program: Program, piece: Evidence, milestone: str) -> bool:
    """Whether verified evidence is newer than the last determination by a person."""
    determined_at = program.milestone(milestone).determined_at
    return (
        piece.status is EvidenceStatus.VERIFIED
        and _is_for(program, piece, milestone)
        and not program.plan.milestones[milestone].determined.automatically
        and (determined_at is None or piece.recorded_at > determined_at)
    )


def _is_for(program: Program, piece: Evidence, milestone: str) -> bool:
    if piece.milestone is not None:
        return piece.milestone == milestone
    figures = (how.indicator for how in program.plan.milestones[milestone].shown_by.values() if isinstance(how, Measured))
    return piece.measurement is not None and piece.measurement.indicator in figures
