"""What somebody who looks has found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A warning will become a fault, or hides one; with a fault, something does not work or is not safe."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is in a sentence, and what to do; nothing is to be done where it is well."""

    check: str
    state: State
    sentence: str
    do: str | None = None


def well(check: str, sentence: str) -> Finding:
    return Finding(check, State.WELL, sentence)


def warning(check: str, sentence: str, do: str) -> Finding:
    return Finding(check, State.WARNING, sentence, do)


def fault(check: str, sentence: str, do: str) -> Finding:
    return Finding(check, State.FAULT, sentence, do)
