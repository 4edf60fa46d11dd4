"""Response models of automated checks: source, schedule, runs and findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from rules.checks.health import Health, LastRun, health, overdue_from
from rules.language.checks import Runs
from rules.program import Program
from rules.times import Instant
from rules.vocabulary.checks import CheckState


class RunResponse(BaseModel):
    """How the last run went. It is kept beside the ledger: that a source was away is no fact of the program."""

    started_at: Instant | None
    finished_at: Instant | None
    seconds: float | None = Field(description="of the last run that has ended; null while one runs")
    outcome: str | None = Field(description="read, why nothing was read, no_answer or not_recorded")
    sentence: str | None
    bytes: int | None = Field(description="of all answers together")
    answered_at: Instant | None = Field(description="when the source last answered as it should")
    failures: int = Field(description="runs in a row without a good answer")
    failing_since: Instant | None


class ReportResponse(BaseModel):
    """What the check said last in the ledger, where it says only what is new."""

    at: Instant
    outcome: str
    sentence: str
    edition: str | None
    covers_until: date | None


class FoundResponse(BaseModel):
    """What is found of a milestone that the check's figures count for."""

    milestone: str
    outcome: str
    sentence: str
    made_at: Instant


class CheckResponse(BaseModel):
    name: str
    title: str
    source: str
    producer: str
    indicator: str | None = Field(description="whose figures are recorded; null where incidents are reported")
    runs: Runs
    time_zone: str = Field(description="of `runs.at`")
    paused: str | None = Field(description="why it is paused; null while it runs")
    health: Health
    health_sentence: str
    overdue_from: Instant = Field(description="when it is overdue, unless the source gives a good answer before")
    last_run: RunResponse | None
    progress: str | None = Field(default=None, description="how far the run is that goes on now; told of a single check")
    next_run: Instant | None
    next_run_unknown: str | None = Field(description="why `next_run` is null")
    last_report: ReportResponse | None
    findings: list[FoundResponse]

    @classmethod
    def of(cls, program: Program, name: str, last: LastRun | None, upcoming: Upcoming, at: datetime) -> CheckResponse:
        check, state = program.plan.checks[name], program.checks.get(name, CheckState())
        how, sentence = health(program, name, last, at)
        next_run, unknown = upcoming.of(program, name)
        report = state.report
        return cls(
            name=name,
            title=check.title,
            source=check.source,
            producer=program.plan.sources[check.source].producer,
            indicator=check.figures_of,
            runs=check.runs,
            time_zone=program.plan.time_zone,
            paused=state.paused_because,
            health=how,
            health_sentence=sentence,
            overdue_from=overdue_from(program, name, last),
            last_run=_run(last) if last and last.started_at else None,
            next_run=next_run,
            next_run_unknown=unknown,
            last_report=ReportResponse(
                at=state.reported_at,
                outcome=report.outcome,
                sentence=report.sentence,
                edition=report.edition,
                covers_until=report.covers_until,
            )
            if report and state.reported_at
            else None,
            findings=_findings(program, check.figures_of),
        )


class OverdueCheck(BaseModel):
    """A check whose source has not answered for too long. It blocks nothing, and explains why a figure may be missing."""

    check: str
    title: str
    since: Instant
    sentence: str


def overdue_checks(program: Program, checks: Iterable[str], last: Mapping[str, LastRun], at: datetime) -> list[OverdueCheck]:
    """The overdue ones among some checks."""
    told = {name: health(program, name, last.get(name), at) for name in checks}
    return [
        OverdueCheck(
            check=name,
            title=program.plan.checks[name].title,
            since=overdue_from(program, name, last.get(name)),
            sentence=sentence,
        )
        for name, (how, sentence) in told.items()
        if how is Health.OVERDUE
    ]


class Upcoming:
    """The next runs of checks, from Temporal; or the reason why they are unknown."""

    def __init__(self, times: Mapping[str, datetime | None], away: str | None = None) -> None:
        self._times, self._away = times, away

    def of(self, program: Program, name: str) -> tuple[datetime | None, str | None]:
        if program.ended_at is not None:
            return None, "The program has ended."
        if program.checks.get(name, CheckState()).paused_because is not None:
            return None, "The check is paused."
        if self._away is not None:
            return None, self._away
        if (found := self._times.get(name)) is None:
            return None, "The schedule is being made."
        return found, None


class RunAsked(BaseModel):
    """That a check was asked to run now. How it went is told by the check itself."""

    program: UUID
    check: str
    sentence: str


def _run(last: LastRun) -> RunResponse:
    ended = last.started_at and last.finished_at and last.finished_at >= last.started_at
    seconds = (last.finished_at - last.started_at).total_seconds() if ended and last.finished_at and last.started_at else None
    return RunResponse(
        started_at=last.started_at,
        finished_at=last.finished_at,
        seconds=seconds,
        outcome=last.outcome,
        sentence=last.sentence,
        bytes=last.bytes,
        answered_at=last.answered_at,
        failures=last.failures,
        failing_since=last.failing_since,
    )


def _findings(program: Program, indicator: str | None) -> list[FoundResponse]:
    uses = dict.fromkeys(milestone for milestone, _, _ in program.plan.measured.get(indicator or "", ()))
    found = ((name, program.milestone(name).finding) for name in uses)
    return [
        FoundResponse(milestone=name, outcome=finding.outcome, sentence=finding.sentence, made_at=finding.made_at)
        for name, finding in found
        if finding is not None
    ]
