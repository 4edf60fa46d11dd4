"""Unfiled documents: shown as such everywhere, and verified only with a statement of where they were seen."""

from __future__ import annotations

from typing import Any

from rules import acts as a
from rules.decide import Decided, content_hash, decide
from rules.explanations.milestones import milestone_reason
from rules.facts import EvidenceVerified
from rules.queries.findings import judge_milestone
from rules.refusals import Refused
from rules.sentences import fact_sentence
from tests.rules.small_plan import PEOPLE, World, day

PAPER = a.FiledDocument(sha256="0" * 64, name="file.pdf")
ORDER = a.RecordEvidence(evidence="e1", milestone="announced", shows="text", document=PAPER, reference="In the archive.")
SEEN = "the ministry's archive, shelf 4"


def act(world: World, person: str, deed: Any, at: float, *, filed: bool) -> Decided | Refused:
    """An act with what whoever makes it has found of its document."""
    member = next(one for one in PEOPLE if one.person == person)
    actor = a.Actor(person=person, role=member.role, party=member.party)
    hashes = frozenset({PAPER.sha256} if filed else ())
    outcome = decide(world.program, a.Act(id=f"{person}-{at}", actor=actor, deed=deed, filed=hashes), day(at))
    if isinstance(outcome, Decided):
        world.program = outcome.program
        world.entries.extend(outcome.entries)
    return outcome


def unfiled(**changes: Any) -> World:
    world = World(**changes)
    assert isinstance(act(world, "nora", ORDER, 1, filed=False), Decided)
    return world


def test_what_nobody_can_read_is_not_verified_without_a_word() -> None:
    world = unfiled()
    assert world.tried("sven", a.Verify(evidence="e1"), day(2)) == "document_not_filed"
    verified = world.given("sven", a.Verify(evidence="e1", seen_at=SEEN), day(2))
    assert verified.entries[0].fact == EvidenceVerified(evidence="e1", seen_at=SEEN)


def test_it_is_told_as_not_filed_wherever_it_counts() -> None:
    world = unfiled()
    assert "The document of e1 is not filed." in milestone_reason(world.program, "announced", day(2))[0]
    assert fact_sentence(world.entries[-1].fact, world.program.plan).endswith("its document not filed")
    world.given("sven", a.Verify(evidence="e1", seen_at=SEEN), day(2))
    word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="Meant.")
    world.given("nils", word, day(2))
    found = world.given("sven", a.Verify(evidence="e2"), day(2)).entries[-1].fact
    told_so = f"The document of e1 is not filed; it was seen at: {SEEN}."
    assert told_so in found.sentence  # type: ignore[union-attr]  # the finding is the last that follows
    assert told_so in judge_milestone(world.program, "announced", day(3)).sentence


def test_once_its_bytes_are_here_it_is_a_document_as_any_other() -> None:
    world = unfiled()
    filing = a.FileDocument(evidence="e1")
    early = act(world, "nora", filing, 2, filed=False)
    assert isinstance(early, Refused)
    assert early.code == "document_not_filed"
    assert isinstance(act(world, "nora", filing, 3, filed=True), Decided)
    again = act(world, "nora", filing, 4, filed=True)
    assert isinstance(again, Decided)
    assert again.entries == ()
    world.given("sven", a.Verify(evidence="e1"), day(5))
    assert "not filed" not in judge_milestone(world.program, "announced", day(5)).sentence


def test_a_figure_is_no_exception() -> None:
    world = World()
    figure = {"indicator": "smoke", "value": "89", "unit": "kt", "period": "2024", "producer": "Observatory"}
    read = {"edition": "2025", "source": "Yearbook", "retrieved_at": day(0), "document": PAPER}
    recorded = act(world, "moss", a.RecordMeasurement.model_validate({"measurement": "m1", **figure, **read}), 1, filed=False)
    assert isinstance(recorded, Decided)
    assert world.tried("nick", a.Verify(evidence="m1"), day(2)) == "document_not_filed"


def test_an_act_is_the_same_act_whatever_has_been_filed_since() -> None:
    """A caller who repeats an act must get its first receipt, though somebody has filed its document in between."""
    actor = a.Actor(person="nora", role=a.Role.RECORDER, party="north")
    one, other = (a.Act(id="k", actor=actor, deed=ORDER, filed=frozenset(found)) for found in ((), ("0" * 64,)))
    assert content_hash(one) == content_hash(other)
