"""Several assessors of one milestone, each on its own scale."""

from __future__ import annotations

from rules import acts as a
from rules.explanations.explain import blocking_phase
from rules.language import criteria as c
from rules.queries.gates import judge_criterion
from rules.truth import Truth
from rules.vocabulary.milestones import MilestoneStatus
from tests.rules.small_plan import PLAN, World, day


def says(assessor: str, grade: str) -> a.Assess:
    return a.Assess(milestone="announced", assessor=assessor, grade=grade, reason="As we read it.")


def asked(by: str, at_least: str = "met") -> c.Criterion:
    return c.Assessed.model_validate({"assessed": {"milestone": "announced", "by": by, "at_least": at_least}})


def test_they_stand_side_by_side_and_decide_nothing() -> None:
    given = World()
    given.given("fred", says("fund", "met"), day(1))
    given.given("skye", says("scholars", "one"), day(2))
    state = given.program.milestone("announced")
    assert {who: said.means for who, said in state.assessments.items()} == {"fund": "met", "scholars": "partly"}
    assert state.status is MilestoneStatus.NOT_STARTED


def test_the_newest_of_each_counts_and_all_stay_on_record() -> None:
    given = World()
    given.given("fred", says("fund", "partly"), day(1))
    given.given("fred", says("fund", "met"), day(2))
    assert given.program.milestone("announced").assessments["fund"].grade == "met"
    assert [entry.fact.kind for entry in given.entries].count("milestone_assessed") == 2


def test_a_gate_may_ask_what_one_of_them_says() -> None:
    given = World()
    assert judge_criterion(given.program, (), asked("fund"), day(1)) is Truth.INDETERMINATE
    given.given("fred", says("fund", "partly"), day(1))
    assert judge_criterion(given.program, (), asked("fund"), day(1)) is Truth.NOT_MET
    assert judge_criterion(given.program, (), asked("fund", "partly"), day(1)) is Truth.MET
    given.given("fred", says("fund", "waived"), day(2))
    assert judge_criterion(given.program, (), asked("fund", "partly"), day(2)) is Truth.INDETERMINATE


def test_what_a_gate_waits_for_is_said() -> None:
    phases = PLAN["phases"] | {"review": {"title": "Review", "entry": [{"assessed": {"milestone": "announced", "by": "fund"}}]}}
    given = World(phases=phases)
    (told,) = blocking_phase(given.program, "review", day(1))
    assert (told.sentence, told.owes) == ("The Fund has not assessed Announced.", ("fund",))
    given.given("fred", says("fund", "met"), day(2))
    assert blocking_phase(given.program, "review", day(2)) == ()


def test_bad_input_is_refused() -> None:
    given = World()
    assert given.tried("skye", says("fund", "met"), day(1)) == "party_may_not"
    assert given.tried("moss", says("fund", "met"), day(1)) == "party_may_not"
    assert given.tried("fred", says("fund", "three"), day(1)) == "wrong_grade"
    assert given.tried("fred", says("bank", "met"), day(1)) == "assessor_unknown"
    unknown = a.Assess(milestone="peace", assessor="fund", grade="met", reason="x")
    assert given.tried("fred", unknown, day(1)) == "milestone_unknown"
    stranger = a.Member(person="gus", role=a.Role.RECORDER, party="fund")
    assert given.tried("olga", a.AdmitMember(member=stranger), day(1)) == "party_unknown", "assessors have monitors only"
