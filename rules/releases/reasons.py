"""Reasons of postings: the determination, incident or figure from which an amount follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from rules.explanations.criteria import unmet_criteria
from rules.language.criteria import Criterion, Graded, MilestoneAchieved, MilestoneGraded, leaves
from rules.program import Program
from rules.releases.earned import Earned

_LONGEST = 2000


def posting_reason(program: Program, name: str, at: datetime, now: Earned) -> str:
    """The sentence of a posting, with its cause where criteria decide. Computed only for actual postings."""
    terms = program.plan.releases[name]
    lacks = [sentence for _, _, (sentence, _, _, _) in unmet_criteria(program, None, terms.when, at)]
    milestones = [*_criteria(terms.when), *([terms.share_of] if terms.share_of else [])]
    reasons = lacks[:2] or [told for one in milestones if (told := _determination(program, one))][:3]
    sentence = f"{now.sentence} {' '.join(reasons)}".strip()
    return sentence if len(sentence) <= _LONGEST else f"{sentence[: _LONGEST - 1]}…"


def _criteria(criteria: tuple[Criterion, ...]) -> Iterator[str]:
    for leaf in leaves(*criteria):
        match leaf:
            case MilestoneAchieved(milestone=name) | MilestoneGraded(graded=Graded(milestone=name)):
                yield name
            case _:
                pass


def _determination(program: Program, milestone: str) -> str:
    decision = program.milestone(milestone).decision
    if decision is None:
        return ""
    title, outcome = program.plan.milestones[milestone].title, decision.outcome.replace("_", " ")
    return f"{title} was determined as {outcome}: {decision.reason}"
