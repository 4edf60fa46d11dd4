"""Releases: what is earned is paid, what falls is suspended, what is not cured is lost; balances sum to zero."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from rules import acts as a
from rules.decide import Decided
from rules.effects import BalanceMoved
from rules.evolve import fold
from rules.reactions.clocks import clocks
from rules.releases.awaiting import awaited_by
from rules.vocabulary import matters as m
from tests.rules.small_plan import IN_PART, PLAN, RELEASES, World, day, night, through


def paying(*names: str, **changes: Any) -> World:
    """The small plan with some of the releases, and a milestone of two pieces that may be achieved in part."""
    chosen = {name: RELEASES[name] for name in names}
    return World(**{"phases__move__milestones__announced__determined": IN_PART, "releases": chosen, **changes})


def changed(name: str, **fields: Any) -> dict[str, Any]:
    return {"releases": {name: {**RELEASES[name], **fields}}}


def balances(world: World, name: str) -> dict[str, str]:
    """What stands in the accounts of a release, but for what was promised; only those with something in them."""
    held = world.program.releases[name].balances
    assert sum(held.values()) == 0
    assert fold(world.entries) == world.program
    return {account: f"{amount.normalize():f}" for account, amount in held.items() if amount and account != "promised"}


def in_part(world: World, share: str, at: float) -> None:
    if not world.program.milestone("announced").shown:
        world.given("nora", world.document("e1", "announced", "text"), day(at))
        world.given("sven", a.Verify(evidence="e1"), day(at))
    world.given("cleo", determination("partly_achieved", share=Decimal(share)), day(at))


def determination(outcome: Any, **more: Any) -> a.Determine:
    return a.Determine(milestone="announced", outcome=outcome, reason="So it is.", **more)


def fall(world: World, at: float) -> None:
    world.given("nora", a.WithdrawEvidence(evidence="e1", reason="It was a draft."), day(at))
    world.given("cleo", determination("reversed"), day(at))


def smoke(world: World, name: str, value: str, at: float, period: str = "2024", **more: Any) -> None:
    figure = a.RecordMeasurement(
        measurement=name,
        indicator=more.pop("indicator", "smoke"),
        value=Decimal(value),
        unit=more.pop("unit", "kt"),
        period=period,
        producer="Observatory",
        edition=name,
        source="yearbook",
        retrieved_at=day(at),
        **more,
    )
    world.given("moss", figure, day(at))
    world.given("nick", a.Verify(evidence=name), day(at))


def told(world: World, name: str, at: float) -> str:
    return " ".join(waiting.sentence for waiting in awaited_by(world.program, name, day(at)))


class TestWhatIsEarned:
    def test_all_of_it_is_committed_when_the_program_starts(self) -> None:
        assert balances(paying("reward"), "reward") == {"committed": "25"}

    def test_a_milestone_opens_what_is_given_for_it(self) -> None:
        world = paying("reward", "experts")
        world.first_move(day(1))
        assert balances(world, "reward") == {"released": "25"}
        assert balances(world, "experts") == {"committed": "90"}

    def test_a_release_in_kind_is_given_once_quiet_was_kept(self) -> None:
        world = paying("experts")
        world.first_move(day(1))
        world.answer(day(2))
        world.clock(day(40))
        assert balances(world, "experts") == {"released": "90"}

    def test_as_much_as_is_determined_and_the_rest_later_and_nothing_twice(self) -> None:
        world = paying("instalment")
        in_part(world, "0.4", 1)
        assert balances(world, "instalment") == {"released": "4", "committed": "6"}
        in_part(world, "0.75", 2)
        assert balances(world, "instalment") == {"released": "7.5", "committed": "2.5"}

    @pytest.mark.parametrize(("grade", "paid"), [(1, "3.33"), (2, "6.67")])
    def test_a_third_is_rounded_to_the_smallest_amount(self, grade: int, paid: str) -> None:
        world = paying("instalment", phases__move__milestones__announced__determined={"by": ["commission"], "scale": "ordinal"})
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        world.given("sven", a.Verify(evidence="e1"), day(1))
        world.given("cleo", determination("partly_achieved", grade=grade), day(1))
        assert balances(world, "instalment")["released"] == paid

    @pytest.mark.parametrize(("share", "paid"), [("0.05", None), ("0.15", "2"), ("0.25", "2")])
    def test_halves_are_rounded_to_even(self, share: str, paid: str | None) -> None:
        """In whole days of ten: a half is none, one and a half are two, two and a half are two as well."""
        world = paying(**changed("instalment", smallest="1", unit="days"))
        in_part(world, share, 1)
        assert balances(world, "instalment").get("released") == paid

    @pytest.mark.parametrize(("value", "paid"), [("104", None), ("99.5", "0.5"), ("87", "13"), ("80", "20"), ("60", "20")])
    def test_so_much_a_unit_between_baseline_and_target(self, value: str, paid: str | None) -> None:
        release = {**RELEASES["cleaning"]}
        del release["advance"]
        world = paying(releases={"cleaning": release})
        smoke(world, "m1", value, 1)
        assert balances(world, "cleaning").get("released") == paid

    def test_the_cap_holds_though_the_units_come_to_more(self) -> None:
        rule = {"indicator": "smoke", "to": "80", "each": "3"}
        world = paying(**changed("cleaning", per_unit=rule, advance={"amount": "6", "when": [], "recovered": "100%"}))
        smoke(world, "m1", "90", 1)
        assert balances(world, "cleaning") == {"released": "14", "recovered": "6"}

    def test_another_producers_figure_and_an_unverified_one_pay_nothing(self) -> None:
        world = paying("cleaning")
        figure = a.RecordMeasurement(
            measurement="m1",
            indicator="smoke",
            value=Decimal(80),
            unit="kt",
            period="2024",
            producer="Observatory",
            edition="x",
            source="x",
            retrieved_at=day(0),
        )
        world.given("moss", figure, day(1))
        world.given("moss", figure.model_copy(update={"measurement": "m2", "producer": "Others"}), day(1))
        world.given("nick", a.Verify(evidence="m2"), day(1))
        assert balances(world, "cleaning") == {"committed": "20"}

    def test_figures_that_only_a_release_counts_are_verified_by_whom_it_names(self) -> None:
        world = paying("cleaning", phases__trade__milestones={})
        smoke(world, "m1", "90", 1)
        assert balances(world, "cleaning")["released"] == "10"


class TestASample:
    def sampled(self) -> World:
        eligible = {
            "title": "Eligible share of the sample",
            "producer": "Observatory",
            "unit": "%",
            "better": "higher",
            "baseline": {"value": "0", "period": "2020", "edition": "none"},
            "oldest": "P3Y",
            "source": "made up",
            "licence": "CC0",
        }
        rule = {"indicator": "smoke", "to": "80", "each": "1", "sample": {"indicator": "eligible", "at_least": "80"}}
        world = paying(**changed("cleaning", per_unit=rule), indicators__eligible=eligible)
        smoke(world, "m1", "95", 1, period="2023")
        return world

    def test_nothing_is_paid_for_a_round_whose_sample_is_too_poor(self) -> None:
        world = self.sampled()
        assert "paid" not in balances(world, "cleaning")
        smoke(world, "s1", "85", 2, period="2023", indicator="eligible", unit="%")
        assert balances(world, "cleaning")["released"] == "5"
        smoke(world, "m2", "88", 3)
        smoke(world, "s2", "79.9", 3, indicator="eligible", unit="%")
        assert balances(world, "cleaning")["released"] == "5"
        assert "That of 2024 does not count: Eligible share of the sample was 79.9 % for it, and at least 80 is asked." in told(
            world, "cleaning", 3
        )

    def test_a_wider_sample_of_the_same_round_may_decide_otherwise(self) -> None:
        world = self.sampled()
        smoke(world, "s1", "79.9", 2, period="2023", indicator="eligible", unit="%")
        wider = {"revises": "s1", "cause": "late_data"}
        smoke(world, "s2", "81", 3, period="2023", indicator="eligible", unit="%", **wider)
        assert balances(world, "cleaning")["released"] == "5"


class TestAnAdvance:
    def test_it_is_paid_ahead_and_recovered_from_half_of_each_later_result(self) -> None:
        world = paying("cleaning")
        world.first_move(day(1))
        assert balances(world, "cleaning") == {"committed": "14", "advanced": "6"}
        smoke(world, "m1", "96", 2)
        assert balances(world, "cleaning") == {"committed": "12", "advanced": "4", "released": "2", "recovered": "2"}
        smoke(world, "m2", "86", 3, revises="m1", cause="late_data")
        assert balances(world, "cleaning") == {"committed": "6", "released": "8", "recovered": "6"}

    def test_what_was_earned_before_it_does_not_go_against_it(self) -> None:
        world = paying("cleaning")
        smoke(world, "m1", "96", 1)
        world.first_move(day(2))
        assert balances(world, "cleaning") == {"committed": "10", "advanced": "6", "released": "4"}

    def test_a_result_that_falls_is_owed_again(self) -> None:
        world = paying("cleaning")
        world.first_move(day(1))
        smoke(world, "m1", "90", 2)
        assert balances(world, "cleaning") == {"committed": "9", "advanced": "1", "released": "5", "recovered": "5"}
        smoke(world, "m2", "96", 3, revises="m1", cause="data_error")
        assert balances(world, "cleaning") == {
            "committed": "9",
            "advanced": "4",
            "released": "2",
            "recovered": "2",
            "suspended": "3",
        }

    def test_all_of_it_is_recovered_when_all_is_earned_however_low_the_rate(self) -> None:
        world = paying(**changed("cleaning", advance={"amount": "6", "when": [{"phase": "move"}], "recovered": "1%"}))
        world.first_move(day(1))
        smoke(world, "m1", "80", 2)
        assert balances(world, "cleaning") == {"released": "14", "recovered": "6"}


class TestAFall:
    def test_what_falls_is_suspended_and_the_cure_clock_runs(self) -> None:
        world = paying("reward")
        world.first_move(day(1))
        fall(world, 2)
        assert balances(world, "reward") == {"suspended": "25"}
        running = [clock for clock in clocks(world.program) if clock.kind == "release"]
        assert [clock.due_at for clock in running] == [night(12)]
        said = told(world, "reward", 3)
        assert "suspended since 2025-03-03 (Asia/Baghdad); it is lost unless it is earned by 2025-03-13 (Asia/Baghdad)" in said

    def test_cured_in_time_it_is_released_again(self) -> None:
        world = paying("reward")
        world.first_move(day(1))
        fall(world, 2)
        world.given("nora", world.document("e9", "announced", "text"), day(11))
        world.given("sven", a.Verify(evidence="e9"), day(11))
        world.given("cleo", determination("achieved"), day(11))
        assert balances(world, "reward") == {"released": "25"}
        world.clock(day(30))
        assert balances(world, "reward") == {"released": "25"}

    def test_not_cured_in_time_it_is_lost_and_not_earned_again(self) -> None:
        world = paying("reward")
        world.first_move(day(1))
        fall(world, 2)
        world.clock(through(12))
        assert balances(world, "reward") == {"suspended": "25"}
        world.clock(night(12))
        assert balances(world, "reward") == {"asked_back": "25"}
        world.given("nora", world.document("e9", "announced", "text"), day(13))
        world.given("sven", a.Verify(evidence="e9"), day(13))
        world.given("cleo", determination("achieved"), day(13))
        assert balances(world, "reward") == {"asked_back": "25"}

    def test_nobody_loses_by_anothers_delay(self) -> None:
        """What was shown within the time to cure is not lost while it waits for a verifier, or for a determination."""
        world = paying("instalment")
        world.clock(day(6))
        assert balances(world, "instalment") == {"suspended": "10"}
        world.given("nora", world.document("e1", "announced", "text"), day(14))
        world.clock(day(16))
        assert balances(world, "instalment") == {"suspended": "10"}
        world.given("sven", a.Verify(evidence="e1"), day(20))
        assert balances(world, "instalment") == {"suspended": "10"}
        assert "what was shown by 2025-03-16 (Asia/Baghdad) is still to be decided" in told(world, "instalment", 20)
        world.given("cleo", determination("partly_achieved", share=Decimal("0.5")), day(25))
        assert balances(world, "instalment") == {"released": "5", "reduced": "5"}

    def test_what_is_shown_after_the_time_to_cure_is_too_late(self) -> None:
        world = paying("instalment")
        world.clock(day(16))
        assert balances(world, "instalment") == {"reduced": "10"}

    def test_only_the_part_that_fell_is_suspended_each_with_its_own_time(self) -> None:
        world = paying("cleaning", phases__trade__milestones={})
        smoke(world, "m1", "85", 1)
        smoke(world, "m2", "88", 2, revises="m1", cause="data_error")
        smoke(world, "m3", "90", 4, revises="m2", cause="late_data")
        assert balances(world, "cleaning") == {"committed": "5", "released": "10", "suspended": "5"}
        world.clock(day(8))
        assert balances(world, "cleaning") == {"committed": "5", "released": "10", "suspended": "2", "asked_back": "3"}
        world.clock(day(10))
        assert balances(world, "cleaning") == {"committed": "5", "released": "10", "asked_back": "5"}

    def test_another_method_moves_no_money(self) -> None:
        world = paying("cleaning", phases__trade__milestones={})
        smoke(world, "m1", "85", 1)
        smoke(world, "m2", "97", 2, revises="m1", cause="methodology")
        assert balances(world, "cleaning") == {"committed": "5", "released": "15"}

    def test_reversal_comes_before_the_release_that_follows(self) -> None:
        """In one act, and in this order: the determination, what it does to gates, then what is posted."""
        world = paying("reward")
        world.first_move(day(1))
        world.given("nora", a.WithdrawEvidence(evidence="e1", reason="A draft."), day(2))
        done = world.given("cleo", determination("reversed"), day(2))
        kinds = [entry.fact.kind for entry in done.entries]
        assert kinds.index("milestone_determined") < kinds.index("phase_stepped_back") < kinds.index("balance_moved")


class TestTime:
    def test_what_is_not_earned_when_it_is_due_is_suspended_and_can_be_cured(self) -> None:
        world = paying("instalment")
        in_part(world, "0.6", 1)
        world.clock(night(5))
        assert balances(world, "instalment") == {"released": "6", "suspended": "4"}
        world.given("nils", a.RecordEvidence(evidence="e2", milestone="announced", shows="word", text="Meant."), day(9))
        world.given("sven", a.Verify(evidence="e2"), day(9))
        world.given("cleo", determination("achieved"), day(9))
        assert balances(world, "instalment") == {"released": "10"}

    def test_what_is_not_earned_before_it_lapses_is_lost(self) -> None:
        world = paying("cleaning", phases__trade__milestones={})
        smoke(world, "m1", "92", 25)
        assert balances(world, "cleaning") == {"committed": "12", "released": "8"}
        world.clock(night(30))
        assert balances(world, "cleaning") == {"reduced": "12", "released": "8"}

    def test_nothing_is_released_while_the_program_is_suspended(self) -> None:
        world = paying("cleaning")
        world.given("cleo", a.SuspendProgram(reason="War."), day(1))
        smoke(world, "m1", "90", 2)
        assert balances(world, "cleaning") == {"committed": "20"}
        assert "nothing is paid" in told(world, "cleaning", 2)
        world.given("cleo", a.ResumeProgram(reason="Peace."), day(3))
        assert balances(world, "cleaning") == {"committed": "10", "released": "10"}

    def test_what_falls_while_it_is_suspended_is_suspended_and_its_time_moves_on(self) -> None:
        """From the third day to the eighth nobody can cure anything; touched days are lost as a whole."""
        world = paying("reward")
        world.first_move(day(1))
        fall(world, 2)
        world.given("cleo", a.SuspendProgram(reason="War."), day(3))
        world.given("cleo", a.ResumeProgram(reason="Peace."), day(8))
        world.clock(through(18))
        assert balances(world, "reward") == {"suspended": "25"}
        world.clock(night(18))
        assert balances(world, "reward") == {"asked_back": "25"}

    def test_a_release_that_waits_for_a_date_is_paid_on_it(self) -> None:
        wait = {"not_before": {"within": "P9D", "from": {"milestone": "announced"}}}
        world = paying(**changed("reward", when=[{"milestone": "announced"}, wait]))
        world.first_move(day(1))
        assert balances(world, "reward") == {"committed": "25"}
        world.clock(day(10))
        assert balances(world, "reward") == {"released": "25"}

    def test_a_program_is_not_complete_while_time_still_has_a_say(self) -> None:
        """All its phases are complete on the first day; the time to earn ends on the thirtieth."""
        alone: dict[str, Any] = {"parameters": {}, "phases": {"move": PLAN["phases"]["move"]}}
        paid = World(**alone, releases={"reward": RELEASES["reward"]})
        paid.first_move(day(1))
        assert paid.program.standing == "completed"
        world = World(**alone, releases={"cleaning": RELEASES["cleaning"]})
        world.first_move(day(1))
        assert world.program.standing == "running"
        world.clock(night(30))
        assert world.program.standing == "completed"


class TestAnAmendment:
    @pytest.mark.parametrize(
        ("amount", "before", "after"),
        [
            ("30", {"released": "4", "committed": "6"}, {"released": "12", "committed": "18"}),
            ("8", {"released": "4", "committed": "6"}, {"released": "3.2", "suspended": "0.8", "committed": "4"}),
        ],
    )
    def test_more_or_less_may_be_promised(self, amount: str, before: dict[str, str], after: dict[str, str]) -> None:
        """Four tenths are achieved, of whatever the whole is now."""
        world = paying("instalment")
        in_part(world, "0.4", 1)
        assert balances(world, "instalment") == before
        plan = json.loads(world.program.version.document)
        plan["releases"]["instalment"]["amount"] = amount
        matter = m.Amend(document=json.dumps(plan))
        world.given("nils", a.Propose(proposal="p1", procedure="joint", matter=matter, reason="Agreed."), day(2))
        for person in ("nils", "saul"):
            world.given(person, a.Consent(proposal="p1"), day(2))
        assert balances(world, "instalment") == after

    def test_a_release_that_is_taken_out_stays_on_record_and_moves_no_more(self) -> None:
        world = paying("instalment")
        plan = json.loads(world.program.version.document)
        del plan["releases"]
        matter = m.Amend(document=json.dumps(plan))
        world.given("nils", a.Propose(proposal="p1", procedure="joint", matter=matter, reason="Agreed."), day(2))
        for person in ("nils", "saul"):
            world.given(person, a.Consent(proposal="p1"), day(2))
        in_part(world, "0.4", 3)
        world.clock(day(30))
        assert balances(world, "instalment") == {"committed": "10"}


class TestWhatItSays:
    def test_a_release_says_what_it_waits_for_and_who_owes_it(self) -> None:
        world = paying("reward", "cleaning", "instalment")
        (waiting,) = awaited_by(world.program, "reward", day(0))
        assert waiting.owes == ("north",)
        assert waiting.what == "milestone: announced"
        assert "is missing or not verified" in waiting.sentence
        assert "no figure is recorded. Earned so far: 0 of 20 million" in told(world, "cleaning", 0)
        assert "For the advance: First move: not complete" in told(world, "cleaning", 0)
        assert "What is not earned by 2025-03-31 (Asia/Baghdad) is lost." in told(world, "cleaning", 0)
        assert "What is not earned by 2025-03-06 (Asia/Baghdad) is suspended." in told(world, "instalment", 0)

    def test_what_is_paid_in_full_waits_for_nothing(self) -> None:
        world = paying("reward")
        world.first_move(day(1))
        assert awaited_by(world.program, "reward", day(1)) == ()

    def test_a_preview_says_what_would_be_paid_and_pays_nothing(self) -> None:
        world = paying("instalment")
        world.given("nora", world.document("e1", "announced", "text"), day(1))
        world.given("sven", a.Verify(evidence="e1"), day(1))
        would = world.outcome("cleo", determination("partly_achieved", share=Decimal("0.5")), day(1), world.program)
        assert isinstance(would, Decided)
        (posting,) = [entry.fact for entry in would.entries if isinstance(entry.fact, BalanceMoved)]
        assert f"{posting.out_of} {posting.into} {posting.amount:f}" == "committed released 5.00"
        assert balances(world, "instalment") == {"committed": "10"}


class TestRefusals:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"unit": "Mt"}, "wrong_unit"),
            ({"indicator": "smok"}, "indicator_unknown"),
            ({"revises": "m9", "cause": "scope"}, "evidence_unknown"),
            ({"cause": "scope"}, "wrong_revision"),
            ({"period": "2099"}, "wrong_period"),
        ],
    )
    def test_a_figure_that_may_not_be_recorded_moves_nothing(self, changes: dict[str, Any], code: str) -> None:
        world = paying("cleaning")
        fields = {"unit": "kt", "indicator": "smoke", "period": "2024", **changes}
        figure = a.RecordMeasurement(
            measurement="m1",
            value=Decimal(80),
            producer="Observatory",
            edition="x",
            source="x",
            retrieved_at=day(0),
            **fields,
        )
        assert world.tried("moss", figure, day(1)) == code
        assert balances(world, "cleaning") == {"committed": "20"}

    def test_only_whom_the_release_names_verify_its_figures(self) -> None:
        world = paying("cleaning", phases__trade__milestones={})
        figure = a.RecordMeasurement(
            measurement="m1",
            indicator="smoke",
            value=Decimal(80),
            unit="kt",
            period="2024",
            producer="Observatory",
            edition="x",
            source="x",
            retrieved_at=day(0),
        )
        world.given("moss", figure, day(1))
        assert world.tried("sven", a.Verify(evidence="m1"), day(1)) == "party_may_not"


def test_what_is_due_at_the_instant_of_an_act_about_something_else_is_not_forgotten() -> None:
    world = paying("instalment")
    world.given("sara", world.document("e3", "safety", "order"), night(5))
    assert balances(world, "instalment") == {"suspended": "10"}


class TestTheBestFigure:
    def cleaning(self, which: str) -> World:
        rule = RELEASES["cleaning"]["per_unit"] | {"of": which}
        return paying("cleaning", releases__cleaning__per_unit=rule, phases__trade__milestones={})

    def test_the_newest_figure_pays_less_when_it_is_worse(self) -> None:
        world = self.cleaning("newest")
        smoke(world, "m1", "85", 1, "2023")
        smoke(world, "m2", "95", 2, "2024")
        assert balances(world, "cleaning") == {"committed": "5", "released": "5", "suspended": "10"}

    def test_the_best_figure_goes_on_counting(self) -> None:
        world = self.cleaning("best")
        smoke(world, "m1", "85", 1, "2023")
        smoke(world, "m2", "95", 2, "2024")
        assert balances(world, "cleaning") == {"committed": "5", "released": "15"}


class TestAnAdvanceThatIsNotEarned:
    def test_it_is_asked_back_when_its_time_has_passed_and_what_never_was_paid_is_lost(self) -> None:
        world = paying("cleaning")
        world.first_move(day(1))
        assert balances(world, "cleaning") == {"committed": "14", "advanced": "6"}
        world.clock(through(30))
        assert balances(world, "cleaning") == {"committed": "14", "advanced": "6"}
        world.clock(night(30))
        assert balances(world, "cleaning") == {"asked_back": "6", "reduced": "14"}

    def test_a_program_is_not_complete_before_that(self) -> None:
        """All of it was advanced, and nothing else is kept for it."""
        terms = RELEASES["cleaning"]["advance"] | {"amount": "20"}
        world = paying("cleaning", releases__cleaning__advance=terms)
        world.first_move(day(1))
        assert balances(world, "cleaning") == {"advanced": "20"}
        assert any(clock.name.startswith("release.cleaning.end") for clock in clocks(world.program))
        world.clock(night(30))
        assert balances(world, "cleaning") == {"asked_back": "20"}


def test_a_posting_names_the_determination_that_it_follows_from() -> None:
    world = paying("reward")
    world.first_move(day(1))
    fall(world, 2)
    paid, fell = [entry.fact.because for entry in world.entries if isinstance(entry.fact, BalanceMoved)][-2:]
    assert "What it is given for holds." in paid
    assert "was determined as achieved: " in paid
    assert "does not hold." in fell
    assert len(fell) > len("What it is given for does not hold.")
