"""The result of a rehearsal: its timeline, and the expectations that failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rules.effects import WarningGiven
from rules.entries import Entry
from rules.language.reading import Fault
from rules.program import Program
from rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One line of the timeline: the entries of an act, or its refusal."""

    at: datetime
    who: str
    what: str
    entries: tuple[Entry, ...] = ()
    refused: Refused | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of the warnings among its entries."""
        return tuple(entry.fact.sentence for entry in self.entries if isinstance(entry.fact, WarningGiven))


@dataclass(frozen=True, slots=True)
class FailedExpectation:
    """A failed expectation, and the number of timeline items before it."""

    fault: Fault
    after: int


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The result of a story; `broken` holds all failed expectations."""

    program: Program
    timeline: tuple[TimelineItem, ...]
    broken: tuple[FailedExpectation, ...]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return tuple(one.fault for one in self.broken)
