"""Restricted evidence: it counts, and every reading is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pytest

from rules import acts as a
from rules.decide import repeat_refusal
from rules.restriction import Filing, Opening, may_name, may_read, opening
from rules.vocabulary.members import Actor
from rules.vocabulary.milestones import MilestoneStatus
from tests.rules.small_plan import EVERYBODY, World, day

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


class TestADocument:
    """Its hash opens nothing to whoever happens to know it."""

    BY_SARA: ClassVar = (Filing("sara", "south"),)

    def opens(self, given: World, person: str, filings: Sequence[Filing] = BY_SARA) -> Opening | None:
        return opening(given.program, person, FILED.sha256, filings)

    def named(self, given: World, person: str, filings: Sequence[Filing] = BY_SARA) -> bool:
        member = next(one for one in EVERYBODY if one.person == person)
        return may_name(given.program, Actor(**member.model_dump()), FILED.sha256, filings)

    def test_of_restricted_evidence_is_read_by_those_alone_who_may_read_that(self, given: World) -> None:
        assert self.opens(given, "nick") == Opening(given.program.evidence["secret"])
        assert self.opens(given, "alma") == Opening(given.program.evidence["secret"])
        assert self.opens(given, "sara") == Opening()  # her own bytes
        assert self.opens(given, "saul") is None
        assert self.opens(given, "olga") is None

    def test_of_open_evidence_is_read_by_all(self, given: World) -> None:
        given.given("sara", ORDER.model_copy(update={"evidence": "open", "restricted_to": None}), day(2))
        assert self.opens(given, "saul") == Opening()

    def test_is_not_opened_by_evidence_of_somebody_who_only_knows_its_hash(self, given: World) -> None:
        """Also where the evidence came before the bytes."""
        stolen = ORDER.model_copy(update={"evidence": "stolen", "restricted_to": None})
        given.given("moss", stolen, day(2))
        assert self.opens(given, "olga") is None
        assert self.opens(given, "moss") is None

    def test_is_named_by_its_party_and_by_who_may_read_it(self, given: World) -> None:
        assert self.named(given, "sara")
        assert self.named(given, "saul")  # of the same party
        assert self.named(given, "nick")
        assert not self.named(given, "moss")

    def test_that_nobody_has_filed_is_like_one_that_others_keep_to_themselves(self, given: World) -> None:
        assert self.named(given, "moss", ()) is self.named(given, "moss") is False
        assert self.opens(given, "alma", ()) is None

    def test_is_opened_further_by_who_may_read_it(self, given: World) -> None:
        given.given("nora", given.document("e7", "announced", "text").model_copy(update={"document": FILED}), day(2))
        filings = (*self.BY_SARA, Filing("nora", "north"))
        assert self.opens(given, "olga", filings) == Opening()

    def test_of_a_check_is_open_and_one_that_nothing_names_yet_is_not(self, given: World) -> None:
        other = "6" * 64
        assert opening(given.program, "saul", other, (Filing("checks", None),)) == Opening()
        assert opening(given.program, "saul", other, self.BY_SARA) is None
        assert opening(given.program, "alma", other, self.BY_SARA) == Opening()


def test_a_reading_is_repeated_for_those_alone_who_may_still_read_it(given: World) -> None:
    act = a.Act(
        id="r1", actor=Actor(person="nick", role=a.Role.VERIFIER, party="north"), deed=a.ReadEvidence(evidence="secret")
    )
    assert repeat_refusal(given.program, act) is None
    given.given(
        "nils", a.RemoveMember(member=a.Member(person="nick", role=a.Role.VERIFIER, party="north"), reason="R."), day(2)
    )
    given.given("olga", a.AdmitMember(member=a.Member(person="nick", role=a.Role.MONITOR)), day(3))
    refused = repeat_refusal(given.program, act)
    assert refused is not None
    assert refused.code == "not_a_member"
