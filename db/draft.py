"""A draft: the sealed entries and projection changes of one transaction, before they are stored.

Pure: the time and the acts known to the ledger are arguments. Acts are decided one after another, each on the program that
the acts before it have left.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from pydantic_core import to_json

from db.event_loop import TimeSlice
from db.ledger import GENESIS, EntryTooLarge, Sealed, columns_of, seal
from db.pipeline import Call, Value
from db.program_cache import CachedProgram, changes_workflow
from db.projections import head_columns, immutable_columns, rows
from db.receipts import BatchRefused, Receipt
from db.statements import NOTIFY, append, append_if_unchanged
from rules.acts import Act, StrikeClock
from rules.canonical import NotCanonical
from rules.decide import Decided, attempt_entry, content_hash, decide, may_know, repeat_refusal
from rules.explanations.outstanding import OutstandingIndex, outstanding_acts, outstanding_after
from rules.language.dependents import Subject
from rules.refusals import Code, Refused

Nonce: TypeAlias = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act in the ledger: the hash of its content, and its first receipt."""

    content: str
    receipt: Receipt


class Draft:
    """Entries of one program that are to be appended, and the program after them (`after`)."""

    def __init__(
        self,
        program_id: UUID,
        cached: CachedProgram | None,
        at: datetime,
        known: Mapping[str, RecordedAct],
        nonce: Nonce = lambda: secrets.token_bytes(16),
    ) -> None:
        """`known` are the acts of this transaction that the ledger holds already, by id."""
        self.program_id = program_id
        self._before = cached
        self._at = max(at, cached.program.at) if cached else at
        self._known = dict(known)
        self._nonce = nonce
        self._sealed: list[Sealed] = []
        self._clock_seq: int | None = None
        self._changed: set[Subject] | None = set()
        self.after = cached
        self.trace: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self._sealed

    @property
    def sealed(self) -> tuple[Sealed, ...]:
        return tuple(self._sealed)

    def judge(self, act: Act) -> Receipt | Refused:
        """Decides an act and adds its entries; a refusal adds the entry of the attempt."""
        try:
            decided = self._decide(act)
            outcome = self._append(act, decided, [*self._seal(decided)]) if isinstance(decided, Decided) else decided
        except (EntryTooLarge, NotCanonical) as error:
            outcome = _refusal_of(error)
        if isinstance(outcome, Refused):
            self._append_refusal(act, outcome)
        return outcome

    async def judge_in_slices(self, act: Act) -> Receipt | Refused:
        """As `judge`, yielding to the event loop: the start of a long plan is a thousand entries."""
        outcome = await self._judge(act, TimeSlice())
        if isinstance(outcome, Refused):
            self._append_refusal(act, outcome)
        return outcome

    async def judge_all(self, acts: Sequence[Act]) -> tuple[Receipt, ...] | BatchRefused:
        """Adds all acts, or none and the attempt at the first that is refused. Yields to the event loop."""
        time_slice = TimeSlice()
        savepoint = (self.after, len(self._sealed), self._clock_seq, dict(self._known))
        receipts: list[Receipt] = []
        try:
            for index, act in enumerate(acts):
                outcome = await self._judge(act, time_slice)
                if isinstance(outcome, Refused):
                    self._restore(*savepoint)
                    self._append_refusal(act, outcome)
                    return BatchRefused(index, outcome)
                receipts.append(outcome)
                await time_slice.pause()
        except BaseException:
            self._restore(*savepoint)
            raise
        return tuple(receipts)

    def _restore(self, after: CachedProgram | None, length: int, clock_seq: int | None, known: dict[str, RecordedAct]) -> None:
        self.after, self._clock_seq, self._known = after, clock_seq, known
        del self._sealed[length:]

    def calls(self) -> tuple[Call, ...]:
        """The calls for a locked head row: one statement that writes everything, and NOTIFY if the workflow must know."""
        shape, values = self._statement_values()
        return self._with_notification((append(*shape, starts=self._before is None), *values))

    def calls_if_unchanged(self) -> tuple[Call, ...]:
        """The calls of an optimistic append: they fail unless the head row is as it was when the draft was begun."""
        if self._before is None:
            raise ValueError("a program that is started has no head row to compare")
        shape, values = self._statement_values()
        return self._with_notification((append_if_unchanged(*shape), *(*values, self._before.seq, self._before.head)))

    def _with_notification(self, statement: Call) -> tuple[Call, ...]:
        return (statement,) if self._clock_seq is None else (statement, (NOTIFY, self._notification))

    @property
    def _notification(self) -> str:
        """The payload of NOTIFY: the program, and the trace that its dispatch continues."""
        return f"{self.program_id} {self.trace}" if self.trace else str(self.program_id)

    def _statement_values(self) -> tuple[tuple[frozenset[str], frozenset[str]], tuple[Value, ...]]:
        """The tables that are written and deleted from, and the parameters: program, rows as JSON, entries as bytes."""
        if self.after is None:
            raise ValueError("an empty draft writes nothing")
        before, after = self._before, self.after
        entries = [sealed.entry for sealed in self._sealed]
        clocks = (before.clocks if before else (), after.clocks)
        old, owed = self._owed(before, after)
        changes = rows(before.program if before else None, after.program, entries, clocks, (old, owed))
        head_row = head_columns(after.program, after.head, after.clocks, owed) | {"clock_seq": self._clock_seq}
        if before is None:
            head_row |= immutable_columns(after.program)
        data = {**changes.plain, "program": [head_row], "ledger_entry": [columns_of(entry) for entry in entries]}
        return (frozenset(changes.rows), frozenset(changes.gone)), (
            str(self.program_id),
            to_json(data).decode(),
            [sealed.prev for sealed in self._sealed],
            [sealed.leaf for sealed in self._sealed],
            [sealed.body for sealed in self._sealed],
        )

    def _owed(self, before: CachedProgram | None, after: CachedProgram) -> tuple[OutstandingIndex, OutstandingIndex]:
        """What was owed before and is owed after; cached with the program for the next draft."""
        old = before.owed if before else {}
        owed = (
            outstanding_after(after.program, before.program, old, self._changed) if before else outstanding_acts(after.program)
        )
        self.after = CachedProgram(after.program, after.head, after.clocks, owed)
        return old, owed

    async def _judge(self, act: Act, time_slice: TimeSlice) -> Receipt | Refused:
        try:
            decided = self._decide(act)
            if not isinstance(decided, Decided):
                return decided
            sealed: list[Sealed] = []
            for one in self._seal(decided):
                sealed.append(one)
                await time_slice.pause()
            return self._append(act, decided, sealed)
        except (EntryTooLarge, NotCanonical) as error:
            return _refusal_of(error)

    def _decide(self, act: Act) -> Decided | Receipt | Refused:
        """The decision of the law, or the first answer to a recorded act. Raises EntryTooLarge or NotCanonical."""
        program = self.after.program if self.after else None
        is_stranger = program is not None and not may_know(program, act.actor)
        if (known := self._known.get(act.id)) is not None and not is_stranger:
            return self._repeated(act, known)
        return decide(program, act, self._at, self.after.clocks if self.after else None)

    def _seal(self, decided: Decided) -> Iterator[Sealed]:
        """The entries as a hash chain. Raises EntryTooLarge or NotCanonical."""
        prev = self.after.head if self.after else GENESIS
        for entry in decided.entries:
            sealed = seal(entry, self.program_id, prev, self._nonce())
            prev = sealed.leaf
            yield sealed

    def _repeated(self, act: Act, known: RecordedAct) -> Receipt | Refused:
        if self.after is not None and content_hash(act) == known.content:
            if (refused := repeat_refusal(self.after.program, act)) is not None:
                return refused
            return replace(known.receipt, repeated=True, program=self.after.program)
        return Refused(
            Code.ACT_ID_REUSED,
            f"The id {act.id} belongs to another act of this program.",
            "a new id for a new act, or the first act unchanged",
        )

    def _append(self, act: Act, decided: Decided, sealed: list[Sealed]) -> Receipt:
        """Adds decided and sealed entries to the draft; the receipt."""
        before = self.after
        prev = sealed[-1].leaf if sealed else self.after.head if self.after else GENESIS
        after = CachedProgram(decided.program, prev, decided.clocks)
        answered = isinstance(act.deed, StrikeClock) and act.deed.answered
        if sealed and not answered and changes_workflow(before, after):
            self._clock_seq = after.seq
        self._sealed += sealed
        if decided.changed is None:
            self._changed = None
        elif self._changed is not None:
            self._changed.update(decided.changed)
        self.after = after
        receipt = Receipt(
            program_id=self.program_id,
            act_id=act.id,
            recorded_at=self._at,
            first_seq=sealed[0].entry.seq if sealed else after.seq,
            last_seq=after.seq,
            head=prev.hex(),
            entries=decided.entries,
            repeated=False,
            plain=[one.plain for one in sealed],
            program=decided.program,
        )
        content = next((entry.content for entry in decided.entries if entry.content is not None), None)
        if content is not None:
            self._known[act.id] = RecordedAct(content, receipt)
        return receipt

    def _append_refusal(self, act: Act, refused: Refused) -> None:
        # No attempt is recorded where the program is unknown (also to a stranger) or the act cannot be serialized.
        if self.after is None or refused.code in {Code.PROGRAM_UNKNOWN, Code.ACT_NOT_RECORDABLE}:
            return
        decided = attempt_entry(self.after.program, act, refused, self._at)
        (entry,) = decided.entries
        sealed = seal(entry, self.program_id, self.after.head, self._nonce())
        self._sealed.append(sealed)
        self.after = CachedProgram(decided.program, sealed.leaf, self.after.clocks)


def _refusal_of(error: EntryTooLarge | NotCanonical) -> Refused:
    if isinstance(error, EntryTooLarge):
        return Refused(Code.ACT_TOO_LARGE, f"The act does not fit into an entry: {error}.", "a shorter act")
    return Refused(Code.ACT_NOT_RECORDABLE, f"The act cannot be recorded as it is: {error}.", "plain data")
