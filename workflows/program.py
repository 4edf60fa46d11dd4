"""The durable workflow of one program: timers of its open phases, its child programs, and the schedules of its checks.

It contains no rules. It receives the recorded state by signal, sleeps until the next clock is due, and strikes it through an
activity; the law decides what follows.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities import Activities
    from workflows.check import HEARTBEAT
    from workflows.messages import ChildRef, ChildState, ClockState, ProgramChange, ProgramInput, ProgramState, program_workflow
    from workflows.phase import PhaseClocks
    from workflows.retry_policy import PATIENT
    from workflows.schedules import Schedules
    from workflows.visibility import changed_attributes, details, search_attributes

SCHEDULES_RETRY = timedelta(minutes=1)
"""Delay before schedules that could not be updated are tried again."""

STRIKE_RETRY = timedelta(seconds=1)
"""Delay before a clock is struck again that is not due yet by the database's time."""


@workflow.defn
class ProgramWorkflow:
    """One program, from its start to its end.

    Signals are level-triggered and idempotent: only the highest version of the record counts.
    """

    @workflow.init
    def __init__(self, carried: ProgramInput) -> None:
        self._state = carried.change.state
        self._published = carried.change.state  # the search attributes that the workflow was started with
        self._phases: dict[str, PhaseClocks] = {}
        self._phase_tasks: set[asyncio.Task[None]] = set()
        self._children = dict(carried.children)
        self._reported = carried.reported
        self._checks = carried.checks
        self._is_striking = False
        self._schedules_failed = False
        self._synchronized: ProgramState | None = None

    @workflow.run
    async def run(self, carried: ProgramInput) -> None:
        self._apply(carried.change.state)
        running = asyncio.create_task(self._run())
        while not running.done():
            # Cancellation through Temporal is ignored: only the record ends a program.
            with suppress(asyncio.CancelledError):
                await workflow.wait_condition(running.done)
        running.result()

    @workflow.signal
    def state_changed(self, change: ProgramChange) -> None:
        """Receives the newest state. The entries are for readers of the history and have no effect."""
        self._accept(change.state)

    async def _run(self) -> None:
        if self._state.parent is not None and not self._state.seq:
            self._accept(await self._keep_child(self._state.parent))
        while True:
            await self._wait_for_change()
            state = self._state
            await self._synchronize(state)
            self._synchronized = state
            if state.has_ended and self._state is state and not self._schedules_failed:
                return
            if workflow.info().is_continue_as_new_suggested() and self._state is state and not self._is_striking:
                workflow.continue_as_new(self._carried(state))

    def _accept(self, state: ProgramState) -> None:
        if state.version > self._state.version:
            self._state = state
            self._apply(state)

    def _apply(self, state: ProgramState) -> None:
        """Updates phases and search attributes at once: no clock waits for children, parents or schedules."""
        for phase in state.phases:
            if (clocks := self._phases.get(phase.name)) is not None:
                clocks.phase = phase
            else:
                clocks = self._phases[phase.name] = PhaseClocks(phase, self._strike)
                task = asyncio.create_task(clocks.run())
                self._phase_tasks.add(task)
                task.add_done_callback(self._phase_tasks.discard)
        for name in self._phases.keys() - {phase.name for phase in state.phases}:
            self._phases.pop(name).phase = None
        workflow.set_current_details(details(state))
        if updates := changed_attributes(state, self._published):
            workflow.upsert_search_attributes(updates)
        self._published = state

    async def _wait_for_change(self) -> None:
        """Waits for a state that is not synchronized yet, or for the retry of schedules."""
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self._state is not self._synchronized, timeout=SCHEDULES_RETRY if self._schedules_failed else None
            )

    async def _synchronize(self, state: ProgramState) -> None:
        """Brings children, the parent and schedules to the recorded state. Issued together, they need fewer workflow tasks."""
        await asyncio.gather(
            *(self._sync_child(state, child) for child in state.children),
            self._report_to_parent(state),
            self._sync_schedules(state),
        )

    def _carried(self, state: ProgramState) -> ProgramInput:
        return ProgramInput(
            change=ProgramChange(state=state), children=self._children, reported=self._reported, checks=self._checks
        )

    async def _strike(self, clock: ClockState) -> None:
        """Strikes due clocks through an activity. One strike serves all phases whose clocks are due."""
        if self._is_striking:
            await workflow.wait_condition(lambda: not self._is_striking)
            return
        before = self._state.version
        self._is_striking = True
        try:
            change = await workflow.execute_activity_method(
                Activities.strike,
                self._state.program,
                start_to_close_timeout=timedelta(seconds=20),
                retry_policy=PATIENT,
                summary=clock.note[:200],
            )
            self._accept(change.state)
            if self._state.version == before:
                await workflow.sleep(STRIKE_RETRY, summary="the database's clock is a little behind")
        finally:
            self._is_striking = False

    async def _sync_child(self, state: ProgramState, child: ChildState) -> None:
        """Starts a child program, or tells it whether its parent holds it back.

        Its workflow id is the one that the relay uses, so only one is ever running. A child workflow that is started here
        begins its own ledger. One that exists was started from the ledger and only needs the update.
        """
        known = self._children.get(child.name)
        if known is child.holds:
            return
        of = ChildRef(parent=state.program, name=child.name)
        if known is not None or not await self._start_child(child, of):
            await self._keep_child(of)
        self._children[child.name] = child.holds

    async def _start_child(self, child: ChildState, of: ChildRef) -> bool:
        """Starts the child's workflow; False if one exists."""
        opening = ProgramState(
            program=child.program,
            title=child.title,
            plan=child.plan,
            standing="opening",
            seq=0,
            phases=[],
            parent=of,
            sealed=self._state.sealed,
        )
        try:
            await workflow.start_child_workflow(
                ProgramWorkflow.run,
                ProgramInput(change=ProgramChange(state=opening)),
                id=program_workflow(child.program),
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                search_attributes=search_attributes(opening),
                static_summary=child.title,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _keep_child(self, child: ChildRef) -> ProgramState:
        return await workflow.execute_activity_method(
            Activities.keep_child,
            child,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary=f"{child.name}: as its parent wants it",
        )

    async def _report_to_parent(self, state: ProgramState) -> None:
        """Reports news to the parent, whose law decides what matters."""
        if state.parent is None or state.news == self._reported:
            return
        await workflow.execute_activity_method(
            Activities.report_to_parent,
            state.parent,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary="reports to its parent",
        )
        self._reported = state.news

    async def _sync_schedules(self, state: ProgramState) -> None:
        """Updates the schedules of checks by the plan, by pauses and by the end of the program.

        A failure is retried later and does not block the workflow: clocks do not wait for checks.
        """
        self._schedules_failed = False
        if state.checks == self._checks:
            return
        try:
            await workflow.execute_activity_method(
                Schedules.keep_checks,
                state.program,
                schedule_to_close_timeout=timedelta(minutes=2),
                heartbeat_timeout=HEARTBEAT,
                retry_policy=PATIENT,
                summary="schedules of its checks",
            )
        except ActivityError:
            self._schedules_failed = True
            workflow.logger.warning("schedules of checks are not kept", extra={"program": state.program})
        else:
            self._checks = state.checks
