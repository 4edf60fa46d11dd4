"""The Mermaid flowchart of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import assert_never

from rules.language import criteria as c
from rules.language.phases import Phase
from rules.language.plan import Plan
from rules.rendering.criteria import criterion_in_words, dates_in_words


def as_mermaid(plan: Plan) -> str:
    """The plan as a Mermaid flowchart: gates are hexagons, milestones boxes, clocks rounded.

    An arrow from a whole phase starts at its exit gate, since arrows from all its milestones would be unreadable. Ids have
    a prefix, because names such as `end` and `class` are Mermaid keywords.
    """
    lines = ["flowchart LR"]
    waited_for = _waited_for(plan)
    for name, rule in plan.phases.items():
        lines.append(f'  subgraph g_{name}["{_quoted(rule.title)}"]')
        lines += [f"    {line}" for line in _inside(name, rule, plan.time_zone)]
        lines += [f'    e_{name}{{{{"complete"}}}}'] if name in waited_for else []
        lines.append("  end")
    for name, commitment in plan.commitments.items():
        lines.append(f'  k_{name}[/"{_quoted(commitment.title)}"/]')
    for name, child in plan.programs.items():
        lines.append(f'  c_{name}[["{_quoted(child.title)}"]]')
        lines.append(f"  p_{child.opened_in} --> c_{name}")
    for name, rule in plan.phases.items():
        lines += [f"  p_{rule.within} -.->|within| p_{name}"] if rule.within else []
        lines += [f"  {line}" for line in _arrows(rule.entry, f"p_{name}", plan.time_zone)]
        if name in waited_for:
            lines += [
                f"  {line}" for line in _arrows(plan.exits[name], f"e_{name}", plan.time_zone) or [f"p_{name} --> e_{name}"]
            ]
    for name, terms in plan.releases.items():
        lines.append(f'  r_{name}[["{_quoted(terms.title)}<br/>{terms.amount:f} {_quoted(terms.unit)}"]]')
        sources = [source for leaf in c.leaves(*terms.when) for source in _sources(leaf, f"r_{name}", plan.time_zone)]
        sources += [f"m_{terms.share_of}"] if terms.share_of else []
        lines += [f"  {source} --> r_{name}" for source in dict.fromkeys(sources)]
    return "\n".join(lines) + "\n"


def _inside(name: str, rule: Phase, zone: str) -> Iterator[str]:
    yield f'p_{name}{{{{"{name}"}}}}'
    for step_name, step in rule.milestones.items():
        due = f"<br/>due {dates_in_words(step.due, zone)}" if step.due else ""
        yield f'm_{step_name}["{_quoted(step.title)}<br/>{" and ".join(step.party)}{due}"]'
        yield f"p_{name} --> m_{step_name}"
    if rule.stability:
        yield f's_{name}(["quiet for {rule.stability.length}, settling {rule.stability.settling}"])'
        yield f"p_{name} --> s_{name}"


def _waited_for(plan: Plan) -> set[str]:
    gates = [*(rule.entry for rule in plan.phases.values()), *plan.exits.values(), *(r.when for r in plan.releases.values())]
    leaves = (leaf for criteria in gates for leaf in c.leaves(*criteria))
    return {leaf.phase for leaf in leaves if isinstance(leaf, c.PhaseComplete)}


def _arrows(gate: Iterable[c.Criterion], target: str, zone: str) -> list[str]:
    lines: list[str] = []
    for number, criterion in enumerate(gate):
        choice = "" if len(list(c.leaves(criterion))) == 1 else f"|{_choice(criterion)}|"
        for index, leaf in enumerate(c.leaves(criterion)):
            lines += [f"{source} -->{choice} {target}" for source in _sources(leaf, f"{target}_{number}_{index}", zone)]
    return lines


def _choice(criterion: c.Criterion) -> str:
    match criterion:
        case c.AnyOf():
            return "one of these"
        case c.AtLeast(at_least=several):
            return f"{several.count} of these"
        case _:
            return "all of these"


def _sources(leaf: c.Leaf, own: str, zone: str) -> Iterator[str]:
    """The nodes from which an arrow leads into a gate; consents, dates and stability periods get a node of their own."""
    match leaf:
        case (
            c.MilestoneAchieved(milestone=name)
            | c.MilestoneGraded(graded=c.Graded(milestone=name))
            | c.InTime(days_late=c.DaysLate(milestone=name))
            | c.OutcomeIs(outcome=c.Outcome(milestone=name))
        ):
            yield f"m_{name}"
        case c.PhaseComplete(phase=name):
            yield f"e_{name}"
        case c.StabilityKept(stability=name):
            yield f"s_{name}"
        case c.CommitmentHolds(commitment=name):
            yield f"k_{name}"
        case c.ProgramComplete(program=name) | c.ProgramMilestone(program_milestone=c.OfProgram(program=name)):
            yield f"c_{name}"
        case (
            c.ConsentsGiven()
            | c.NoOpenIncident()
            | c.NoOpenDispute()
            | c.NoSnapback()
            | c.Assessed()
            | c.NotBefore()
            | c.NotAfter()
            | c.FigureHolds()
        ):
            yield f'x_{own}("{_quoted(criterion_in_words(leaf, zone))}")'
        case _:
            assert_never(leaf)


def _quoted(text: str) -> str:
    """Text in Mermaid quotes, with its special characters as entities."""
    marks = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;"}
    return "".join(marks.get(char, char) for char in text).replace("\n", " ")
