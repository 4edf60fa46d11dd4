"""What follows from a run of an automated check: measurements to record, and a report where it says something new.

A check finds nothing by itself that the law would not find on what it has recorded, and it never
determines. What it asks for are acts like anybody's: of the actor CHECKS, whom the service itself is,
and whom a program knows whose plan declares checks, as it knows the clock.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.acts import Actor, Deed, ReportCheck, Role
from rules.facts import CheckReported
from rules.judging.checks import says_something_new
from rules.origin import Fetch
from rules.program import CheckState, Program
from rules.readings import NoReading, Readings
from rules.recording import Recording

CHECKS = Actor(person="checks", role=Role.CHECKER)

_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a check: what was read, in which answers, by which adapter."""

    reading: Readings | NoReading
    fetched: tuple[Fetch, ...]
    adapter: str
    version: str


def what_follows(program: Program, check: str, run: Run) -> tuple[Deed, ...]:
    """The acts that a run asks for, in their order; none where it says nothing new.

    Asked again when some of them have been recorded, it gives the rest. A reading with a figure
    that cannot be is none at all: a source that is wrong once is not picked from.
    """
    rule = program.plan.checks.get(check)
    if rule is None or program.ended_at is not None:
        return ()
    reading = run.reading
    if isinstance(reading, NoReading):
        return _reported(program, check, run, reading)
    if rule.figures_of is None:
        return _reported(program, check, run, reading)
    if not reading.figures or not run.fetched:
        return _reported(program, check, run, NoReading("missing", "The answer holds no figure."))
    recording = Recording(program, check, reading.figures)
    deeds = recording.deeds(run.fetched, run.adapter, run.version)
    if isinstance(deeds, NoReading):
        return _reported(program, check, run, deeds)
    return (*deeds, *_reported(program, check, run, reading, recording.newest.period))


def _reported(
    program: Program, check: str, run: Run, found: Readings | NoReading, newest: str | None = None
) -> tuple[ReportCheck, ...]:
    if isinstance(found, NoReading):
        deed = _report(check, run, found.kind, found.sentence)
    else:
        up_to = f"Figures up to {newest}" if newest else f"Events up to {found.covers_until or 'an unknown day'}"
        deed = _report(check, run, "read", f"{up_to}, edition {found.edition}.", found)
    state = program.checks.get(check, CheckState())
    return (deed,) if says_something_new(state.report, CheckReported(**deed.model_dump(exclude={"kind"}))) else ()


def _report(check: str, run: Run, outcome: str, sentence: str, read: Readings | None = None) -> ReportCheck:
    return ReportCheck.model_validate(
        {
            "check": check,
            "outcome": outcome,
            "sentence": sentence[:_LONGEST],
            "edition": read.edition if read else None,
            "covers_until": read.covers_until if read else None,
            "fetched": run.fetched,
            "adapter": run.adapter,
            "version": run.version,
        }
    )
