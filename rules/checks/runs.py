"""The acts that follow from one run of an automated check: measurements, and a report when its state has changed.

A check makes no finding of its own and never determines. Its acts are judged like all others. Their
actor is CHECKS, the service itself, which is known to every program whose plan declares checks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from rules.acts import CHECKS, Deed, ReportCheck
from rules.checks.filtering import filter_of, implausible
from rules.checks.recording import FigureReading
from rules.checks.watching import FeedReading
from rules.decisions.checks import says_something_new
from rules.facts import CheckReported
from rules.figures.acceptance import acceptable
from rules.language.checks import Feed
from rules.program import Program
from rules.vocabulary.checks import CheckState
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings

__all__ = ["CHECKS", "Run", "acts_of_run"]

MOST_EVENTS = 1_000
"""Acts on events that one run asks for. What a feed says more is for the next run; until then its days are not covered."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a check: its reading, the answers of the source, and the adapter."""

    reading: Readings | NoReading
    fetched: tuple[Fetch, ...]
    adapter: str
    version: str


def acts_of_run(program: Program, check: str, run: Run) -> tuple[Deed, ...]:
    """The acts that a run submits, in order; none if nothing is new.

    Idempotent: if some of them are recorded, it gives the rest. One impossible figure rejects the whole reading, so that
    nobody picks from a source that was wrong.
    """
    rule = program.plan.checks.get(check)
    if rule is None or program.ended_at is not None:
        return ()
    reading = run.reading
    if isinstance(reading, NoReading):
        return _with_report(program, _report(check, run, reading))
    if rule.incidents is not None:
        return _event_acts(program, check, run, reading, rule.incidents)
    if not reading.figures or not run.fetched:
        return _with_report(program, _report(check, run, NoReading("missing", "The answer holds no figure.")))
    recording = FigureReading(program, check, reading.figures)
    deeds = recording.deeds(run.fetched, run.adapter, run.version)
    if isinstance(deeds, NoReading):
        return _with_report(program, _report(check, run, deeds))
    return _with_report(program, _report(check, run, reading, f"Figures up to {recording.newest.period}"), deeds)


def unreadable(program: Program, check: str, reading: Readings) -> NoReading | None:
    """Why the events of an answer cannot be trusted: one is impossible, or a filter drops all of them."""
    rule = program.plan.checks[check]
    source = program.plan.sources[rule.source]
    if (rules := filter_of(program, check)) is None:
        return None
    if (why := implausible(reading, source.first_year)) is not None:
        return NoReading("implausible", f"{source.title}: {why}")
    return rules.no_match(reading.events)


def _event_acts(program: Program, check: str, run: Run, reading: Readings, feed: Feed) -> tuple[Deed, ...]:
    """The acts on a feed's events, and a report that covers the days before the first postponed event.

    An event is postponed if the run has reached its limit, or if the plan does not say whether it is watched.
    """
    if (unread := unreadable(program, check, reading)) is not None:
        return _with_report(program, _report(check, run, unread))
    if (rules := filter_of(program, check)) is None:
        raise LookupError(f"the check {check} reads no events")
    watching = FeedReading(program, check, feed, rules, run.fetched, run.adapter, run.version)
    deeds, covers_until = watching.deeds(reading), reading.covers_until
    unproven, why = rules.unproven(reading.events) or (None, "")
    waiting = [day for day in (watching.first_day(deeds[MOST_EVENTS:]), unproven) if day is not None]
    if covers_until is not None and waiting:
        covers_until = min(covers_until, min(waiting) - timedelta(days=1))
    up_to = f"Events up to {covers_until or 'an unknown day'}"
    report = _report(check, run, replace(reading, covers_until=covers_until), up_to, why)
    return _with_report(program, report, deeds[:MOST_EVENTS])


def _with_report(program: Program, report: ReportCheck, deeds: tuple[Deed, ...] = ()) -> tuple[Deed, ...]:
    """The acts of a run with its report, where the report is new or figures wait for it to be accepted."""
    state = program.checks.get(report.check, CheckState())
    awaited = program.plan.checks[report.check].verified == "automatically" and (deeds or acceptable(program, report.check))
    if awaited or says_something_new(state.report, CheckReported(**report.model_dump(exclude={"kind"}))):
        return (*deeds, report)
    return deeds


def _report(check: str, run: Run, found: Readings | NoReading, read: str = "", but: str = "") -> ReportCheck:
    """The report of a run; `read` says what was covered, `but` what was left open."""
    outcome: str
    if isinstance(found, NoReading):
        outcome, sentence, edition, covers_until = found.kind, found.sentence, "", None
    else:
        outcome, sentence, edition, covers_until = (
            "read",
            f"{read}, edition {found.edition}. {but}".strip(),
            found.edition,
            found.covers_until,
        )
    return ReportCheck.model_validate(
        {
            "check": check,
            "outcome": outcome,
            "sentence": _recordable(sentence, 1000) or "Nothing more is known.",
            "edition": _recordable(edition, 200) or None,
            "covers_until": covers_until,
            "fetched": run.fetched,
            "adapter": run.adapter,
            "version": run.version,
        }
    )


def _recordable(text: str, longest: int) -> str:
    """Source text made recordable; a source may quote anything."""
    return "".join(char if char.isprintable() else " " for char in text)[:longest].strip()
