"""Pending writes: acts in the queue of the recorder, each with the future of its caller."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from db.draft import Draft
from db.receipts import Receipt
from rules.acts import Act


@dataclass(slots=True, eq=False)
class PendingWrite:
    """A caller that waits for one act, or for a batch that is recorded as a whole or not at all."""

    acts: tuple[Act, ...]
    is_batch: bool
    build: Callable[[Any], Any]
    """Builds the answer from a receipt, or from the receipts of a batch."""
    future: asyncio.Future[Any]
    trace: str | None = None
    """The trace that the act belongs to, as `traceparent`."""

    @property
    def is_done(self) -> bool:
        return self.future.done()

    def judge(self, draft: Draft) -> Any:
        """The receipt or refusal of a single act. An exception is returned, so that it fails this write alone."""
        try:
            return draft.judge(self.acts[0])
        except Exception as error:  # noqa: BLE001  it is raised at the caller
            return error

    async def judge_all(self, draft: Draft) -> Any:
        """The same for an act or a batch, yielding to the event loop. The draft must not be shared meanwhile."""
        try:
            return await (draft.judge_all(self.acts) if self.is_batch else draft.judge_in_slices(self.acts[0]))
        except Exception as error:  # noqa: BLE001  it is raised at the caller
            return error

    def build_answer(self, outcome: Any) -> Any:
        """The answer built from a receipt; a refusal or exception is returned as it is."""
        if not is_receipt(outcome):
            return outcome
        try:
            return self.build(outcome)
        except Exception as error:  # noqa: BLE001  it is raised at the caller
            return error

    def resolve(self, answer: Any) -> None:
        """Completes the future with an answer or an exception, unless the caller has gone."""
        if self.is_done:
            return
        if isinstance(answer, asyncio.CancelledError):
            self.future.cancel()
        elif isinstance(answer, StopIteration):
            self.future.set_exception(RuntimeError("judging an act ended in a StopIteration"))  # a future refuses it
        elif isinstance(answer, BaseException):
            self.future.set_exception(answer)
        else:
            self.future.set_result(answer)


def build_answers(writes: Iterable[PendingWrite], outcomes: Iterable[Any]) -> list[Any]:
    """The answer to each write of a transaction."""
    return [write.build_answer(outcome) for write, outcome in zip(writes, outcomes, strict=True)]


def is_receipt(outcome: Any) -> bool:
    """Whether an outcome is a receipt or a batch of receipts, and not a refusal or an exception."""
    return isinstance(outcome, Receipt | tuple)


def trace_of(writes: Iterable[PendingWrite]) -> str | None:
    """The first trace among writes of one transaction: their dispatch is shared and continues only one."""
    return next((write.trace for write in writes if write.trace is not None), None)
