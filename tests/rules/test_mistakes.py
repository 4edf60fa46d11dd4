"""Mistakes taken back by those who made them: the old entry stays, and what rested on it is evaluated again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from rules import acts as a
from rules import effects, facts
from rules.decide import Decided
from rules.explanations.explain import blocking_phase
from rules.family import has_news
from rules.language.reading import InvalidDocument, parse_document
from rules.program import Program
from rules.sentences import fact_sentence
from rules.validation import validate_plan
from rules.vocabulary import mistakes as m
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.testimony import GiveAccount
from tests.rules.small_plan import PLAN, World, day, night

WRONG = "It was a mistake."


def back(mistake: Any) -> a.TakeBack:
    return a.TakeBack(mistake=mistake, reason=WRONG)


def entry_of(world: World, fact: type, last: int = -1) -> int:
    return [entry.seq for entry in world.entries if isinstance(entry.fact, fact)][last]


def kinds(decided: Decided) -> list[str]:
    return [entry.fact.kind for entry in decided.entries]


class TestVerifications:
    VERIFIED = m.Verification(evidence="e1")

    def test_what_stood_on_it_is_found_again_and_nothing_flips_by_itself(self) -> None:
        world = World()
        world.first_move(day(1))
        taken = world.given("sven", back(self.VERIFIED), day(2))
        fact = taken.entries[0].fact
        assert fact == facts.VerificationTakenBack(
            evidence="e1", entry=entry_of(world, facts.EvidenceVerified, 0), reason=WRONG
        )
        assert isinstance(fact, facts.VerificationTakenBack)
        assert fact_sentence(fact, world.program.plan).endswith(f"(entry {fact.entry}) taken back: It was a mistake.")
        assert world.program.milestone("announced").status is MilestoneStatus.ACHIEVED
        finding = world.program.milestone("announced").finding
        assert finding is not None
        assert finding.proposes == "reversal"
        world.given("cleo", a.Determine(milestone="announced", outcome="reversed", reason="Not shown."), day(3))
        assert world.program.phase("answer").status is PhaseStatus.WAITING

    def test_it_is_judged_anew(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("sven", back(self.VERIFIED), day(2))
        piece = world.program.evidence["e1"]
        assert (piece.status, piece.verified_by, world.program.unjudged) == (EvidenceStatus.RECORDED, None, ("e1",))
        world.given("sven", a.Verify(evidence="e1"), day(3))
        finding = world.program.milestone("announced").finding
        assert finding is not None
        assert finding.proposes is None  # what is achieved stands again

    def test_only_the_body_that_has_verified_takes_it_back(self) -> None:
        world = World()
        world.first_move(day(1))
        assert world.tried("nick", back(self.VERIFIED), day(2)) == "party_may_not"
        assert world.tried("nils", back(self.VERIFIED), day(2)) == "role_may_not"
        assert world.tried("sven", back(m.Return(evidence="e1")), day(2)) == "nothing_to_take_back"

    def test_what_nobody_has_verified_is_not_taken_back(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        assert world.tried("sven", back(self.VERIFIED), day(2)) == "nothing_to_take_back"
        assert world.tried("sven", back(m.Verification(evidence="e9")), day(2)) == "evidence_unknown"

    def test_a_figure_counts_no_more(self) -> None:
        world = World()
        figure = {"indicator": "smoke", "value": "89", "unit": "kt", "period": "2024", "producer": "Observatory"}
        read = {"measurement": "m1", "edition": "2025", "source": "Yearbook", "retrieved_at": day(0)}
        world.given("moss", a.RecordMeasurement.model_validate(figure | read), day(1))
        world.given("nick", a.Verify(evidence="m1"), day(2))
        assert list(world.program.figures["smoke"]) == ["m1"]
        world.given("nick", back(m.Verification(evidence="m1")), day(3))
        assert not world.program.figures["smoke"]


class TestReturns:
    def test_evidence_that_was_returned_by_mistake_waits_for_a_verifier_again(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        world.given("sven", a.ReturnEvidence(evidence="e1", reason="No seal."), day(2))
        taken = world.given("sven", back(m.Return(evidence="e1")), day(3))
        entry = entry_of(world, facts.EvidenceReturned)
        assert taken.entries[0].fact == facts.ReturnTakenBack(evidence="e1", entry=entry, reason=WRONG)
        assert world.program.milestone("announced").returned == {}
        assert "awaits verification" in blocking_phase(world.program, "move", day(3))[0].sentence
        world.given("sven", a.Verify(evidence="e1"), day(4))

    def test_the_reason_of_another_return_stays(self) -> None:
        world = World()
        for name, reason in (("e1", "No seal."), ("e2", "No date.")):
            world.given("nora", world.document(name, "announced", "text"), day(1))
            world.given("sven", a.ReturnEvidence(evidence=name, reason=reason), day(2))
        world.given("sven", back(m.Return(evidence="e2")), day(3))
        assert world.program.milestone("announced").returned == {"text": "No seal."}


class TestDeterminations:
    DETERMINED = m.Determination(milestone="announced")

    def test_before_others_have_acted_it_is_as_if_it_had_not_been_determined(self) -> None:
        world = World()
        world.first_move(day(1))
        taken = world.given("cleo", back(self.DETERMINED), day(2))
        fact = taken.entries[0].fact
        assert isinstance(fact, facts.DeterminationTakenBack)
        assert (fact.entry, fact.outcome) == (entry_of(world, facts.MilestoneDetermined), "achieved")
        state = world.program.milestone("announced")
        assert (state.status, state.achieved_at) == (MilestoneStatus.SUBMITTED, None)
        assert state.finding is not None
        assert state.finding.proposes == "achievement"  # found again, and it is somebody's to determine
        assert "phase_stepped_back" in kinds(taken)

    def test_after_its_effects_gates_are_judged_again_and_a_preview_shows_it(self) -> None:
        world = World()
        world.first_move(day(1))
        world.answer(day(2))
        would = world.outcome("cleo", back(self.DETERMINED), day(3), world.program)
        assert isinstance(would, Decided)
        taken = world.given("cleo", back(self.DETERMINED), day(3))
        assert kinds(would) == kinds(taken)
        assert {"finding_made", "phase_reopened", "phase_stepped_back"} <= set(kinds(taken))
        assert world.program.milestone("safety").status is MilestoneStatus.ACHIEVED  # it stands on evidence of its own

    def test_the_party_that_owes_is_heard_again(self) -> None:
        world = World()
        world.first_move(day(1))
        world.answer(day(2))
        world.given("cleo", back(m.Determination(milestone="safety")), day(3))
        again = a.Determine(milestone="safety", outcome="achieved", reason="Shown.")
        assert world.tried("cleo", again, day(4)) == "observation_open"
        world.given("cleo", again, night(10) + timedelta(hours=1))

    def test_a_mistaken_refusal_leaves_no_trace_in_what_is_owed(self) -> None:
        world = World()
        world.given("cleo", a.Determine(milestone="announced", outcome="not_achieved", reason="Nothing."), day(1))
        assert world.program.milestone("announced").owed_again_at == day(1)
        world.given("cleo", back(self.DETERMINED), day(2))
        state = world.program.milestone("announced")
        assert (state.status, state.owed_again_at) == (MilestoneStatus.NOT_STARTED, None)

    def test_what_was_recorded_meanwhile_is_not_forgotten(self) -> None:
        world = World()
        world.given("cleo", a.Determine(milestone="announced", outcome="not_achieved", reason="Nothing."), day(1))
        world.given("nora", world.document("e1", "announced", "text"), day(2))
        world.given("cleo", back(self.DETERMINED), day(3))
        state = world.program.milestone("announced")
        assert (state.status, state.first_recorded_at) == (MilestoneStatus.SUBMITTED, day(2))

    def test_a_mistaken_reversal_restores_what_was_held_and_its_date(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("nora", a.WithdrawEvidence(evidence="e1", reason="Another text."), day(2))
        world.given("cleo", a.Determine(milestone="announced", outcome="reversed", reason="Not shown."), day(3))
        world.given("cleo", back(self.DETERMINED), day(4))
        state = world.program.milestone("announced")
        assert (state.status, state.achieved_at, state.reversals) == (MilestoneStatus.ACHIEVED, day(1), ())
        assert state.finding is not None
        assert state.finding.proposes == "reversal"  # the evidence is still withdrawn, and that is found again
        assert world.program.phase("answer").status is PhaseStatus.OPEN

    def test_nobody_is_late_by_a_mistake_of_others(self) -> None:
        """The date passed while the milestone was held to be achieved."""
        world = World()
        world.first_move(day(1))
        world.answer(day(2))
        world.given("cleo", back(m.Determination(milestone="safety")), day(90))
        due = world.program.milestone("safety").due
        assert due is not None
        assert (due.kept, due.missed_at) == (True, None)

    def test_it_is_the_authority_that_takes_it_back_and_the_newest_alone(self) -> None:
        world = World()
        world.first_move(day(1))
        assert world.tried("nils", back(self.DETERMINED), day(2)) == "role_may_not"
        assert world.tried("cleo", back(m.Determination(milestone="cleaner")), day(2)) == "party_may_not"
        assert world.tried("cleo", back(m.Determination(milestone="safety")), day(2)) == "nothing_to_take_back"
        world.given("cleo", back(self.DETERMINED), day(2))
        assert world.tried("cleo", back(self.DETERMINED), day(3)) == "nothing_to_take_back"

    def test_a_period_that_was_reversed_by_mistake_is_kept_and_what_broke_it_is_found_again(self) -> None:
        world = World(parameters={"quiet": {"default": "P5D", "why": "Short."}})
        world.first_move(day(0))
        world.answer(day(0))
        world.clock(day(9))
        world.incident("i1", day(5), day(10))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(10))
        world.given("cleo", a.Determine(stability="quiet", outcome="reversed", reason="Broken."), day(10))
        taken = world.given("cleo", back(m.Determination(stability="quiet")), day(11))
        assert [kind for kind in kinds(taken) if kind.startswith("stability")] == ["stability_reversal_taken_back"]
        state = world.program.stability["quiet"]
        assert state.completed_at is not None
        assert state.finding is not None
        assert state.finding.proposes == "reversal"
        assert world.tried("cleo", back(m.Determination(stability="quiet")), day(12)) == "nothing_to_take_back"


def trading(**changes: Any) -> World:
    """A world in which both parties consent to trade, and it waits for somebody to advance it."""
    world = World(parameters={"quiet": {"default": "P5D", "why": "Short."}}, **changes)
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(9))
    for person in ("nils", "saul"):
        world.given(person, a.Consent(phase="trade"), day(9))
    return world


class TestConsents:
    CONSENT = m.Consented(phase="trade")

    def test_before_it_has_taken_effect_whoever_gave_it_takes_it_back(self) -> None:
        world = trading()
        taken = world.given("nils", back(self.CONSENT), day(10))
        entry = entry_of(world, facts.ConsentGiven, 0)
        assert taken.entries[0].fact == facts.ConsentTakenBack(phase="trade", party="north", entry=entry, reason=WRONG)
        assert world.tried("olga", a.AdvancePhase(phase="trade"), day(11)) == "gate_not_met"
        assert world.tried("nils", back(self.CONSENT), day(11)) == "nothing_to_take_back"
        world.given("nils", a.Consent(phase="trade"), day(11))
        world.given("olga", a.AdvancePhase(phase="trade"), day(12))

    def test_after_that_only_where_the_plan_says_so(self) -> None:
        world = trading()
        world.given("olga", a.AdvancePhase(phase="trade"), day(10))
        assert world.tried("nils", back(self.CONSENT), day(11)) == "consent_in_effect"

    def test_where_the_plan_says_so_the_gate_closes_as_it_says(self) -> None:
        world = trading(phases__trade__consents_taken_back="any_time", phases__trade__when_gate_closes="step_back")
        world.given("olga", a.AdvancePhase(phase="trade"), day(10))
        taken = world.given("nils", back(self.CONSENT), day(11))
        assert kinds(taken)[:3] == ["consent_taken_back", "gate_changed", "phase_stepped_back"]
        assert world.program.phase("trade").status is PhaseStatus.WAITING

    def test_a_consent_to_a_proposal_is_taken_back_while_it_is_open_and_silence_begins_anew(self) -> None:
        """Whoever takes a consent back must not be bound by a silence that began before it."""
        world = World()
        world.first_move(day(0))
        waive = {"kind": "extend", "milestone": "safety", "to": day(80)}
        proposal = {"proposal": "p1", "procedure": "quiet", "matter": waive, "reason": "Time."}
        world.given("saul", a.Propose.model_validate(proposal), day(1))
        for party in ("north", "south"):
            world.given("olga", a.GiveNotice(proposal="p1", party=party, proof="Served."), day(1))
        world.given("nils", a.Consent(proposal="p1"), day(2))
        taken = world.given("nils", back(m.Consented(proposal="p1")), day(14))
        assert kinds(taken) == ["proposal_consent_taken_back"]
        world.clock(day(20))
        assert world.program.proposals["p1"].status == "open"
        assert world.tried("nils", back(m.Consented(proposal="p1")), day(21)) == "nothing_to_take_back"
        world.given("olga", a.GiveNotice(proposal="p1", party="north", proof="Served again."), day(21))
        world.clock(day(40))
        assert world.program.proposals["p1"].status == "adopted"


class TestIncidents:
    def test_its_reporter_puts_a_report_right_before_it_is_decided(self) -> None:
        world = World()
        world.incident("i1", day(1), day(2))
        right = a.CorrectIncident(incident="i1", incident_kind="strike", place="The dam", severity="minor", reason="Misheard.")
        fact = world.given("sara", right, day(3)).entries[0].fact
        assert isinstance(fact, facts.IncidentCorrected)
        assert fact.entry == entry_of(world, facts.IncidentReported)
        held = world.program.incidents["i1"]
        assert (held.kind, held.place, held.severity, held.status) == ("strike", "The dam", "minor", "reported")
        assert world.program.commitments["moratorium"].status == "in_force"
        assert "corrected" in fact_sentence(fact, world.program.plan)

    def test_others_give_an_account_of_their_own(self) -> None:
        world = World()
        world.incident("i1", day(1), day(2))
        right = a.CorrectIncident(incident="i1", place="The dam", reason="No.")
        assert world.tried("nora", right, day(3)) == "incident_of_another"
        assert world.tried("sven", right, day(3)) == "role_may_not"

    def test_it_stands_as_all_accounts_say(self) -> None:
        world = World()
        world.incident("i1", day(1), day(2))
        world.given("nora", GiveAccount(incident="i1", account="x", severity="grave", text="Worse."), day(2))
        assert world.program.incidents["i1"].status == "contested"
        world.given("sara", a.CorrectIncident(incident="i1", severity="grave", reason="So it was."), day(3))
        assert world.program.incidents["i1"].status == "reported"

    def test_once_decided_who_decides_puts_it_right_and_stability_is_counted_again(self) -> None:
        world = World()
        world.first_move(day(0))
        world.answer(day(0))
        world.incident("i1", day(5), day(6))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(6))
        assert world.program.stability["quiet"].counted.counted_from == night(5)
        right = a.CorrectIncident(incident="i1", happened_at=day(3), reason="The log was a day off.")
        assert world.tried("sara", right, day(7)) == "role_may_not"
        taken = world.given("cleo", right, day(7))
        assert "stability_counted" in kinds(taken)
        assert world.program.stability["quiet"].counted.counted_from == night(3)

    def test_a_period_that_was_kept_is_found_to_have_been_broken(self) -> None:
        world = World(parameters={"quiet": {"default": "P5D", "why": "Short."}})
        world.first_move(day(0))
        world.answer(day(0))
        world.clock(day(9))
        world.incident("i1", day(9), day(10))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(10))
        taken = world.given("cleo", a.CorrectIncident(incident="i1", happened_at=day(2), reason="It was then."), day(11))
        (finding,) = (entry.fact for entry in taken.entries if isinstance(entry.fact, effects.FindingMade))
        assert (finding.stability, finding.proposes) == ("quiet", "reversal")
        assert world.program.stability["quiet"].completed_at is not None

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"incident_kind": "war"}, "incident_kind_unknown"),
            ({"severity": "bad"}, "severity_unknown"),
            ({"attributed_to": "east"}, "party_unknown"),
            ({"happened_at": day(30)}, "in_the_future"),
            ({"place": "The bridge"}, "nothing_corrected"),
            ({}, "nothing_corrected"),
        ],
    )
    def test_a_correction_is_as_right_as_a_report(self, fields: dict[str, Any], code: str) -> None:
        world = World()
        world.incident("i1", day(1), day(2))
        assert world.tried("sara", a.CorrectIncident(incident="i1", reason="R.", **fields), day(3)) == code

    def test_blame_is_taken_back(self) -> None:
        world = World()
        blames = a.ReportIncident(
            incident="i1",
            incident_kind="attack",
            severity="serious",
            happened_at=day(1),
            place="x",
            attributed_to="bands",
            account="They.",
        )
        world.given("sara", blames, day(2))
        world.given("sara", a.CorrectIncident(incident="i1", attributed_to_nobody=True, reason="Nobody saw them."), day(3))
        assert world.program.incidents["i1"].attributed_to is None

    def test_what_did_not_happen_is_not_corrected(self) -> None:
        world = World()
        world.incident("i1", day(1), day(2))
        world.given("cleo", a.DismissIncident(incident="i1", reason="No."), day(3))
        right = a.CorrectIncident(incident="i1", place="The dam", reason="R.")
        assert world.tried("cleo", right, day(4)) == "incident_already_decided"


class TestAdmissions:
    ZOE = a.Member(person="zoe", role=a.Role.MONITOR)

    def test_why_it_was_a_mistake_stands_beside_the_admission(self) -> None:
        world = World()
        world.given("olga", a.AdmitMember(member=self.ZOE), day(1))
        fact = world.given("olga", back(m.Admission(member=self.ZOE)), day(2)).entries[0].fact
        assert fact == facts.AdmissionTakenBack(member=self.ZOE, entry=entry_of(world, facts.MemberAdmitted), reason=WRONG)
        assert self.ZOE not in world.program.members
        assert world.tried("olga", back(m.Admission(member=self.ZOE)), day(3)) == "member_unknown"

    def test_a_stranger_who_was_admitted_to_speak_for_a_party_does_not_keep_it(self) -> None:
        """Else nobody could remove them: a representative alone removes members of a party that has one."""
        world = World()
        nils = a.Member(person="nils", role=a.Role.REPRESENTATIVE, party="north")
        world.given("nils", a.RemoveMember(member=nils, reason="I leave."), day(1))
        wrong = a.Member(person="moss", role=a.Role.REPRESENTATIVE, party="north")
        world.given("olga", a.AdmitMember(member=wrong), day(2))
        assert world.tried("olga", a.RemoveMember(member=wrong, reason="R."), day(3)) == "party_may_not"
        world.given("olga", back(m.Admission(member=wrong)), day(3))

    def test_whoever_has_acted_is_removed_by_their_party_alone(self) -> None:
        world = World()
        nils = a.Member(person="nils", role=a.Role.REPRESENTATIVE, party="north")
        world.given("nils", a.RemoveMember(member=nils, reason="I leave."), day(1))
        world.given("olga", a.AdmitMember(member=nils), day(2))
        world.given("nils", a.Consent(phase="trade"), day(3))
        assert world.tried("olga", back(m.Admission(member=nils)), day(4)) == "party_may_not"

    def test_a_program_keeps_an_officer(self) -> None:
        world = World()
        olga = a.Member(person="olga", role=a.Role.OFFICER)
        assert world.tried("olga", back(m.Admission(member=olga)), day(1)) == "last_officer"


def test_nothing_is_taken_back_once_the_program_has_ended() -> None:
    world = World()
    world.first_move(day(1))
    world.given("cleo", a.TerminateProgram(reason="War."), day(2))
    ended: Program = world.program
    assert world.tried("cleo", back(m.Determination(milestone="announced")), day(3)) == "program_ended"
    assert world.program is ended


def test_a_parent_hears_that_what_its_child_reported_is_so_no_more() -> None:
    world = World()
    world.first_move(day(1))
    before = world.program
    world.given("cleo", back(m.Determination(milestone="announced")), day(2))
    assert has_news(before, world.program)


def test_a_phase_that_asks_for_no_consent_has_none_to_be_taken_back() -> None:
    plan = {**PLAN, "phases": {**PLAN["phases"], "quiet": {**PLAN["phases"]["quiet"], "consents_taken_back": "any_time"}}}
    with pytest.raises(InvalidDocument) as faulty:
        validate_plan(parse_document(json.dumps(plan)))
    assert "the phase asks for no consent" in faulty.value.faults[0].message
