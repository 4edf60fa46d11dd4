"""Keeps a program alive in Temporal and says in its UI where the program stands."""

from __future__ import annotations

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from workflows.messages import Following, PhaseHeard, ProgramHeard, Waiting, phase_workflow
    from workflows.namespace import NEXT_DUE, PHASE, STANDING
    from workflows.phase import PhaseWorkflow


@workflow.defn
class ProgramWorkflow:
    """One program: hears what was recorded, and hands each phase its clocks.

    Being told is level-triggered: only the newest standing counts, and being told twice is harmless.
    """

    @workflow.init
    def __init__(self, following: Following) -> None:
        self._heard = following.heard
        self._phases = set(following.phases)
        self._told: dict[str, PhaseHeard] = {}
        self._followed = -1

    @workflow.run
    async def run(self, following: Following) -> None:
        while True:
            await workflow.wait_condition(lambda: self._heard.seq > self._followed)
            heard = self._heard
            self._say(heard)
            for phase in heard.phases:
                await self._tell(heard, phase)
            await self._dismiss(heard)
            self._followed = heard.seq
            if heard.has_ended and self._heard.seq == heard.seq:
                return
            if workflow.info().is_continue_as_new_suggested() and self._heard.seq == heard.seq:
                workflow.continue_as_new(Following(heard=heard, phases=sorted(self._phases)))

    @workflow.signal
    def hear(self, heard: ProgramHeard) -> None:
        if heard.seq > self._heard.seq:
            self._heard = heard

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

    async def _dismiss(self, heard: ProgramHeard) -> None:
        """Tells the phases that are no more heard of that nothing is to be waited for in them."""
        for name in sorted(self._phases - {phase.name for phase in heard.phases}):
            over = PhaseHeard(name=name, title=name, status="over", clocks=[])
            try:
                await workflow.get_external_workflow_handle(phase_workflow(heard.program, name)).signal(
                    PhaseWorkflow.hear, Waiting(program=heard.program, seq=heard.seq, phase=over)
                )
            except ApplicationError:
                workflow.logger.info("phase workflow has ended before", extra={"phase": name})
            self._phases.discard(name)
            self._told.pop(name, None)


def described(heard: ProgramHeard) -> str:
    """Where a program stands, as Markdown for Temporal's UI."""
    lines = [f"**{heard.title}** ({heard.plan}): {heard.standing}, ledger entry {heard.seq}", ""]
    for phase in heard.phases:
        lines.append(f"* {phase.title}: {phase.status}")
        lines += [f"    * {clock.due_at:%Y-%m-%d %H:%M} UTC: {clock.note}" for clock in phase.clocks[:10]]
    return "\n".join(lines)[:15_000]
