"""What an adapter is: it asks a producer, and reads what was answered.

Asking and reading are apart, so that a figure can be read again from the bytes that were kept, years later and without
the producer. `read` depends on nothing but its arguments.

NoAnswer    the producer could not be reached, or was not able to answer; asking again may help
Denied      the producer says no, or its answer breaks a limit; asking again does not help
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, TypeAlias

from rules.language.checks import Check
from rules.language.sources import Source
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Readings, Unread

if TYPE_CHECKING:
    from workflows.sources.egress import Egress

Told: TypeAlias = Callable[[str], None]
"""Hears how far a fetch is, a line at a time; the caller makes a heartbeat of it."""


class NoAnswer(Exception):
    """A fault of transport. `again_in` is the time after which the producer wants to be asked again, if it says so."""

    def __init__(self, sentence: str, again_in: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.again_in = again_in


class Denied(Exception):
    """A final answer without content. `reading` is what a run makes of it."""

    def __init__(self, sentence: str, *, status: int | None = None, kind: Unread = "refused") -> None:
        super().__init__(sentence)
        self.status = status
        self.kind = kind

    @property
    def reading(self) -> NoReading:
        return NoReading(self.kind, str(self))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a producer: where it is from, and its bytes."""

    fetch: Fetch
    body: bytes


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of a source, and on which day: that of the first answer, when it is read again."""

    source: Source
    check: Check
    today: date
    unit: str | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None


class Adapter(Protocol):
    """Reads sources of one kind. A new `version` says that the same bytes may be read differently from now on."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    async def fetch(self, ask: Ask, line: Egress, told: Told) -> tuple[Answer, ...]:
        """Everything that reading needs. Raises NoAnswer or Denied."""
        ...

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        """What the answers say; never raises for what they hold."""
        ...
