"""Effects of proposals: adopted, lifted, failed. Evaluated last, when no other effect follows.

Parties consent to the effects of a signature: what would follow if the proposal were adopted at once.
Their hash is computed after every act. If it differs, the consents are lifted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from typing import assert_never

from rules import effects
from rules.dates import end_of_date, has_passed
from rules.decisions.matters import check_matter
from rules.effects import Effect
from rules.language.procedures import Procedure
from rules.program import Program
from rules.queries.affected import Agenda
from rules.queries.amending import Conflict, merge
from rules.queries.gates import judge_gate
from rules.queries.signature import effects_hash
from rules.queries.silence import lapses_at, silence_ends
from rules.reactions.consequences import ORDER, Step
from rules.reactions.fixpoint import Fixpoint
from rules.reactions.inactivity import stall_effects
from rules.refusals import Refusal
from rules.times import start_of_day
from rules.truth import Truth
from rules.vocabulary import matters as m
from rules.vocabulary.amendments import Version
from rules.vocabulary.proposals import Proposal


def signature_effects(program: Program, proposal: str, procedure: str, matter: m.Matter, at: datetime) -> Fixpoint:
    """The effects of a signature: what would follow if the matter were decided now. Raises Refusal if it cannot be."""
    check_matter(program, procedure, matter, at)
    unfolding = Fixpoint(program, proposal, at, ORDER)
    for effect in adoption_effects(program, proposal, matter, at):
        unfolding.append(effect)
    unfolding.settle(at)
    return unfolding


def adoption_effects(program: Program, proposal: str, matter: m.Matter, at: datetime) -> Iterator[Effect]:
    """The direct effects of adopting a matter."""
    zone = program.plan.time_zone
    match matter:
        case m.Waive():
            yield effects.MilestoneWaived(milestone=matter.milestone, until=matter.until, proposal=proposal, effective_at=at)
        case m.Decline():
            yield effects.MilestoneDeclined(milestone=matter.milestone, proposal=proposal, effective_at=at)
        case m.Extend():
            yield effects.DeadlineExtended(milestone=matter.milestone, to=matter.to, proposal=proposal, effective_at=at)
        case m.ReviseTimetable():
            for name, to in matter.to.items():
                date = end_of_date(to, zone)
                yield effects.DeadlineExtended(milestone=name, to=date, proposal=proposal, effective_at=at)
        case m.AgreeDate():
            begins = start_of_day(matter.on, zone)
            yield effects.DateAgreed(date=matter.date, on=matter.on, begins_at=begins, proposal=proposal, effective_at=at)
        case m.ExtendSilence():
            yield effects.SilenceExtended(proposal=matter.proposal, to=matter.to, effective_at=at)
        case m.ExtendStage():
            yield effects.StageExtended(dispute=matter.dispute, to=matter.to, effective_at=at)
        case m.Keep():
            yield effects.SnapbackAverted(snapback=matter.snapback, proposal=proposal, effective_at=at)
        case m.Amend():
            yield effects.PlanAmended(
                document=matter.document,
                parameters=matter.parameters,
                plan_sha256=sha256(matter.document.encode()).hexdigest(),
                proposal=proposal,
                effective_at=at,
            )
        case _:
            assert_never(matter)


def proposal_effects(program: Program, at: datetime, _: Agenda) -> Iterator[Effect]:
    """The effects of the first open proposal that has any."""
    if program.ended_at is not None:
        return
    for proposal in program.open_proposals:
        if found := tuple(_effects_on(program, proposal, at)):
            yield from found
            return


def _effects_on(program: Program, proposal: Proposal, at: datetime) -> Iterator[Effect]:
    procedure = program.plan.procedures.get(proposal.procedure)
    if procedure is None:
        yield _failed(proposal, "overtaken", f"The plan no longer has the procedure {proposal.procedure}.", at)
    elif isinstance(proposal.matter, m.Amend) and proposal.amends != program.version:
        yield _rebased(program, proposal, proposal.matter, at)
    elif vetoes := sorted(proposal.objections.intersection(procedure.vetoed_by)):
        yield _failed(proposal, "vetoed", f"{' and '.join(vetoes)} objected, whose objection ends it.", at)
    else:
        yield from _evaluate(program, proposal, procedure, at)


def _evaluate(program: Program, proposal: Proposal, procedure: Procedure, at: datetime) -> Iterator[Effect]:
    try:
        would = effects_hash(signature_effects(program, proposal.id, proposal.procedure, proposal.matter, at).entries)
    except Refusal as refusal:
        yield _failed(proposal, "overtaken", refusal.refused.reason, at)
        return
    if would != proposal.effects:
        yield _lift_consents(proposal, would, None, "Something recorded since changes them.", at)
        return
    silent = _silent(program, proposal, procedure, at)
    if judge_gate(program, proposal.consents | silent, procedure.adopted_when, at) is Truth.MET and (
        not isinstance(proposal.matter, m.ExtendSilence) or proposal.consents.issuperset(procedure.asked)
    ):
        yield effects.ProposalAdopted(proposal=proposal.id, by_silence=tuple(sorted(silent)), effective_at=at)
        yield from adoption_effects(program, proposal.id, proposal.matter, at)
    elif (lapse := lapses_at(program, proposal)) is not None and has_passed(lapse, at, program.plan.time_zone):
        yield _failed(proposal, "lapsed", "It was not adopted in time.", at)


def _silent(program: Program, proposal: Proposal, procedure: Procedure, at: datetime) -> frozenset[str]:
    """The parties that consent by silence: they had notice and did not answer in time."""
    ends = silence_ends(program, proposal)
    if ends is None or not has_passed(ends, at, program.plan.time_zone):
        return frozenset()
    return frozenset(procedure.asked) - proposal.consents


def _rebased(program: Program, proposal: Proposal, matter: m.Amend, at: datetime) -> Effect:
    try:
        version = merge(proposal.amends, program.version, Version(matter.document, matter.parameters))
        both = m.Amend(document=version.document, parameters=dict(version.parameters))
        would = effects_hash(signature_effects(program, proposal.id, proposal.procedure, both, at).entries)
    except Conflict as conflict:
        told = f"It and an amendment adopted before it say different things at {', '.join(conflict.places[:10])}."
        return _failed(proposal, "conflicting", told, at)
    except (Refusal, ValueError) as error:
        told = error.refused.reason if isinstance(error, Refusal) else str(error)
        return _failed(proposal, "conflicting", f"Joined with an amendment adopted before it: {told}"[:4000], at)
    return _lift_consents(proposal, would, both, "It has been joined with an amendment that was adopted before it.", at)


def _lift_consents(
    proposal: Proposal, would: str, matter: m.Amend | None, because: str, at: datetime
) -> effects.ProposalChanged:
    return effects.ProposalChanged(
        proposal=proposal.id,
        effects=would,
        lifted=tuple(sorted(proposal.consents)),
        matter=matter,
        because=because,
        effective_at=at,
    )


def _failed(proposal: Proposal, how: str, because: str, at: datetime) -> effects.ProposalFailed:
    return effects.ProposalFailed.model_validate({"proposal": proposal.id, "how": how, "because": because, "effective_at": at})


LAW: tuple[Step, ...] = (*ORDER, stall_effects, proposal_effects)
"""All that follows from what is recorded, in the order that is law."""
