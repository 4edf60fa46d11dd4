"""Standing commitments: what must hold at all times, and what breaks it."""

from __future__ import annotations

from pydantic import Field, model_validator

from rules.field_types import Label, Name, StrictModel, Text
from rules.language.criteria import Anchor, Criterion, Trigger


class Commitment(StrictModel):
    """What must hold at all times from a moment on."""

    title: Label
    party: Name | None = Field(default=None, description="who has committed itself")
    outside_control: bool = Field(default=False, description="no party controls it: clocks may stop, nobody is scored")
    in_force: Anchor
    broken_by: tuple[Trigger, ...] = Field(default=(), description="incidents, until they are resolved")
    kept_while: tuple[Criterion, ...] = Field(
        default=(), description="beside incidents or instead of them: it is broken while these do not hold"
    )
    owed_while: tuple[Criterion, ...] = Field(default=(), description="while these are known not to hold, nothing breaks it")
    note: Text | None = None

    @model_validator(mode="after")
    def _has_an_owner(self) -> Commitment:
        if (self.party is None) != self.outside_control:
            raise ValueError("name the party, or say outside_control: true; one of the two")
        return self

    @model_validator(mode="after")
    def _can_be_broken(self) -> Commitment:
        if not self.broken_by and not self.kept_while:
            raise ValueError("say what breaks it: broken_by: [{kinds: [...]}], kept_while: [CRITERION], or both")
        return self
