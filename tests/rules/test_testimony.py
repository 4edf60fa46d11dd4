"""Accounts of one incident: matched, conflicting, changed and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import Mock

import pytest

from rules import acts as a
from rules.decide import decide
from rules.explanations.explain import blocking
from rules.queries import stability
from rules.refusals import Refused
from rules.times import add_lost_time
from rules.vocabulary.incidents import Incident
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount
from tests.rules.small_plan import PLAN, World, day


def reported(severity: str = "serious", **more: Any) -> a.ReportIncident:
    given = {"incident_kind": "attack", "happened_at": day(5), "place": "Base", "account": "Rockets.", **more}
    return a.ReportIncident(incident="i1", severity=severity, **given)


def account(name: str, severity: str, **more: Any) -> GiveAccount:
    return GiveAccount(incident="i1", account=name, severity=severity, text="Seen from elsewhere.", **more)


@pytest.fixture
def world() -> World:
    """The quiet is being kept, and an attack has been reported."""
    world = World()
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(8))
    world.given("chip", reported(), day(9))
    return world


def incident(world: World) -> Incident:
    return world.program.incidents["i1"]


def frozen_by(world: World) -> str | None:
    return world.program.stability["quiet"].counted.frozen_by


def completes_at(world: World) -> datetime | None:
    return world.program.stability["quiet"].counted.completes_at


def test_two_accounts_that_differ_make_an_incident_contested_and_the_clock_stands(world: World) -> None:
    """Rocket fire that struck the base by one account, and missed it by another."""
    world.given("moss", account("officials", "minor"), day(9))
    assert incident(world).status == "contested"
    assert incident(world).severity == "serious"  # as grave as the gravest, until somebody decides
    assert frozen_by(world) == "i1"
    assert world.tried("moss", a.ConfirmIncident(incident="i1", reason="So it was."), day(10)) == "role_may_not"
    world.given("cleo", a.ConfirmIncident(incident="i1", severity="minor", reason="It missed."), day(10))
    assert frozen_by(world) is None


def test_two_accounts_that_agree_leave_it_reported(world: World) -> None:
    world.given("moss", account("officials", "serious"), day(9))
    assert incident(world).status == "reported"


def test_where_all_who_decide_are_blamed_it_is_said_how_somebody_may_again() -> None:
    world = World(authorities=["north", "south"])
    world.first_move(day(0))
    world.answer(day(0))
    world.clock(day(8))
    world.given("chip", reported(), day(9))
    world.given("moss", account("one", "serious", attributed_to="north"), day(9))
    world.given("nils", account("other", "serious", attributed_to="south"), day(9))
    told = " ".join(block.sentence for block in blocking(world.program, day(10)))
    assert "Nobody may decide it while North and South are blamed in it" in told
    world.given("moss", TakeBackAccount(incident="i1", account="one", reason="I was mistaken."), day(10))
    frozen = [block for block in blocking(world.program, day(11)) if "frozen" in block.sentence]
    assert {block.owes for block in frozen} == {("north",)}
    assert not any("Nobody may decide" in block.sentence for block in frozen)


def test_accounts_may_blame_different_people(world: World) -> None:
    world.given("moss", account("one", "serious", attributed_to="north"), day(9))
    world.given("nils", account("other", "serious", attributed_to="south"), day(9))
    assert incident(world).status == "contested"
    assert incident(world).attributed_to is None


def test_an_account_that_is_corrected_takes_the_place_of_the_first(world: World) -> None:
    world.given("moss", account("officials", "minor"), day(9))
    world.given("moss", account("officials", "serious"), day(10))
    assert incident(world).status == "reported"
    assert len(incident(world).accounts) == 2


def test_an_incident_whose_only_account_is_taken_back_never_happened(world: World) -> None:
    """A feed that deletes an event gives the days back, though a machine decides nothing."""
    assert frozen_by(world) == "i1"
    world.given("chip", TakeBackAccount(incident="i1", account="i1", reason="Deleted by the source."), day(10))
    assert incident(world).status == "withdrawn"
    assert frozen_by(world) is None
    assert world.tried("cleo", a.ConfirmIncident(incident="i1", reason="x"), day(10)) == "incident_already_decided"


def test_an_incident_stays_as_long_as_one_account_stands(world: World) -> None:
    world.given("moss", account("officials", "minor"), day(9))
    world.given("chip", TakeBackAccount(incident="i1", account="i1", reason="Deleted by the source."), day(10))
    assert (incident(world).status, incident(world).severity) == ("reported", "minor")


def test_an_account_given_again_brings_a_withdrawn_incident_back(world: World) -> None:
    world.given("chip", TakeBackAccount(incident="i1", account="i1", reason="Deleted by the source."), day(10))
    world.given("chip", account("i1", "grave"), day(11))
    assert (incident(world).status, incident(world).severity) == ("reported", "grave")
    assert frozen_by(world) == "i1"


def test_what_a_party_contests_stays_contested_whatever_is_taken_back(world: World) -> None:
    world.given("saul", a.ContestIncident(incident="i1", reason="It was thunder."), day(9))
    world.given("moss", account("officials", "minor"), day(9))
    world.given("moss", TakeBackAccount(incident="i1", account="officials", reason="Mistaken."), day(10))
    assert incident(world).status == "contested"


def test_a_decision_stands_until_it_is_taken_again(world: World) -> None:
    """The source corrects itself after the authority has decided: that is shown, and changes nothing by itself."""
    world.given("cleo", a.ConfirmIncident(incident="i1", reason="It struck."), day(10))
    counted = completes_at(world)
    world.given("chip", account("i1", "minor"), day(11))
    assert incident(world).questioned
    assert (incident(world).status, completes_at(world)) == ("confirmed", counted)
    world.given("cleo", a.ConfirmIncident(incident="i1", severity="minor", reason="The source was right."), day(12))
    assert not incident(world).questioned
    assert completes_at(world) != counted


def test_a_dismissal_is_in_question_while_somebody_says_that_it_happened(world: World) -> None:
    world.given("cleo", a.DismissIncident(incident="i1", reason="Thunder."), day(10))
    assert not incident(world).questioned
    world.given("moss", account("officials", "serious"), day(11))
    assert incident(world).questioned
    assert frozen_by(world) is None
    world.given("cleo", a.ConfirmIncident(incident="i1", reason="It happened after all."), day(12))
    assert world.program.stability["quiet"].counted.moved_by == "i1"


def test_what_was_weighed_puts_no_decision_in_question(world: World) -> None:
    """The authority knew that the accounts differed; one more that agrees with it, or one less that did not, is no news."""
    world.given("moss", account("officials", "minor"), day(9))
    world.given("cleo", a.ConfirmIncident(incident="i1", severity="minor", reason="It missed."), day(10))
    world.given("nils", account("another", "minor"), day(11))
    assert not incident(world).questioned
    world.given("cleo", a.DismissIncident(incident="i1", reason="It was thunder."), day(12))
    world.given("chip", TakeBackAccount(incident="i1", account="i1", reason="Deleted by the source."), day(13))
    assert not incident(world).questioned


def test_nobody_decides_on_an_account_of_their_own(world: World) -> None:
    """What the feed deletes would leave to a monitor an incident that nobody but the monitor tells of."""
    world.given("moss", account("officials", "grave"), day(9))
    world.given("chip", TakeBackAccount(incident="i1", account="i1", reason="Deleted by the source."), day(10))
    assert world.tried("moss", a.ConfirmIncident(incident="i1", reason="I said so."), day(10)) == "recorder_is_authority"


def test_blaming_another_frees_nobody_to_decide() -> None:
    """An incident on which the accounts differ is attributed to nobody; the one who is blamed still has no say in it."""
    world = World(phases__answer__milestones__safety__determined={"by": ["south", "commission"], "agree": "any"})
    stella = a.Member(person="stella", role=a.Role.AUTHORITY, party="south")
    world.given("saul", a.AdmitMember(member=stella), day(0))
    world.given("moss", reported(attributed_to="south"), day(9))
    world.given("sara", account("ours", "serious", attributed_to="north"), day(9))
    actor = a.Actor(person="stella", role=stella.role, party="south")
    deed = a.DismissIncident(incident="i1", reason="It was the north.")
    outcome = decide(world.program, a.Act(id="dismissing", actor=actor, deed=deed), day(10))
    assert isinstance(outcome, Refused)
    assert outcome.code == "party_may_not"


def test_an_account_of_another_day_moves_nothing_while_the_first_one_stands(world: World) -> None:
    """Neither when it is given nor when the first is given again: else a day before the quiet began would free the clock."""
    world.given("sara", account("ours", "serious", happened_at=day(-30)), day(9))
    world.given("chip", account("i1", "grave"), day(10))
    assert incident(world).happened_at == day(5)
    assert frozen_by(world) == "i1"


def test_bad_accounts_are_refused(world: World) -> None:
    elsewhere = GiveAccount(incident="i9", account="x", severity="minor", text="x")
    assert world.tried("moss", elsewhere, day(9)) == "incident_unknown"
    assert world.tried("moss", account("x", "awful"), day(9)) == "severity_unknown"
    assert world.tried("moss", account("x", "minor", attributed_to="mars"), day(9)) == "party_unknown"
    assert world.tried("moss", account("x", "minor", happened_at=day(30)), day(9)) == "in_the_future"
    assert world.tried("moss", account("i1", "minor"), day(9)) == "account_of_another"
    taking = TakeBackAccount(incident="i1", account="i1", reason="No.")
    assert world.tried("moss", taking, day(9)) == "account_of_another"
    unknown = TakeBackAccount(incident="i1", account="x", reason="No.")
    assert world.tried("moss", unknown, day(9)) == "account_unknown"
    assert world.tried("alma", account("x", "minor"), day(9)) == "role_may_not"


def test_a_thousand_reports_do_not_hold_up_the_next_act(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may report, and each act asks which report freezes the clock: what each would move is not counted anew."""
    patient = PLAN["phases"]["quiet"]["stability"] | {"tolerates": {"kinds": ["attack"], "at_most": "grave", "count": 1000}}
    world = World(phases__quiet__stability=patient)
    world.first_move(day(0))
    world.answer(day(0))
    world.given("chip", reported(), day(9))
    many = {f"i{number}": replace(incident(world), id=f"i{number}") for number in range(1000)}
    world.program = world.program.changed(incidents=many)
    counted = Mock(wraps=add_lost_time)
    monkeypatch.setattr(stability, "add_lost_time", counted)
    world.given("moss", reported().model_copy(update={"incident": "another"}), day(10))
    assert frozen_by(world) == "i999"  # a thousand are tolerated, and this is the last of one more
    assert counted.call_count < 10
