"""The timers of one open phase, as a coroutine of its program's workflow: stability period, deadlines, observation periods."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from workflows.messages import ClockState, PhaseState

MAX_SUMMARY = 200


class PhaseClocks:
    """One timer for the next clock of a phase. The timer's summary says what the clock is."""

    def __init__(self, phase: PhaseState, strike: Callable[[ClockState], Awaitable[None]]) -> None:
        """`strike` lets due clocks take effect, and returns after `phase` has been updated."""
        self.phase: PhaseState | None = phase
        self._strike = strike

    async def run(self) -> None:
        """Runs until `phase` is set to None: the phase has no clock any more."""
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
    """The summary of a timer in Temporal's UI."""
    return f"{clock.note}, on {clock.due_at:%Y-%m-%d %H:%M} UTC unless moved"
