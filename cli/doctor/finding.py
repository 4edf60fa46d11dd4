"""Findings of `accord doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """A warning can become a fault, or hides one. A fault means that something fails or is insecure."""

    WELL = "well"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """The checked item, its state in a sentence, and the remedy; empty where it is well."""

    check: str
    state: Severity
    sentence: str
    do: str | None = None


def well(check: str, sentence: str) -> Finding:
    return Finding(check, Severity.WELL, sentence)


def warning(check: str, sentence: str, do: str) -> Finding:
    return Finding(check, Severity.WARNING, sentence, do)


def fault(check: str, sentence: str, do: str) -> Finding:
    return Finding(check, Severity.FAULT, sentence, do)
