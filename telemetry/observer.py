"""Observer of a process's work. Workers call its methods; the base class ignores them."""

from __future__ import annotations

from collections.abc import Sequence


class Observer:
    """Null object. Labels have bounded cardinality (kinds, codes, declared routes) and are never ids or texts."""

    def answered(self, method: str, route: str, status: int, code: str | None, seconds: float) -> None:
        """A request was answered; `code` is that of a problem, else None."""

    def acted(self, kinds: Sequence[str], outcome: str, seconds: float) -> None:
        """Acts were `recorded`, refused (the code), or `failed` with unknown outcome."""

    def dispatched(self, lag: float) -> None:
        """A program was dispatched, `lag` seconds after its first undispatched entry."""

    def dispatch_failed(self) -> None:
        """A batch of the relay failed, entirely or in part."""

    def struck(self, programs: int) -> None:
        """The reconciler struck overdue clocks in so many programs."""

    def differed(self, kind: str) -> None:
        """The reconciler found a workflow that differs from the record."""


UNOBSERVED = Observer()
