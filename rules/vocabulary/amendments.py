"""Amendments: the program continues under another version of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rules.field_types import Id, Name, PlanText, Sha256, StrictModel
from rules.times import Instant


class PlanAmended(StrictModel):
    """The program goes on under another text of its plan."""

    kind: Literal["plan_amended"] = "plan_amended"
    document: PlanText
    parameters: dict[Name, str | int]
    plan_sha256: Sha256
    proposal: Id
    effective_at: Instant


@dataclass(frozen=True, slots=True)
class Version:
    """A text of the plan with the values of its parameters."""

    document: str
    parameters: Mapping[str, str | int]
