"""Keeps a program alive in Temporal and says in its UI where the program stands."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityError, ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.activities import Activities
    from workflows.check import HEARTBEAT
    from workflows.messages import (
        ChildHeard,
        ChildOf,
        Following,
        PhaseHeard,
        ProgramHeard,
        Waiting,
        phase_workflow,
        program_workflow,
    )
    from workflows.namespace import NEXT_DUE, PARENT, PHASE, PLAN, STANDING
    from workflows.phase import PATIENT, PhaseWorkflow
    from workflows.schedules import Schedules

AGAIN = timedelta(minutes=1)
"""When schedules that could not be kept are tried again."""


@workflow.defn
class ProgramWorkflow:
    """One program: hears what was recorded, and hands each phase its clocks.

    Being told is level-triggered: only the newest standing counts, and being told twice is harmless.
    """

    @workflow.init
    def __init__(self, following: Following) -> None:
        self._heard = following.heard
        self._phases = set(following.phases)
        self._children = dict(following.children)
        self._reported = following.reported
        self._checks = following.checks
        self._at_once = following.at_once
        self._unkept = False
        self._told: dict[str, PhaseHeard] = {}
        self._followed = -1

    @workflow.run
    async def run(self, following: Following) -> None:
        if self._heard.parent is not None and not self._heard.seq:
            self.hear(await self._keep_child(self._heard.parent))
        while True:
            await self._news()
            heard = self._heard
            self._say(heard)
            await self._hand_on(heard)
            await self._report(heard)
            await self._keep_checks(heard)
            self._followed = heard.seq
            if heard.has_ended and self._heard.seq == heard.seq and not self._unkept:
                return
            if workflow.info().is_continue_as_new_suggested() and self._heard.seq == heard.seq:
                workflow.continue_as_new(self._following(heard))

    async def _news(self) -> None:
        """Waits for what has not been followed yet; where schedules could not be kept, only so long."""
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self._heard.seq > self._followed, timeout=AGAIN if self._unkept else None)

    @workflow.signal
    def hear(self, heard: ProgramHeard) -> None:
        if heard.seq > self._heard.seq:
            self._heard = heard

    def _following(self, heard: ProgramHeard) -> Following:
        return Following(
            heard=heard,
            phases=sorted(self._phases),
            children=self._children,
            reported=self._reported,
            checks=self._checks,
            at_once=True,
        )

    def _say(self, heard: ProgramHeard) -> None:
        open_phases = [phase.name for phase in heard.phases if phase.status == "open"]
        workflow.upsert_search_attributes(
            [
                PHASE.value_set(open_phases),
                STANDING.value_set(heard.standing),
                NEXT_DUE.value_set(heard.next_due) if heard.next_due else NEXT_DUE.value_unset(),
            ]
        )
        workflow.set_current_details(described(heard))

    async def _hand_on(self, heard: ProgramHeard) -> None:
        """Tells phases and children. What is asked of the server at once, it answers in fewer workflow tasks."""
        steps = [self._tell(heard, phase) for phase in heard.phases]
        steps += [self._dismiss(heard, name) for name in sorted(self._phases - {phase.name for phase in heard.phases})]
        steps += [self._keep(heard, child) for child in heard.children]
        if self._at_once:
            await asyncio.gather(*steps)
            return
        for step in steps:
            await step

    async def _tell(self, heard: ProgramHeard, phase: PhaseHeard) -> None:
        """Tells a phase's workflow what it has not been told. What stands as it was told needs no signal: most phases do,
        and each signal is a task of the server's, of which it does a hundred a second.
        """
        if self._told.get(phase.name) == phase:
            return
        self._told[phase.name] = phase
        waiting = Waiting(program=heard.program, seq=heard.seq, phase=phase)
        child = phase_workflow(heard.program, phase.name)
        if phase.name in self._phases:
            try:
                await workflow.get_external_workflow_handle(child).signal(PhaseWorkflow.hear, waiting)
            except ApplicationError:
                workflow.logger.info("phase workflow has ended; starting it again", extra={"phase": phase.name})
            else:
                return
        try:
            await workflow.start_child_workflow(
                PhaseWorkflow.run,
                waiting,
                id=child,
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                static_summary=phase.title,
            )
        except WorkflowAlreadyStartedError:
            await workflow.get_external_workflow_handle(child).signal(PhaseWorkflow.hear, waiting)
        self._phases.add(phase.name)

    async def _dismiss(self, heard: ProgramHeard, name: str) -> None:
        """Tells a phase that is no more heard of that nothing is to be waited for in it."""
        over = PhaseHeard(name=name, title=name, status="over", clocks=[])
        try:
            await workflow.get_external_workflow_handle(phase_workflow(heard.program, name)).signal(
                PhaseWorkflow.hear, Waiting(program=heard.program, seq=heard.seq, phase=over)
            )
        except ApplicationError:
            workflow.logger.info("phase workflow has ended before", extra={"phase": name})
        self._phases.discard(name)
        self._told.pop(name, None)

    async def _keep(self, heard: ProgramHeard, child: ChildHeard) -> None:
        """Opens a child program, or lets it know that it is held back or not any more.

        Its workflow has the id that the relay knows it by. Whoever starts it first, there is one: started here, it has its
        ledger begun; found here, it was made again from the ledger, and is only told.
        """
        known = self._children.get(child.name)
        if known is child.holds:
            return
        of = ChildOf(parent=heard.program, name=child.name)
        if known is not None or not await self._opened(heard, child, of):
            await self._keep_child(of)
        self._children[child.name] = child.holds

    async def _opened(self, heard: ProgramHeard, child: ChildHeard, of: ChildOf) -> bool:
        """Whether the child's workflow was started here."""
        opening = ProgramHeard(
            program=child.program, title=child.title, plan=child.plan, standing="opening", seq=0, phases=[], parent=of
        )
        try:
            await workflow.start_child_workflow(
                ProgramWorkflow.run,
                Following(heard=opening, at_once=True),
                id=program_workflow(child.program),
                parent_close_policy=ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                search_attributes=found_by(opening),
                static_summary=child.title,
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def _keep_child(self, child: ChildOf) -> ProgramHeard:
        return await workflow.execute_activity_method(
            Activities.keep_child,
            child,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary=f"{child.name}: as its parent wants it",
        )

    async def _report(self, heard: ProgramHeard) -> None:
        """Lets the parent hear what is new. Which news matter to it, its law decides."""
        if heard.parent is None or heard.news == self._reported:
            return
        await workflow.execute_activity_method(
            Activities.report_to_parent,
            heard.parent,
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary="reports to its parent",
        )
        self._reported = heard.news

    async def _keep_checks(self, heard: ProgramHeard) -> None:
        """Brings the schedules of checks to what the plan, pauses and the end of the program ask for.

        Where that cannot be, it is tried again, and everything else goes on meanwhile: clocks do not wait for checks.
        """
        self._unkept = False
        if heard.checks == self._checks:
            return
        try:
            await workflow.execute_activity_method(
                Schedules.keep_checks,
                heard.program,
                schedule_to_close_timeout=timedelta(minutes=2),
                heartbeat_timeout=HEARTBEAT,
                retry_policy=PATIENT,
                summary="schedules of its checks",
            )
        except ActivityError:
            self._unkept = True
            workflow.logger.warning("schedules of checks are not kept", extra={"program": heard.program})
        else:
            self._checks = heard.checks


def found_by(heard: ProgramHeard) -> TypedSearchAttributes:
    """What a program's workflow is searched for by, and what does not change of it."""
    pairs: list[SearchAttributePair[str]] = [SearchAttributePair(PLAN, heard.plan)]
    if heard.parent is not None:
        pairs.append(SearchAttributePair(PARENT, heard.parent.parent))
    return TypedSearchAttributes(pairs)


def described(heard: ProgramHeard) -> str:
    """Where a program stands, as Markdown for Temporal's UI."""
    lines = [f"**{heard.title}** ({heard.plan}): {heard.standing}, ledger entry {heard.seq}", ""]
    if heard.parent is not None:
        lines[1:1] = ["", f"A child of `program/{heard.parent.parent}`, there called {heard.parent.name}."]
    for phase in heard.phases:
        lines.append(f"* {phase.title}: {phase.status}")
        lines += [f"    * {clock.due_at:%Y-%m-%d %H:%M} UTC: {clock.note}" for clock in phase.clocks[:10]]
    lines += [f"* {child.title}: {child.standing}, `{program_workflow(child.program)}`" for child in heard.children]
    return "\n".join(lines)[:15_000]
