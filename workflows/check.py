"""The workflow of one run of a check: fetches from the producer, then records what follows by the law.

Fetched data does not pass through Temporal: activities exchange it in the database, by the id of the run.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from workflows.check_activities import CheckActivities
    from workflows.messages import CheckRef, CheckResult
    from workflows.retry_policy import PATIENT

FETCH_QUEUE, READ_QUEUE = "accord-fetches", "accord-readings"
"""Separate task queues: producers that hang must not block clocks, or the reading of answers that were fetched."""

FETCH_TIMEOUT = timedelta(hours=1)
"""How long a failed fetch is retried; after that the next run tries again."""

TRANSPORT = RetryPolicy(initial_interval=timedelta(seconds=2), backoff_coefficient=3.0, maximum_interval=timedelta(minutes=20))
HEARTBEAT = timedelta(seconds=8)
"""Heartbeat timeout, after which another worker retries the activity."""


@workflow.defn
class CheckWorkflow:
    """Fetches, then records. A run without an answer fails, visibly in Temporal's UI."""

    @workflow.run
    async def run(self, check: CheckRef) -> CheckResult:
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

    async def _record(self, check: CheckRef) -> CheckResult:
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

    async def _note(self, check: CheckRef) -> None:
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
    """The message of the last attempt; a worker that crashed left none."""
    cause = error.cause
    while cause is not None and not isinstance(cause, ApplicationError):
        cause = cause.__cause__
    return cause.message if isinstance(cause, ApplicationError) else "The producer gave no answer in time."
