"""Titles of a plan's phases, milestones, parties and other names."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

from rules.language.plan import Plan


class Names:
    """Titles by kind and name. A name that the plan does not have (any more) is returned as it is."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._parties = dict(_titles(plan.parties)) | dict(_titles(plan.bodies)) | dict(_titles(plan.non_parties))

    @property
    def zone(self) -> str:
        return self._plan.time_zone

    @property
    def plan(self) -> str:
        return self._plan.title

    @property
    def all_phases(self) -> dict[str, str]:
        return {name: phase.title for name, phase in self._plan.phases.items()}

    @property
    def all_parties(self) -> dict[str, str]:
        """Parties and bodies."""
        return dict(_titles(self._plan.parties)) | dict(_titles(self._plan.bodies))

    def party(self, name: str | None) -> str:
        return self._parties.get(name or "", name or "")

    def parties(self, names: list[str]) -> str:
        return ", ".join(self.party(name) for name in names)

    def phase(self, name: str) -> str:
        return self._titled(self._plan.phases, name)

    def phases(self, names: list[str]) -> str:
        return ", ".join(self.phase(name) for name in names)

    def milestone(self, name: str) -> str:
        return self._titled(self._plan.milestones, name)

    def indicator(self, name: str) -> str:
        return self._titled(self._plan.indicators, name)

    def incident_kind(self, name: str) -> str:
        return self._titled(self._plan.incidents, name)

    def procedure(self, name: str) -> str:
        return self._titled(self._plan.procedures, name)

    def any(self, name: str) -> str:
        """The title of a name whose kind is not known."""
        plan = self._plan
        for kind in (plan.milestones, plan.phases, plan.commitments, plan.releases, plan.indicators, plan.checks):
            if name in kind:
                return self._titled(kind, name)
        return self.party(name)

    @staticmethod
    def _titled(known: Mapping[str, Any], name: str) -> str:
        return str(getattr(known[name], "title", name)) if name in known else name


def _titles(known: Mapping[str, Any]) -> chain[tuple[str, str]]:
    return chain.from_iterable([((name, one.name),) for name, one in known.items()])
