"""The law by example: given recorded facts, when somebody acts, then these effects follow."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from rules import acts as a
from rules.decide import Decided, decide
from rules.explanations.explain import blocking, blocking_phase
from rules.queries.signature import effects_hash
from rules.queries.stability import days_left
from rules.refusals import Refused
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_plan import PLAN, World, day, night, through


def figure(name: str, value: str, period: str = "2024", **other: Any) -> a.RecordMeasurement:
    fields: dict[str, Any] = {
        "unit": "kt",
        "producer": "Observatory",
        "edition": "2025",
        "source": "yearbook",
        "retrieved_at": day(0),
    }
    return a.RecordMeasurement(measurement=name, indicator="smoke", value=Decimal(value), period=period, **{**fields, **other})


def quiet_world(**changes: Any) -> World:
    """A world in which quiet is counted from the local day after day 2: 4 March to 3 April, settled on the 5th."""
    world = World(**changes)
    world.first_move(day(1))
    world.answer(day(2))
    return world


class TestWhoMayDoWhat:
    def test_a_recorder_does_not_verify_their_own_evidence(self) -> None:
        world = World()
        world.given("saul", a.AdmitMember(member=a.Member(person="nora", role=a.Role.VERIFIER, party="south")), day(1))
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        own = a.Act(
            id="own",
            actor=a.Actor(person="nora", role=a.Role.VERIFIER, party="south"),
            deed=a.Verify(evidence="e1"),
        )
        refused = decide(world.program, own, day(1))
        assert isinstance(refused, Refused)
        assert refused.code == "recorder_is_verifier"

    def test_a_party_does_not_verify_its_own_evidence(self) -> None:
        world = World(phases__move__milestones__announced__verified_by=["north", "south"])
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        assert world.tried("nick", a.Verify(evidence="e1"), day(1)) == "party_verifies_itself"

    def test_only_those_named_by_the_plan_verify(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        assert world.tried("nick", a.Verify(evidence="e1"), day(1)) == "party_may_not"

    def test_an_attestation_is_given_by_a_representative_of_the_party(self) -> None:
        world = World()
        word = a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="It is meant.")
        assert world.tried("saul", word, day(1)) == "party_may_not"

    def test_a_stranger_is_told_of_no_program(self) -> None:
        world = World()
        world.given("olga", a.RemoveMember(member=a.Member(person="moss", role=a.Role.MONITOR), reason="Left."), day(1))
        assert world.tried("moss", figure("m1", "80"), day(1)) == "program_unknown"

    def test_the_last_officer_stays(self) -> None:
        world = World()
        last = a.RemoveMember(member=a.Member(person="olga", role=a.Role.OFFICER), reason="Leaves.")
        assert world.tried("olga", last, day(1)) == "last_officer"

    def test_a_role_that_may_not_is_told_which_may(self) -> None:
        world = World()
        assert world.tried("nora", a.SuspendProgram(reason="No."), day(1)) == "role_may_not"


class TestEvidenceAndDetermination:
    def test_what_is_shown_makes_a_finding_and_decides_nothing(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        world.given("nils", a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="Yes."), day(1))
        world.given("sven", a.Verify(evidence="e1"), day(1))
        world.given("sven", a.Verify(evidence="e2"), day(1))
        state = world.program.milestone("announced")
        assert state.finding is not None
        assert state.finding.proposes == "achievement"
        assert state.status is MilestoneStatus.SUBMITTED

    def test_nothing_is_achieved_before_everything_is_shown(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        verdict = a.Determine(milestone="announced", outcome="achieved", reason="Enough.")
        assert world.tried("cleo", verdict, day(1)) == "finding_not_met"

    def test_nothing_is_determined_in_a_phase_that_waits(self) -> None:
        world = World()
        verdict = a.Determine(milestone="safety", outcome="not_achieved", reason="Late.")
        assert world.tried("cleo", verdict, day(1)) == "phase_not_open"

    def test_the_party_that_owes_has_time_to_observe(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("sara", world.document("e3", "safety", "order"), day(2))
        world.given("nick", a.Verify(evidence="e3"), day(2))
        verdict = a.Determine(milestone="safety", outcome="achieved", reason="Shown.")
        assert world.tried("cleo", verdict, through(9)) == "observation_open", "the ninth is its day, too"
        world.given("cleo", verdict, night(9))

    def test_withdrawn_evidence_proposes_a_reversal_and_flips_nothing(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("nora", a.WithdrawEvidence(evidence="e1", reason="It was a draft."), day(2))
        state = world.program.milestone("announced")
        assert state.status is MilestoneStatus.ACHIEVED
        assert state.finding is not None
        assert state.finding.proposes == "reversal"
        assert world.program.phase("answer").status is PhaseStatus.OPEN

    def test_a_reversal_closes_every_gate_that_counted_it(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("nora", a.WithdrawEvidence(evidence="e1", reason="It was a draft."), day(2))
        world.given("cleo", a.Determine(milestone="announced", outcome="reversed", reason="Fallen."), day(3))
        assert world.program.phase("move").status is PhaseStatus.OPEN
        assert world.program.phase("answer").status is PhaseStatus.WAITING

    def test_an_achievement_whose_evidence_stands_is_not_reversed(self) -> None:
        world = World()
        world.first_move(day(1))
        verdict = a.Determine(milestone="announced", outcome="reversed", reason="I wish it were.")
        assert world.tried("cleo", verdict, day(2)) == "finding_stands"

    def test_evidence_is_never_overwritten(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        assert world.tried("nora", world.document("e1", "announced", "text"), day(2)) == "id_taken"

    def test_only_who_recorded_it_withdraws_it(self) -> None:
        world = World()
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        withdraw = a.WithdrawEvidence(evidence="e1", reason="Not ours.")
        assert world.tried("sara", withdraw, day(2)) == "party_may_not"


class TestFigures:
    @pytest.mark.parametrize(
        ("act", "code"),
        [
            (figure("m", "80", unit="Mt"), "wrong_unit"),
            (figure("m", "80", period="2024-13"), "wrong_period"),
            (figure("m", "80", period="2025"), "wrong_period"),
            (figure("m", "80", retrieved_at=day(400)), "in_the_future"),
        ],
    )
    def test_a_figure_that_cannot_be_is_refused(self, act: a.RecordMeasurement, code: str) -> None:
        assert World().tried("moss", act, day(1)) == code

    def test_a_person_attests_a_figure_with_its_document_and_another_party_checks_it(self) -> None:
        """What stands in a document alone is transcribed by somebody, and read again by somebody else."""
        world = quiet_world()
        self.open_trade(world)
        paper = a.FiledDocument(sha256="0" * 64, name="accounts.pdf")
        world.given("moss", figure("m1", "89.9", document=paper), day(36))
        held = world.program.evidence["m1"].measurement
        assert held is not None
        assert held.document == paper
        assert world.tried("moss", a.Verify(evidence="m1"), day(36)) == "role_may_not"
        world.given("nick", a.Verify(evidence="m1"), day(36))
        assert world.program.evidence["m1"].status is EvidenceStatus.VERIFIED

    def test_a_target_reached_is_determined_by_itself_where_the_plan_says_so(self) -> None:
        world = quiet_world()
        self.open_trade(world)
        world.given("moss", figure("m1", "89.9"), day(36))
        world.given("nick", a.Verify(evidence="m1"), day(36))
        assert world.program.milestone("cleaner").status is MilestoneStatus.ACHIEVED
        assert world.program.standing is Standing.COMPLETED

    def test_a_target_missed_says_by_what(self) -> None:
        world = quiet_world()
        world.given("moss", figure("m1", "90.1"), day(3))
        world.given("nick", a.Verify(evidence="m1"), day(3))
        finding = world.program.milestone("cleaner").finding
        assert finding is not None
        assert finding.outcome == "not_met"
        assert finding.sentence == "Smoke was 90.1 kt in 2024 (Observatory, 2025); asked is at most 90."

    def test_another_producers_figure_never_stands_in(self) -> None:
        world = World()
        world.given("moss", figure("m1", "10", producer="Blog"), day(1))
        world.given("nick", a.Verify(evidence="m1"), day(1))
        finding = world.program.milestone("cleaner").finding
        assert finding is not None
        assert finding.outcome == "indeterminate"

    def test_an_old_figure_becomes_unknown_by_itself(self) -> None:
        world = World()
        world.given("moss", figure("m1", "80", period="2023"), day(1))
        world.given("nick", a.Verify(evidence="m1"), day(1))
        world.clock(day(900))
        finding = world.program.milestone("cleaner").finding
        assert finding is not None
        assert finding.outcome == "indeterminate"
        assert "older than the P3Y" in finding.sentence

    def test_the_newest_figure_is_that_of_the_period_that_ended_last(self) -> None:
        """A whole year ends after its March, though its name is the shorter."""
        world = World()
        for name, value, period in (("m1", "95", "2024"), ("m2", "85", "2024-03")):
            world.given("moss", figure(name, value, period=period), day(1))
            world.given("nick", a.Verify(evidence=name), day(1))
        finding = world.program.milestone("cleaner").finding
        assert finding is not None
        assert "95 kt in 2024 " in finding.sentence

    @staticmethod
    def open_trade(world: World) -> None:
        world.given("nils", a.Consent(phase="trade"), day(35))
        world.given("saul", a.Consent(phase="trade"), day(35))
        world.given("olga", a.AdvancePhase(phase="trade"), day(35))


class TestStability:
    def test_it_counts_whole_local_days_and_settles(self) -> None:
        counted = quiet_world().program.stability["quiet"].counted
        assert counted.counted_from.isoformat() == "2025-03-03T21:00:00+00:00"
        assert counted.completes_at is not None
        assert counted.completes_at.isoformat() == "2025-04-04T21:00:00+00:00"

    def test_it_is_complete_when_the_clock_strikes_however_late(self) -> None:
        world = quiet_world()
        world.clock(day(100))
        completed = world.program.stability["quiet"].completed_at
        assert completed is not None
        assert completed.isoformat() == "2025-04-04T21:00:00+00:00"

    def test_an_attack_on_the_last_day_starts_it_anew(self) -> None:
        world = quiet_world()
        world.incident("i1", day(32, 6), day(32, 10))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(33))
        counted = world.program.stability["quiet"].counted
        assert counted.moved_by == "i1"
        assert counted.counted_from.isoformat() == "2025-04-02T21:00:00+00:00"

    def test_a_report_freezes_it_and_a_dismissal_loses_nothing(self) -> None:
        world = quiet_world()
        world.incident("i1", day(10), day(11))
        assert world.program.stability["quiet"].counted.status == "frozen"
        world.clock(day(50))
        assert world.program.stability["quiet"].completed_at is None
        world.given("cleo", a.DismissIncident(incident="i1", reason="Fireworks."), day(51))
        assert world.program.stability["quiet"].completed_at == day(51)

    def test_minor_incidents_do_not_touch_it(self) -> None:
        world = quiet_world()
        minor = a.ReportIncident(
            incident="i1", incident_kind="attack", severity="minor", happened_at=day(9), place="x", account="A stone."
        )
        world.given("sara", minor, day(10))
        assert world.program.stability["quiet"].counted.status == "counting"

    def test_a_blockade_pauses_it_for_the_days_it_lasts(self) -> None:
        world = quiet_world()
        world.incident("b1", day(10), day(10), kind="blockade")
        world.given("cleo", a.ConfirmIncident(incident="b1", reason="Seen."), day(10))
        assert world.program.stability["quiet"].counted.status == "paused"
        assert days_left(world.program, "quiet", day(11)) is None
        world.given("cleo", a.ResolveIncident(incident="b1", reason="Lifted.", resolved_at=day(12)), day(13))
        ends = world.program.stability["quiet"].counted.completes_at
        assert ends is not None
        assert ends.isoformat() == "2025-04-07T21:00:00+00:00"

    def test_tolerated_incidents_are_counted(self) -> None:
        world = quiet_world(phases__quiet__stability__tolerates={"kinds": ["attack"], "at_most": "serious", "count": 1})
        for number in (1, 2):
            world.incident(f"i{number}", day(5 + number), day(5 + number))
            world.given("cleo", a.ConfirmIncident(incident=f"i{number}", reason="Seen."), day(5 + number))
        assert world.program.stability["quiet"].counted.moved_by == "i2"

    def test_an_incident_found_out_later_proposes_that_the_period_was_not_kept(self) -> None:
        world = quiet_world()
        world.clock(day(40))
        world.incident("i1", day(20), day(41))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(42))
        state = world.program.stability["quiet"]
        assert state.completed_at is not None
        assert state.finding is not None
        assert state.finding.proposes == "reversal"
        world.given("cleo", a.Determine(stability="quiet", outcome="reversed", reason="It was broken."), day(43))
        assert world.program.stability["quiet"].completed_at is None
        assert world.program.phase("quiet").status is PhaseStatus.OPEN
        assert world.program.stability["quiet"].counted.moved_by == "i1"

    def test_an_incident_after_it_was_kept_changes_nothing_of_it(self) -> None:
        world = quiet_world()
        world.clock(day(40))
        world.incident("i1", day(39), day(41))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(42))
        assert world.program.stability["quiet"].finding is None


class TestSuspension:
    def test_it_beats_a_clock_due_at_the_same_instant(self) -> None:
        world = quiet_world()
        due = world.program.stability["quiet"].counted.completes_at
        assert due is not None
        world.given("cleo", a.SuspendProgram(reason="War."), due)
        assert world.program.stability["quiet"].completed_at is None

    def test_clocks_stop_and_go_on_and_evidence_is_accepted(self) -> None:
        world = World()
        world.first_move(day(1))
        world.given("cleo", a.SuspendProgram(reason="War."), day(10))
        world.given("sara", world.document("e3", "safety", "order"), day(11))
        assert world.program.milestone("safety").due.revised is None  # type: ignore[union-attr]
        world.given("cleo", a.ResumeProgram(reason="Peace."), day(20))
        due = world.program.milestone("safety").due
        assert due is not None
        assert (due.revised - due.original).days == 11  # type: ignore[operator]

    def test_no_gate_opens_while_suspended(self) -> None:
        world = World()
        world.given("cleo", a.SuspendProgram(reason="War."), day(1))
        world.first_move(day(2))
        assert world.program.phase("answer").status is PhaseStatus.WAITING
        world.given("cleo", a.ResumeProgram(reason="Peace."), day(3))
        assert world.program.phase("answer").status is PhaseStatus.OPEN

    def test_it_is_refused_for_one_reason_only(self) -> None:
        world = World()
        world.given("nils", a.SuspendProgram(reason="War."), day(1))
        assert world.tried("cleo", a.SuspendProgram(reason="War."), day(1)) == "program_suspended"

    def test_nothing_is_done_after_the_end(self) -> None:
        world = World()
        world.given("cleo", a.TerminateProgram(reason="Over."), day(1))
        assert world.tried("nora", world.document("e1", "announced", "text"), day(2)) == "program_ended"


class TestGatesAndWhatBlocks:
    def test_the_second_mover_owes_nothing_before_the_first_has_moved(self) -> None:
        world = World()
        world.clock(day(500))
        assert world.program.milestone("safety").due is None
        assert {party for block in blocking(world.program, day(500)) for party in block.owes} == {"north"}
        assert blocking_phase(world.program, "answer", day(500))[0].owes == ("north",)

    def test_a_missed_deadline_is_said_and_dated(self) -> None:
        world = World()
        world.first_move(day(1))
        world.clock(day(100))
        due = world.program.milestone("safety").due
        assert due is not None
        assert due.missed_at == night(61)
        assert "It was due on 2025-05-01" in blocking_phase(world.program, "answer", day(100))[0].sentence

    def test_a_broken_moratorium_stops_the_deadline(self) -> None:
        world = World()
        world.first_move(day(1))
        world.incident("i1", day(5), day(5))
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(5))
        world.clock(day(100))
        assert world.program.milestone("safety").due.missed_at is None  # type: ignore[union-attr]

    def test_a_closed_gate_is_explained(self) -> None:
        world = quiet_world()
        assert world.tried("olga", a.AdvancePhase(phase="trade"), day(3)) == "gate_not_met"
        sentences = [block.sentence for block in blocking_phase(world.program, "trade", day(3))]
        assert sentences[0] == "32 days of stability are still to be kept, until 2025-04-05 (Asia/Baghdad)."
        assert sentences[1] == "Not yet consented to the opening of Trade: North and South."

    def test_what_is_unknown_opens_nothing(self) -> None:
        world = quiet_world()
        world.clock(day(40))
        world.given("nils", a.Consent(phase="trade"), day(40))
        world.given("saul", a.Consent(phase="trade"), day(40))
        world.incident("i1", day(39), day(41))
        assert world.program.commitments["moratorium"].status == "in_question"
        assert world.tried("olga", a.AdvancePhase(phase="trade"), day(42)) == "gate_not_met"

    def test_a_consent_is_bound_to_the_effects_it_was_shown(self) -> None:
        world = quiet_world()
        would = world.outcome("nils", a.Consent(phase="trade"), day(3), world.program)
        assert isinstance(would, Decided)
        world.given("nils", a.Consent(phase="trade", effects=effects_hash(would.entries)), day(4))
        assert world.tried("saul", a.Consent(phase="trade", effects="0" * 64), day(5)) == "effects_changed"


class TestIncidents:
    def test_who_reported_it_does_not_decide_on_it(self) -> None:
        world = World()
        report = a.ReportIncident(
            incident="i1", incident_kind="attack", severity="grave", happened_at=day(1), place="x", account="Shots."
        )
        world.given("moss", report, day(1))
        assert world.tried("moss", a.ConfirmIncident(incident="i1", reason="I saw it."), day(1)) == "recorder_is_authority"

    def test_a_contested_one_is_decided_by_an_authority(self) -> None:
        world = World()
        world.incident("i1", day(1), day(1))
        world.given("nils", a.ContestIncident(incident="i1", reason="It was thunder."), day(2))
        assert world.tried("moss", a.ConfirmIncident(incident="i1", reason="No."), day(3)) == "role_may_not"
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Found the shells."), day(4))
        broken = world.program.commitments["moratorium"]
        world.given("cleo", a.ResolveIncident(incident="i1", reason="Over."), day(6))
        assert (broken.status, world.program.commitments["moratorium"].status) == ("broken", "in_force")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"incident_kind": "rain"}, "incident_kind_unknown"),
            ({"severity": "bad"}, "severity_unknown"),
            ({"attributed_to": "martians"}, "party_unknown"),
            ({"happened_at": day(9)}, "in_the_future"),
            ({"related_to": "i0"}, "incident_unknown"),
        ],
    )
    def test_a_report_that_makes_no_sense_is_refused(self, changes: dict[str, Any], code: str) -> None:
        fields: dict[str, Any] = {
            "incident": "i1",
            "incident_kind": "attack",
            "severity": "grave",
            "happened_at": day(1),
            "place": "x",
            "account": "Shots.",
        }
        assert World().tried("moss", a.ReportIncident(**{**fields, **changes}), day(2)) == code


class TestWhoDecides:
    def test_nobody_decides_on_an_incident_attributed_to_them(self) -> None:
        world = World(authorities=["commission", "north"])
        world.given("nils", a.AdmitMember(member=a.Member(person="nero", role=a.Role.AUTHORITY, party="north")), day(1))
        report = a.ReportIncident(
            incident="i1",
            incident_kind="strike",
            severity="grave",
            happened_at=day(1),
            place="x",
            attributed_to="north",
            account="Bombs fell.",
        )
        world.given("sara", report, day(1))
        dismissal = a.Act(
            id="own",
            actor=a.Actor(person="nero", role=a.Role.AUTHORITY, party="north"),
            deed=a.DismissIncident(incident="i1", reason="It was not us."),
        )
        refused = decide(world.program, dismissal, day(2))
        assert isinstance(refused, Refused)
        assert refused.code == "party_may_not"
        world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(2))

    def test_an_authority_that_the_plan_does_not_name_ends_nothing(self) -> None:
        world = World()
        member = a.Member(person="nero", role=a.Role.AUTHORITY, party="north")
        world.given("nils", a.AdmitMember(member=member), day(1))
        actor = a.Actor(person="nero", role=a.Role.AUTHORITY, party="north")
        refused = decide(world.program, a.Act(id="end", actor=actor, deed=a.TerminateProgram(reason="Enough.")), day(2))
        assert isinstance(refused, Refused)
        assert refused.accepted == "an authority of commission"


class TestFixedDates:
    """What begins on a date begins on it, though nobody acts that day."""

    date = "2025-04-01T00:00:00Z"

    def test_a_deadline_counts_from_it(self) -> None:
        world = World(phases__move__milestones__announced__due={"within": "P10D", "from": {"date": self.date}})
        due = world.program.milestone("announced").due
        assert due is not None
        world.clock(day(60))
        missed = world.program.milestone("announced").due
        assert missed is not None
        assert due.original.isoformat() == "2025-04-11T20:59:59.999999+00:00", "through the day, in Baghdad"
        assert missed.missed_at is not None
        assert missed.missed_at.isoformat() == "2025-04-11T21:00:00+00:00"

    def test_a_commitment_is_in_force_from_it(self) -> None:
        world = World(commitments__moratorium__in_force={"date": self.date})
        assert "moratorium" not in world.program.commitments
        struck = world.clock(day(60))
        assert world.program.commitments["moratorium"].in_force_since.isoformat() == "2025-04-01T00:00:00+00:00"
        assert [entry.fact.kind for entry in struck.entries] == ["clock_struck", "commitment_changed"]

    def test_quiet_is_counted_from_it(self) -> None:
        world = World(phases__quiet__stability__from={"date": self.date})
        world.clock(day(60))
        assert world.program.stability["quiet"].counted.counted_from.isoformat() == "2025-04-01T21:00:00+00:00"


def test_a_complete_phase_whose_gates_both_close_steps_back_and_waits() -> None:
    phases = deepcopy(PLAN["phases"])
    phases["answer"]["entry"] = [{"milestone": "announced"}]
    phases["answer"]["exit"] = [{"milestone": "announced"}, {"milestone": "safety"}]
    world = World(phases=phases)
    world.first_move(day(0))
    world.answer(day(1))
    assert world.program.phase("answer").status is PhaseStatus.COMPLETE
    world.given("nora", a.WithdrawEvidence(evidence="e1", reason="It was forged."), day(2))
    world.given("cleo", a.Determine(milestone="announced", outcome="reversed", reason="Nothing shows it."), day(3))
    assert world.program.phase("answer").status is PhaseStatus.WAITING
