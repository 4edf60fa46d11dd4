"""Decisions on acts about checks: their reports, pauses and resumptions."""

from __future__ import annotations

from typing import TypeAlias, assert_never

from rules import acts as a
from rules import facts
from rules.authority import may
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.figures.acceptance import acceptable
from rules.language.checks import Check
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.checks import CheckState
from rules.vocabulary.origin import Origin

Deed: TypeAlias = a.ReportCheck | a.PauseCheck | a.ResumeCheck


def check_fact(program: Program, deed: Deed) -> Fact | None:
    """The fact of an act on a check; None for a report that repeats the last one and accepts no figure. Raises Refusal."""
    check_of(program, deed.check)
    state = program.checks.get(deed.check, CheckState())
    match deed:
        case a.ReportCheck():
            now = facts.CheckReported(**deed.model_dump(exclude={"kind"}))
            return now if says_something_new(state.report, now) or acceptable(program, deed.check) else None
        case a.PauseCheck():
            if state.paused_at is not None:
                raise Refusal(Code.CHECK_PAUSED, f"The check {deed.check} is paused already.", "a check that runs")
            return facts.CheckPaused(check=deed.check, reason=deed.reason)
        case a.ResumeCheck():
            if state.paused_at is None:
                raise Refusal(Code.CHECK_NOT_PAUSED, f"The check {deed.check} is not paused.", "a check that is paused")
            return facts.CheckResumed(check=deed.check, reason=deed.reason)
    assert_never(deed)


def check_of(program: Program, name: str) -> Check:
    """A check of the plan. Raises Refusal."""
    if (check := program.plan.checks.get(name)) is None:
        raise Refusal(Code.CHECK_UNKNOWN, f"{name} is no check of the plan.", did_you_mean(name, program.plan.checks))
    return check


def check_feed(program: Program, actor: a.Actor, origin: Origin | None) -> None:
    """Requires that an incident's origin is a feed of the plan and its actor a checker. Raises Refusal."""
    if origin is None:
        return
    if not may(actor.role, "say_origin"):
        text = f"An origin says which check has read an event, and {actor.person} is none."
        raise Refusal(Code.WRONG_ORIGIN, text, "a report without origin")
    if check_of(program, origin.check).incidents is None:
        raise Refusal(Code.WRONG_ORIGIN, f"The check {origin.check} reads no incidents.", "a check of incidents")


def says_something_new(before: facts.CheckReported | None, now: facts.CheckReported) -> bool:
    """Whether a report differs in its outcome. Time and place are ignored: a daily check would fill the ledger."""
    unsaid = {"fetched", "adapter", "version"}
    return before is None or before.model_dump(exclude=unsaid) != now.model_dump(exclude=unsaid)
