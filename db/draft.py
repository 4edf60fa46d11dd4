"""What one transaction is going to write: entries that are sealed, but not yet stored.

Pure: time and what the ledger already knows are given. Acts are judged one after another, each on
the program that the acts before it have left.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from pydantic_core import to_json

from db.ledger import GENESIS, Sealed, TooLarge, columns_of, seal
from db.pipeline import Call, Value
from db.program_cache import CachedProgram, changes_workflow
from db.projections import head, origin, rows
from db.receipts import BatchRefused, Receipt
from db.statements import NOTIFY, append, append_as_expected
from db.time_slice import TimeSlice
from rules.acts import Act, StrikeClock
from rules.canonical import NotCanonical
from rules.decide import Decided, attempt_entry, content_hash, decide, may_know, repeat_refusal
from rules.explanations.outstanding import OutstandingIndex, outstanding_acts, outstanding_after
from rules.language.dependents import Subject
from rules.refusals import Code, Refused

Nonce: TypeAlias = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act that the ledger holds: the hash of its content, and its first receipt."""

    content: str
    receipt: Receipt


class Draft:
    """Entries for one program, and the program after them."""

    def __init__(
        self,
        program_id: UUID,
        cached: CachedProgram | None,
        at: datetime,
        known: Mapping[str, RecordedAct],
        nonce: Nonce = lambda: secrets.token_bytes(16),
    ) -> None:
        """`known` are the acts among those to be judged that the ledger holds already."""
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
        """Receipt and entries, or the refusal and the entry of the attempt."""
        try:
            decided = self._decided(act)
            outcome = self._appended(act, decided, [*self._seals(decided)]) if isinstance(decided, Decided) else decided
        except (TooLarge, NotCanonical) as error:
            outcome = _unfit(error)
        if isinstance(outcome, Refused):
            self._keep_attempt(act, outcome)
        return outcome

    async def judge_in_turns(self, act: Act) -> Receipt | Refused:
        """The same, and others have their turn in between: the start of a long plan is a thousand entries."""
        outcome = await self._outcome(act, TimeSlice())
        if isinstance(outcome, Refused):
            self._keep_attempt(act, outcome)
        return outcome

    async def judge_all(self, acts: Sequence[Act]) -> tuple[Receipt, ...] | BatchRefused:
        """All acts, or none of them but the attempt at the first that is refused. Others have their turn in between."""
        time_slice = TimeSlice()
        mark = (self.after, len(self._sealed), self._clock_seq, dict(self._known))
        receipts: list[Receipt] = []
        try:
            for index, act in enumerate(acts):
                outcome = await self._outcome(act, time_slice)
                if isinstance(outcome, Refused):
                    self._back_to(*mark)
                    self._keep_attempt(act, outcome)
                    return BatchRefused(index, outcome)
                receipts.append(outcome)
                await time_slice.pause()
        except BaseException:
            self._back_to(*mark)
            raise
        return tuple(receipts)

    def _back_to(self, after: CachedProgram | None, length: int, clock_seq: int | None, known: dict[str, RecordedAct]) -> None:
        self.after, self._clock_seq, self._known = after, clock_seq, known
        del self._sealed[length:]

    def calls(self) -> tuple[Call, ...]:
        """What is sent once the head row is locked: one statement that writes all of it, and a notice if a clock must look."""
        shape, values = self._written()
        return self._with_notice((append(*shape, starts=self._before is None), *values))

    def calls_as_expected(self) -> tuple[Call, ...]:
        """The same, to be sent without a look before: it fails unless the program still stands where the draft began."""
        if self._before is None:
            raise ValueError("a start expects nothing")
        shape, values = self._written()
        return self._with_notice((append_as_expected(*shape), *(*values, self._before.seq, self._before.head)))

    def _with_notice(self, statement: Call) -> tuple[Call, ...]:
        return (statement,) if self._clock_seq is None else (statement, (NOTIFY, self._notice))

    @property
    def _notice(self) -> str:
        """The program, and the trace with which whoever looks may carry on."""
        return f"{self.program_id} {self.trace}" if self.trace else str(self.program_id)

    def _written(self) -> tuple[tuple[frozenset[str], frozenset[str]], tuple[Value, ...]]:
        """Which projections are written and which lose lines; and the program, rows as JSON, and the entries as bytes."""
        if self.after is None:
            raise ValueError("an empty draft writes nothing")
        before, after = self._before, self.after
        entries = [sealed.entry for sealed in self._sealed]
        clocks = (before.clocks if before else (), after.clocks)
        were, owed = self._owed(before, after)
        changes = rows(before.program if before else None, after.program, entries, clocks, (were, owed))
        line = head(after.program, after.head, after.clocks, owed) | {"clock_seq": self._clock_seq}
        if before is None:
            line |= origin(after.program)
        data = {**changes.plain, "program": [line], "ledger_entry": [columns_of(entry) for entry in entries]}
        return (frozenset(changes.rows), frozenset(changes.gone)), (
            str(self.program_id),
            to_json(data).decode(),
            [sealed.prev for sealed in self._sealed],
            [sealed.leaf for sealed in self._sealed],
            [sealed.body for sealed in self._sealed],
        )

    def _owed(self, before: CachedProgram | None, after: CachedProgram) -> tuple[OutstandingIndex, OutstandingIndex]:
        """What was owed before, and is owed after all acts; kept with the program, so that the next draft need not ask."""
        were = before.owed if before else {}
        owed = (
            outstanding_after(after.program, before.program, were, self._changed) if before else outstanding_acts(after.program)
        )
        self.after = CachedProgram(after.program, after.head, after.clocks, owed)
        return were, owed

    async def _outcome(self, act: Act, time_slice: TimeSlice) -> Receipt | Refused:
        try:
            decided = self._decided(act)
            if not isinstance(decided, Decided):
                return decided
            sealed: list[Sealed] = []
            for one in self._seals(decided):
                sealed.append(one)
                await time_slice.pause()
            return self._appended(act, decided, sealed)
        except (TooLarge, NotCanonical) as error:
            return _unfit(error)

    def _decided(self, act: Act) -> Decided | Receipt | Refused:
        """What the law says, or what was answered to an act that the ledger holds. Raises TooLarge or NotCanonical."""
        program = self.after.program if self.after else None
        is_stranger = program is not None and not may_know(program, act.actor)
        if (known := self._known.get(act.id)) is not None and not is_stranger:
            return self._again(act, known)
        return decide(program, act, self._at, self.after.clocks if self.after else None)

    def _seals(self, decided: Decided) -> Iterator[Sealed]:
        """The entries, sealed one upon the other. Raises TooLarge or NotCanonical."""
        prev = self.after.head if self.after else GENESIS
        for entry in decided.entries:
            sealed = seal(entry, self.program_id, prev, self._nonce())
            prev = sealed.leaf
            yield sealed

    def _again(self, act: Act, known: RecordedAct) -> Receipt | Refused:
        if self.after is not None and content_hash(act) == known.content:
            if (refused := repeat_refusal(self.after.program, act)) is not None:
                return refused
            return replace(known.receipt, repeated=True, program=self.after.program)
        return Refused(
            Code.ACT_ID_REUSED,
            f"The id {act.id} belongs to another act of this program.",
            "a new id for a new act, or the first act unchanged",
        )

    def _appended(self, act: Act, decided: Decided, sealed: list[Sealed]) -> Receipt:
        """Keeps what was decided, and has been sealed whole."""
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

    def _keep_attempt(self, act: Act, refused: Refused) -> None:
        # Of a program that is not there, or not for a stranger, nothing can be kept, and of what cannot be written neither.
        if self.after is None or refused.code in {Code.PROGRAM_UNKNOWN, Code.ACT_NOT_RECORDABLE}:
            return
        decided = attempt_entry(self.after.program, act, refused, self._at)
        (entry,) = decided.entries
        sealed = seal(entry, self.program_id, self.after.head, self._nonce())
        self._sealed.append(sealed)
        self.after = CachedProgram(decided.program, sealed.leaf, self.after.clocks)


def _unfit(error: TooLarge | NotCanonical) -> Refused:
    if isinstance(error, TooLarge):
        return Refused(Code.ACT_TOO_LARGE, f"The act does not fit into an entry: {error}.", "a shorter act")
    return Refused(Code.ACT_NOT_RECORDABLE, f"The act cannot be recorded as it is: {error}.", "plain data")
