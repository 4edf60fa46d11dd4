"""The agenda: what has to be evaluated again after a fact.

Most facts concern one milestone or one phase, and effects can follow only where the plan depends on
it. A fact that is not named here concerns everything: a missing line costs time, never an effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from rules import effects, facts
from rules.entries import Fact
from rules.language.dependents import Subject
from rules.program import Program

V = TypeVar("V")


class Agenda:
    """The milestones, phases, commitments and releases to evaluate, because effects may follow from them."""

    def __init__(self) -> None:
        self.milestones: set[str] = set()
        self.phases: set[str] = set()
        self.commitments: set[str] = set()
        self.releases: set[str] = set()

    def put_everything(self, program: Program) -> None:
        self.milestones.update(program.plan.milestones)
        self.phases.update(program.plan.phases)
        self.commitments.update(program.plan.commitments)
        self.releases.update(program.plan.releases)

    def put(self, program: Program, fact: Fact) -> Iterable[Subject] | None:
        """Adds what depends on a fact, and returns the subjects that it changes; None: any of them.

        `program` is the program after the fact.
        """
        subjects = _touched(program, fact)
        if subjects is None:
            self.put_everything(program)
        else:
            self.put_dependents(program, subjects)
        return subjects

    def put_dependents(self, program: Program, subjects: Iterable[Subject]) -> None:
        """Adds the dependents of some subjects."""
        for subject in subjects:
            found = program.plan.dependents[subject]
            self.milestones |= found.milestones
            self.phases |= found.phases
            self.commitments |= found.commitments
            self.releases |= found.releases

    def clear(self) -> None:
        self.milestones.clear()
        self.phases.clear()
        self.commitments.clear()
        self.releases.clear()


def on(names: set[str], held: Mapping[str, V]) -> list[tuple[str, V]]:
    """What is on the agenda, in the order of the plan or of the program."""
    if len(names) <= 1:
        return [(name, held[name]) for name in names if name in held]
    return [(name, value) for name, value in held.items() if name in names]


OF_A_MILESTONE = frozenset({"deadline", "observation", "waiver", "final"})
"""What begins the names of clocks that are about one milestone. Five hundred dates of one day would else each have
everything looked at again."""


def _touched(program: Program, fact: Fact) -> Iterable[Subject] | None:
    """The subjects that a fact changes; None: any of them."""
    match fact:
        case (
            facts.EvidenceRecorded(milestone=name)
            | facts.ObservationMade(milestone=name)
            | facts.MilestoneDetermined(milestone=name)
            | facts.VoteCast(milestone=name)
            | facts.DeterminationTakenBack(milestone=name)
            | facts.MilestoneAssessed(milestone=name)
            | effects.DeadlineSet(milestone=name)
            | effects.DeadlineMissed(milestone=name)
            | effects.DeadlineExtended(milestone=name)
            | effects.MilestoneWaived(milestone=name)
            | effects.MilestoneDeclined(milestone=name)
            | effects.MilestoneFinal(milestone=name)
            | effects.ReliefChanged(milestone=name)
            | effects.WaiverExpired(milestone=name)
            | effects.FindingMade(milestone=str(name))
        ):
            return (("milestone", name),)
        case effects.ClockStruck(clock=clock) if clock.partition(".")[0] in OF_A_MILESTONE:
            return (("milestone", clock.partition(".")[2]),)
        case (
            facts.EvidenceVerified()
            | facts.EvidenceReturned()
            | facts.EvidenceWithdrawn()
            | facts.VerificationTakenBack()
            | facts.ReturnTakenBack()
            | facts.DocumentFiled()
        ):
            return _shown_by(program, fact.evidence)
        case facts.MeasurementRecorded() | effects.FigureAccepted():
            return _shown_by(program, fact.measurement)
        case facts.CheckReported():
            rule = program.plan.checks.get(fact.check)
            return _measured(program, rule.figures_of) if rule and rule.figures_of else None  # the coverage of a feed has grown
        case (
            facts.ConsentGiven(phase=name)
            | facts.ConsentTakenBack(phase=name)
            | effects.GateChanged(phase=name)
            | effects.PhaseOpened(phase=name)
            | effects.PhaseCompleted(phase=name)
            | effects.PhaseReopened(phase=name)
            | effects.PhaseSteppedBack(phase=name)
            | effects.PhaseClosed(phase=name)
        ):
            return (("phase", name),)
        case effects.ChildOpened(program=name) | facts.ChildReported(program=name):
            return (("program", name),)
        case (
            facts.MemberAdmitted()
            | facts.EvidenceRead()
            | facts.MemberRemoved()
            | facts.AdmissionTakenBack()
            | facts.PhaseAdvanced()
            | facts.CheckPaused()
            | facts.CheckResumed()
            | facts.AttemptRefused()
            | effects.WarningGiven()
            | facts.ProposalMade()  # open proposals are always evaluated
            | facts.ProposalConsented()
            | facts.ProposalConsentTakenBack()
            | facts.ObjectionMade()
            | facts.NoticeGiven()
            | facts.ProposalWithdrawn()
            | effects.ProposalChanged()
            | effects.ProposalAdopted()
            | effects.ProposalFailed()
            | effects.SilenceExtended()
            | effects.StallFound()
            | effects.StallEnded()
            | effects.BalanceMoved()
            | effects.InstalmentCounted()
        ):
            return ()  # a release stays on the agenda until all postings are made
        case _:
            return None


def _shown_by(program: Program, evidence: str) -> Iterable[Subject]:
    piece = program.evidence[evidence]
    if piece.measurement is not None:
        return _measured(program, piece.measurement.indicator)
    return (("milestone", piece.milestone),) if piece.milestone is not None else ()


def _measured(program: Program, indicator: str) -> Iterable[Subject]:
    uses = program.plan.measured.get(indicator, ())
    return [("indicator", indicator), *(("milestone", name) for name, _, _ in uses)]
