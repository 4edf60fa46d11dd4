"""Several who owe or decide, declined milestones, relief, finality, and snapbacks without notice."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from rules import acts as a
from rules.evolve import fold
from rules.explanations.owing import owed_acts
from rules.explanations.reciprocity import reciprocity
from rules.language.milestones import DeterminationRule
from rules.language.reading import InvalidDocument, parse_document
from rules.queries.voting import carried_choice
from rules.validation import validate_plan
from rules.vocabulary import matters as m
from rules.vocabulary import mistakes
from rules.vocabulary.determinations import Vote
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_plan import PLAN, World, day, night

SAFETY = "phases__answer__milestones__safety__"
BY_THREE = {"by": ["commission", "north", "south"], "agree": "2"}


def with_safety(**fields: Any) -> World:
    """The South's guarantee with other fields, its phase open and its order verified."""
    world = World(**{SAFETY + name: value for name, value in fields.items()})
    world.first_move(day(0))
    world.given("sara", world.document("e3", "safety", "order"), day(1))
    world.given("nick", a.Verify(evidence="e3"), day(1))
    return world


def determined(outcome: Any = "achieved", **more: Any) -> a.Determine:
    return a.Determine(milestone="safety", outcome=outcome, reason="So it is.", **more)


def faults(**changes: Any) -> str:
    """What is wrong with the small plan once it is changed."""
    document = deepcopy(PLAN)
    for path, value in changes.items():
        *parents, last = path.split("__")
        held = document
        for name in parents:
            held = held[name]
        held[last] = value
    try:
        validate_plan(parse_document(json.dumps(document)))
    except InvalidDocument as faulty:
        return " ".join(fault.message for fault in faulty.faults)
    return ""


class TestSeveralWhoOwe:
    def test_a_date_that_passes_is_missed_by_each(self) -> None:
        world = World(**{SAFETY + "party": "commission", SAFETY + "verified_by": ["north", "south"]})
        world.first_move(day(0))
        world.clock(night(61))
        late = {account.party: account.count("late") for account in reciprocity(world.program, night(61))}
        assert (late["north"], late["south"], late["commission"]) == (1, 1, 0)

    def test_who_has_recorded_its_part_owes_it_no_more(self) -> None:
        shown = {"order": {"kind": "document", "what": "its own order", "by": ["north", "south"]}}
        world = World(
            **{SAFETY + "party": ["north", "south"], SAFETY + "verified_by": ["commission"], SAFETY + "shown_by": shown}
        )
        world.first_move(day(0))
        world.given("nora", world.document("e3", "safety", "order"), day(1))
        owed = {account.party: [one.kind for one in account.owed] for account in reciprocity(world.program, day(1))}
        assert (owed["north"], owed["south"]) == ([], ["evidence"])

    def test_the_word_of_the_other_side_is_for_who_owes_to_get(self) -> None:
        """It owes nothing; once it has given its word, the verifier is waited for and nobody else."""
        shown = {"word": {"kind": "attestation", "what": "that it agrees", "by": ["north"]}}
        world = World(**{SAFETY + "shown_by": shown, SAFETY + "verified_by": ["south", "commission"]})
        world.first_move(day(0))
        assert [one.party for one in owed_acts(world.program, day(1)) if one.name == "safety"] == ["south"]
        word = a.RecordEvidence(evidence="e3", milestone="safety", shows="word", text="We agree.")
        world.given("nils", word, day(1))
        owed = {(one.party, one.kind) for one in owed_acts(world.program, day(1)) if one.name == "safety"}
        assert owed == {("south", "verification"), ("commission", "verification")}

    def test_the_time_to_observe_is_over_once_all_have_and_not_before(self) -> None:
        world = with_safety(party=["north", "south"], verified_by=["north", "south"])
        world.given("saul", a.Observe(milestone="safety", text="We agree."), day(2))
        assert world.tried("cleo", determined(), day(2)) == "observation_open"
        world.given("nils", a.Observe(milestone="safety", text="So do we."), day(2))
        world.given("cleo", determined(), day(2))
        assert fold(world.entries) == world.program

    def test_who_owes_verifies_its_own_only_where_the_plan_says_why(self) -> None:
        assert "south owes it and would verify itself" in faults(**{SAFETY + "verified_by": ["south"]})
        world = World(**{SAFETY + "verified_by": ["south"], SAFETY + "verifies_itself": "Nobody else may enter."})
        world.first_move(day(0))
        world.given("sara", world.document("e3", "safety", "order"), day(1))
        world.given("sven", a.Verify(evidence="e3"), day(1))
        finding = world.program.milestone("safety").finding
        assert finding is not None
        assert "Verified by south itself: Nobody else may enter." in finding.sentence
        assert "nobody who owes this verifies it" in faults(**{SAFETY + "verifies_itself": "No need."})


def vote(outcome: Any) -> Vote:
    return Vote(outcome, None, None, "So it is.", {}, day(0), 1, "ada")


class TestSeveralWhoDetermine:
    @pytest.mark.parametrize(
        ("agree", "weights", "said", "enough"),
        [
            ("all", {}, "ya", False),
            ("all", {}, "yyya", False),
            ("all", {}, "yyyy", True),
            ("majority", {}, "yy", False),
            ("majority", {}, "yyy", True),
            ("majority", {}, "yya", True),
            ("majority", {}, "ynaa", False),
            ("majority", {}, "aaaa", False),
            ("majority", {"a": 4}, "y", True),
            ("2", {}, "yn", False),
            ("2", {}, "yny", True),
            ("75%", {}, "yyy", True),
            ("75%", {}, "yyn", False),
            ("66.7%", {}, "yyna", False),
            ("50%", {"b": 5}, "yy", True),
        ],
    )
    def test_enough_votes_are_enough(self, agree: str, weights: dict[str, int], said: str, *, enough: bool) -> None:
        rule = DeterminationRule(by=("a", "b", "c", "d"), agree=agree, weights=weights)
        means = {"y": "achieved", "n": "not_achieved", "a": "abstained"}
        votes = {name: vote(means[one]) for name, one in zip(rule.by, said, strict=False)}
        found = carried_choice(rule, votes)
        assert (found is not None and found.outcome == "achieved") is enough

    def test_votes_on_another_finding_are_given_anew(self) -> None:
        world = with_safety(determined=BY_THREE)
        world.given("cleo", determined(), day(2))
        world.given("sara", a.WithdrawEvidence(evidence="e3", reason="Wrong."), day(3))
        world.given("sara", world.document("e4", "safety", "order"), day(3))
        world.given("nick", a.Verify(evidence="e4"), day(3))
        world.given("ada", determined(), day(4))
        assert world.program.milestone("safety").status is MilestoneStatus.SUBMITTED
        world.given("cleo", determined(), day(4))
        assert world.program.milestone("safety").status is MilestoneStatus.ACHIEVED
        assert fold(world.entries) == world.program

    def test_a_vote_is_taken_back_where_it_was_needed(self) -> None:
        """Else one of many could undo what enough have said without it."""
        mistake = a.TakeBack(mistake=mistakes.Determination(milestone="safety"), reason="A mistake.")
        world = with_safety(determined={**BY_THREE, "agree": "majority", "weights": {"commission": 2}})
        world.given("ada", determined(), day(2))
        world.given("cleo", determined(), day(2))
        assert world.tried("abel", mistake, day(3)) == "nothing_to_take_back"
        world.given("ada", mistake, day(3))
        assert world.program.milestone("safety").status is MilestoneStatus.SUBMITTED
        assert world.program.milestone("safety").votes == {}

    def test_one_alone_does_not_abstain(self) -> None:
        assert with_safety(determined={"by": ["commission"]}).tried("cleo", determined("abstained"), day(2)) == "not_foreseen"

    def test_what_is_considered_is_what_the_plan_names(self) -> None:
        world = with_safety(determined={"by": ["commission"], "considering": {"reach": "whether all provinces obey"}})
        assert world.tried("cleo", determined(), day(2)) == "not_considered"
        assert world.tried("cleo", determined(considered={"reach": "All.", "cost": "None."}), day(2)) == "not_considered"
        world.given("cleo", determined(considered={"reach": "All eighteen."}), day(2))
        decision = world.program.milestone("safety").decision
        assert decision is not None
        assert decision.made_by["commission"].considered == {"reach": "All eighteen."}

    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            ({"by": ["north", "south"]}, "does any of them, or all, or how many?"),
            ({"by": ["commission"], "agree": "all"}, "agree and weights are for several"),
            ({"by": ["north", "south"], "agree": 3}, "3 of 2 votes"),
            ({"by": ["north", "south"], "agree": "majority", "weights": {"nord": 2}}, "did you mean north?"),
            ({"automatically": True, "considering": {"cost": "what it costs"}}, "somebody considers"),
        ],
    )
    def test_how_many_it_takes_is_said(self, rule: dict[str, Any], sentence: str) -> None:
        assert sentence in faults(**{SAFETY + "determined": rule})


class TestVotesOnAProposal:
    def test_a_proposal_is_adopted_by_the_votes_that_it_takes(self) -> None:
        rule = {
            "title": "By weight",
            "proposed_by": ["commission"],
            "adopted_when": [{"consent": {"by": ["north", "south"], "agree": "majority", "weights": {"north": 2}}}],
        }
        world = World(**{"procedures": {**PLAN["procedures"], "one": rule}, SAFETY + "declined_by": "one"})
        propose = a.Propose(proposal="p1", procedure="one", matter=m.Decline(milestone="safety"), reason="No need.")
        world.given("cleo", propose, day(1))
        world.given("saul", a.Consent(proposal="p1"), day(1))
        assert world.program.milestone("safety").status is MilestoneStatus.NOT_STARTED
        world.given("nils", a.Consent(proposal="p1"), day(1))
        assert world.program.milestone("safety").status is MilestoneStatus.DECLINED

    def test_more_votes_than_there_are_is_a_fault(self) -> None:
        asked = [{"consent": {"by": ["north", "south"], "agree": 4, "weights": {"north": 2}}}]
        assert "4 of 3 votes" in faults(procedures__one__adopted_when=asked)


def declined(world: World, at: Any) -> None:
    propose = a.Propose(proposal="p1", procedure="one", matter=m.Decline(milestone="safety"), reason="No need.")
    world.given("cleo", propose, at)
    world.given("saul", a.Consent(proposal="p1"), at)


class TestWhatIsNotDone:
    def test_what_is_declined_is_nobodys_failure_and_stays_so(self) -> None:
        world = with_safety(declined_by="one")
        declined(world, day(2))
        world.clock(night(70))
        (south,) = (account for account in reciprocity(world.program, night(70)) if account.party == "south")
        assert [south.count(how) for how in ("late", "late_original", "declined")] == [0, 0, 1]
        assert "safety" not in {one.name for one in south.owed}
        assert world.tried("cleo", determined(), night(71)) == "already_determined"
        assert world.program.milestone("safety").finding is None

    def test_who_was_late_before_it_was_declined_was_late(self) -> None:
        world = with_safety(declined_by="one")
        world.clock(night(62))
        declined(world, night(62))
        (south,) = (account for account in reciprocity(world.program, night(63)) if account.party == "south")
        assert (south.count("late"), south.count("declined")) == (1, 0)

    def test_a_phase_within_one_that_is_closed_is_waited_for_no_more(self) -> None:
        kept = {name: PLAN["phases"][name] for name in ("move", "answer")}
        inner = {"title": "Patrols", "within": "joint", "exit": [{"consent": ["north"]}]}
        closed = {
            "title": "Joint work",
            "entry": [{"milestone": "safety"}],
            "closes_when": [{"outcome": {"milestone": "safety", "is": ["declined"]}}],
        }
        phases = deepcopy({**kept, "joint": closed, "patrols": inner})
        phases["answer"]["milestones"]["safety"]["declined_by"] = "one"
        world = World(phases=phases, parameters={})
        world.first_move(day(0))
        declined(world, day(2))
        assert world.program.standing is Standing.COMPLETED

    def test_a_phase_that_would_wait_without_end_is_a_fault(self) -> None:
        asked = [{"milestone": "safety"}]
        changes = {SAFETY + "declined_by": "one", "phases__quiet__entry": asked}
        assert "once safety is declined, this phase would wait without end" in faults(**changes)
        closed = [{"outcome": {"milestone": "safety", "is": ["declined"]}}]
        assert "safety is declined" not in faults(**changes, phases__quiet__closes_when=closed)

    def test_what_hangs_on_a_closed_phase_is_closed_by_the_same(self) -> None:
        """The trade waits for the quiet; what closes the one has to close the other."""
        asked = [{"outcome": {"milestone": "safety", "is": ["not_achieved"]}}]
        changes = {"phases__quiet__closes_when": asked}
        assert "once quiet is closed, this phase would wait without end" in faults(**changes)
        assert "once quiet is closed" not in faults(**changes, phases__trade__closes_when=asked)

    def test_a_phase_that_waits_for_another_end_than_the_good_one_says_what_closes_it(self) -> None:
        asked = {"phases__aid__entry": [{"outcome": {"milestone": "safety", "is": ["not_achieved"]}}], "phases__aid__exit": []}
        assert "once safety is achieved, this phase would wait without end" in faults(**asked)
        assert faults(**asked, phases__aid__closes_when=[{"milestone": "safety"}]) == ""

    def test_an_end_that_cannot_come_is_a_fault(self) -> None:
        asked = [{"outcome": {"milestone": "safety", "is": ["declined"]}}]
        assert "safety is never declined: nothing declines it" in faults(phases__aid__closes_when=asked)


class TestWhatIsNotOwedForATime:
    def test_only_what_happens_lifts_what_is_owed(self) -> None:
        sentence = "what is owed is lifted by what happens"
        assert sentence in faults(**{SAFETY + "owed_while": [{"phase": "move"}]})
        assert sentence in faults(commitments__moratorium__owed_while=[{"stability": "quiet"}])

    def test_a_report_alone_lifts_nothing_and_what_is_confirmed_lifts_from_when_it_happened(self) -> None:
        world = with_safety(owed_while=[{"no_open_incident": {"kinds": ["blockade"]}}])
        world.incident("i1", day(10), day(14), kind="blockade")
        assert world.program.milestone("safety").relieved == ()
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(15))
        assert world.program.milestone("safety").relieved == ((day(10), None),)
        due = world.program.milestone("safety").due
        assert due is not None
        assert due.revised is None
        world.given("cleo", a.ResolveIncident(incident="i1", reason="Over."), day(20))
        assert world.program.milestone("safety").relieved == ((day(10), day(20)),)
        assert fold(world.entries) == world.program


class TestWhatCannotBeUndone:
    def test_what_had_fallen_before_is_determined_first(self) -> None:
        final = [{"not_before": {"within": "P30D", "from": {"milestone": "safety"}}}]
        world = with_safety(final_when=final, determined={"by": ["commission"]})
        world.given("cleo", determined(), day(2))
        world.given("sara", a.WithdrawEvidence(evidence="e3", reason="Wrong."), day(20))
        world.clock(day(40))
        assert world.program.milestone("safety").final_at is None
        world.given("cleo", determined("reversed"), day(41))

    def test_a_determination_that_is_final_is_no_mistake_any_more(self) -> None:
        final = [{"not_before": {"within": "P30D", "from": {"milestone": "safety"}}}]
        world = with_safety(final_when=final, determined={"by": ["commission"]})
        world.given("cleo", determined(), day(2))
        world.clock(day(40))
        mistake = a.TakeBack(mistake=mistakes.Determination(milestone="safety"), reason="A mistake.")
        assert world.tried("cleo", mistake, day(41)) == "final"

    def test_what_lapses_by_itself_is_invoked_by_nobody(self) -> None:
        rule = {"title": "It ends", "from": {"milestone": "announced"}, "within": "P10D", "kept_by": "joint"}
        world = World(snapbacks={**PLAN["snapbacks"], "benefit": rule})
        assert world.tried("saul", a.InvokeSnapback(snapback="benefit", reason="Now."), day(1)) == "party_may_not"
        assert "one of the two" in faults(snapbacks__relief__from={"program": True})
