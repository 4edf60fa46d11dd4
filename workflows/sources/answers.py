"""Results of a request to a producer.

Answer      provenance and bytes
NoAnswer    a transport error or an overloaded producer; a retry may succeed
Denied      the producer refuses, or its answer breaks a limit; a retry does not help
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import NoReading, Unread

Progress: TypeAlias = Callable[[str], None]
"""Callback for progress lines of a fetch, which become heartbeats."""


class NoAnswer(Exception):
    """A transport error. `again_in` is the delay that the producer requested, if any."""

    def __init__(self, sentence: str, again_in: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.again_in = again_in


class Denied(Exception):
    """A final refusal. `reading` is the result of the run."""

    def __init__(self, sentence: str, *, status: int | None = None, kind: Unread = "refused") -> None:
        super().__init__(sentence)
        self.status = status
        self.kind = kind

    @property
    def reading(self) -> NoReading:
        return NoReading(self.kind, str(self))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a producer: its provenance and bytes."""

    fetch: Fetch
    body: bytes
