"""What a process tells of its work. Whoever does the work calls these; without somebody who counts, they do nothing."""

from __future__ import annotations

from collections.abc import Sequence


class Observer:
    """Counts nothing. Every label is of a fixed list: a kind, a code, a route as it is declared; never an id or a text."""

    def answered(self, method: str, route: str, status: int, code: str | None, seconds: float) -> None:
        """A request was answered; `code` is that of the problem, if it was one."""

    def acted(self, kinds: Sequence[str], outcome: str, seconds: float) -> None:
        """Acts were `recorded`, or refused with a code, or `failed`: nobody knows what became of them."""

    def dispatched(self, lag: float) -> None:
        """A workflow was told of a program, so many seconds after the first entry that it did not know."""

    def dispatch_failed(self) -> None:
        """A batch of the relay failed as a whole or in part."""

    def struck(self, programs: int) -> None:
        """Clocks of so many programs were overdue and have been struck by the reconciler."""

    def differed(self, kind: str) -> None:
        """A workflow did not say what the record says."""


UNOBSERVED = Observer()
