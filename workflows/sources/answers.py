"""What becomes of a question to a producer.

Answer      where it is from, and its bytes
NoAnswer    the producer could not be reached, or was not able to answer; asking again may help
Denied      the producer says no, or its answer breaks a limit; asking again does not help
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Unread

Progress: TypeAlias = Callable[[str], None]
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
