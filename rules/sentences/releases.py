"""Releases, in words."""

from __future__ import annotations

from typing import assert_never

from rules import effects
from rules.language.plan import Plan
from rules.times import time_said
from rules.vocabulary.releases import OnRelease


def release_told(fact: OnRelease, plan: Plan) -> str:
    """What an effect on a release says."""
    unit = plan.releases[fact.release].unit if fact.release in plan.releases else "(no longer in the plan)"
    match fact:
        case effects.BalanceMoved():
            cure = f", to be cured by {time_said(fact.cure_until, plan.time_zone)}" if fact.cure_until else ""
            way = f"from {fact.out_of} to {fact.into}"
            return f"release {fact.release}: {fact.amount:f} {unit} {way}{cure}. {fact.because}"
        case effects.ReleaseRolledOver():
            return f"release {fact.release}: {fact.amount:f} {unit} rolled over to {time_said(fact.until, plan.time_zone)}"
    assert_never(fact)
