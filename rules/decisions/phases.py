"""Decisions on phases (consent, advance) and on the program's standing (suspend, resume, terminate)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, assert_never

from rules import acts as a
from rules import facts
from rules.authority import roles_in_words
from rules.entries import Fact
from rules.explanations.explain import blocking_phase
from rules.field_types import did_you_mean
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.phases import Gate, PhaseStatus
from rules.vocabulary.standing import Standing


def check_phase(program: Program, name: str) -> None:
    """Raises Refusal unless the plan has such a phase."""
    if name not in program.plan.phases:
        raise Refusal(
            Code.PHASE_UNKNOWN,
            f"{name} is no phase of the plan.",
            did_you_mean(name, program.plan.phases),
        )


def consent_fact(program: Program, actor: a.Actor, deed: a.Consent) -> Fact:
    """The fact of a party's consent to the opening of a phase, or to its completion. Raises Refusal."""
    phase = deed.phase or ""
    check_phase(program, phase)
    asked = {party for parties in program.plan.consents_asked[phase] for party in parties}
    if deed.on_behalf_of is not None:
        accepted = roles_in_words("consent_to_phase", sorted(asked))
        raise Refusal(Code.PARTY_MAY_NOT, "A phase is consented to by a party itself, and on behalf of nobody.", accepted)
    if actor.party not in asked:
        raise Refusal(
            Code.CONSENT_NOT_ASKED,
            f"The phase {phase} does not ask for the consent of {actor.party}.",
            f"a consent by {roles_in_words('consent_to_phase', sorted(asked))}" if asked else "no consent is asked here",
        )
    gates: tuple[Gate, ...] = ("entry", "exit")
    missing = [
        gate
        for gate, parties in zip(gates, program.plan.consents_asked[phase], strict=True)
        if actor.party in parties and actor.party not in program.consented(phase, gate)
    ]
    if program.phase(phase).status is not PhaseStatus.WAITING:
        missing.reverse()  # an open phase next needs consents to its completion
    if not missing or actor.party is None:
        raise Refusal(Code.CONSENT_ALREADY_GIVEN, f"{actor.party} has consented already.", "nothing more is needed")
    to: Literal["completion"] | None = "completion" if missing[0] == "exit" else None
    return facts.ConsentGiven(phase=phase, party=actor.party, to=to, effects=deed.effects)


def advance_fact(program: Program, deed: a.AdvancePhase, at: datetime) -> Fact:
    """The fact that a phase is opened on demand. Raises Refusal with what blocks it."""
    check_phase(program, deed.phase)
    state = program.phase(deed.phase)
    if state.told != "waiting":
        raise Refusal(
            Code.PHASE_NOT_WAITING,
            f"The phase {deed.phase} is {state.told}.",
            "a phase that waits",
        )
    if program.standing is not Standing.RUNNING:
        raise Refusal(
            Code.PROGRAM_SUSPENDED,
            f"The program is {program.standing}; no gate opens.",
            "an advance after it goes on",
        )
    if not state.entry_met:
        blocks = blocking_phase(program, deed.phase, at)
        text = " ".join(block.sentence for block in blocks[:5])
        raise Refusal(
            Code.GATE_NOT_MET,
            f"The entry gate of {deed.phase} is closed. {text}",
            "an advance once its criteria are met",
        )
    return facts.PhaseAdvanced(phase=deed.phase)


def check_is_authority(program: Program, actor: a.Actor) -> None:
    """Raises Refusal unless the plan names the actor's party or body as an authority."""
    deciders = program.plan.deciders
    if actor.party not in deciders:
        raise Refusal(
            Code.PARTY_MAY_NOT,
            f"This is decided by {' or '.join(deciders)}, not by {actor.party}.",
            roles_in_words("terminate_program", deciders),
        )


def _check_parent(program: Program) -> None:
    """Raises Refusal while the parent is suspended and this program with it."""
    parent = program.parent
    if parent is not None and parent.holds and parent.agreed.when_suspended == "suspend":
        raise Refusal(Code.PARENT_SUSPENDED, parent.reason, "a resumption after the parent goes on")


def standing_fact(
    program: Program, actor: a.Actor, deed: a.SuspendProgram | a.ResumeProgram | a.TerminateProgram, at: datetime
) -> Fact:
    """The fact that a program is suspended, resumed or terminated. Raises Refusal.

    A suspension is refused only while there already is one.
    """
    if not isinstance(deed, a.SuspendProgram):
        check_is_authority(program, actor)
    suspended = program.standing is Standing.SUSPENDED
    match deed:
        case a.SuspendProgram():
            if suspended:
                raise Refusal(
                    Code.PROGRAM_SUSPENDED,
                    "The program is suspended already.",
                    "nothing more is needed",
                )
            return facts.ProgramSuspended(reason=deed.reason, effective_at=at)
        case a.ResumeProgram():
            if not suspended:
                raise Refusal(
                    Code.PROGRAM_NOT_SUSPENDED,
                    "The program is not suspended.",
                    "nothing more is needed",
                )
            _check_parent(program)
            return facts.ProgramResumed(reason=deed.reason, effective_at=at)
        case a.TerminateProgram():
            return facts.ProgramTerminated(reason=deed.reason, effective_at=at)
    assert_never(deed)
