"""The guided tour of the first minutes: the walk of the README in the browser, a step on each page that it leads to.

Where somebody stands in it is a cookie: which step, in which program, at which milestone. It opens nothing: each step is a page
that its visitor could open without it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote
from uuid import UUID

from rules.text_formats import NAME

COOKIE, OVER = "accord_tour", "over"

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
"""Each step, and the page that it is about. What it says stands in `templates/tour.html`."""

_NAMES = [*STEPS]


@dataclass(frozen=True, slots=True)
class Tour:
    """Where somebody stands in it."""

    step: str
    program: UUID
    milestone: str

    @classmethod
    def read(cls, cookie: str) -> Self | None:
        """What a cookie says; None where it says no step of this tour."""
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
        """The page of the step."""
        return STEPS[self.step].format(program=self.program, milestone=quote(self.milestone))

    @property
    def number(self) -> int:
        return _NAMES.index(self.step) + 1

    @property
    def steps(self) -> int:
        return len(STEPS)

    def is_on(self, path: str) -> bool:
        """Whether a page is the one of the step."""
        return self.path.partition("?")[0] == path

    def moved(self, by: int) -> Self:
        """The step after or before; the first and the last have none beyond them."""
        return replace(self, step=_NAMES[min(max(self.number - 1 + by, 0), len(_NAMES) - 1)])
