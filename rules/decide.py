"""The decision function of the law: whether an act is allowed now, and which entries it appends.

    decide(program, act, at)  ->  Decided(entries, program) | Refused(code, reason, accepted)

Clocks due before the act take effect first, so a late timer changes nothing. Then the act is judged,
then its effects are appended until there are no more. The API, previews, stories and audits all use
this function. It reads no clock and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import assert_never

from rules import acts as a
from rules import effects, facts
from rules.authority import may, permission_of, roles_in_words
from rules.canonical import digest
from rules.decisions.assessments import assessment_fact
from rules.decisions.checks import check_fact
from rules.decisions.corrections import correction_fact
from rules.decisions.determinations import determination_fact
from rules.decisions.disputes import dispute_fact
from rules.decisions.evidence import evidence_fact
from rules.decisions.family import child_report_fact, parent_report_fact
from rules.decisions.incidents import incident_fact
from rules.decisions.matters import accepted_plan
from rules.decisions.members import check_members, check_membership, member_fact
from rules.decisions.milestones import observation_fact
from rules.decisions.mistakes import mistake_fact
from rules.decisions.phases import advance_fact, consent_fact, standing_fact
from rules.decisions.proposals import proposal_fact
from rules.decisions.recorded import evidence_of
from rules.decisions.restriction import check_reader
from rules.decisions.testimony import account_fact
from rules.entries import Entry, Fact
from rules.evolve import evolve
from rules.figures.acceptance import acceptable
from rules.figures.misfiled import misfiling_doubt
from rules.language.dependents import Subject
from rules.program import Program
from rules.queries.signature import effects_hash
from rules.reactions.clocks import Clock, clocks
from rules.reactions.fixpoint import Fixpoint
from rules.reactions.proposals import LAW
from rules.refusals import Code, Refusal, Refused
from rules.times import time_in_words
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount


@dataclass(frozen=True, slots=True)
class Decided:
    """The entries that an act appends, the program after them, and its clocks. Without entries nothing was due.

    `changed` holds the subjects that the entries have changed; None means any of them.
    """

    entries: tuple[Entry, ...]
    program: Program
    clocks: tuple[Clock, ...]
    changed: Collection[Subject] | None = None

    @classmethod
    def of(cls, unfolding: Fixpoint) -> Decided:
        return cls(tuple(unfolding.entries), unfolding.program, unfolding.clocks, unfolding.changed)


def decide(program: Program | None, act: a.Act, at: datetime, running: tuple[Clock, ...] | None = None) -> Decided | Refused:
    """Decides an act at an instant. `at` must not lie before the program's newest entry.

    `running` are the program's clocks, if the caller has them cached; otherwise they are computed.
    """
    try:
        if isinstance(act.deed, a.StartProgram):
            return _start(program, act, act.deed, at)
        return _continue(program, act, at, running)
    except Refusal as refusal:
        return refusal.refused


def may_know(program: Program, actor: a.Actor) -> bool:
    """Whether an actor may know that the program exists. Strangers are answered as if it did not."""
    return actor.role is a.Role.CLOCK or _is_own_checker(program, actor) or program.has(actor.person)


def _is_own_checker(program: Program, actor: a.Actor) -> bool:
    """Whether the actor is the service itself, in a program whose plan declares checks."""
    return actor == a.CHECKS and bool(program.plan.checks)


def content_hash(act: a.Act) -> str:
    """SHA-256 of an act's content, which tells a repeat from another act with the same id."""
    return digest(act.model_dump(mode="json", exclude={"id", "filed", "effects"}, exclude_none=True))


def repeat_refusal(program: Program, act: a.Act) -> Refused | None:
    """The refusal of a repeated act, which otherwise gets its first receipt again; None for nearly all acts.

    Reading restricted evidence is decided anew, because a repeat shows it again.
    """
    if not isinstance(act.deed, a.ReadEvidence):
        return None
    try:
        _check_actor(program, act)
        check_reader(program, act.actor, evidence_of(program, act.deed.evidence))
    except Refusal as refusal:
        return refusal.refused
    return None


def attempt_entry(program: Program, act: a.Act, refused: Refused, at: datetime) -> Decided:
    """The decision that records a refused attempt."""
    fact = facts.AttemptRefused(attempted=act.deed.kind, code=refused.code, reason=refused.reason)
    entry = Entry(seq=program.seq + 1, at=at, act=act.id, actor=act.actor, fact=fact)
    return Decided((entry,), evolve(program, entry), clocks(program), ())


def _start(program: Program | None, act: a.Act, deed: a.StartProgram, at: datetime) -> Decided:
    if program is not None:
        raise Refusal(Code.PROGRAM_EXISTS, "The program has been started before.", "another program id")
    _check_starter(act.actor, deed)
    plan = accepted_plan(deed.document, deed.parameters, deed.programs or {})
    starter = () if deed.parent else (a.Member(person=act.actor.person, role=a.Role.OFFICER),)
    members = tuple(dict.fromkeys((*starter, *deed.members)))
    check_members(members, plan, deed.programs or {})
    fact = facts.ProgramStarted(
        document=deed.document,
        parameters=deed.parameters,
        plan_sha256=sha256(deed.document.encode()).hexdigest(),
        title=deed.title or plan.title,
        members=members,
        programs=deed.programs,
        parent=deed.parent,
    )
    first = Entry(seq=1, at=at, act=act.id, actor=act.actor, content=content_hash(act), fact=fact)
    unfolding = Fixpoint(evolve(None, first), act.id, at, LAW)
    unfolding.look_at_everything()
    unfolding.settle(at)
    unfolding.settle_clocks(at, inclusive=True)
    return Decided((first, *unfolding.entries), unfolding.program, unfolding.clocks)


def _check_starter(actor: a.Actor, deed: a.StartProgram) -> None:
    """Officers start programs, and the service starts agreed child programs. Raises Refusal."""
    part = "start_child" if deed.parent else "start_own"
    if not may(actor.role, part):
        what = "child programs" if deed.parent else "programs"
        raise Refusal(Code.ROLE_MAY_NOT, f"The role {actor.role} does not start {what}.", roles_in_words(part))


def _continue(program: Program | None, act: a.Act, at: datetime, running: tuple[Clock, ...] | None) -> Decided:
    if program is None or not may_know(program, act.actor):
        raise Refusal(Code.PROGRAM_UNKNOWN, "There is no such program.", "the id of a program")
    if act.effects is not None:
        _check_effects(program, act.model_copy(update={"effects": None}), act.effects, at)
    unfolding = Fixpoint(program, act.id, at, LAW, running)
    if isinstance(act.deed, a.StrikeClock):
        _check_actor(program, act)
        unfolding.settle_clocks(at, inclusive=True)
        return Decided.of(unfolding)
    # What is due at this very instant comes after the act: a suspension beats a clock.
    unfolding.settle_clocks(at, inclusive=False)
    if unfolding.clocks and unfolding.clocks[0].due_at == at:
        unfolding.look_at_everything()  # settling after the act includes the clocks due at this instant
    settled = unfolding.program
    # Restricted evidence can be read after the end too, and each reading is recorded.
    if settled.ended_at is not None and not isinstance(act.deed, a.ReadEvidence):
        raise Refusal(
            Code.PROGRAM_ENDED,
            f"The program is {settled.standing} since {time_in_words(settled.ended_at, settled.plan.time_zone)}.",
            "acts on a program that runs or is suspended",
        )
    _check_actor(settled, act)
    fact = _fact_of(settled, act, at)
    if fact is None:
        unfolding.settle_clocks(at, inclusive=True)
        return Decided.of(unfolding)
    unfolding.append(fact, actor=act.actor, content=content_hash(act))
    if isinstance(fact, facts.MeasurementRecorded) and (sentence := misfiling_doubt(settled, fact)) is not None:
        phase = settled.plan.figures.get(fact.indicator, next(iter(settled.plan.phases)))
        unfolding.append(effects.WarningGiven(phase=phase, sentence=sentence, effective_at=at))
    if isinstance(fact, facts.PhaseAdvanced):
        unfolding.append(effects.PhaseOpened(phase=fact.phase, effective_at=at))
    if isinstance(fact, facts.CheckReported) and fact.outcome == "read" and act.actor == a.CHECKS:
        for figure in acceptable(settled, fact.check):
            unfolding.append(effects.FigureAccepted(measurement=figure, check=fact.check, effective_at=at))
    unfolding.settle(at)
    unfolding.settle_clocks(at, inclusive=True)
    return Decided.of(unfolding)


def _fact_of(program: Program, act: a.Act, at: datetime) -> Fact | None:  # noqa: C901, PLR0912  one arm a kind of act
    """The fact that an act becomes; None for a report that changes nothing. Raises Refusal."""
    deed, actor = act.deed, act.actor
    match deed:
        case a.AdmitMember() | a.RemoveMember():
            return member_fact(program, actor, deed)
        case (
            a.RecordEvidence()
            | a.RecordMeasurement()
            | a.Verify()
            | a.ReturnEvidence()
            | a.WithdrawEvidence()
            | a.ReadEvidence()
            | a.FileDocument()
        ):
            return evidence_fact(program, actor, deed, at, act.filed)
        case a.Assess():
            return assessment_fact(program, actor, deed)
        case a.Observe():
            return observation_fact(program, actor, deed)
        case a.Determine():
            return determination_fact(program, actor, deed, at)
        case a.ReportIncident() | a.ConfirmIncident() | a.ContestIncident() | a.DismissIncident() | a.ResolveIncident():
            return incident_fact(program, actor, deed, at)
        case a.CorrectIncident():
            return correction_fact(program, actor, deed, at)
        case a.TakeBack():
            return mistake_fact(program, actor, deed, at)
        case GiveAccount() | TakeBackAccount():
            return account_fact(program, actor, deed, at)
        case a.Propose() | a.ObjectTo() | a.GiveNotice() | a.WithdrawProposal() | a.Consent(phase=None):
            return proposal_fact(program, actor, deed, at)
        case a.Consent():
            if deed.effects is not None:
                unbound = deed.model_copy(update={"effects": None})
                _check_effects(program, act.model_copy(update={"deed": unbound}), deed.effects, at)
            return consent_fact(program, actor, deed)
        case a.RaiseDispute() | a.SettleDispute() | a.WithdrawDispute() | a.InvokeSnapback():
            return dispute_fact(program, actor, deed, at)
        case a.AdvancePhase():
            return advance_fact(program, deed, at)
        case a.SuspendProgram() | a.ResumeProgram() | a.TerminateProgram():
            return standing_fact(program, actor, deed, at)
        case a.ReportChild():
            return child_report_fact(program, deed)
        case a.ReportParent():
            return parent_report_fact(program, deed)
        case a.ReportCheck() | a.PauseCheck() | a.ResumeCheck():
            return check_fact(program, deed)
        case a.StartProgram() | a.StrikeClock():
            raise AssertionError("judged before")
    assert_never(deed)


def _check_actor(program: Program, act: a.Act) -> None:
    actor = act.actor
    part = permission_of(act.deed)
    if not may(actor.role, part):
        raise Refusal(Code.ROLE_MAY_NOT, f"The role {actor.role} may not {part.replace('_', ' ')}.", roles_in_words(part))
    if actor.role is a.Role.CLOCK or _is_own_checker(program, actor):
        return
    check_membership(program, actor)


def _check_effects(program: Program, unbound: a.Act, shown: str, at: datetime) -> None:
    """Refuses an act that is bound to other effects than it would have now. Raises Refusal."""
    would = decide(program, unbound, at)
    if isinstance(would, Decided) and effects_hash(would.entries) != shown:
        what = "consent" if isinstance(unbound.deed, a.Consent) else "act"
        raise Refusal(
            Code.EFFECTS_CHANGED,
            f"The {what} is bound to effects that are no longer those it would have.",
            f"one that is bound to the effects {effects_hash(would.entries)}, or to none",
        )
