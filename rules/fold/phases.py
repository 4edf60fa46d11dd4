"""The fold of phases, gates and stability periods, and of the program's standing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rules import effects, facts
from rules.entries import Entry, NotFoldable
from rules.persistent_map import with_item
from rules.program import Program
from rules.vocabulary.phases import OnPhase, PhaseStatus
from rules.vocabulary.stability import OnStability, Stability
from rules.vocabulary.standing import OnStanding, Standing


def fold_stability(program: Program, entry: Entry, fact: OnStability) -> Program:
    """The program after a fact on a stability period."""
    match fact:
        case effects.StabilityCounted():
            before = program.stability.get(fact.phase)
            state = replace(before, counted=fact) if before else Stability(fact)
        case effects.StabilityCompleted():
            state = Stability(program.stability[fact.phase].counted, completed_at=fact.effective_at)
        case facts.StabilityReversed():
            was = replace(program.stability[fact.phase], finding=None)
            state = replace(was, completed_at=None, reversed_in=entry.seq, before=was)
        case facts.StabilityReversalTakenBack():
            if (kept := program.stability[fact.phase].before) is None:
                raise NotFoldable(f"no reversal of the stability period of {fact.phase} stands")
            state = kept
    return program.changed(stability=with_item(program.stability, fact.phase, state))


def fold_phase(program: Program, _: Entry, fact: OnPhase) -> Program:
    """The program after a fact on a phase or one of its gates."""
    state = program.phase(fact.phase)
    match fact:
        case effects.GateChanged(gate="entry"):
            state = replace(state, entry_met=fact.met, entry_met_at=fact.effective_at if fact.met else None)
        case effects.GateChanged():
            state = replace(state, exit_met=fact.met)
        case effects.PhaseOpened():
            state = replace(state, status=PhaseStatus.OPEN, opened_at=fact.effective_at)
        case effects.PhaseCompleted():
            state = replace(state, status=PhaseStatus.COMPLETE, completed_at=fact.effective_at)
        case effects.PhaseReopened():
            state = replace(state, status=PhaseStatus.OPEN, completed_at=None)
        case effects.PhaseClosed():
            state = replace(state, status=PhaseStatus.WAITING, opened_at=None, closed_at=fact.effective_at)
        case effects.PhaseSteppedBack():
            state = replace(state, status=PhaseStatus.WAITING, opened_at=None, completed_at=None)
    return program.changed(phases=with_item(program.phases, fact.phase, state))


def fold_standing(program: Program, _: Entry, fact: OnStanding) -> Program:
    """The program after a fact on the program as a whole."""
    match fact:
        case facts.ProgramSuspended():
            return _with_stop(program, Standing.SUSPENDED, fact.effective_at)
        case effects.ProgramFrozen():
            return _with_stop(program, Standing.FROZEN, fact.effective_at)
        case facts.ProgramResumed() | effects.ProgramThawed():
            since = program.suspensions[-1][0]
            return program.changed(
                standing=Standing.RUNNING,
                suspensions=(*program.suspensions[:-1], (since, fact.effective_at)),
            )
        case facts.ProgramTerminated():
            return program.changed(standing=Standing.TERMINATED, ended_at=fact.effective_at)
        case effects.ProgramCompleted():
            return program.changed(standing=Standing.COMPLETED, ended_at=fact.effective_at)


def _with_stop(program: Program, standing: Standing, at: datetime) -> Program:
    # A suspension of a frozen program continues the pause that began with the freeze.
    stands_still = program.standing is not Standing.RUNNING
    return program.changed(
        standing=standing,
        suspensions=program.suspensions if stands_still else (*program.suspensions, (at, None)),
    )
