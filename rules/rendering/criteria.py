"""Criteria, triggers and dates in words."""

from __future__ import annotations

from typing import assert_never

from rules.language import criteria as c
from rules.language.timetable import Deadline
from rules.language.voting import of_votes
from rules.times import time_in_words


def criterion_in_words(criterion: c.Criterion, zone: str) -> str:  # noqa: C901, PLR0912  one arm a criterion
    """A criterion in words."""
    match criterion:
        case c.All(all=parts):
            return f"all of ({gate_in_words(parts, zone)})"
        case c.AnyOf(any=parts):
            return f"any of ({gate_in_words(parts, zone)})"
        case c.AtLeast(at_least=several):
            return f"at least {several.count} of ({gate_in_words(several.of, zone)})"
        case c.MilestoneAchieved(milestone=name):
            return f"milestone {name}"
        case c.MilestoneGraded(graded=graded):
            return f"milestone {graded.milestone} graded {graded.at_least.normalize():f} or better"
        case c.OutcomeIs(outcome=outcome):
            return f"milestone {outcome.milestone} {' or '.join(outcome.is_).replace('_', ' ')}"
        case c.PhaseComplete(phase=name):
            return f"phase {name} complete"
        case c.StabilityKept(stability=name):
            return f"the stability of {name} kept"
        case c.CommitmentHolds(commitment=name):
            return f"commitment {name} unbroken"
        case c.ConsentsGiven(consent=votes):
            enough = " and ".join(votes.by) if votes.takes_all else of_votes(votes.by, votes.agree, votes.weights)
            return f"consent of {enough}"
        case c.NoOpenIncident(no_open_incident=trigger):
            return f"no open {incidents_in_words(trigger)}"
        case c.NoOpenDispute(no_open_dispute=name):
            return f"no open dispute of {name}"
        case c.NoSnapback(no_snapback=name):
            return f"{name} not in effect"
        case c.Assessed(assessed=a):
            return f"milestone {a.milestone} assessed by {a.by} as {'met' if a.at_least == 'met' else 'partly met or better'}"
        case c.NotBefore(not_before=after):
            return f"{after.within} after {anchor_in_words(after.from_, zone)}"
        case c.NotAfter(not_after=edge):
            return f"no later than {edge.within} after {anchor_in_words(edge.from_, zone)}"
        case c.InTime(days_late=late):
            return f"milestone {late.milestone} at most {late.at_most} days late against its {late.against} date"
        case c.FigureHolds(figure=figure):
            bound = f"at most {figure.at_most:f}" if figure.at_most is not None else f"at least {figure.at_least:f}"
            which = " in total" if figure.of == "total" else f" in {figure.period}" if figure.period else ""
            return f"{figure.indicator} {bound} {figure.unit}{which}"
        case c.ProgramComplete(program=name):
            return f"program {name} complete"
        case c.ProgramMilestone(program_milestone=of):
            return f"milestone {of.milestone} of the program {of.program}"
    assert_never(criterion)


def gate_in_words(criteria: tuple[c.Criterion, ...], zone: str) -> str:
    """A list of criteria in words."""
    return ", ".join(criterion_in_words(criterion, zone) for criterion in criteria) or "nothing further"


def incidents_in_words(trigger: c.Trigger) -> str:
    """A class of incidents in words."""
    least = f", {trigger.at_least} or graver" if trigger.at_least else ""
    by = f", attributed to {' or '.join(trigger.attributed_to)}" if trigger.attributed_to else ""
    about = f", about {' or '.join(trigger.about)}" if trigger.about else ""
    return f"{' or '.join(trigger.kinds)}{least}{by}{about}"


def anchor_in_words(anchor: c.Anchor, zone: str) -> str:
    """An anchor in words."""
    if anchor.milestone:
        return f"{anchor.milestone} was determined" if anchor.as_ == "determined" else f"the achievement of {anchor.milestone}"
    if anchor.phase:
        return f"{anchor.phase} {'opens' if anchor.becomes == 'open' else 'is complete'}"
    if anchor.finding:
        return f"{anchor.finding} is found {'met' if anchor.is_ == 'met' else 'not met'}"
    if anchor.agreed:
        return f"the agreed day {anchor.agreed}"
    return time_in_words(anchor.date, zone) if anchor.date else "the program starts"


def dates_in_words(due: Deadline, zone: str) -> str:
    """A deadline in words."""
    written = [f"{date.within} after {anchor_in_words(date.from_, zone)}" for date in due.dates]
    return written[0] if len(written) == 1 else f"the earliest of {', '.join(written)}"
