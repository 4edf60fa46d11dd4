"""The guided tour: the steps of the README in the browser, each on the page that it explains.

Progress is stored in a cookie: step, program and milestone. The cookie grants no access.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote
from uuid import UUID

from rules.text_formats import NAME

COOKIE, TOUR_OVER = "accord_tour", "over"

STEPS: dict[str, str] = {
    "desk": "/",
    "why": "/programs/{program}",
    "milestone": "/programs/{program}/milestones/{milestone}",
    "record": "/programs/{program}/act/record_evidence?milestone={milestone}",
    "verify": "/programs/{program}/evidence",
    "decide": "/programs/{program}/milestones/{milestone}",
    "ledger": "/programs/{program}/ledger",
    "plan": "/programs/{program}/plan",
    "report": "/programs/{program}/report",
}
"""Paths by step. The texts are in `templates/tour.html`."""

_NAMES = [*STEPS]


@dataclass(frozen=True, slots=True)
class Tour:
    """Progress in the tour."""

    step: str
    program: UUID
    milestone: str

    @classmethod
    def read(cls, cookie: str) -> Self | None:
        """Progress from a cookie; None where it is not valid."""
        step, _, rest = cookie.partition(".")
        program, _, milestone = rest.partition(".")
        if step not in STEPS or not re.fullmatch(NAME, milestone):
            return None
        try:
            return cls(step, UUID(program), milestone)
        except ValueError:
            return None

    @property
    def cookie(self) -> str:
        return f"{self.step}.{self.program}.{self.milestone}"

    @property
    def path(self) -> str:
        """The path of the step's page."""
        return STEPS[self.step].format(program=self.program, milestone=quote(self.milestone))

    @property
    def number(self) -> int:
        return _NAMES.index(self.step) + 1

    @property
    def steps(self) -> int:
        return len(STEPS)

    def is_on(self, path: str) -> bool:
        """Whether a path is that of the step."""
        return self.path.partition("?")[0] == path

    def moved_by(self, by: int) -> Self:
        """The next or previous step; the first and last stay."""
        return replace(self, step=_NAMES[min(max(self.number - 1 + by, 0), len(_NAMES) - 1)])
