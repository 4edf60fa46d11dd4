"""Keeps the clocks of one phase: stability period, deadlines, time to observe, dates."""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities import Activities
    from workflows.messages import Strike, Waiting

OPEN = ("open", "waiting")
AGAIN = timedelta(seconds=1)
"""Between strikes of a clock that the database's time has not reached yet."""

PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30))


@workflow.defn
class PhaseWorkflow:
    """One phase: sleeps until its next clock is due, then lets the law take it into effect.

    It ends when nothing more is to be waited for in its phase, and is started again if there is.
    """

    @workflow.init
    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._times_told = 0

    @workflow.run
    async def run(self, waiting: Waiting) -> None:
        while self._waiting.phase.status in OPEN:
            told = self._times_told
            self._say()
            if not self._waiting.phase.clocks:
                await workflow.wait_condition(lambda told=told: self._times_told > told)  # type: ignore[misc]
            elif not await self._told_before_due(told):
                await self._strike(told)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(self._waiting)

    @workflow.signal
    def hear(self, waiting: Waiting) -> None:
        if waiting.seq >= self._waiting.seq:
            self._waiting = waiting
            self._times_told += 1

    def _say(self) -> None:
        phase = self._waiting.phase
        lines = [f"**{phase.title}**: {phase.status}", ""]
        lines += [f"* {clock.due_at:%Y-%m-%d %H:%M} UTC: {clock.note}" for clock in phase.clocks[:20]]
        workflow.set_current_details("\n".join(lines)[:15_000])

    async def _told_before_due(self, told: int) -> bool:
        """Whether something was heard before the next clock was due."""
        clock = min(self._waiting.phase.clocks, key=lambda held: (held.due_at, held.name))
        remaining = clock.due_at - workflow.now()
        if remaining <= timedelta():
            return self._times_told > told
        try:
            await workflow.wait_condition(lambda: self._times_told > told, timeout=remaining, timeout_summary=clock.note[:200])
        except TimeoutError:
            return False
        return True

    async def _strike(self, told: int) -> None:
        phase = self._waiting.phase
        struck = await workflow.execute_activity_method(
            Activities.strike,
            Strike(program=self._waiting.program, phase=phase.name),
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary=f"{phase.title}: clock strikes",
        )
        if self._times_told > told:
            return  # heard meanwhile from the program's workflow, and as new
        self._waiting = self._waiting.model_copy(update={"seq": struck.seq, "phase": struck.phase})
        if any(clock.due_at <= workflow.now() for clock in struck.phase.clocks):
            await workflow.sleep(AGAIN, summary="the database's clock is a little behind")
