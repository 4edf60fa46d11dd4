"""The interface of adapters: `fetch` requests answers from a producer, `read` parses them.

They are separate so that a figure can be recomputed from stored bytes, years later and without the producer. `read` is a pure
function of its arguments.
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
    """A query to a source. `today` is the day of the fetch, also when answers are read again."""

    source: Source
    check: Check
    today: date
    unit: str | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None


class Adapter(Protocol):
    """An adapter for one kind of source. `version` changes when the same bytes may be read differently."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
        """Fetches all answers that `read` needs. Raises NoAnswer or Denied."""
        ...

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        """Parses answers; never raises for their content."""
        ...
