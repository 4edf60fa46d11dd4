"""Validation of proposed matters: whether a procedure could decide one now. Run when it is proposed and until it is decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import assert_never

from rules import dates
from rules.acts import ChildPlan
from rules.canonical import NotCanonical, digest
from rules.decisions.disputes import ladder_of, open_dispute
from rules.decisions.milestones import milestone_of
from rules.decisions.timetable import agreed_date_of, check_day, check_later
from rules.field_types import did_you_mean
from rules.language.parameters import recorded_plan
from rules.language.plan import Plan
from rules.language.procedures import Procedure
from rules.language.reading import InvalidDocument
from rules.program import Program
from rules.queries.amending import class_of, plan_changes
from rules.refusals import Code, Refusal
from rules.validation.accepted import validated_plan
from rules.vocabulary import matters as m
from rules.vocabulary.amendments import Version
from rules.vocabulary.disputes import DisputeStatus
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.proposals import ProposalStatus


def procedure_of(program: Program, name: str) -> Procedure:
    """A procedure of the plan. Raises Refusal."""
    if (procedure := program.plan.procedures.get(name)) is None:
        raise Refusal(
            Code.PROCEDURE_UNKNOWN, f"{name} is no procedure of the plan.", did_you_mean(name, program.plan.procedures)
        )
    return procedure


def check_matter(program: Program, procedure: str, matter: m.Matter, at: datetime) -> None:
    """Raises Refusal unless the procedure could decide the matter now."""
    match matter:
        case m.Waive():
            _check_waiver(program, procedure, matter, at)
        case m.Decline():
            step = milestone_of(program, matter.milestone)
            _check_procedure(f"{matter.milestone} is declined", step.declined_by, procedure)
            _check_undecided(program, matter.milestone)
        case m.Extend():
            _check_extension(program, procedure, matter, at)
        case m.ReviseTimetable():
            _check_timetable(program, procedure, matter, at)
        case m.AgreeDate():
            _check_date(program, procedure, matter, at)
        case m.ExtendSilence():
            _check_silence(program, procedure, matter)
        case m.ExtendStage():
            _check_stage(program, procedure, matter)
        case m.Keep():
            rule = program.plan.snapbacks.get(matter.snapback)
            _check_procedure(f"{matter.snapback} is kept", rule.kept_by if rule else None, procedure)
            if matter.snapback not in program.snapbacks:
                raise Refusal(Code.SNAPBACK_NOT_INVOKED, f"{matter.snapback} has not been invoked.", "one that has been")
        case m.Amend():
            _check_amendment(program, procedure, matter)
        case _:
            assert_never(matter)


def _check_procedure(what: str, foreseen: str | None, procedure: str) -> None:
    if foreseen is None:
        raise Refusal(Code.NOT_FORESEEN, f"The plan does not foresee that {what}.", "an amendment of the plan")
    if foreseen != procedure:
        raise Refusal(Code.OTHER_PROCEDURE, f"That {what} is not decided by {procedure}.", f"the procedure {foreseen}")


def _check_undecided(program: Program, milestone: str) -> None:
    status = program.milestone(milestone).status
    if status in (MilestoneStatus.ACHIEVED, MilestoneStatus.DECLINED):
        raise Refusal(Code.ALREADY_DETERMINED, f"{milestone} is {status}.", "a milestone that is neither achieved nor declined")


def _check_waiver(program: Program, procedure: str, matter: m.Waive, at: datetime) -> None:
    step = milestone_of(program, matter.milestone)
    _check_procedure(f"{matter.milestone} is waived", step.waived_by, procedure)
    _check_undecided(program, matter.milestone)
    if matter.until is not None and matter.until <= at:
        text = f"The waiver would end on {dates.in_words(matter.until, program.plan.time_zone)}, which has passed."
        raise Refusal(Code.NOT_LATER, text, "a later end")


def _check_extension(program: Program, procedure: str, matter: m.Extend, at: datetime) -> None:
    step = milestone_of(program, matter.milestone)
    _check_procedure(f"{matter.milestone} is extended", step.due.extended_by if step.due else None, procedure)
    _check_not_declined(program, matter.milestone)
    check_later(program, matter.milestone, matter.to, at)


def _check_timetable(program: Program, procedure: str, matter: m.ReviseTimetable, at: datetime) -> None:
    for name, to in matter.to.items():
        step = milestone_of(program, name)
        _check_procedure(f"{name} is extended", step.due.extended_by if step.due else None, procedure)
        _check_not_declined(program, name)
        check_later(program, name, to, at)


def _check_date(program: Program, procedure: str, matter: m.AgreeDate, at: datetime) -> None:
    _check_procedure(f"{matter.date} is agreed on", agreed_date_of(program, matter.date).agreed_by, procedure)
    check_day(program, matter, at)


def _check_not_declined(program: Program, milestone: str) -> None:
    if program.milestone(milestone).status is MilestoneStatus.DECLINED:
        raise Refusal(Code.NOTHING_TO_EXTEND, f"{milestone} has no due date that runs.", "a milestone that is due")


def _check_silence(program: Program, procedure: str, matter: m.ExtendSilence) -> None:
    proposal = program.proposals.get(matter.proposal)
    if proposal is None:
        raise Refusal(Code.PROPOSAL_UNKNOWN, f"There is no proposal {matter.proposal}.", "the id of a proposal")
    if proposal.status is not ProposalStatus.OPEN:
        raise Refusal(Code.PROPOSAL_DECIDED, f"The proposal {proposal.id} is {proposal.status}.", "an open proposal")
    silence = procedure_of(program, proposal.procedure).silence
    _check_procedure(f"silence on {proposal.id} is extended", proposal.procedure if silence else None, procedure)
    zone = program.plan.time_zone
    if proposal.silence_until is not None and matter.to <= proposal.silence_until:
        text = f"The silence ends on {dates.in_words(proposal.silence_until, zone)} already."
        raise Refusal(Code.NOT_LATER, text, "a later date")


def _check_stage(program: Program, procedure: str, matter: m.ExtendStage) -> None:
    dispute = open_dispute(program, matter.dispute)
    if dispute.stage != matter.stage:
        raise Refusal(Code.WRONG_STAGE, f"The dispute {dispute.id} lies before {dispute.stage}.", f"the stage {dispute.stage}")
    stage = ladder_of(program, dispute.ladder).stages[dispute.stage]
    _check_procedure(f"{dispute.stage} has more time for {dispute.id}", stage.extended_by, procedure)
    zone = program.plan.time_zone
    if matter.to <= dispute.until:
        text = f"{dispute.stage} has until {dates.in_words(dispute.until, zone)} already."
        raise Refusal(Code.NOT_LATER, text, "a later date")


def accepted_plan(document: str, parameters: Mapping[str, str | int], programs: Mapping[str, ChildPlan]) -> Plan:
    """The plan of a submitted text, validated with those of its child programs. Raises Refusal with all faults."""
    try:
        plan = validated_plan(document, parameters, programs)
        digest({"document": document, "parameters": dict(parameters)})
    except InvalidDocument as error:
        text = "; ".join(fault.line("plan") for fault in error.faults[:5])
        raise Refusal(Code.PLAN_FAULTY, f"The plan has faults: {text}"[:4000], "a plan without faults") from None
    except NotCanonical as error:
        raise Refusal(Code.PLAN_FAULTY, f"The plan cannot be recorded: {error}", "plain text and whole numbers") from None
    return plan


def _check_amendment(program: Program, procedure: str, matter: m.Amend) -> None:
    version = Version(matter.document, matter.parameters)
    if version == program.version:
        raise Refusal(Code.NOTHING_AMENDED, "The text is that of the plan as it is.", "another text")
    plan = recorded_plan(matter.document, matter.parameters)
    changed = plan_changes(program.version, version)
    rule = class_of(program.plan, changed)
    places = ", ".join(change.place for change in changed[:5]) or "its wording alone"
    _check_procedure(f"the plan is amended at {places}", rule.procedure if rule else None, procedure)
    if dropped := tuple(_still_referenced(program, plan)):
        raise Refusal(
            Code.AMENDMENT_DROPS_RECORDED,
            f"The program has what the new text no longer knows: {', '.join(dropped[:10])}.",
            "a text that keeps it",
        )


def _still_referenced(program: Program, plan: Plan) -> Iterator[str]:
    """References from recorded or open matters to names that another text lacks."""
    kinds = {incident.kind for incident in program.incidents.values()}
    yield from (f"incidents of the kind {kind}" for kind in sorted(kinds - set(plan.incidents)))
    severities = {incident.severity for incident in program.incidents.values()}
    yield from (f"incidents of the severity {severity}" for severity in sorted(severities - set(plan.severities)))
    for dispute in program.disputes.values():
        ladder = plan.disputes.get(dispute.ladder)
        if dispute.status is DisputeStatus.OPEN and (ladder is None or dispute.stage not in ladder.stages):
            yield f"the dispute {dispute.id} before {dispute.stage}"
    yield from (
        f"the invoked snapback {name}"
        for name, held in program.snapbacks.items()
        if held.by is not None and name not in plan.snapbacks
    )
    yield from (f"the child program {name}" for name in program.children if name not in plan.programs)
