"""One run of a check: asks the producer, and lets the law say what follows from the answer.

What is fetched does not come through here: its activities leave it in the database, under the id of the run.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from workflows.check_activities import CheckActivities
    from workflows.messages import Checked, CheckOf
    from workflows.retry_policy import PATIENT

FETCH_QUEUE, READ_QUEUE = "accord-fetches", "accord-readings"
"""Queues of their own: producers that hang must not take the places of clocks, nor of figures that have been fetched."""

FETCH_TIMEOUT = timedelta(hours=1)
"""How long a producer that does not answer is asked again; after that the next run does."""

TRANSPORT = RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=3.0, maximum_interval=timedelta(minutes=20))
HEARTBEAT = timedelta(seconds=8)
"""Without a sign of life for this long an activity is begun anew by another worker."""


@workflow.defn
class CheckWorkflow:
    """Fetches, then records. A run that gets no answer fails, and is seen as failed in Temporal's pages."""

    @workflow.run
    async def run(self, check: CheckOf) -> Checked:
        try:
            await workflow.execute_activity_method(
                CheckActivities.fetch_source,
                check,
                task_queue=FETCH_QUEUE,
                schedule_to_close_timeout=FETCH_TIMEOUT,
                start_to_close_timeout=timedelta(minutes=15),
                heartbeat_timeout=HEARTBEAT,
                retry_policy=TRANSPORT,
                summary=f"{check.name}: asks the producer",
            )
            checked = await self._record(check)
        except ActivityError as error:
            sentence = _sentence(error)
            await self._note(check)
            workflow.set_current_details(sentence)
            raise ApplicationError(sentence, type="no_answer") from None
        workflow.set_current_details(f"**{checked.outcome}**: {checked.sentence}")
        return checked

    async def _record(self, check: CheckOf) -> Checked:
        return await workflow.execute_activity_method(
            CheckActivities.record_check,
            check,
            task_queue=READ_QUEUE,
            schedule_to_close_timeout=timedelta(days=1),
            start_to_close_timeout=timedelta(minutes=5),
            heartbeat_timeout=HEARTBEAT,
            retry_policy=PATIENT,
            summary=f"{check.name}: reads and records",
        )

    async def _note(self, check: CheckOf) -> None:
        await workflow.execute_activity_method(
            CheckActivities.note_failure,
            check,
            task_queue=READ_QUEUE,
            schedule_to_close_timeout=timedelta(days=1),
            start_to_close_timeout=timedelta(seconds=20),
            retry_policy=PATIENT,
            summary=f"{check.name}: no answer",
        )


def _sentence(error: ActivityError) -> str:
    """What the last attempt said; a worker that died in it said nothing."""
    cause = error.cause
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    return cause.message if isinstance(cause, ApplicationError) else "The producer gave no answer in time."
