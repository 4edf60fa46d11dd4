"""The indented text of a plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from rules.language import criteria as c
from rules.language.indicators import Indicator, Target
from rules.language.milestones import DeterminationRule, Measured, Showing, Shown
from rules.language.phases import Phase, StabilityPeriod
from rules.language.plan import Plan
from rules.language.revision_causes import THAT_COUNT
from rules.language.timetable import Deadline, Inactivity, Window
from rules.language.voting import of_votes
from rules.rendering.criteria import anchor_in_words, dates_in_words, gate_in_words, incidents_in_words
from rules.rendering.declared import render_declarations, with_note
from rules.rendering.procedures import render_arrangements
from rules.rendering.releases import render_release
from rules.times import local_time, time_in_words


def as_text(plan: Plan) -> str:
    """The plan as indented text; inner phases stand under their outer one."""
    lines = [f"{plan.title} ({plan.plan})", *_who(plan), *render_declarations(plan), ""]
    for name, rule in plan.phases.items():
        if rule.within is None:
            lines += _phase(plan, name, "")
    if plan.releases:
        lines.append("releases, and what earns each")
        lines += [f"  {line}" for name in plan.releases for line in render_release(plan, name)]
        lines.append("")
    if plan.calendar:
        lines.append("calendar")
        lines += [
            f"  {name}: {window.title}, {_span(window, plan.time_zone)}{with_note(window.note)}"
            for name, window in plan.calendar.items()
        ]
    if plan.inactivity:
        lines.append("who stands still, while something is owed")
        lines += [f"  {party}: {_still(rule)}" for party, rule in plan.inactivity.items()]
    if plan.commitments:
        lines.append("commitments, which hold at all times")
        lines += [f"  {line}" for name in plan.commitments for line in _commitment(plan, name)]
    lines += render_arrangements(plan)
    return "\n".join(lines).rstrip() + "\n"


def _who(plan: Plan) -> Iterator[str]:
    yield f"  {plan.source.strip()}"
    yield "  parties: " + "; ".join(f"{name} ({party.name}){with_note(party.note)}" for name, party in plan.parties.items())
    for name, body in plan.bodies.items():
        yield f"  joint body: {name} ({body.name}) of {' and '.join(body.members)}{with_note(body.note)}"
    if plan.non_parties:
        apart = (f"{name} ({other.name}){with_note(other.note)}" for name, other in plan.non_parties.items())
        yield f"  not parties: {'; '.join(apart)}"
    if plan.authorities:
        yield f"  deciding incidents and suspensions: {' or '.join(plan.authorities)}"
    if plan.members_admitted_by == "officer":
        yield "  members admitted by an officer"
    yield f"  time zone: {plan.time_zone}"


def _phase(plan: Plan, name: str, indent: str) -> Iterator[str]:
    rule = plan.phases[name]
    yield f"{indent}{name}: {rule.title}" + (f" [{rule.party}]" if rule.party else "")
    indent += "  "
    yield f"{indent}opens {_opening(rule, plan.time_zone)}"
    for step in rule.milestones:
        yield from _milestone(plan, step, indent)
    if rule.stability:
        yield from (f"{indent}{line}" for line in _stability(rule.stability, plan.time_zone))
    yield f"{indent}is complete with {gate_in_words(rule.exit, plan.time_zone) if rule.exit else 'all that stands in it'}"
    if rule.note:
        yield f"{indent}note: {rule.note.strip()}"
    if rule.consents_taken_back == "any_time":
        yield f"{indent}consents to it can be taken back at any time"
    if rule.closes_when:
        yield f"{indent}is closed for good with {gate_in_words(rule.closes_when, plan.time_zone)}"
    if rule.entry:
        yield f"{indent}if its entry gate closes again: {rule.when_gate_closes.replace('_', ' ')}"
    for child, opened in plan.programs.items():
        if opened.opened_in == name:
            held = f"{_IN_SUSPENSION[opened.when_suspended]}{with_note(opened.note)}"
            yield f"{indent}opens the program {child}: {opened.title} [{opened.plan}], {held}"
    for inner, other in plan.phases.items():
        if other.within == name:
            yield from _phase(plan, inner, indent)
    if not rule.within:
        yield ""


_IN_SUSPENSION = {
    "suspend": "suspended with this one",
    "freeze": "frozen while this one is suspended",
    "leave": "which goes on while this one is suspended",
}


def _opening(rule: Phase, zone: str) -> str:
    gate = f"with {gate_in_words(rule.entry, zone)}" if rule.entry else "at once"
    return f"{gate}, when somebody advances it" if rule.opens == "on_advance" else gate


def _milestone(plan: Plan, name: str, indent: str) -> Iterator[str]:
    step = plan.milestones[name]
    yield f"{indent}- {name}: {step.title} [{' and '.join(step.party)}]"
    if step.due:
        yield f"{indent}    due {_due(step.due, plan.time_zone)}"
    for showing, how in step.shown_by.items():
        yield f"{indent}    shown by {showing}: {_showing(plan, how)}: {how.what.strip()}"
    scale = f", in part on the scale {step.determined.scale}" if step.determined.scale else ""
    heard = f", after {step.determined.observation} to observe" if step.determined.observation != "P0D" else ""
    itself = f", who may verify its own ({step.verifies_itself.strip()})" if step.verifies_itself else ""
    decided = f"{_determination(step.determined)}{scale}{heard}"
    yield f"{indent}    verified by {' or '.join(step.verified_by)}{itself}, determined {decided}"
    for aspect, what in step.determined.considering.items():
        yield f"{indent}    considering {aspect}: {what}"
    if step.final_when:
        yield f"{indent}    can't be undone after {gate_in_words(step.final_when, plan.time_zone)}"
    if step.owed_while:
        yield f"{indent}    owed while {gate_in_words(step.owed_while, plan.time_zone)}"
    if step.declined_by:
        yield f"{indent}    need not be done, where {step.declined_by} so decides"
    if step.waived_by:
        yield f"{indent}    waived by {step.waived_by}"
    if step.reversed_by != THAT_COUNT:
        yield f"{indent}    reversed by figures revised for {' or '.join(step.reversed_by) or 'no cause at all'}"
    if step.note:
        yield f"{indent}    note: {step.note.strip()}"
    if step.holds_while:
        yield f"{indent}    held while {gate_in_words(step.holds_while, plan.time_zone)}"


def _determination(rule: DeterminationRule) -> str:
    if rule.automatically:
        return "by the plan itself"
    if not rule.is_voted:
        return f"by {' or '.join(rule.by)}"
    return f"by {of_votes(rule.by, rule.agree or 'any', rule.weights)}"


def _due(due: Deadline, zone: str) -> str:
    quiet = f" and {due.resumes_after} after" if due.resumes_after else ""
    paused = f", paused while {' or '.join(due.paused_while_broken)} is broken{quiet}" if due.paused_while_broken else ""
    windows = f", not counting {' and '.join(due.paused_in)}" if due.paused_in else ""
    follows = f", then {due.when_missed}" if due.when_missed else ""
    more = f", extended by {due.extended_by}" if due.extended_by else ""
    return f"{dates_in_words(due, zone)} ({due.force.replace('_', ' ')}){paused}{windows}{follows}{more}"


def _showing(plan: Plan, how: Showing) -> str:
    match how:
        case Shown(by=parties):
            by = "by" if how.kind == "attestation" else "of each of"
            each = f" {by} {' and '.join(parties)}" if parties else ""
            return f"{how.kind}{each}{', which may be restricted' if how.may_be_restricted else ''}"
        case Measured(indicator=indicator, target=target):
            rule = plan.indicators[indicator]
            return f"{indicator}{f' of {rule.producer}' if rule.producer else ''}, {_target(rule, target)}"
    assert_never(how)


def _target(indicator: Indicator, target: Target) -> str:
    if target.change is not None:
        baseline = indicator.frozen
        within = ", compared within edition" if target.compares == "within_edition" else ""
        sure = f", by more than {target.standard_errors:f} standard errors" if target.standard_errors is not None else ""
        return f"{target.change} from {baseline.value:f} {target.unit} in {baseline.period}{within}{sure}{_row(target)}"
    if target.by_period:
        side = "at most" if indicator.better == "lower" else "at least"
        levels = ", ".join(f"{level:f} in {period}" for period, level in target.by_period.items())
        return f"{side} {levels} {target.unit}{' in total' if target.of == 'total' else ''}"
    if target.at_most is not None:
        return f"at most {target.at_most:f} {target.unit}{_row(target)}"
    return f"at least {target.at_least:f} {target.unit}{_row(target)}"


def _row(target: Target) -> str:
    return f" in {target.periods} consecutive periods" if target.periods > 1 else ""


def _stability(rule: StabilityPeriod, zone: str) -> Iterator[str]:
    since = f", counted after {anchor_in_words(rule.from_, zone)}" if rule.from_ else ""
    yield f"stability kept for {rule.length}, settling for {rule.settling}{since}"
    yield from (f"  starts anew after {incidents_in_words(trigger)}" for trigger in rule.restarted_by)
    yield from (f"  paused by {incidents_in_words(trigger)}" for trigger in rule.paused_by)
    if rule.paused_in:
        yield f"  not counting {' and '.join(rule.paused_in)}"
    if rule.tolerates:
        allowed = rule.tolerates
        yield f"  tolerates {allowed.count} of {' or '.join(allowed.kinds)} up to {allowed.at_most}"
    if rule.watched_by:
        yield f"  watched by {' and '.join(rule.watched_by)}: a day that it does not cover is not quiet"


def _commitment(plan: Plan, name: str) -> Iterator[str]:
    rule = plan.commitments[name]
    yield f"{name}: {rule.title} [{rule.party or 'outside the control of any party'}]"
    yield f"  in force from when {_in_force(rule.in_force, plan.time_zone)}"
    yield from (f"  broken by {incidents_in_words(trigger)}" for trigger in rule.broken_by)
    if rule.kept_while:
        yield f"  kept while {gate_in_words(rule.kept_while, plan.time_zone)}"
    if rule.owed_while:
        yield f"  owed while {gate_in_words(rule.owed_while, plan.time_zone)}"
    if rule.note:
        yield f"  note: {rule.note.strip()}"


def _in_force(anchor: c.Anchor, zone: str) -> str:
    return f"{anchor.milestone} is achieved" if anchor.milestone else anchor_in_words(anchor, zone)


def _span(window: Window, zone: str) -> str:
    return f"{local_time(window.from_, zone)} to {time_in_words(window.to, zone)}"


def _still(rule: Inactivity) -> str:
    windows = f", not counting {' and '.join(rule.paused_in)}" if rule.paused_in else ""
    acts = ", ".join(kind.replace("_", " ") for kind in rule.qualifying)
    return f"{rule.within} without any of ({acts}){windows}; horizon {rule.horizon}{with_note(rule.note)}"
