"""What an adapter is: it asks a producer, and reads what was answered.

Asking and reading are apart, so that a figure can be read again from the bytes that were kept, years later and without
the producer. `read` depends on nothing but its arguments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from rules.language.checks import Check
from rules.language.sources import Source
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.answers import Answer, Progress
from workflows.sources.egress import Egress


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

    async def fetch(self, ask: Ask, line: Egress, told: Progress) -> tuple[Answer, ...]:
        """Everything that reading needs. Raises NoAnswer or Denied."""
        ...

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        """What the answers say; never raises for what they hold."""
        ...
