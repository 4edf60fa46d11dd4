"""The count of votes where several determine a milestone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from rules import facts
from rules.effects import Effect
from rules.language.milestones import DeterminationRule
from rules.language.voting import are_enough, votes_of
from rules.program import Program
from rules.queries.affected import Agenda, on
from rules.queries.anchors import deed_done_at
from rules.vocabulary.determinations import Choice, Vote


def most_votes(rule: DeterminationRule) -> int:
    """The sum of all votes."""
    return votes_of(rule.by, rule.weights)


def carried_choice(rule: DeterminationRule, votes: Mapping[str, Vote]) -> Choice | None:
    """The choice with enough votes; None while there is none."""
    cast = {name: vote for name, vote in votes.items() if name in rule.by}
    abstained = votes_of([name for name, vote in cast.items() if vote.outcome == "abstained"], rule.weights)
    for one in cast.values():
        if (choice := one.choice) is None:
            continue
        for_it = votes_of([name for name, vote in cast.items() if vote.choice == choice], rule.weights)
        if are_enough(rule.agree or "any", for_it, most_votes(rule), abstained):
            return choice
    return None


def to_determine(program: Program, milestone: str) -> tuple[str, ...]:
    """Who determines a milestone and has not voted; all of them again, if all have voted without a result."""
    rule, votes = program.plan.milestones[milestone].determined, program.milestone(milestone).votes
    return tuple(name for name in rule.by if name not in votes) or rule.by


def vote_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The determinations of milestones with enough votes."""
    for name, state in on(agenda.milestones, program.milestones):
        if state.votes and (vote := carried_choice(program.plan.milestones[name].determined, state.votes)) is not None:
            yield facts.MilestoneDetermined(
                milestone=name,
                outcome=vote.outcome,
                grade=vote.grade,
                share=vote.share,
                reason=votes_in_words(state.votes)[:4000],
                happened_at=deed_done_at(program, name) if vote.outcome == "achieved" else None,
                effective_at=at,
                finding=state.finding.entry if state.finding else None,
                observations=(state.finding.observations or None) if state.finding else None,
            )


def votes_in_words(votes: Mapping[str, Vote]) -> str:
    """The votes with their reasons, in words."""
    return " ".join(f"{who}: {vote.outcome.replace('_', ' ')}. {vote.reason}" for who, vote in votes.items())
