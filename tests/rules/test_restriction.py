"""Evidence that only some may read: it counts, and every reading is recorded."""

from __future__ import annotations

import pytest

from rules import acts as a
from rules.restriction import may_read, restricted_document
from rules.vocabulary.milestones import MilestoneStatus
from tests.rules.small_plan import World, day

FILED = a.FiledDocument(sha256="5" * 64, name="order.pdf")
ORDER = a.RecordEvidence(
    evidence="secret", milestone="safety", shows="order", document=FILED, restricted_to=("north", "commission")
)


@pytest.fixture
def given() -> World:
    ready = World()
    ready.first_move(day(0))
    ready.given("sara", ORDER, day(1))
    return ready


def test_it_counts_like_any_other(given: World) -> None:
    given.given("nick", a.Verify(evidence="secret"), day(2))
    given.given("saul", a.Observe(milestone="safety", text="We agree."), day(2))
    given.given("cleo", a.Determine(milestone="safety", outcome="achieved", reason="Shown."), day(2))
    assert given.program.milestone("safety").status is MilestoneStatus.ACHIEVED


@pytest.mark.parametrize(
    ("person", "may"),
    [("sara", True), ("nils", True), ("nick", True), ("cleo", True), ("alma", True), ("saul", False), ("moss", False)],
)
def test_the_recorder_the_parties_named_and_auditors_may_read_it(given: World, person: str, *, may: bool) -> None:
    assert may_read(given.program, person, given.program.evidence["secret"]) is may


def test_that_it_was_read_is_recorded(given: World) -> None:
    decided = given.given("alma", a.ReadEvidence(evidence="secret"), day(3))
    assert [(entry.fact.kind, entry.actor and entry.actor.person) for entry in decided.entries] == [("evidence_read", "alma")]


def test_nobody_else_reads_it(given: World) -> None:
    assert given.tried("saul", a.ReadEvidence(evidence="secret"), day(3)) == "restricted"
    assert given.tried("alma", a.ReadEvidence(evidence="e1"), day(3)) == "not_restricted"
    assert given.tried("alma", a.ReadEvidence(evidence="e9"), day(3)) == "evidence_unknown"


def test_it_is_restricted_only_where_the_plan_foresees_it_and_somebody_can_verify_it(given: World) -> None:
    text = given.document("e7", "announced", "text").model_copy(update={"restricted_to": ("south",)})
    assert given.tried("nora", text, day(2)) == "not_foreseen"
    hidden = ORDER.model_copy(update={"evidence": "e8", "restricted_to": ("south",)})
    assert given.tried("sara", hidden, day(2)) == "wrong_restriction"
    unknown = ORDER.model_copy(update={"evidence": "e8", "restricted_to": ("north", "west")})
    assert given.tried("sara", unknown, day(2)) == "party_unknown"


def test_a_document_that_is_also_filed_for_all_is_open(given: World) -> None:
    assert restricted_document(given.program, "5" * 64) is not None
    given.given("sara", ORDER.model_copy(update={"evidence": "open", "restricted_to": None}), day(2))
    assert restricted_document(given.program, "5" * 64) is None
