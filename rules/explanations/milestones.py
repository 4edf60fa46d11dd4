"""Explanation of milestones: why one is not achieved, what it waits for, and who owes that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, assert_never

from rules import dates
from rules.explanations.reasons import Reason, names_in_words
from rules.language.milestones import Measured
from rules.program import Program
from rules.queries.duties import owed_recorders, parties_unrecorded
from rules.queries.filing import unfiled_sentence
from rules.queries.findings import judge_milestone, judge_showing
from rules.queries.verifiers import allowed_verifiers
from rules.queries.voting import most_votes, to_determine
from rules.truth import Truth
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.findings import Finding
from rules.vocabulary.milestones import MilestoneState, MilestoneStatus
from rules.vocabulary.phases import PhaseStatus


@dataclass(frozen=True, slots=True)
class NextAct:
    """The next act on a milestone that is not achieved, who owes it, and since when; `earliest` as in Blocking.

    `showings` are those that wait for a verifier, if that is the next act.
    """

    what: Literal["nothing", "evidence", "verification", "observation", "determination"]
    owes: tuple[str, ...] = ()
    since: datetime | None = None
    earliest: datetime | None = None
    showings: tuple[str, ...] = ()


def next_act(program: Program, name: str, at: datetime) -> NextAct:
    """The next act on a milestone: evidence, then verification, then the time to observe, then a determination."""
    plan, step, finding = program.plan, program.plan.milestones[name], program.milestone(name).finding
    home = program.phase(plan.phase_of[name])
    if home.status is PhaseStatus.WAITING or program.milestone(name).status is MilestoneStatus.DECLINED:
        return NextAct("nothing")
    if finding is not None and finding.outcome is Truth.MET:
        until = finding.observable_until
        if until is not None and finding.is_observable(at, plan.time_zone):
            since = max(finding.made_at, home.opened_at or finding.made_at)
            owes = to_observe(program, name)
            return NextAct("observation", owes, since, dates.passes_at(until, plan.time_zone))
        return NextAct("determination", to_determine(program, name), determination_since(program, name, finding), at)
    waiting = {key: piece for key in step.shown_by if (piece := _first_unjudged(program, name, key))}
    pending = tuple(key for key in waiting if judge_showing(program, name, key, at).outcome is not Truth.MET)
    if pending:
        since = max(min(waiting[key].recorded_at for key in pending), home.opened_at or program.started_at)
        may = dict.fromkeys(who for key in pending for who in allowed_verifiers(program, waiting[key]))
        return NextAct("verification", tuple(may), since, at, pending)
    if program.milestone(name).is_relieved:
        return NextAct("nothing")
    return NextAct(
        "evidence", evidence_owed_by(program, name, at), evidence_since(program, name, at), _observed_by(program, name, at)
    )


def determination_since(program: Program, name: str, finding: Finding) -> datetime:
    """Since when a determination is owed: the finding was made, and its time to observe was over."""
    zone, opened = program.plan.time_zone, program.phase(program.plan.phase_of[name]).opened_at
    heard = finding.observed_at or (dates.passes_at(finding.observable_until, zone) if finding.observable_until else None)
    return max(date for date in (finding.made_at, heard, opened) if date is not None)


def evidence_since(program: Program, name: str, at: datetime, party: str | None = None) -> datetime:
    """Since when evidence of a milestone has been owed without a pause, by all or by one `party` of several.

    It is not owed while the evidence waits for others, or while the milestone is achieved or waived. Returned evidence is
    owed again from its return.
    """
    state, opened = program.milestone(name), program.phase(program.plan.phase_of[name]).opened_at
    relief = state.relieved[-1][1] if state.relieved else None
    since = max(date for date in (program.started_at, opened, state.owed_again_at, relief) if date is not None)
    shown_by = program.plan.milestones[name].shown_by
    found = state.finding.shown if state.finding else None
    if found is None and not state.lost_at:
        return since  # hot path, run after every act: most showings have no evidence
    lacks = without_evidence(program, name, at)
    if party is not None:
        lacks = [key for key in lacks if party in owed_recorders(program, name, key)]
    if not lacks:  # everything is shown, so another condition does not hold
        return max(since, found.made_at) if found else since

    def lost_at(key: str) -> datetime:
        how = shown_by[key]
        if isinstance(how, Measured) and found is not None and _has_figures(program, how.indicator):
            return found.made_at  # a figure that is stale or short of its target
        return state.lost_at.get(key, since)

    return max(since, min(lost_at(key) for key in lacks))


def _has_figures(program: Program, indicator: str) -> bool:
    return any(program.figures.get(name) for name in program.plan.recorded_for[indicator])


def milestone_reason(program: Program, name: str, at: datetime) -> Reason:
    """Why a milestone is not achieved, and who owes the next act."""
    act = next_act(program, name, at)
    return _waits(program, name, act, at), act.owes, act.since, act.earliest


def missing_reason(program: Program, milestone: str, at: datetime) -> tuple[str, tuple[str, ...]]:
    """What a milestone that is not achieved lacks, and who owes that."""
    sentence, owes, _, _ = milestone_reason(program, milestone, at)
    return sentence, owes


def _waits(program: Program, name: str, act: NextAct, at: datetime) -> str:
    plan, title = program.plan, program.plan.milestones[name].title
    late, before, who = _late(program, name), _determined_before(program.milestone(name)), names_in_words(program, act.owes)
    match act.what:
        case "nothing" if program.milestone(name).status is MilestoneStatus.DECLINED:
            return f"{title}: it was decided that it is not done."
        case "nothing" if program.milestone(name).is_relieved and program.phase(plan.phase_of[name]).status is PhaseStatus.OPEN:
            return f"{title}: it is not owed for now, since what it is owed under does not hold.{late}{before}"
        case "nothing":
            return f"{title}: nothing is owed before {plan.phases[plan.phase_of[name]].title} opens."
        case "observation":
            return f"{title}: shown; {who} may observe until {_observable_until(program, name)}."
        case "determination":
            return f"{title}: shown; {who} has not determined it.{_votes(program, name)}{late}{before}"
        case "verification":
            if not act.owes:
                return f"{title}: nobody may verify {', '.join(act.showings)}: who may is who recorded it.{late}"
            return f"{title}: {', '.join(act.showings)} awaits verification by {who}.{_unfiled(program, name, act)}{late}"
        case "evidence":
            return f"{title}: {judge_milestone(program, name, at).sentence}{_view(program, name, at)}{late}{before}"
    assert_never(act.what)


def _votes(program: Program, name: str) -> str:
    """The votes so far, and how many it takes, in words."""
    rule, votes = program.plan.milestones[name].determined, program.milestone(name).votes
    if not rule.is_voted:
        return ""
    said = "; ".join(f"{names_in_words(program, [who])}: {vote.outcome.replace('_', ' ')}" for who, vote in votes.items())
    agree = f"{rule.agree} votes" if rule.agree and rule.agree.isdigit() else rule.agree
    return f" It takes {agree} of {most_votes(rule)}.{f' So far {said}.' if said else ''}"


def _unfiled(program: Program, name: str, act: NextAct) -> str:
    waiting = (_first_unjudged(program, name, key) for key in act.showings)
    return unfiled_sentence(program, [piece.id for piece in waiting if piece is not None])


def _observed_by(program: Program, name: str, at: datetime) -> datetime:
    """The first instant at which the present finding could be determined, if nobody observes before."""
    zone = program.plan.time_zone
    return dates.passes_at(dates.end_after(at, program.plan.milestones[name].determined.observation, zone), zone)


def _observable_until(program: Program, name: str) -> str:
    finding = program.milestone(name).finding
    until = finding.observable_until if finding else None
    return dates.in_words(until, program.plan.time_zone) if until else ""


def _view(program: Program, name: str, at: datetime) -> str:
    """The finding against the milestone, whose it is, and until when it can be observed on."""
    finding, zone = program.milestone(name).finding, program.plan.time_zone
    if finding is None or finding.outcome is Truth.MET:
        return ""
    decided_at = program.milestone(name).determined_at
    if decided_at is not None and finding.made_at <= decided_at:
        return ""
    view = (
        f" {names_in_words(program, [finding.by])} would determine it as not achieved: {finding.sentence}" if finding.by else ""
    )
    if not finding.is_observable(at, zone):
        return view
    owes = names_in_words(program, to_observe(program, name))
    return f"{view} {owes} may observe on that until {_observable_until(program, name)}."


def _late(program: Program, name: str) -> str:
    due, rule = program.milestone(name).due, program.plan.milestones[name].due
    if due is None or rule is None or not (due.missed_at or due.missed_original):
        return ""
    zone, force = program.plan.time_zone, "" if rule.scores else f", {rule.force}"
    first, now = dates.in_words(due.original, zone), dates.in_words(due.revised, zone) if due.revised else None
    if due.missed_at is None:
        return f" It was due on {first}{force}, and is due {f'on {now}' if now else 'when its pause ends'}."
    apart = f", originally on {first}" if now and now != first else ""
    return f" It was due on {now or first}{apart}{force}."


def _determined_before(state: MilestoneState) -> str:
    match state.status:
        case MilestoneStatus.REVERSED:
            return " It was achieved and has been reversed."
        case MilestoneStatus.PARTLY_ACHIEVED if state.grade is not None:
            return f" It is partly achieved: {state.grade.normalize():f}."
        case _:
            return ""


def without_evidence(program: Program, name: str, at: datetime) -> list[str]:
    """The showings of a milestone without evidence that is verified or waits for a verifier."""
    shown_by = program.plan.milestones[name].shown_by
    pending = (key for key in shown_by if judge_showing(program, name, key, at).outcome is not Truth.MET)
    return [key for key in pending if _first_unjudged(program, name, key) is None or parties_unrecorded(program, name, key)]


def evidence_owed_by(program: Program, name: str, at: datetime) -> tuple[str, ...]:
    """Who owes evidence of a milestone: those whose part is missing; all who owe it, if none is missing but the rest does not
    hold.
    """
    if len(owes := program.plan.owed_by[name]) == 1:
        return owes  # hot path, run after every act
    lacks = without_evidence(program, name, at)
    parties = (party for key in lacks for party in owed_recorders(program, name, key))
    return tuple(dict.fromkeys(parties)) or owes


def to_observe(program: Program, name: str) -> tuple[str, ...]:
    """Who may still observe on the finding: those who owe the milestone and have not observed."""
    finding = program.milestone(name).finding
    heard = finding.heard if finding else ()
    return tuple(party for party in program.plan.owed_by[name] if party not in heard)


def _first_unjudged(program: Program, milestone: str, key: str) -> Evidence | None:
    """The oldest evidence for a showing that is neither verified nor returned."""
    if not program.unjudged:
        return None
    how = program.plan.milestones[milestone].shown_by[key]
    indicators = program.plan.recorded_for[how.indicator] if isinstance(how, Measured) else ()
    for piece in (program.evidence[name] for name in program.unjudged):
        if piece.measurement is not None:
            if piece.measurement.indicator in indicators:
                return piece
        elif piece.milestone == milestone and piece.shows == key:
            return piece
    return None
