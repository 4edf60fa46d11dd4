"""Builders of acts on the small plan, and a long history in simulated time."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from db.draft import Draft
from db.ledger import StoredEntry
from db.pipeline import BEGIN, COMMIT
from db.pools import LedgerPool
from db.program_cache import CachedProgram
from db.receipts import Receipt
from rules import acts as a
from rules.decide import Decided
from rules.program import Program
from rules.refusals import Refused
from tests.rules.small_plan import PEOPLE, PLAN, World, day

_numbers = count(1)


def act(person: str, deed: Any, name: str | None = None) -> a.Act:
    """An act of one of the small plan's people under a new id, or a given one."""
    member = next((m for m in PEOPLE if m.person == person), a.Member(person=person, role=a.Role.CLOCK))
    actor = a.Actor(person=person, role=member.role, party=member.party)
    return a.Act(id=name or f"act-{next(_numbers)}", actor=actor, deed=deed, filed=a.document_hashes(deed))


def start(name: str | None = None, **changes: Any) -> a.Act:
    return act("olga", a.StartProgram(document=json.dumps(PLAN), members=PEOPLE, **changes), name)


def evidence(name: str | None = None, act_name: str | None = None, text: str = "file.pdf") -> a.Act:
    """Nora records the announcement."""
    deed = a.RecordEvidence(
        evidence=name or f"evidence-{next(_numbers)}",
        milestone="announced",
        shows="text",
        document=a.FiledDocument(sha256="0" * 64, name=text),
    )
    return act("nora", deed, act_name)


def verdict(name: str) -> a.Act:
    return act("sven", a.Verify(evidence=name))


def not_allowed() -> a.Act:
    """A recorder may not suspend a program."""
    return act("nora", a.SuspendProgram(reason="No."))


class Story(World):
    """A world that remembers the acts that were done in it, and when."""

    def __init__(self, **changes: Any) -> None:
        self.told: list[tuple[a.Act, datetime]] = []
        super().__init__(**changes)

    def outcome(self, person: str, deed: Any, at: datetime, program: Program | None) -> Decided | Refused:
        outcome = super().outcome(person, deed, at, program)
        self.told.append((act(person, deed, f"told-{self._acts}"), at))
        return outcome


def long_story() -> list[tuple[a.Act, datetime]]:
    """Half a year in which everything happens that the tables have columns for."""
    story = Story()
    story.first_move(day(1))
    story.answer(day(2))
    story.tried("nora", a.SuspendProgram(reason="No."), day(3))
    story.incident("i1", day(9), day(10))
    story.given("saul", a.ContestIncident(incident="i1", reason="It was thunder."), day(11))
    story.given("cleo", a.ConfirmIncident(incident="i1", reason="Witnesses."), day(12))
    story.given("cleo", a.ResolveIncident(incident="i1", reason="Settled."), day(13))
    story.incident("i2", day(14), day(15), kind="blockade")
    story.given("cleo", a.DismissIncident(incident="i2", reason="A market day."), day(16))
    story.given("olga", a.AdmitMember(member=a.Member(person="zoe", role=a.Role.AUDITOR)), day(20))
    story.given("olga", a.RemoveMember(member=a.Member(person="moss", role=a.Role.MONITOR), reason="Left."), day(21))
    story.clock(day(70))
    story.given("nils", a.Consent(phase="trade"), day(71))
    story.given("saul", a.Consent(phase="trade"), day(71))
    story.given("olga", a.AdvancePhase(phase="trade"), day(72))
    figure = a.RecordMeasurement(
        measurement="m1",
        indicator="smoke",
        value=Decimal("89.50"),
        unit="kt",
        period="2024",
        producer="Observatory",
        edition="2025",
        source="yearbook",
        retrieved_at=day(73),
    )
    story.given("sara", figure, day(74))
    story.given("sara", a.WithdrawEvidence(evidence="e3", reason="A forgery."), day(76))
    story.given("cleo", a.SuspendProgram(reason="Let us see."), day(80))
    story.given("cleo", a.ResumeProgram(reason="We have seen."), day(90))
    story.given("nick", a.Verify(evidence="m1"), day(95))
    return story.told


async def tell(writer: LedgerPool, program_id: UUID, told: Iterable[tuple[a.Act, datetime]]) -> CachedProgram:
    """Records a history as of its own times, which the recorder, who asks the clock, cannot."""
    kept: CachedProgram | None = None
    for one, at in told:
        draft = Draft(program_id, kept, at, {})
        outcome = draft.judge(one)
        assert isinstance(outcome, Receipt | Refused)
        if not draft.is_empty:
            async with writer.transaction() as transaction:
                await transaction.execute((BEGIN,), *draft.calls(), (COMMIT,))
        kept = draft.after
    assert kept is not None
    return kept


async def stored(queries: Any, program_id: UUID) -> list[StoredEntry]:
    return [row async for row in queries.stored(program_id)]
