"""Who waits for an answer, and how it is come to."""

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
    """Somebody who waits for an answer: to one act, or to several that are recorded together or not at all."""

    acts: tuple[Act, ...]
    is_batch: bool
    build: Callable[[Any], Any]
    """What is made of a receipt, or of the receipts of a batch, to be the answer."""
    future: asyncio.Future[Any]
    trace: str | None = None
    """The trace that the act is part of, as `traceparent`."""

    @property
    def is_done(self) -> bool:
        return self.future.done()

    def judge(self, draft: Draft) -> Any:
        """What comes of the act, or the error that did: a fault in judging one act is not the fault of the others."""
        try:
            return draft.judge(self.acts[0])
        except Exception as error:  # noqa: BLE001  it is raised where the act came from
            return error

    async def judge_all(self, draft: Draft) -> Any:
        """The same of an act or of a batch, which may take long; the draft belongs to nobody else meanwhile."""
        try:
            return await (draft.judge_all(self.acts) if self.is_batch else draft.judge_in_slices(self.acts[0]))
        except Exception as error:  # noqa: BLE001  it is raised where the act came from
            return error

    def build_answer(self, outcome: Any) -> Any:
        """The answer: what is made of a receipt, or why there is none."""
        if not is_receipt(outcome):
            return outcome
        try:
            return self.build(outcome)
        except Exception as error:  # noqa: BLE001  it is raised where the act came from
            return error

    def resolve(self, answer: Any) -> None:
        if self.is_done:
            return
        if isinstance(answer, asyncio.CancelledError):
            self.future.cancel()
        elif isinstance(answer, StopIteration):
            self.future.set_exception(RuntimeError("judging an act ended in a StopIteration"))  # a future takes none
        elif isinstance(answer, BaseException):
            self.future.set_exception(answer)
        else:
            self.future.set_result(answer)


def build_answers(writes: Iterable[PendingWrite], outcomes: Iterable[Any]) -> list[Any]:
    """The answers to all who waited together."""
    return [write.build_answer(outcome) for write, outcome in zip(writes, outcomes, strict=True)]


def is_receipt(outcome: Any) -> bool:
    """Whether it is a receipt, or those of a batch, and not a refusal or an error."""
    return isinstance(outcome, Receipt | tuple)


def trace_of(writes: Iterable[PendingWrite]) -> str | None:
    """One of the traces of those who are recorded together: what follows from all of them follows once."""
    return next((write.trace for write in writes if write.trace is not None), None)
