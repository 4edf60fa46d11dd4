"""Verifiers: who may verify or return a piece of evidence. The plan names them; nobody verifies their own."""

from __future__ import annotations

from rules.program import Program
from rules.vocabulary.evidence import Evidence


def named_verifiers(program: Program, piece: Evidence) -> tuple[str, ...]:
    """The parties and bodies that the plan names as verifiers, whoever recorded the evidence."""
    named = [name for milestone in _milestones_shown(program, piece) for name in program.plan.milestones[milestone].verified_by]
    if piece.measurement is not None:
        indicator = piece.measurement.indicator
        rule = program.plan.indicators.get(indicator)  # an amendment may have removed it
        named += [*sorted(program.plan.paid_by.get(indicator, ())), *(rule.verified_by if rule else ())]
    return tuple(dict.fromkeys(named))


def allowed_verifiers(program: Program, piece: Evidence) -> tuple[str, ...]:
    """Those of them who may verify: not the recording party unless the plan justifies that, nor anybody who may not read it."""
    own, readers = None if verifies_itself(program, piece) else piece.recorded_by.party, piece.restricted_to
    return tuple(who for who in named_verifiers(program, piece) if who != own and (not readers or who in readers))


def verifies_itself(program: Program, piece: Evidence) -> bool:
    """Whether the plan justifies, for all that a piece shows, that its recorder's party verifies it."""
    shown = _milestones_shown(program, piece)
    return bool(shown) and all(program.plan.milestones[name].verifies_itself for name in shown)


def _milestones_shown(program: Program, piece: Evidence) -> list[str]:
    if piece.milestone is not None:
        return [piece.milestone] if piece.milestone in program.plan.milestones else []
    indicator = piece.measurement.indicator if piece.measurement else ""
    return [milestone for milestone, _, _ in program.plan.measured.get(indicator, ())]


def is_awaiting_verification(program: Program, milestone: str) -> bool:
    """Whether a milestone has evidence that is neither verified nor returned."""
    pieces = (program.evidence[name] for name in program.unjudged)
    return any(milestone in _milestones_shown(program, piece) for piece in pieces)
