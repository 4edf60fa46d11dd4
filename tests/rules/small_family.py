"""A program that opens the small plan as a child program; their reports are exchanged in simulated time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rules import acts as a
from rules.decide import Decided, decide
from rules.family import child_id, child_report, child_start, parent_report
from rules.program import Program
from rules.refusals import Refused
from tests.rules.small_plan import PEOPLE, PLAN, day

CLOCK = a.Actor(person="clock", role=a.Role.CLOCK)
PARENT_ID = UUID("01890000-0000-7000-8000-00000000000a")
CHILD_ID = child_id(PARENT_ID, "truce")


def parent_plan(when_suspended: str = "freeze") -> dict[str, Any]:
    """A plan whose phase `works` opens with the North's consent, opens the truce, and counts a milestone of it."""
    return {
        "accord": 1,
        "plan": "coast",
        "title": "Trade along the coast",
        "source": "Written for tests",
        "time_zone": "Asia/Baghdad",
        "parties": PLAN["parties"],
        "bodies": PLAN["bodies"],
        "authorities": ["commission"],
        "programs": {"truce": {"title": "The truce", "plan": "truce", "opened_in": "works", "when_suspended": when_suspended}},
        "phases": {
            "works": {
                "title": "Works",
                "entry": [{"consent": ["north"]}],
                "exit": [{"program_milestone": {"program": "truce", "milestone": "announced"}}],
            },
            "shipping": {"title": "Ships sail", "entry": [{"phase": "works"}], "exit": [{"program": "truce"}]},
        },
    }


def programs() -> dict[str, a.ChildPlan]:
    return {"truce": a.ChildPlan(document=json.dumps(PLAN))}


def start(plan: Mapping[str, Any] | None = None, **changes: Any) -> a.StartProgram:
    fields: dict[str, Any] = {"document": json.dumps(plan or parent_plan()), "members": PEOPLE, "programs": programs()}
    return a.StartProgram(**(fields | changes))


class Family:
    """Parent and child. Each hears of the other when `told` is called, and not before."""

    def __init__(self, when_suspended: str = "freeze", started: a.StartProgram | None = None) -> None:
        self._acts = 0
        self.parent: Program = self._decided(None, "olga", started or start(parent_plan(when_suspended)), day(0)).program
        self.child: Program | None = None

    @property
    def truce(self) -> Program:
        assert self.child is not None
        return self.child

    def open(self, at: datetime) -> None:
        self.in_parent("nils", a.Consent(phase="works"), at)
        assert "truce" in self.parent.children
        self.told(at)

    def in_parent(self, person: str, deed: a.Deed, at: datetime) -> Decided:
        decided = self._decided(self.parent, person, deed, at)
        self.parent = decided.program
        return decided

    def in_child(self, person: str, deed: a.Deed, at: datetime) -> Decided:
        decided = self._decided(self.truce, person, deed, at)
        self.child = decided.program
        return decided

    def announce(self, at: datetime) -> None:
        """Shows, verifies and determines the child's milestone that the parent counts."""
        filed = a.FiledDocument(sha256="0" * 64, name="file.pdf")
        text = a.RecordEvidence(evidence="e1", milestone="announced", shows="text", document=filed)
        word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="It is meant.")
        self.in_child("nora", text, at)
        self.in_child("nils", word, at)
        for evidence in ("e1", "e2"):
            self.in_child("sven", a.Verify(evidence=evidence), at)
        self.in_child("cleo", a.Determine(milestone="announced", outcome="achieved", reason="Shown."), at)

    def told(self, at: datetime) -> None:
        """What the clock room does: the child is started and hears of its parent, the parent of its child."""
        if self.child is None:
            self.child = self._decided(None, "clock", child_start(PARENT_ID, self.parent, "truce"), at).program
        if self.truce.ended_at is None:
            self.in_child("clock", parent_report(self.parent, b"\1" * 32, "truce"), at)
        if self.parent.ended_at is None:
            self.in_parent("clock", child_report(CHILD_ID, self.truce, b"\2" * 32, "truce"), at)

    def refused(self, program: Program | None, person: str, deed: a.Deed, at: datetime) -> str:
        outcome = self._outcome(program, person, deed, at)
        assert isinstance(outcome, Refused), f"{deed.kind} was accepted"
        return outcome.code

    def _decided(self, program: Program | None, person: str, deed: a.Deed, at: datetime) -> Decided:
        outcome = self._outcome(program, person, deed, at)
        assert isinstance(outcome, Decided), outcome
        return outcome

    def _outcome(self, program: Program | None, person: str, deed: a.Deed, at: datetime) -> Decided | Refused:
        self._acts += 1
        member = next((m for m in PEOPLE if m.person == person), None)
        actor = a.Actor(person=person, role=member.role, party=member.party) if member else CLOCK
        return decide(program, a.Act(id=f"act{self._acts}", actor=actor, deed=deed, filed=a.document_hashes(deed)), at)
