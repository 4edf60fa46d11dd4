"""Child programs of a phase: their reports, and suspensions that reach them as agreed."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from rules import acts as a
from rules.explanations.explain import blocking_phase
from rules.family import child_id, child_report, parent_report
from rules.language.declared import ChildChoice, agreed_children, declarations_of, read_declarations
from rules.language.parameters import cached_document
from rules.language.reading import InvalidDocument, parse_document
from rules.validation import validate_plan
from rules.vocabulary.phases import PhaseStatus
from rules.vocabulary.standing import Standing
from tests.rules.small_family import CHILD_ID, PARENT_ID, Family, parent_plan, programs, start
from tests.rules.small_plan import PEOPLE, PLAN, day

SUSPEND = a.SuspendProgram(reason="The ministers are travelling.")
RESUME = a.ResumeProgram(reason="They are back.")


def stormy_plan() -> dict[str, Any]:
    """The parent's plan with a phase that steps back while there is a storm."""
    plan = parent_plan() | {"severities": ["minor"], "incidents": {"storm": {"title": "Storm"}}}
    plan["phases"]["works"] |= {"entry": [{"no_open_incident": {"kinds": ["storm"]}}], "when_gate_closes": "step_back"}
    return plan


def storm(family: Family, at: datetime) -> None:
    report = a.ReportIncident(
        incident="i1", incident_kind="storm", severity="minor", happened_at=at, place="Coast", account="High waves."
    )
    family.in_parent("sara", report, at)
    family.in_parent("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), at)


def standing(family: Family) -> Standing:
    return family.truce.standing


def phase(family: Family, name: str) -> PhaseStatus:
    return family.parent.phase(name).status


class TestOpening:
    def test_a_phase_opens_its_programs_when_it_opens(self) -> None:
        family = Family()
        assert family.parent.children == {}
        family.in_parent("nils", a.Consent(phase="works"), day(1))
        assert family.parent.children["truce"].opened_at == day(1)

    def test_a_program_is_opened_once_however_often_its_phase_opens(self) -> None:
        family = Family(started=start(stormy_plan()))
        assert family.parent.children["truce"].opened_at == day(0)
        storm(family, day(1))
        assert phase(family, "works") is PhaseStatus.WAITING
        later = family.in_parent("cleo", a.ResolveIncident(incident="i1", reason="It is calm."), day(2)).entries
        assert phase(family, "works") is PhaseStatus.OPEN
        assert "child_opened" not in {entry.fact.kind for entry in later}

    def test_the_child_has_the_members_for_whom_its_plan_has_a_place(self) -> None:
        family = Family()
        family.in_parent("olga", a.AdmitMember(member=a.Member(person="zoe", role=a.Role.AUDITOR)), day(1))
        family.open(day(1))
        assert family.truce.members == {*PEOPLE, a.Member(person="zoe", role=a.Role.AUDITOR)}
        assert family.truce.parent is not None
        assert family.truce.parent.agreed.program == str(PARENT_ID)

    def test_members_that_were_agreed_for_the_child_alone_are_its_own(self) -> None:
        jury = a.Member(person="judy", role=a.Role.AUTHORITY, party="commission")
        child = a.ChildPlan(document=json.dumps(PLAN), members=(jury,))
        family = Family(started=start(programs={"truce": child}))
        family.open(day(1))
        assert jury in family.truce.members
        assert jury not in family.parent.members

    def test_nobody_but_the_clock_room_starts_a_child(self) -> None:
        parent = a.Parent(program=str(PARENT_ID), name="truce", when_suspended="leave")
        deed = a.StartProgram(document=json.dumps(PLAN), members=PEOPLE, parent=parent)
        assert Family().refused(None, "olga", deed, day(0)) == "role_may_not"

    def test_the_clock_room_starts_nothing_but_children(self) -> None:
        assert Family().refused(None, "clock", start(), day(0)) == "role_may_not"

    def test_a_child_has_an_id_that_follows_from_its_parent_and_name(self) -> None:
        assert child_id(PARENT_ID, "truce") == child_id(PARENT_ID, "truce") != child_id(PARENT_ID, "harbour")


class TestReports:
    def test_a_gate_counts_the_milestone_of_a_child(self) -> None:
        family = Family()
        family.open(day(1))
        family.announce(day(2))
        assert phase(family, "works") is PhaseStatus.OPEN
        family.told(day(2))
        assert phase(family, "works") is PhaseStatus.COMPLETE
        assert phase(family, "shipping") is PhaseStatus.OPEN

    def test_a_milestone_that_falls_in_the_child_falls_in_the_parent(self) -> None:
        family = Family()
        family.open(day(1))
        family.announce(day(2))
        family.told(day(2))
        family.in_child("nora", a.WithdrawEvidence(evidence="e1", reason="A forgery."), day(3))
        family.in_child("cleo", a.Determine(milestone="announced", outcome="reversed", reason="Forged."), day(3))
        family.told(day(3))
        assert phase(family, "works") is PhaseStatus.OPEN

    def test_a_release_is_earned_by_what_a_child_reached(self) -> None:
        plan = parent_plan()
        reached = {"program_milestone": {"program": "truce", "milestone": "announced"}}
        plan["releases"] = {
            "aid": {"title": "Aid", "party": "north", "to": "south", "unit": "EUR million", "amount": "5", "when": [reached]}
        }
        family = Family(started=start(plan))
        family.open(day(1))
        family.announce(day(2))
        moved = family.in_parent("clock", child_report(CHILD_ID, family.truce, b"\2" * 32, "truce"), day(2)).entries
        assert "balance_moved" in {entry.fact.kind for entry in moved}

    def test_a_gate_counts_a_child_that_is_complete(self) -> None:
        family = Family()
        family.open(day(1))
        report = child_report(CHILD_ID, family.truce, b"\2" * 32, "truce")
        announced = a.MilestoneReported(milestone="announced", status="achieved", counts=True)
        complete = {"child_seq": 99, "standing": "completed", "milestones": (announced,)}
        family.in_parent("clock", report.model_copy(update=complete), day(9))
        assert family.parent.standing is Standing.COMPLETED

    def test_what_blocks_says_what_the_child_lacks_and_who_owes_it(self) -> None:
        family = Family()
        family.in_parent("nils", a.Consent(phase="works"), day(1))
        assert "has not reported yet" in blocking_phase(family.parent, "works", day(1))[0].sentence
        family.told(day(1))
        (block,) = blocking_phase(family.parent, "works", day(1))
        assert block.criterion == "program_milestone: truce.announced"
        assert "The truce, as of 2025-03-02 (Asia/Baghdad): Announced: text is missing" in block.sentence
        assert block.owes == ("north",)

    def test_a_report_that_is_older_or_says_nothing_new_changes_nothing(self) -> None:
        family = Family()
        family.open(day(1))
        old = child_report(CHILD_ID, family.truce, b"\2" * 32, "truce")
        family.announce(day(2))
        family.told(day(2))
        before = family.parent
        assert family.in_parent("clock", old, day(3)).entries == ()
        newer = child_report(CHILD_ID, family.truce, b"\3" * 32, "truce")
        assert family.in_parent("clock", newer.model_copy(update={"child_seq": 999}), day(3)).entries == ()
        assert family.parent.children is before.children

    def test_one_state_of_a_child_makes_one_report(self) -> None:
        """So a report that is sent again under its act's id is the same act."""
        family = Family()
        family.open(day(1))
        reports = [child_report(CHILD_ID, family.truce, b"\2" * 32, "truce") for _ in range(2)]
        assert reports[0] == reports[1]

    def test_the_heads_of_both_ledgers_stand_in_the_other(self) -> None:
        family = Family()
        family.open(day(1))
        assert family.parent.children["truce"].report is not None
        assert family.parent.children["truce"].report.child_head == "02" * 32

    def test_a_report_of_nobody_is_refused(self) -> None:
        family = Family()
        told = parent_report(family.parent, b"\1" * 32, "truce")
        assert family.refused(family.parent, "clock", told, day(1)) == "family_unknown"
        family.open(day(1))
        lost = child_report(CHILD_ID, family.truce, b"\2" * 32, "harbour")
        assert family.refused(family.parent, "clock", lost, day(1)) == "family_unknown"

    def test_people_do_not_report_for_the_clock_room(self) -> None:
        family = Family()
        family.open(day(1))
        report = child_report(CHILD_ID, family.truce, b"\2" * 32, "truce")
        assert family.refused(family.parent, "olga", report, day(1)) == "role_may_not"


class TestSuspension:
    def suspended(self, when_suspended: str) -> Family:
        family = Family(when_suspended)
        family.open(day(1))
        family.in_parent("cleo", SUSPEND, day(2))
        family.told(day(2))
        return family

    def test_suspend_leaves_the_end_of_it_to_the_childs_own_authority(self) -> None:
        family = self.suspended("suspend")
        assert standing(family) is Standing.SUSPENDED
        assert family.refused(family.truce, "cleo", RESUME, day(3)) == "parent_suspended"
        family.in_parent("cleo", RESUME, day(4))
        family.told(day(4))
        assert standing(family) is Standing.SUSPENDED
        family.in_child("cleo", RESUME, day(5))
        assert standing(family) is Standing.RUNNING

    def test_the_entry_of_the_suspension_names_the_parent(self) -> None:
        family = Family("suspend")
        family.open(day(1))
        family.in_parent("cleo", SUSPEND, day(2))
        told = family.in_child("clock", parent_report(family.parent, b"\1" * 32, "truce"), day(2))
        suspended = next(entry.fact for entry in told.entries if entry.fact.kind == "program_suspended")
        assert "Trade along the coast, is suspended since 2025-03-03" in suspended.reason

    def test_freeze_ends_by_itself_and_its_days_do_not_count(self) -> None:
        family = self.suspended("freeze")
        assert standing(family) is Standing.FROZEN
        family.in_parent("cleo", RESUME, day(12))
        family.told(day(12))
        assert standing(family) is Standing.RUNNING
        assert family.truce.suspensions == ((day(2), day(12)),)

    def test_no_gate_of_a_frozen_child_opens_and_evidence_is_taken(self) -> None:
        family = self.suspended("freeze")
        family.announce(day(3))
        assert family.truce.phase("answer").status is PhaseStatus.WAITING
        assert "is frozen since 2025-03-03" in blocking_phase(family.truce, "answer", day(3))[0].sentence
        family.in_parent("cleo", RESUME, day(4))
        family.told(day(4))
        assert family.truce.phase("answer").status is PhaseStatus.OPEN

    def test_a_frozen_child_that_somebody_suspends_waits_for_both(self) -> None:
        family = self.suspended("freeze")
        family.in_child("cleo", a.SuspendProgram(reason="Here as well."), day(3))
        family.in_child("cleo", RESUME, day(4))
        assert standing(family) is Standing.FROZEN
        family.in_child("cleo", a.SuspendProgram(reason="Again."), day(5))
        family.in_parent("cleo", RESUME, day(6))
        family.told(day(6))
        assert standing(family) is Standing.SUSPENDED

    def test_leave_leaves_it_running(self) -> None:
        family = self.suspended("leave")
        assert standing(family) is Standing.RUNNING

    def test_a_phase_that_steps_back_holds_what_it_opened(self) -> None:
        family = Family(started=start(stormy_plan()))
        family.told(day(1))
        storm(family, day(2))
        assert phase(family, "works") is PhaseStatus.WAITING
        family.told(day(2))
        assert standing(family) is Standing.FROZEN

    @pytest.mark.parametrize("when_suspended", ["suspend", "freeze"])
    def test_a_child_lives_on_when_its_parent_is_terminated(self, when_suspended: str) -> None:
        family = self.suspended(when_suspended)
        family.in_parent("cleo", a.TerminateProgram(reason="No more."), day(5))
        family.told(day(5))
        if when_suspended == "suspend":
            family.in_child("cleo", RESUME, day(6))
        assert standing(family) is Standing.RUNNING

    def test_what_the_parent_said_before_is_not_heard_after_what_it_says_now(self) -> None:
        family = self.suspended("freeze")
        late = parent_report(family.parent, b"\1" * 32, "truce")
        family.in_parent("cleo", RESUME, day(4))
        family.told(day(4))
        assert family.in_child("clock", late, day(5)).entries == ()
        assert standing(family) is Standing.RUNNING


class TestPlans:
    def faults(self, plan: object, given: dict[str, a.ChildPlan] | None = None) -> list[str]:
        with pytest.raises(InvalidDocument) as faulty:
            validate_plan(parse_document(json.dumps(plan)), {}, programs() if given is None else given)
        return [fault.message for fault in faulty.value.faults]

    def test_a_plan_by_itself_needs_no_other_at_hand(self) -> None:
        assert validate_plan(parse_document(json.dumps(parent_plan()))).programs["truce"].plan == "truce"

    def test_every_declared_program_needs_its_plan(self) -> None:
        (message,) = self.faults(parent_plan(), {})
        assert message == "the plan truce is not at hand; give it with the program"

    def test_it_is_the_plan_that_was_declared(self) -> None:
        other = a.ChildPlan(document=json.dumps({**PLAN, "plan": "another"}))
        assert self.faults(parent_plan(), {"truce": other}) == ["the plan given for it is another, not truce"]

    def test_a_fault_of_the_childs_plan_is_told_with_its_place(self) -> None:
        broken = deepcopy(PLAN)
        broken["phases"]["answer"]["entry"] = [{"phase": "mvoe"}]
        (message,) = self.faults(parent_plan(), {"truce": a.ChildPlan(document=json.dumps(broken, indent=1))})
        assert message.startswith("in truce: plan.yaml:")
        assert "did you mean move?" in message

    def test_a_milestone_that_the_child_does_not_have_is_a_fault(self) -> None:
        plan = parent_plan()
        plan["phases"]["works"]["exit"][0]["program_milestone"]["milestone"] = "annuonced"
        (message,) = self.faults(plan)
        assert "no milestone of the plan truce; did you mean announced?" in message

    def test_a_program_that_is_not_declared_is_a_fault(self) -> None:
        plan = parent_plan()
        plan["phases"]["shipping"]["exit"] = [{"program": "harbour"}]
        (message,) = self.faults(plan)
        assert message.startswith("harbour is no child program of this plan")

    def test_a_phase_that_waits_for_the_program_that_it_opens_is_a_cycle(self) -> None:
        plan = parent_plan()
        plan["phases"]["works"]["entry"] = [{"program": "truce"}]
        assert any("this gate can never open" in message for message in self.faults(plan))

    def test_a_plan_is_complete_with_the_programs_that_its_phase_opens(self) -> None:
        plan = parent_plan()
        del plan["phases"]["works"]["exit"]
        (criterion,) = validate_plan(parse_document(json.dumps(plan))).exits["works"]
        assert criterion.model_dump() == {"program": "truce"}

    def test_plans_of_children_are_found_by_name_and_chosen_otherwise(self) -> None:
        document = cached_document(json.dumps(parent_plan()))
        found = agreed_children(read_declarations(document), lambda name: json.dumps({**PLAN, "title": f"found as {name}"}))
        assert "found as truce" in found["truce"].document
        chosen = agreed_children(
            read_declarations(document), lambda _: "", {"truce": ChildChoice(document="accord: 1", parameters={"quiet": "P1M"})}
        )
        assert chosen["truce"] == a.ChildPlan(document="accord: 1", parameters={"quiet": "P1M"})
        with pytest.raises(InvalidDocument, match="is no child program of this plan"):
            agreed_children(read_declarations(document), lambda _: "accord: 1", {"tuce": ChildChoice()})

    def test_a_plan_within_itself_is_a_fault(self) -> None:
        own = {**parent_plan(), "plan": "truce"}
        with pytest.raises(InvalidDocument, match="within itself"):
            agreed_children(declarations_of(json.dumps(own)), lambda _: json.dumps(own))
