"""The ledger filtered by a subject: its own entries, and those of what concerns it."""

from __future__ import annotations

from rules import acts as a
from rules.explanations.concerning import names_concerning
from rules.vocabulary import matters as m
from tests.rules.small_plan import World, day


def test_disputes_proposals_and_incidents_about_a_milestone_concern_it() -> None:
    world = World()
    world.first_move(day(0))
    world.given("saul", a.RaiseDispute(dispute="d1", ladder="compliance", about="announced", reason="Not meant."), day(1))
    later = m.ExtendStage(dispute="d1", stage="commission", to=day(40))
    world.given("saul", a.Propose(proposal="p1", procedure="joint", matter=later, reason="It takes time."), day(1))
    world.given(
        "nils", a.Propose(proposal="p2", procedure="joint", matter=m.Waive(milestone="safety"), reason="No need."), day(1)
    )
    report = a.ReportIncident(
        incident="i1",
        incident_kind="strike",
        severity="minor",
        happened_at=day(1),
        place="The port",
        milestone="announced",
        account="It was denied.",
    )
    world.given("sara", report, day(1))
    found = names_concerning(world.program, "announced")
    assert {"announced", "e1", "e2", "d1", "p1", "i1"} <= found
    assert "p2" not in found
    assert "p2" in names_concerning(world.program, "answer")
    assert names_concerning(world.program, "d1") >= {"d1", "p1"}
    assert (
        world.tried("sara", report.model_copy(update={"incident": "i2", "milestone": "nothing"}), day(1)) == "milestone_unknown"
    )


def test_a_trigger_can_be_about_milestones() -> None:
    asked = [{"no_open_incident": {"kinds": ["strike"], "about": ["announced"]}}]
    world = World(phases__move__exit=asked, phases__move__milestones__announced__verified_by=["south"])
    assert world.program.phase("move").status == "complete"
    report = {"incident_kind": "strike", "severity": "minor", "happened_at": day(1), "place": "x", "account": "x"}
    world.given("sara", a.ReportIncident.model_validate(report | {"incident": "i1"}), day(1))
    world.given("cleo", a.ConfirmIncident(incident="i1", reason="Seen."), day(1))
    assert world.program.phase("move").status == "complete"
    world.given("sara", a.ReportIncident.model_validate(report | {"incident": "i2", "milestone": "announced"}), day(1))
    world.given("cleo", a.ConfirmIncident(incident="i2", reason="Seen."), day(1))
    assert world.program.phase("move").status == "open"
