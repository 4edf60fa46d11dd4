"""Explanation of a stability period that is not kept yet."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from rules.explanations.incidents import undecidable
from rules.explanations.reasons import Reason
from rules.program import Program
from rules.queries.incidents import deciders
from rules.queries.stability import days_left
from rules.times import day_in_words


def stability_reason(program: Program, phase: str, at: datetime) -> Reason:
    """The reason why a stability period is not kept, and who can change that."""
    plan, rule, state = (
        program.plan,
        program.plan.phases[phase].stability,
        program.stability.get(phase),
    )
    if rule is None or state is None:
        return f"{plan.phases[phase].title}: its stability period has not begun.", (), None, None
    zone, counted = program.plan.time_zone, state.counted
    moved = f" It was last moved by the incident {counted.moved_by}." if counted.moved_by else ""
    ends = counted.completes_at
    match counted.status:
        case "paused":
            return (
                f"The stability period is paused and does not count.{moved}",
                (),
                counted.effective_at,
                None,
            )
        case "frozen":
            incident = program.incidents[counted.frozen_by or ""]
            sentence = (
                f"The stability period is frozen until the incident {counted.frozen_by} is decided: "
                f"dismissed, it ends on {day_in_words(ends, zone) if ends else 'a later day'}; "
                f"confirmed, it starts anew.{moved}{undecidable(program, incident)}"
            )
            return sentence, deciders(program, incident), counted.effective_at, None
        case "counting":
            left = days_left(program, phase, at)
            until = f", until {day_in_words(ends, zone)}" if ends else ""
            ahead = [plan.calendar[name] for name in rule.paused_in]
            titles = [window.title for window in ahead if ends and at < window.to and window.from_ < ends]
            apart = f" Days of {' and '.join(titles)} do not count." if titles else ""
            inside = [window.title for window in ahead if window.from_ <= at < window.to]
            apart += f" {' and '.join(inside)} is under way, so today does not count." if inside else ""
            unseen = _uncovered(program, counted.unseen_by)
            if unseen and ends is not None and ends <= at:
                return f"Nothing is known that broke the quiet.{unseen}{moved}", (), ends, None
            return (
                f"{left} days of stability are still to be kept{until}.{apart}{unseen}{moved}",
                (),
                counted.counted_from,
                ends,
            )
    assert_never(counted.status)


def _uncovered(program: Program, check: str | None) -> str:
    if check is None:
        return ""
    covered = program.checks[check].covers_until if check in program.checks else None
    title = program.plan.checks[check].title
    speaks = f"speaks of days up to {covered}" if covered else "has not spoken of any day yet"
    return f" {title} {speaks}; a day that it does not cover is not counted as quiet."
