"""Admission and removal of members: by a party's representative, or by an officer for those without one."""

from __future__ import annotations

import pytest

from rules import acts as a
from rules.refusals import Refused
from tests.rules.small_plan import World, day


def member(person: str, role: a.Role, party: str | None = None) -> a.Member:
    return a.Member(person=person, role=role, party=party)


VERIFIER = member("vera", a.Role.VERIFIER, "south")


def refusal(world: World, person: str, deed: a.AdmitMember | a.RemoveMember) -> Refused:
    refused = world.outcome(person, deed, day(1), world.program)
    assert isinstance(refused, Refused), f"{person} may"
    return refused


def test_an_officer_admits_nobody_to_a_party_that_speaks_for_itself() -> None:
    world = World()
    refused = refusal(world, "olga", a.AdmitMember(member=VERIFIER))
    assert (refused.code, refused.accepted) == ("party_may_not", "a representative of south")
    world.given("saul", a.AdmitMember(member=VERIFIER), day(1))
    assert VERIFIER in world.program.members


def test_a_representative_admits_and_removes_their_own_and_nobody_else() -> None:
    world = World()
    assert refusal(world, "nils", a.AdmitMember(member=VERIFIER)).accepted == "a representative of south"
    sven = member("sven", a.Role.VERIFIER, "south")
    assert refusal(world, "nils", a.RemoveMember(member=sven, reason="x")).code == "party_may_not"
    assert refusal(world, "olga", a.RemoveMember(member=sven, reason="x")).code == "party_may_not"
    world.given("saul", a.RemoveMember(member=sven, reason="He has left."), day(1))
    assert sven not in world.program.members


@pytest.mark.parametrize("role", [a.Role.MONITOR, a.Role.OFFICER, a.Role.AUDITOR, a.Role.CHECKER])
def test_who_acts_for_nobody_is_admitted_by_an_officer(role: a.Role) -> None:
    world = World()
    assert refusal(world, "saul", a.AdmitMember(member=member("zoe", role))).accepted == "an officer"
    world.given("olga", a.AdmitMember(member=member("zoe", role)), day(1))


def test_an_assessor_has_no_representative() -> None:
    world = World()
    world.given("olga", a.AdmitMember(member=member("fay", a.Role.MONITOR, "fund")), day(1))


def test_an_officer_admits_for_a_body_that_nobody_speaks_for() -> None:
    """The commission has authorities and no representative. Once it has one, that one says who acts for it."""
    world = World()
    world.given("olga", a.AdmitMember(member=member("cora", a.Role.REPRESENTATIVE, "commission")), day(1))
    refused = refusal(world, "olga", a.AdmitMember(member=member("carl", a.Role.AUTHORITY, "commission")))
    assert refused.accepted == "a representative of commission"


def test_a_plan_can_leave_it_to_the_officer() -> None:
    world = World(members_admitted_by="officer")
    world.given("olga", a.AdmitMember(member=VERIFIER), day(1))
    assert refusal(world, "saul", a.RemoveMember(member=VERIFIER, reason="x")).accepted == "an officer"


def test_other_roles_admit_nobody() -> None:
    world = World()
    assert refusal(world, "sven", a.AdmitMember(member=VERIFIER)).code == "role_may_not"
