"""Findings of `accord doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """A warning can become a fault, or hides one. A fault means that something fails or is insecure."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """The checked item, its state in a sentence, and the remedy; empty where it is well."""

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
