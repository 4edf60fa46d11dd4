"""Validation of date changes: moved due dates, and agreed days."""

from __future__ import annotations

from datetime import date, datetime

from rules import dates
from rules.decisions.milestones import milestone_of
from rules.field_types import did_you_mean
from rules.language.agreed_dates import AgreedDate
from rules.program import Program
from rules.queries.agreed_dates import window_told
from rules.queries.windows import window_closes_at, window_opens_at
from rules.refusals import Code, Refusal
from rules.times import start_of_day
from rules.vocabulary import matters as m
from rules.vocabulary.milestones import MilestoneStatus


def check_later(program: Program, milestone: str, to: date, at: datetime) -> None:
    """Raises Refusal unless the milestone has a due date that would move later."""
    zone = program.plan.time_zone
    state, moved = program.milestone(milestone), dates.end_of_date(to, zone)
    milestone_of(program, milestone)
    if state.due is None or state.status is MilestoneStatus.ACHIEVED:
        raise Refusal(Code.NOTHING_TO_EXTEND, f"{milestone} has no due date that runs.", "a milestone that is due")
    now = state.due.revised or state.due.original
    if moved <= now:
        raise Refusal(Code.NOT_LATER, f"{milestone} is due on {dates.in_words(now, zone)} already.", "a later date")
    if moved <= at:
        text = f"{milestone} would be due on {dates.in_words(moved, zone)}, which has passed."
        raise Refusal(Code.NOT_LATER, text, "a date that is still to come")


def agreed_date_of(program: Program, name: str) -> AgreedDate:
    """An agreed date of the plan. Raises Refusal."""
    if (rule := program.plan.agreed_dates.get(name)) is None:
        near = did_you_mean(name, program.plan.agreed_dates)
        raise Refusal(Code.AGREED_DATE_UNKNOWN, f"{name} is none of the days that the plan lets parties agree on.", near)
    return rule


def check_day(program: Program, matter: m.AgreeDate, at: datetime) -> None:
    """Raises Refusal unless the day lies in its window, and neither it nor the one agreed before has come."""
    rule, zone = agreed_date_of(program, matter.date), program.plan.time_zone
    begins, day = start_of_day(matter.on, zone), program.agreed_dates.get(matter.date)
    first, last = window_opens_at(program, rule.not_before), window_closes_at(program, rule.not_after, at)
    window = window_told(program, matter.date)
    if first is None or last is None:
        text = f"The window of {matter.date} is not known yet: {window}."
        raise Refusal(Code.OUTSIDE_THE_WINDOW, text, "an agreement once what it is counted from has come")
    if day is not None and day.status == "missed":
        text = f"The window of {matter.date} has closed without a day: {window}."
        raise Refusal(Code.OUTSIDE_THE_WINDOW, text, "an amendment of the plan")
    if begins < first or dates.end_of_day(begins, zone) > last:
        text = f"{matter.on} lies outside the window of {matter.date}: {window}."
        raise Refusal(Code.OUTSIDE_THE_WINDOW, text, f"a day that is {window}")
    if begins <= at:
        raise Refusal(Code.NOT_LATER, f"{matter.on} has come before it was agreed on.", f"a day still to come, {window}")
    if day is not None and day.begins_at is not None and day.begins_at <= at:
        text = f"{matter.date} was agreed to be on {day.on}, which has come."
        raise Refusal(Code.NOT_LATER, text, "what was agreed, or an amendment of the plan")
