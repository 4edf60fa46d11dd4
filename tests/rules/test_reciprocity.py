"""Accounts of the parties: what each owes, has kept, missed and broken."""

from __future__ import annotations

from rules import acts as a
from rules.explanations.explain import blocking
from rules.explanations.owing import owed_in_words
from rules.explanations.reciprocity import How, PartyAccount, reciprocity
from rules.vocabulary import matters as m
from rules.vocabulary.testimony import GiveAccount
from tests.rules.small_plan import World, day, night, through

WORD = {
    "title": "The South holds back",
    "party": "south",
    "in_force": {"program": True},
    "broken_by": [{"kinds": ["strike"]}],
}
WAIVE = a.Propose(proposal="p1", procedure="joint", matter=m.Waive(milestone="safety"), reason="It is time.")


HOWS: tuple[How, ...] = ("kept", "late", "waived", "broken")


def account(given: World, party: str, at: float) -> PartyAccount:
    return next(held for held in reciprocity(given.program, day(at)) if held.party == party)


def owed(given: World, party: str, at: float) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in account(given, party, at).owed]


def tally(held: PartyAccount, *, binding: bool = True) -> tuple[int, ...]:
    """How much was kept, late, waived and broken."""
    return tuple(held.count(how, binding=binding) for how in HOWS)


class TestWhatIsOwed:
    def test_who_moves_second_owes_nothing_before(self) -> None:
        """Not even the consent to a phase that nothing but time and others' acts can open; nor does what blocks say so."""
        given = World()
        assert {who for block in blocking(given.program, day(400)) for who in block.owes} == {"north"}
        assert owed(given, "north", 400) == [("evidence", "announced")]
        assert owed(given, "south", 400) == []

    def test_an_act_passes_from_one_to_the_next(self) -> None:
        given = World()
        given.given("nora", given.document("e1", "announced", "text"), day(1))
        assert owed(given, "south", 2) == [("verification", "announced")]
        (lacks,) = account(given, "north", 2).owed
        assert owed_in_words(given.program, lacks, day(2)) == "Announced: word is missing."
        assert account(given, "south", 2).owed[0].since == day(1)
        word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="It is meant.")
        given.given("nils", word, day(2))
        for name in ("e1", "e2"):
            given.given("sven", a.Verify(evidence=name), day(3))
        assert owed(given, "commission", 3) == [("determination", "announced")]
        assert owed(given, "north", 3) == owed(given, "south", 3) == []

    def test_an_incident_is_owed_a_decision_until_nothing_puts_it_in_question(self) -> None:
        given = World()
        given.incident("i1", day(1), day(2))
        decision = next(one for one in account(given, "commission", 3).owed if one.kind == "incident")
        assert (decision.name, decision.since) == ("i1", day(2))
        assert "waits to be decided" in owed_in_words(given.program, decision, day(3))
        given.given("cleo", a.DismissIncident(incident="i1", reason="Thunder."), day(3))
        assert owed(given, "commission", 4) == []
        given.given("moss", GiveAccount(incident="i1", account="seen", severity="grave", text="Two rockets."), day(5))
        decision = next(one for one in account(given, "commission", 6).owed if one.kind == "incident")
        assert decision.since == day(5)
        assert "puts that in question" in owed_in_words(given.program, decision, day(6))

    def test_nobody_owes_a_decision_on_what_they_are_blamed_for(self) -> None:
        given = World(authorities=["north", "south"])
        claim = GiveAccount(incident="i1", account="seen", severity="grave", text="Theirs.", attributed_to="south")
        given.incident("i1", day(1), day(2))
        given.given("moss", claim, day(2))
        assert ("incident", "i1") in owed(given, "north", 3)
        assert ("incident", "i1") not in owed(given, "south", 3)

    def test_since_when_and_until_when(self) -> None:
        given = World()
        given.first_move(day(5))
        held = account(given, "south", 6).owed[0]
        assert (held.kind, held.name, held.since, held.due) == ("evidence", "safety", day(5), through(65))

    def test_a_consent_is_owed_when_nothing_else_is_missing(self) -> None:
        given = World()
        given.first_move(day(1))
        given.answer(day(2))
        assert ("consent", "trade") not in owed(given, "south", 30)
        given.clock(day(36))
        assert ("consent", "trade") in owed(given, "south", 36)
        ready = given.program.stability["quiet"].completed_at
        assert [one.since for one in account(given, "south", 36).owed if one.kind == "consent"] == [ready]
        given.given("saul", a.Consent(phase="trade"), day(36))
        assert ("consent", "trade") not in owed(given, "south", 36)

    def test_an_answer_to_a_proposal(self) -> None:
        given = World()
        given.first_move(day(1))
        given.given("nils", WAIVE, day(2))
        held = next(one for one in account(given, "south", 3).owed if one.kind == "proposal")
        assert (held.name, held.since, held.due) == ("p1", day(2), through(92))
        given.given("saul", a.Consent(proposal="p1"), day(3))
        assert "proposal" not in [what for what, _ in owed(given, "south", 3)]

    def test_what_has_fallen_is_to_be_determined(self) -> None:
        given = World()
        given.first_move(day(1))
        given.given("nora", a.WithdrawEvidence(evidence="e1", reason="Wrong text."), day(2))
        assert ("determination", "announced") in owed(given, "commission", 2)

    def test_a_stage_owes_a_settlement_from_when_the_dispute_came_to_it(self) -> None:
        given = World()
        raised = a.RaiseDispute(dispute="d1", ladder="compliance", about="announced", reason="It was not meant.")
        given.given("saul", raised, day(1))
        assert [one.since for one in account(given, "commission", 2).owed if one.kind == "dispute"] == [day(1)]
        given.clock(night(16))
        assert [one.since for one in account(given, "north", 20).owed if one.kind == "dispute"] == [night(16)]

    def test_a_proposal_with_other_effects_is_asked_anew(self) -> None:
        given = World()
        given.first_move(day(1))
        extend = m.Extend(milestone="safety", to=day(90))
        given.given("saul", a.Propose(proposal="p1", procedure="quiet", matter=extend, reason="Late."), day(2))
        given.given("cleo", a.SuspendProgram(reason="Talks."), day(5))
        given.given("cleo", a.ResumeProgram(reason="Done."), day(7))
        asked = given.program.proposals["p1"].asked_since
        held = next(one for one in account(given, "north", 8).owed if one.kind == "proposal")
        assert held.since == asked
        assert asked == max((entry.at for entry in given.entries if entry.fact.kind == "proposal_changed"), default=day(2))

    def test_nothing_after_the_end(self) -> None:
        given = World()
        given.given("cleo", a.TerminateProgram(reason="Enough."), day(1))
        assert all(not held.owed for held in reciprocity(given.program, day(2)))


class TestTallies:
    def test_kept_and_late(self) -> None:
        given = World()
        given.first_move(day(1))
        given.clock(day(100))
        assert tally(account(given, "north", 100)) == (1, 0, 0, 0)
        assert tally(account(given, "south", 100)) == (0, 1, 0, 0)
        given.answer(day(101))
        late = account(given, "south", 101).reckoned[0]
        assert (late.how, late.since, late.until) == ("late", night(61), day(101))

    def test_a_date_that_binds_nobody_is_told_apart(self) -> None:
        due = {"within": "P10D", "from": {"program": True}, "force": "indicative"}
        given = World(phases__move__milestones__announced__due=due)
        given.clock(day(20))
        assert tally(account(given, "north", 20)) == (0, 0, 0, 0)
        assert tally(account(given, "north", 20), binding=False) == (0, 1, 0, 0)
        assert not account(given, "north", 20).owed[0].binding

    def test_what_no_party_controls_scores_nobody(self) -> None:
        given = World()
        given.incident("i1", day(1), day(1))
        given.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(2))
        assert given.program.commitments["moratorium"].status == "broken"
        assert [tally(held) for held in reciprocity(given.program, day(2))] == [(0, 0, 0, 0)] * 3
        assert ("commitment", "moratorium") not in owed(given, "south", 2)

    def test_a_broken_word_and_its_cure(self) -> None:
        given = World(commitments__word=WORD)
        assert tally(account(given, "south", 1)) == (1, 0, 0, 0)
        given.incident("i1", day(1), day(2), kind="strike")
        given.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(2))
        assert tally(account(given, "south", 2)) == (0, 0, 0, 1)
        assert owed(given, "south", 2) == [("commitment", "word")]
        given.given("cleo", a.ResolveIncident(incident="i1", reason="Over."), day(4))
        broken = account(given, "south", 4).reckoned[0]
        assert (broken.how, broken.since, broken.until) == ("broken", day(1), day(4))
        assert owed(given, "south", 4) == []

    def test_waived(self) -> None:
        given = World()
        given.first_move(day(1))
        given.given("nils", WAIVE, day(2))
        for person in ("nils", "saul"):
            given.given(person, a.Consent(proposal="p1"), day(3))
        assert tally(account(given, "south", 3)) == (0, 0, 1, 0)
