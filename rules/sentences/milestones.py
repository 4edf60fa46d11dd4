"""Sentences on milestones, findings and dates."""

from __future__ import annotations

from typing import assert_never

from rules import dates, effects, facts
from rules.language.plan import Plan
from rules.times import time_in_words
from rules.vocabulary.milestones import OnMilestone


def milestone_sentence(fact: OnMilestone, plan: Plan) -> str:  # noqa: PLR0912  one arm a fact
    """The sentence of a fact on a milestone."""
    zone = plan.time_zone
    match fact:
        case facts.ObservationMade():
            return f"observation on {fact.milestone}: {fact.text}"
        case facts.MilestoneDetermined():
            by_itself = " by the plan itself" if fact.automatically else ""
            when = f", happened on {time_in_words(fact.happened_at, zone)}" if fact.happened_at else ""
            grade = fact.share if fact.grade is None else fact.grade
            part = f", {grade}" if fact.outcome == "partly_achieved" else ""
            what = f"{fact.outcome.replace('_', ' ')}{part}{when}{_answers(fact)}"
            return f"milestone {fact.milestone} determined{by_itself}: {what}. {fact.reason}"
        case facts.VoteCast():
            grade = fact.share if fact.grade is None else fact.grade
            part = f", {grade}" if fact.outcome == "partly_achieved" else ""
            return f"vote on milestone {fact.milestone}: {fact.outcome.replace('_', ' ')}{part}. {fact.reason}"
        case facts.DeterminationTakenBack():
            was = fact.outcome.replace("_", " ")
            return f"determination of milestone {fact.milestone} as {was} (entry {fact.entry}) taken back: {fact.reason}"
        case effects.FindingMade():
            proposal = f", proposes {fact.proposes}" if fact.proposes else ""
            subject = fact.milestone or f"the stability period of {fact.stability}"
            view = f", in the preliminary view of {fact.by}" if fact.by else ""
            return f"finding on {subject}: {str(fact.outcome).replace('_', ' ')}{view}{proposal}. {fact.sentence}"
        case effects.DeadlineSet():
            if fact.due_revised is None:
                return f"milestone {fact.milestone} has no due date while it is paused"
            moved = f", originally {dates.in_words(fact.due_original, zone)}" if fact.due_revised != fact.due_original else ""
            return f"milestone {fact.milestone} due {dates.in_words(fact.due_revised, zone)}{moved}"
        case effects.DeadlineMissed():
            return f"milestone {fact.milestone} was not achieved by its due date"
        case effects.DeadlineExtended():
            return f"milestone {fact.milestone} extended by agreement to {dates.in_words(fact.to, zone)}"
        case effects.MilestoneWaived():
            until = f" until {dates.in_words(fact.until, zone)}" if fact.until else ""
            return f"milestone {fact.milestone} waived{until}"
        case effects.MilestoneFinal():
            return f"milestone {fact.milestone} FINAL: it can't be undone any more"
        case effects.ReliefChanged():
            lifted = bool(fact.relieved) and fact.relieved[-1][1] is None
            return f"milestone {fact.milestone} is {'not owed for now' if lifted else 'owed again'}"
        case effects.MilestoneDeclined():
            return f"milestone {fact.milestone} declined: it is not done"
        case effects.WaiverExpired():
            return f"the waiver of {fact.milestone} has ended"
    assert_never(fact)


def _answers(fact: facts.MilestoneDetermined) -> str:
    """The entries that a determination answers."""
    if fact.finding is None:
        return ""
    said = ", ".join(str(entry) for entry in fact.observations or ())
    return f" (on the finding of entry {fact.finding}{f', observed on in entry {said}' if said else ''})"
