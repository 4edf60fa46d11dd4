"""Causes of revisions. Some say that an achievement stands although the figure was revised."""

from __future__ import annotations

from typing import Literal, TypeAlias

Cause: TypeAlias = Literal["methodology", "late_data", "data_error", "scope", "policy_reversal"]

THAT_COUNT: tuple[Cause, ...] = ("late_data", "data_error", "policy_reversal")
"""The causes that speak of what was done. A new method or another scope changes the yardstick, not the deed."""
