"""Arrangements of a plan in words: procedures, amendments, assessors, disputes, checks."""

from __future__ import annotations

from collections.abc import Iterator

from rules.language.agreed_dates import AgreedDate
from rules.language.assessors import GradeScale
from rules.language.checks import Check
from rules.language.disputes import Ladder, Snapback
from rules.language.plan import Plan
from rules.language.procedures import Procedure
from rules.rendering.criteria import anchor_in_words, gate_in_words
from rules.rendering.declared import with_note


def render_arrangements(plan: Plan) -> Iterator[str]:
    """The arrangements of a plan as indented text, under headings."""
    groups: dict[str, list[str]] = {
        "procedures, by which is decided together": [
            line for name, procedure in plan.procedures.items() for line in _procedure(name, procedure, plan.time_zone)
        ],
        "days that are agreed on": [
            line for name, rule in plan.agreed_dates.items() for line in _agreed(name, rule, plan.time_zone)
        ],
        "amendments, by the first that allows all changes": [
            f"{name}: {', '.join(rule.may_change) or 'everything'}, by {rule.procedure}{with_note(rule.note)}"
            for name, rule in plan.amendments.items()
        ],
        "assessors, who judge without deciding": [
            f"{name}: {assessor.title}, on the scale {assessor.scale}{with_note(assessor.note)}"
            for name, assessor in plan.assessors.items()
        ],
        "scales, and what each grade comes to": [
            f"{name}: {scale.title}, {_grades(scale)}{with_note(scale.note)}" for name, scale in plan.scales.items()
        ],
        "disputes, and the stages they go through": [
            line for name, rule in plan.disputes.items() for line in _dispute(name, rule)
        ],
        "snapbacks, of what lapses unless it is kept": [
            line for name, rule in plan.snapbacks.items() for line in _snapback(name, rule, plan.time_zone)
        ],
        "checks, which read sources by themselves": [
            line for name, rule in plan.checks.items() for line in _check(plan, name, rule)
        ],
    }
    for heading, lines in groups.items():
        if lines:
            yield heading
            yield from (f"  {line}" for line in lines)


def _grades(scale: GradeScale) -> str:
    return ", ".join(f"{grade} is {means}" for grade, means in scale.grades.items())


def _agreed(name: str, rule: AgreedDate, zone: str) -> Iterator[str]:
    yield f"{name}: {rule.title}, agreed on by {rule.agreed_by}{with_note(rule.note)}"
    first, last = (f"{edge.within} after {anchor_in_words(edge.from_, zone)}" for edge in rule.edges)
    yield f"  not before {first}, not after {last}"
    if rule.when_missed:
        yield f"  then {rule.when_missed}"


def _procedure(name: str, rule: Procedure, zone: str) -> Iterator[str]:
    yield f"{name}: {rule.title} [{', '.join(rule.proposed_by)} may propose]"
    yield f"  adopted with {gate_in_words(rule.adopted_when, zone)}"
    if rule.vetoed_by:
        yield f"  ended by an objection of {' or '.join(rule.vetoed_by)}"
    if rule.on_behalf:
        yield f"  {', '.join(f'{who} may consent for {party}' for party, who in rule.on_behalf.items())}"
    if rule.silence:
        yield f"  who says nothing for {rule.silence} after notice to all consents"
    if rule.within:
        yield f"  lapses after {rule.within}"
    if rule.paused_in:
        yield f"  not counting {' and '.join(rule.paused_in)}"
    if rule.note:
        yield f"  note: {rule.note.strip()}"


def _dispute(name: str, rule: Ladder) -> Iterator[str]:
    yield f"{name}: {rule.title} [raised by {' or '.join(rule.raised_by) or 'any party'}]{with_note(rule.note)}"
    for name_of, stage in rule.stages.items():
        more = f", extended by {stage.extended_by}" if stage.extended_by else ""
        yield f"  {name_of}, {stage.title}: before {' and '.join(stage.before)} for {stage.within}{more}"


def _snapback(name: str, rule: Snapback, zone: str) -> Iterator[str]:
    if rule.from_ is not None:
        yield f"{name}: {rule.title} [by itself]"
        since = f"{rule.within} after {anchor_in_words(rule.from_, zone)}"
        yield f"  takes effect {since}, or after it was last kept by {rule.kept_by}; then: {rule.then}"
    else:
        yield f"{name}: {rule.title} [invoked by {' or '.join(rule.invoked_by)}]"
        after = f" on a dispute that {rule.only_after} has left unsettled," if rule.only_after else ""
        yield f"  takes effect{after} {rule.within} after the notice, unless it is kept by {rule.kept_by}; then: {rule.then}"
    if rule.note:
        yield f"  note: {rule.note.strip()}"


def _check(plan: Plan, name: str, rule: Check) -> Iterator[str]:
    source = plan.sources[rule.source]
    read = f"figures of {rule.figures_of}" if rule.incidents is None else f"incidents in {', '.join(rule.incidents.places)}"
    counts = ", which count as they are read" if rule.verified == "automatically" else ""
    yield f"{name}: {rule.title} [{rule.runs.every}, {rule.source}]"
    yield f"  {read}{counts}, from {source.title} ({source.producer}; {source.licence})"
