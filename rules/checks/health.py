"""The health of a check: whether its source answers, and for how long it has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rules.program import Program
from rules.times import add_duration, day_in_words
from rules.vocabulary.checks import CheckState

ANSWERS = ("read", "missing")
"""Outcomes of a run in which the source answered as it should; it may have no figure for what is asked."""


class Health(StrEnum):
    OK = "ok"
    FAILING = "failing"
    OVERDUE = "overdue"
    NEVER_RUN = "never_run"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class LastRun:
    """The outcome of a check's last run. It is operational state outside the ledger, since an outage of a source is no fact of
    a program.

    `failures` counts consecutive runs without a good answer, since `failing_since`; `answered_at` is the last good one.
    """

    watched_since: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: str | None = None
    sentence: str | None = None
    bytes: int | None = None
    answered_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None


def overdue_from(program: Program, check: str, last: LastRun | None) -> datetime:
    """The instant from which a check is overdue unless its source gives a good answer before.

    Counted from the last good answer, or from the start, the check's addition to the plan or its resumption, if that is
    later.
    """
    told = [program.started_at, program.checks.get(check, CheckState()).resumed_at]
    told += [last.answered_at, last.watched_since] if last else []
    since = max(at for at in told if at is not None)
    return add_duration(since, program.plan.checks[check].runs.overdue_after, program.plan.time_zone)


def health(program: Program, check: str, last: LastRun | None, at: datetime) -> tuple[Health, str]:
    """The health of a check at an instant, with a sentence."""
    if program.ended_at is not None:
        return Health.PAUSED, "The program has ended; nothing is checked any more."
    if (reason := program.checks.get(check, CheckState()).paused_because) is not None:
        return Health.PAUSED, f"Paused: {reason}"
    zone = program.plan.time_zone
    if (due := overdue_from(program, check, last)) <= at:
        answered = (
            f"its last was on {day_in_words(last.answered_at, zone)}" if last and last.answered_at else "it never gave one"
        )
        return Health.OVERDUE, f"Check overdue since {day_in_words(due, zone)}: the source gives no answer, {answered}."
    if last is not None and last.failures and last.failing_since is not None:
        times = "once" if last.failures == 1 else f"{last.failures} times in a row"
        return Health.FAILING, f"Without an answer {times}, since {day_in_words(last.failing_since, zone)}: {last.sentence}"
    if last is None or last.finished_at is None:
        return Health.NEVER_RUN, f"No run has ended yet; overdue from {day_in_words(due, zone)}."
    return Health.OK, f"The source answers: {last.sentence}"
