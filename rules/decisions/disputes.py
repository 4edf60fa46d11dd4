"""Decisions on disputes (raised, settled, withdrawn) and on invoking snapbacks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias, assert_never

from rules import acts as a
from rules import dates, facts
from rules.authority import roles_in_words
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.disputes import Ladder
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.disputes import Dispute, DisputeStatus

Deed: TypeAlias = a.RaiseDispute | a.SettleDispute | a.WithdrawDispute | a.InvokeSnapback


def dispute_fact(program: Program, actor: a.Actor, deed: Deed, at: datetime) -> Fact:
    """The fact of an act on a dispute or a snapback. Raises Refusal."""
    match deed:
        case a.RaiseDispute():
            return _raise_fact(program, actor, deed, at)
        case a.SettleDispute():
            dispute = unsettled_dispute(program, deed.dispute)
            stage = ladder_of(program, dispute.ladder).stages[dispute.stage]
            _check_party(actor, deed, stage.before, f"The dispute lies before {' and '.join(stage.before)}.")
            return facts.DisputeSettled(dispute=dispute.id, stage=dispute.stage, outcome=deed.outcome)
        case a.WithdrawDispute():
            dispute = unsettled_dispute(program, deed.dispute)
            _check_party(actor, deed, [dispute.raised_by.party or ""], f"{dispute.raised_by.party} has raised this dispute.")
            return facts.DisputeWithdrawn(dispute=dispute.id, reason=deed.reason)
        case a.InvokeSnapback():
            return _invoke_fact(program, actor, deed, at)
    assert_never(deed)


def ladder_of(program: Program, name: str) -> Ladder:
    """The ladder of a kind of dispute. Raises Refusal."""
    if (ladder := program.plan.disputes.get(name)) is None:
        raise Refusal(
            Code.LADDER_UNKNOWN, f"{name} is no kind of dispute of the plan.", did_you_mean(name, program.plan.disputes)
        )
    return ladder


def unsettled_dispute(program: Program, name: str) -> Dispute:
    """A dispute that can still be settled, including one that the last stage has left unsettled. Raises Refusal."""
    if (dispute := program.disputes.get(name)) is None:
        raise Refusal(Code.DISPUTE_UNKNOWN, f"There is no dispute {name}.", "the id of a dispute")
    if not dispute.is_unsettled:
        raise Refusal(Code.DISPUTE_ENDED, f"The dispute {name} is {dispute.status}.", "a dispute that is not settled")
    return dispute


def open_dispute(program: Program, name: str) -> Dispute:
    """A dispute that is before a stage. Raises Refusal."""
    dispute = unsettled_dispute(program, name)
    if dispute.status is not DisputeStatus.OPEN:
        raise Refusal(Code.DISPUTE_ENDED, f"The dispute {name} is {dispute.status}.", "a dispute before a stage")
    return dispute


def _check_party(actor: a.Actor, deed: Deed, among: Collection[str], because: str) -> None:
    if actor.party not in among:
        raise Refusal(Code.PARTY_MAY_NOT, because, roles_in_words(deed.kind, among))


def _raise_fact(program: Program, actor: a.Actor, deed: a.RaiseDispute, at: datetime) -> Fact:
    ladder = ladder_of(program, deed.ladder)
    if deed.dispute in program.disputes:
        raise Refusal(Code.ID_TAKEN, f"There is a dispute {deed.dispute} already.", "an id that is not taken")
    who = ladder.raised_by or tuple(program.plan.parties)
    _check_party(actor, deed, who, f"A dispute of this kind is raised by {' or '.join(who)}.")
    known = {*program.plan.milestones, *program.plan.commitments, *program.plan.phases, *program.incidents}
    if deed.about is not None and deed.about not in known:
        raise Refusal(Code.SUBJECT_UNKNOWN, f"There is nothing called {deed.about}.", did_you_mean(deed.about, known))
    stage, first = next(iter(ladder.stages.items()))
    until = dates.end_after(at, first.within, program.plan.time_zone)
    return facts.DisputeRaised(
        dispute=deed.dispute, ladder=deed.ladder, about=deed.about, reason=deed.reason, stage=stage, until=until
    )


def _invoke_fact(program: Program, actor: a.Actor, deed: a.InvokeSnapback, at: datetime) -> Fact:
    zone = program.plan.time_zone
    if (rule := program.plan.snapbacks.get(deed.snapback)) is None:
        raise Refusal(
            Code.SNAPBACK_UNKNOWN,
            f"{deed.snapback} is no snapback of the plan.",
            did_you_mean(deed.snapback, program.plan.snapbacks),
        )
    whose = (
        f"It is invoked by {' or '.join(rule.invoked_by)}."
        if rule.invoked_by
        else "It lapses by itself, and nobody invokes it."
    )
    _check_party(actor, deed, rule.invoked_by, whose)
    if deed.snapback in program.snapbacks:
        raise Refusal(Code.SNAPBACK_INVOKED, f"{deed.snapback} has been invoked already.", "nothing more is needed")
    if rule.only_after is not None:
        dispute = program.disputes.get(deed.dispute or "")
        if dispute is None or dispute.ladder != rule.only_after or dispute.status is not DisputeStatus.UNSETTLED:
            raise Refusal(
                Code.DISPUTE_NOT_UNSETTLED,
                f"{deed.snapback} is invoked on a dispute that {rule.only_after} has left unsettled.",
                "dispute: the id of such a dispute",
            )
    return facts.SnapbackInvoked(
        snapback=deed.snapback,
        dispute=deed.dispute,
        reason=deed.reason,
        takes_effect_at=dates.passes_at(dates.end_after(at, rule.within, zone), zone),
    )
