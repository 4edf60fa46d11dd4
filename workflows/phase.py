"""One open phase of a program, as a coroutine of its workflow: stability period, deadlines, time to observe, dates."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.messages import ClockState, PhaseState

MAX_SUMMARY = 200


class PhaseClocks:
    """Keeps the next clock of a phase: one timer, whose summary says what comes when it is over."""

    def __init__(self, phase: PhaseState, strike: Callable[[ClockState], Awaitable[None]]) -> None:
        """`strike` lets due clocks of the program take effect, and returns when `phase` says how it stands after that."""
        self.phase: PhaseState | None = phase
        self._strike = strike

    async def run(self) -> None:
        """Until nothing is to be waited for in the phase any more, and `phase` is None."""
        while self.phase is not None:
            clock = self.phase.next_clock
            if clock is None:
                await workflow.wait_condition(lambda: self._next() is not None or self.phase is None)
            elif not await self._moves_before_due(clock):
                await self._strike(clock)

    def _next(self) -> ClockState | None:
        return None if self.phase is None else self.phase.next_clock

    async def _moves_before_due(self, clock: ClockState) -> bool:
        remaining = clock.due_at - workflow.now()
        if remaining <= timedelta():
            return False
        try:
            await workflow.wait_condition(
                lambda: self._next() != clock, timeout=remaining, timeout_summary=timer_summary(clock)[:MAX_SUMMARY]
            )
        except TimeoutError:
            return False
        return True


def timer_summary(clock: ClockState) -> str:
    """What a timer stands for, as a reader of Temporal's pages sees it."""
    return f"{clock.note}, on {clock.due_at:%Y-%m-%d %H:%M} UTC unless moved"
