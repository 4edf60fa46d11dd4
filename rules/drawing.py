"""A plan as something to look at: as indented text, and as a Mermaid flowchart.

Both draw the same: phases with their gates, milestones and clocks. They show the plan, not a program that follows it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from rules import criteria as c
from rules import plan as p
from rules.indicators import Indicator, Target
from rules.milestones import Attestation, Filed, Measured, Showing, Statement
from rules.timetable import Deadline, Inactivity, Window


def as_text(plan: p.Plan) -> str:
    """The plan as indented text, phases in their order, what runs within a phase under it."""
    lines = [f"{plan.title} ({plan.plan})", *_who(plan), ""]
    for name, rule in plan.phases.items():
        if rule.within is None:
            lines += _phase(plan, name, "")
    if plan.releases:
        lines.append("releases, and what earns each")
        lines += [f"  {line}" for name in plan.releases for line in _release(plan, name)]
        lines.append("")
    if plan.calendar:
        lines.append("calendar")
        lines += [f"  {name}: {window.title}, {_span(window)}" for name, window in plan.calendar.items()]
    if plan.inactivity:
        lines.append("who stands still, while something is owed")
        lines += [f"  {party}: {_still(rule)}" for party, rule in plan.inactivity.items()]
    if plan.commitments:
        lines.append("commitments, which hold at all times")
        lines += [f"  {line}" for name in plan.commitments for line in _commitment(plan, name)]
    return "\n".join(lines).rstrip() + "\n"


def _who(plan: p.Plan) -> Iterator[str]:
    yield "  parties: " + "; ".join(f"{name} ({party.name})" for name, party in plan.parties.items())
    for name, body in plan.bodies.items():
        yield f"  joint body: {name} ({body.name}) of {' and '.join(body.members)}"
    if plan.non_parties:
        yield f"  not parties: {', '.join(plan.non_parties)}"
    yield f"  time zone: {plan.time_zone}"


def _phase(plan: p.Plan, name: str, indent: str) -> Iterator[str]:
    rule = plan.phases[name]
    yield f"{indent}{name}: {rule.title}" + (f" [{rule.party}]" if rule.party else "")
    indent += "  "
    yield f"{indent}opens {_opening(rule)}"
    for step in rule.milestones:
        yield from _milestone(plan, step, indent)
    if rule.stability:
        yield from (f"{indent}{line}" for line in _stability(rule.stability))
    yield f"{indent}is complete with {_gate(rule.exit) if rule.exit else 'all that stands in it'}"
    if rule.entry:
        yield f"{indent}if its entry gate closes again: {rule.when_gate_closes.replace('_', ' ')}"
    for child, opened in plan.programs.items():
        if opened.opened_in == name:
            yield f"{indent}opens the program {child}: {opened.title} [{opened.plan}], {_IN_SUSPENSION[opened.when_suspended]}"
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


def _opening(rule: p.Phase) -> str:
    gate = f"with {_gate(rule.entry)}" if rule.entry else "at once"
    return f"{gate}, when somebody advances it" if rule.opens == "on_advance" else gate


def _gate(criteria: tuple[c.Criterion, ...]) -> str:
    return ", ".join(asked(criterion) for criterion in criteria) or "nothing further"


def asked(criterion: c.Criterion) -> str:  # noqa: C901, PLR0912  one arm a criterion
    """What a criterion asks for, in words."""
    match criterion:
        case c.All(all=parts):
            return f"all of ({_gate(parts)})"
        case c.AnyOf(any=parts):
            return f"any of ({_gate(parts)})"
        case c.AtLeast(at_least=several):
            return f"at least {several.count} of ({_gate(several.of)})"
        case c.MilestoneAchieved(milestone=name):
            return f"milestone {name}"
        case c.MilestoneGraded(graded=graded):
            return f"milestone {graded.milestone} graded {graded.at_least.normalize():f} or better"
        case c.PhaseComplete(phase=name):
            return f"phase {name} complete"
        case c.StabilityKept(stability=name):
            return f"the stability of {name} kept"
        case c.CommitmentHolds(commitment=name):
            return f"commitment {name} unbroken"
        case c.ConsentGiven(consent=parties):
            return f"consent of {' and '.join(parties)}"
        case c.NoOpenIncident(no_open_incident=trigger):
            return f"no open {_trigger(trigger)}"
        case c.NoOpenDispute(no_open_dispute=name):
            return f"no open dispute of {name}"
        case c.NoSnapback(no_snapback=name):
            return f"{name} not in effect"
        case c.Assessed(assessed=a):
            return f"milestone {a.milestone} assessed by {a.by} as {'met' if a.at_least == 'met' else 'partly met or better'}"
        case c.NotBefore(not_before=after):
            return f"{after.within} after {_event(after.from_)}"
        case c.FigureHolds(figure=figure):
            bound = f"at most {figure.at_most:f}" if figure.at_most is not None else f"at least {figure.at_least:f}"
            return f"{figure.indicator} {bound} {figure.unit}{' in all' if figure.of == 'total' else ''}"
        case c.ProgramComplete(program=name):
            return f"program {name} complete"
        case c.ProgramMilestone(program_milestone=of):
            return f"milestone {of.milestone} of the program {of.program}"
    assert_never(criterion)


def _event(anchor: c.Anchor) -> str:
    if anchor.milestone:
        return f"the achievement of {anchor.milestone}"
    if anchor.phase:
        return f"{anchor.phase} {'opens' if anchor.becomes == 'open' else 'is complete'}"
    return f"{anchor.date:%Y-%m-%d %H:%M} UTC" if anchor.date else "the program starts"


def _trigger(trigger: c.Trigger) -> str:
    least = f", {trigger.at_least} or graver" if trigger.at_least else ""
    by = f", attributed to {' or '.join(trigger.attributed_to)}" if trigger.attributed_to else ""
    return f"{' or '.join(trigger.kinds)}{least}{by}"


def _milestone(plan: p.Plan, name: str, indent: str) -> Iterator[str]:
    step = plan.milestones[name]
    yield f"{indent}- {name}: {step.title} [{step.party}]"
    if step.due:
        yield f"{indent}    due {_due(step.due)}"
    for showing, how in step.shown_by.items():
        yield f"{indent}    shown by {showing}: {_showing(plan, how)}"
    scale = f", in part on the scale {step.determined.scale}" if step.determined.scale else ""
    decided = "by the plan itself" if step.determined.automatically else f"by {' or '.join(step.determined.by)}"
    yield f"{indent}    verified by {' or '.join(step.verified_by)}, determined {decided}{scale}"
    if step.holds_while:
        yield f"{indent}    held while {_gate(step.holds_while)}"


def _due(due: Deadline) -> str:
    quiet = f" and {due.resumes_after} after" if due.resumes_after else ""
    paused = f", paused while {' or '.join(due.paused_while_broken)} is broken{quiet}" if due.paused_while_broken else ""
    windows = f", not counting {' and '.join(due.paused_in)}" if due.paused_in else ""
    follows = f", then {due.when_missed}" if due.when_missed else ""
    return f"{_dates(due)} ({due.force.replace('_', ' ')}){paused}{windows}{follows}"


def _dates(due: Deadline) -> str:
    written = [f"{date.within} after {_event(date.from_)}" for date in due.dates]
    return written[0] if len(written) == 1 else f"the earliest of {', '.join(written)}"


def _span(window: Window) -> str:
    return f"{window.from_:%Y-%m-%d %H:%M} to {window.to:%Y-%m-%d %H:%M} UTC"


def _still(rule: Inactivity) -> str:
    windows = f", not counting {' and '.join(rule.paused_in)}" if rule.paused_in else ""
    acts = ", ".join(kind.replace("_", " ") for kind in rule.qualifying)
    return f"{rule.within} without any of ({acts}){windows}; horizon {rule.horizon}"


def _showing(plan: p.Plan, how: Showing) -> str:
    match how:
        case Filed():
            return "document"
        case Statement():
            return "statement"
        case Attestation(by=parties):
            return f"attestation by {' and '.join(parties)}"
        case Measured(indicator=indicator, target=target):
            return f"{indicator} of {plan.indicators[indicator].producer}, {_target(plan.indicators[indicator], target)}"
    assert_never(how)


def _target(indicator: Indicator, target: Target) -> str:
    if target.change is not None:
        baseline = indicator.baseline
        return f"{target.change} from {baseline.value:f} {target.unit} in {baseline.period}"
    if target.at_most is not None:
        return f"at most {target.at_most:f} {target.unit}"
    return f"at least {target.at_least:f} {target.unit}"


def _stability(rule: p.StabilityPeriod) -> Iterator[str]:
    since = f", counted after {_event(rule.from_)}" if rule.from_ else ""
    yield f"stability kept for {rule.length}, settling for {rule.settling}{since}"
    yield from (f"  starts anew after {_trigger(trigger)}" for trigger in rule.restarted_by)
    yield from (f"  paused by {_trigger(trigger)}" for trigger in rule.paused_by)
    if rule.paused_in:
        yield f"  not counting {' and '.join(rule.paused_in)}"
    if rule.tolerates:
        allowed = rule.tolerates
        yield f"  tolerates {allowed.count} of {' or '.join(allowed.kinds)} up to {allowed.at_most}"


def _commitment(plan: p.Plan, name: str) -> Iterator[str]:
    rule = plan.commitments[name]
    yield f"{name}: {rule.title} [{rule.party or 'outside the control of any party'}]"
    yield f"  in force from when {_in_force(rule.in_force)}"
    yield from (f"  broken by {_trigger(trigger)}" for trigger in rule.broken_by)
    if rule.kept_while:
        yield f"  kept while {_gate(rule.kept_while)}"


def _release(plan: p.Plan, name: str) -> Iterator[str]:
    terms = plan.releases[name]
    yield f"{name}: {terms.title} [{terms.party} to {terms.to}]"
    yield f"  {terms.amount:f} {terms.unit}, {earned_by(plan, name)}"
    if terms.per_unit and terms.per_unit.sample:
        sample = terms.per_unit.sample
        yield f"  a figure counts if {sample.indicator} of its period is at least {sample.at_least:f}"
    if terms.advance:
        advance = terms.advance
        yield f"  {advance.amount:f} in advance with {_gate(advance.when)}; {advance.recovered} of later results go against it"
    if terms.due:
        yield f"  what is not earned {terms.due.within} after {_event(terms.due.from_)} is suspended"
    if terms.lapses:
        over = f", carried over for {terms.rolls_over}," if terms.rolls_over else ""
        yield f"  what is not earned {terms.lapses.within} after {_event(terms.lapses.from_)}{over} is lost"
    if terms.cure:
        yield f"  what is suspended can be earned again for {terms.cure}"


def earned_by(plan: p.Plan, name: str) -> str:
    """How a release is earned, in words."""
    terms = plan.releases[name]
    gate = f"with {_gate(terms.when)}" if terms.when else ""
    if terms.share_of:
        return f"as much of it as is achieved of {terms.share_of} {gate}".rstrip()
    if terms.per_unit:
        rule = terms.per_unit
        indicator = plan.indicators[rule.indicator]
        start = indicator.baseline.value if rule.from_ is None else rule.from_
        each = f"{rule.each:f} a unit of {rule.indicator} ({indicator.unit})"
        return f"{each} from {start:f} to {rule.to:f} {gate}".rstrip()
    return f"all of it {gate}"


def _in_force(anchor: c.Anchor) -> str:
    return f"{anchor.milestone} is achieved" if anchor.milestone else _event(anchor)


def as_mermaid(plan: p.Plan) -> str:
    """The plan as a Mermaid flowchart: gates are hexagons, milestones boxes, clocks rounded.

    Every id carries a prefix, because names such as `end` and `class` are words of Mermaid's own.
    """
    lines = ["flowchart LR"]
    for name, rule in plan.phases.items():
        lines.append(f'  subgraph g_{name}["{_quoted(rule.title)}"]')
        lines += [f"    {line}" for line in _inside(name, rule)]
        lines.append("  end")
    for name, commitment in plan.commitments.items():
        lines.append(f'  k_{name}[/"{_quoted(commitment.title)}"/]')
    for name, child in plan.programs.items():
        lines.append(f'  c_{name}[["{_quoted(child.title)}"]]')
        lines.append(f"  p_{child.opened_in} --> c_{name}")
    for name, rule in plan.phases.items():
        lines += [f"  {line}" for line in _arrows(plan, name, rule)]
    for name, terms in plan.releases.items():
        lines.append(f'  r_{name}[["{_quoted(terms.title)}<br/>{terms.amount:f} {_quoted(terms.unit)}"]]')
        sources = [source for leaf in c.leaves(*terms.when) for source in _sources(plan, leaf, f"r_{name}")]
        sources += [f"m_{terms.share_of}"] if terms.share_of else []
        lines += [f"  {source} --> r_{name}" for source in dict.fromkeys(sources)]
    return "\n".join(lines) + "\n"


def _inside(name: str, rule: p.Phase) -> Iterator[str]:
    yield f'p_{name}{{{{"{name}"}}}}'
    for step_name, step in rule.milestones.items():
        due = f"<br/>due {_dates(step.due)}" if step.due else ""
        yield f'm_{step_name}["{_quoted(step.title)}<br/>{step.party}{due}"]'
        yield f"p_{name} --> m_{step_name}"
    if rule.stability:
        yield f's_{name}(["quiet for {rule.stability.length}, settling {rule.stability.settling}"])'
        yield f"p_{name} --> s_{name}"


def _arrows(plan: p.Plan, name: str, rule: p.Phase) -> Iterator[str]:
    if rule.within:
        yield f"p_{rule.within} -.->|within| p_{name}"
    for number, criterion in enumerate(rule.entry):
        choice = "" if len(list(c.leaves(criterion))) == 1 else f"|{_choice(criterion)}|"
        for index, leaf in enumerate(c.leaves(criterion)):
            yield from (f"{source} -->{choice} p_{name}" for source in _sources(plan, leaf, f"{name}_{number}_{index}"))


def _choice(criterion: c.Criterion) -> str:
    match criterion:
        case c.AnyOf():
            return "one of these"
        case c.AtLeast(at_least=several):
            return f"{several.count} of these"
        case _:
            return "all of these"


def _sources(plan: p.Plan, leaf: c.Leaf, own: str) -> Iterator[str]:
    """The nodes that an arrow into a gate comes from; consents, dates and quiet get a node of their own."""
    match leaf:
        case c.MilestoneAchieved(milestone=name) | c.MilestoneGraded(graded=c.Graded(milestone=name)):
            yield f"m_{name}"
        case c.PhaseComplete(phase=name):
            shown = [f"m_{step}" for step in plan.phases[name].milestones]
            clock = [f"s_{name}"] if plan.phases[name].stability else []
            yield from shown + clock or [f"p_{name}"]
        case c.StabilityKept(stability=name):
            yield f"s_{name}"
        case c.CommitmentHolds(commitment=name):
            yield f"k_{name}"
        case c.ProgramComplete(program=name) | c.ProgramMilestone(program_milestone=c.OfProgram(program=name)):
            yield f"c_{name}"
        case (
            c.ConsentGiven()
            | c.NoOpenIncident()
            | c.NoOpenDispute()
            | c.NoSnapback()
            | c.Assessed()
            | c.NotBefore()
            | c.FigureHolds()
        ):
            yield f'x_{own}("{_quoted(asked(leaf))}")'
        case _:
            assert_never(leaf)


def _quoted(text: str) -> str:
    """Text inside quotes of Mermaid: its own marks are written as entities."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}
    return "".join(marks.get(char, char) for char in text).replace("\n", " ")
