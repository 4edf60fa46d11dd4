"""Validation of references between the parts of a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import assert_never

from rules.language import criteria as c
from rules.language.milestones import Measured, Milestone, Shown
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.language.timetable import Deadline
from rules.validation import criteria
from rules.validation.calendar import window_faults
from rules.validation.names import unknown_name
from rules.validation.places import place_faults
from rules.validation.sources import source_faults
from rules.validation.stability import stability_faults
from rules.validation.windows import agreed_date_faults, gate_window_faults


def reference_faults(plan: Plan) -> Iterator[Fault]:
    """References to what the plan does not have."""
    signatories = frozenset((*plan.parties, *plan.bodies))
    yield from _bodies(plan, signatories)
    for name, rule in plan.commitments.items():
        at: Path = ("commitments", name)
        if rule.party:
            yield from unknown_name((*at, "party"), rule.party, "party", plan.parties)
        yield from criteria.anchor_faults(plan, (*at, "in_force"), rule.in_force)
        yield from criteria.trigger_faults(plan, (*at, "broken_by"), rule.broken_by)
        yield from criteria.kept_while_faults(plan, (*at, "kept_while"), rule.kept_while)
        yield from criteria.owed_while_faults(plan, (*at, "owed_while"), rule.owed_while, of_milestone=False)
    for name, still in plan.inactivity.items():
        yield from unknown_name(("inactivity", name), name, "party or body", signatories)
        yield from window_faults(plan, ("inactivity", name, "paused_in"), still.paused_in)
    yield from _procedures(plan, signatories)
    for name, phase in plan.phases.items():
        at = ("phases", name)
        if phase.party:
            yield from unknown_name((*at, "party"), phase.party, "party or body", signatories)
        if phase.within:
            yield from unknown_name((*at, "within"), phase.within, "phase", plan.phases)
        yield from criteria.gate_faults(plan, (*at, "entry"), phase.entry)
        yield from criteria.gate_faults(plan, (*at, "exit"), phase.exit)
        yield from criteria.gate_faults(plan, (*at, "closes_when"), phase.closes_when)
        for place, leaf in criteria.placed_leaves((*at, "closes_when"), phase.closes_when):
            if isinstance(leaf, c.ConsentsGiven):
                yield Fault(
                    place, "consent is given to the opening or the completion of a phase; decline a milestone to close one"
                )
        if phase.stability:
            yield from stability_faults(plan, (*at, "stability"), phase.stability)
        for step_name, step in phase.milestones.items():
            yield from _milestone(plan, (*at, "milestones", step_name), step, signatories)
    for name, child in plan.programs.items():
        yield from unknown_name(("programs", name, "opened_in"), child.opened_in, "phase", plan.phases)
    yield from _releases(plan, signatories)
    yield from agreed_date_faults(plan)
    yield from gate_window_faults(plan)
    yield from source_faults(plan)


def _bodies(plan: Plan, signatories: Collection[str]) -> Iterator[Fault]:
    for name, body in plan.bodies.items():
        for index, member in enumerate(body.members):
            yield from unknown_name(("bodies", name, "members", index), member, "party", plan.parties)
    for name, indicator in plan.indicators.items():
        for index, who in enumerate(indicator.verified_by):
            yield from unknown_name(("indicators", name, "verified_by", index), who, "party or body", signatories)
    for index, name in enumerate(plan.authorities):
        yield from unknown_name(("authorities", index), name, "party or body", signatories)


def _releases(plan: Plan, signatories: Collection[str]) -> Iterator[Fault]:
    for name, terms in plan.releases.items():
        at: Path = ("releases", name)
        for field, who in (("party", terms.party), ("to", terms.to)):
            yield from unknown_name((*at, field), who, "party or body", signatories)
        for index, who in enumerate(terms.verified_by):
            yield from unknown_name((*at, "verified_by", index), who, "party or body", signatories)
        yield from criteria.gate_faults(plan, (*at, "when"), terms.when)
        if terms.advance:
            yield from criteria.gate_faults(plan, (*at, "advance", "when"), terms.advance.when)
        if terms.share_of is not None:
            yield from criteria.scale_faults(plan, (*at, "share_of"), terms.share_of)
        if terms.per_unit is not None:
            places: tuple[Path, ...] = ((*at, "per_unit", "indicator"), (*at, "per_unit", "sample", "indicator"))
            for place, indicator in zip(places, terms.per_unit.indicators, strict=False):
                yield from unknown_name(place, indicator, "indicator", plan.indicators)
        if terms.per_time is not None:
            yield from criteria.gate_faults(plan, (*at, "per_time", "while"), terms.per_time.while_)
            yield from criteria.anchor_faults(plan, (*at, "per_time", "from"), terms.per_time.from_)
        for field, wait in (("due", terms.due), ("lapses", terms.lapses)):
            if wait is not None:
                yield from criteria.anchor_faults(plan, (*at, field, "from"), wait.from_)
        gates = [(place, gate) for place, gate in plan.gates if place[:2] == at]
        for place, leaf in (found for where, gate in gates for found in criteria.placed_leaves(where, gate)):
            if isinstance(leaf, c.ConsentsGiven):
                yield Fault(place, "consent is given to a phase; ask it there, and here for the phase or its milestone")


def _milestone(plan: Plan, at: Path, step: Milestone, signatories: Collection[str]) -> Iterator[Fault]:
    for name in step.party:
        yield from unknown_name((*at, "party"), name, "party or body" if plan.bodies else "party", signatories)
    for index, name in enumerate(step.verified_by):
        yield from unknown_name((*at, "verified_by", index), name, "party or body", signatories)
    for index, name in enumerate(step.determined.by):
        yield from unknown_name((*at, "determined", "by", index), name, "party or body", signatories)
    yield from criteria.weight_faults(
        (*at, "determined"), step.determined.by, step.determined.agree or "", step.determined.weights
    )
    yield from _shown_by(plan, at, step, signatories)
    if step.due:
        yield from _deadline(plan, (*at, "due"), step.due)
    if step.declined_by:
        yield from unknown_name((*at, "declined_by"), step.declined_by, "procedure", plan.procedures)
    if step.waived_by:
        yield from unknown_name((*at, "waived_by"), step.waived_by, "procedure", plan.procedures)
    yield from criteria.owed_while_faults(plan, (*at, "owed_while"), step.owed_while, of_milestone=True)
    yield from criteria.gate_faults(plan, (*at, "holds_while"), step.holds_while)
    yield from criteria.gate_faults(plan, (*at, "final_when"), step.final_when)
    for place, leaf in criteria.placed_leaves((*at, "final_when"), step.final_when):
        if isinstance(leaf, c.ConsentsGiven):
            yield Fault(place, "consent is given to a phase; write phase: NAME here for one that asks for it")


def _shown_by(plan: Plan, at: Path, step: Milestone, signatories: Collection[str]) -> Iterator[Fault]:
    for key, how in step.shown_by.items():
        match how:
            case Shown(by=parties):
                for index, name in enumerate(parties):
                    yield from unknown_name((*at, "shown_by", key, "by", index), name, "party or body", signatories)
            case Measured(indicator=indicator):
                yield from unknown_name((*at, "shown_by", key, "indicator"), indicator, "indicator", plan.indicators)
            case _:
                assert_never(how)


def _deadline(plan: Plan, at: Path, due: Deadline) -> Iterator[Fault]:
    for index, date in enumerate(due.dates):
        yield from criteria.anchor_faults(
            plan, (*at, "earliest_of", index, "from") if due.earliest_of else (*at, "from"), date.from_
        )
    for index, name in enumerate(due.paused_while_broken):
        yield from unknown_name((*at, "paused_while_broken", index), name, "commitment", plan.commitments)
    yield from window_faults(plan, (*at, "paused_in"), due.paused_in)
    if due.extended_by:
        yield from unknown_name((*at, "extended_by"), due.extended_by, "procedure", plan.procedures)


def _procedures(plan: Plan, signatories: Collection[str]) -> Iterator[Fault]:
    for name, rule in plan.procedures.items():
        at: Path = ("procedures", name)
        for index, who in enumerate(rule.proposed_by):
            yield from unknown_name((*at, "proposed_by", index), who, "party or body", signatories)
        for index, who in enumerate(rule.vetoed_by):
            yield from unknown_name((*at, "vetoed_by", index), who, "party", plan.parties)
        for party, who in rule.on_behalf.items():
            yield from unknown_name((*at, "on_behalf", party), party, "party that the procedure asks", rule.asked)
            yield from unknown_name((*at, "on_behalf", party), who, "party or body", signatories)
        yield from criteria.gate_faults(plan, (*at, "adopted_when"), rule.adopted_when)
        yield from window_faults(plan, (*at, "paused_in"), rule.paused_in)
    yield from _disputes(plan, signatories)
    for name, assessor in plan.assessors.items():
        yield from unknown_name(("assessors", name, "scale"), assessor.scale, "scale", plan.scales)
    for name, amendment in plan.amendments.items():
        at = ("amendments", name, "procedure")
        yield from unknown_name(at, amendment.procedure, "procedure", plan.procedures)
    yield from place_faults(plan)


def _disputes(plan: Plan, signatories: Collection[str]) -> Iterator[Fault]:
    for name, ladder in plan.disputes.items():
        for index, who in enumerate(ladder.raised_by):
            yield from unknown_name(("disputes", name, "raised_by", index), who, "party", plan.parties)
        for key, stage in ladder.stages.items():
            at: Path = ("disputes", name, "stages", key)
            for index, who in enumerate(stage.before):
                yield from unknown_name((*at, "before", index), who, "party or body", signatories)
            if stage.extended_by:
                yield from unknown_name((*at, "extended_by"), stage.extended_by, "procedure", plan.procedures)
    for name, snapback in plan.snapbacks.items():
        at = ("snapbacks", name)
        for index, who in enumerate(snapback.invoked_by):
            yield from unknown_name((*at, "invoked_by", index), who, "party", plan.parties)
        if snapback.from_:
            yield from criteria.anchor_faults(plan, (*at, "from"), snapback.from_)
        if snapback.only_after:
            yield from unknown_name((*at, "only_after"), snapback.only_after, "kind of dispute", plan.disputes)
        yield from unknown_name((*at, "kept_by"), snapback.kept_by, "procedure", plan.procedures)
