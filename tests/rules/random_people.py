"""People for all roles of a plan, and the acts with which they do all that is owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from rules import acts as a
from rules.explanations.outstanding import outstanding_at
from rules.language.criteria import Assessed, leaves
from rules.language.milestones import Measured
from rules.language.periods import covered
from rules.language.plan import Plan
from rules.program import Program
from rules.queries.agreed_dates import is_open
from rules.queries.duties import parties_missing
from rules.queries.verifiers import allowed_verifiers
from rules.queries.voting import to_determine
from rules.queries.windows import window_opens_at
from rules.times import local_day
from rules.vocabulary import matters as m
from rules.vocabulary.standing import Standing
from tests.rules.random_figures import YEARS, Figures

FILED = a.FiledDocument(sha256="0" * 64, name="file.pdf")
FOR_A_PARTY = (a.Role.RECORDER, a.Role.VERIFIER, a.Role.REPRESENTATIVE, a.Role.AUTHORITY)

Deeds = Iterator[tuple[a.Member, Any]]


def members_of(plan: Plan) -> tuple[a.Member, ...]:
    """One person for each role that somebody can have in a plan."""
    signatories = (*plan.parties, *plan.bodies)
    own = [a.Member(person=f"{role}.{party}", role=role, party=party) for party in signatories for role in FOR_A_PARTY]
    judges = [a.Member(person=f"monitor.{name}", role=a.Role.MONITOR, party=name) for name in plan.assessors]
    rest = (a.Role.MONITOR, a.Role.OFFICER, a.Role.CHECKER, a.Role.AUDITOR)
    return (*own, *judges, *(a.Member(person=role, role=role) for role in rest))


def of(role: a.Role, party: str | None = None) -> a.Member:
    """Who has a role, for a party or for nobody."""
    return a.Member(person=f"{role}.{party}" if party else str(role), role=role, party=party)


def what_is_owed(program: Program, figures: Figures, at: datetime) -> Deeds:
    """What the service says is owed, the figures and assessments that are waited for, and that what lapses is kept."""
    yield from _evidence(program, figures, at)
    for one in outstanding_at(program, at):
        yield from _of_what_is_owed(program, one.owed.kind, one.owed.name, one.owed.party, at)
    yield from _assessments(program)
    if program.standing is Standing.SUSPENDED:
        yield from ((of(a.Role.AUTHORITY, who), a.ResumeProgram(reason="It goes on.")) for who in program.plan.deciders)
    for name, held in program.snapbacks.items():
        days_left = (held.takes_effect_at - at).days
        if days_left < 10 and not any(
            isinstance(p.matter, m.Keep) and p.matter.snapback == name for p in program.open_proposals
        ):
            yield from _decided(program, program.plan.snapbacks[name].kept_by, m.Keep(snapback=name))


def _evidence(program: Program, figures: Figures, at: datetime) -> Deeds:
    for name in program.unjudged:
        for party in allowed_verifiers(program, program.evidence[name])[:1]:
            yield of(a.Role.VERIFIER, party), a.Verify(evidence=name)
    for name, rule in program.plan.indicators.items():
        for period in () if rule.made_of else _over(figures, name, program, at):
            yield of(a.Role.MONITOR), figure(program, figures, name, period, at)


def _over(figures: Figures, indicator: str, program: Program, at: datetime) -> Iterator[int]:
    """The years whose period is over, and of which nobody has recorded a figure."""
    told = {
        piece.measurement.period
        for piece in program.evidence.values()
        if piece.measurement and piece.measurement.indicator == indicator
    }
    for year in YEARS:
        period = figures.period(year)
        if period not in told and period_over(program.plan, period, at):
            yield year


def period_over(plan: Plan, period: str, at: datetime) -> bool:
    """Whether a period has ended in the plan's own zone."""
    return covered(period, plan.periods)[1].isoformat() < local_day(at, plan.time_zone)


def figure(  # noqa: PLR0913, PLR0917  all that a figure is
    program: Program, figures: Figures, indicator: str, year: int, at: datetime, value: str | None = None
) -> a.RecordMeasurement:
    """The figure of a year: another one, or that where all goes well."""
    rule = program.plan.indicators[indicator]
    return a.RecordMeasurement.model_validate({
        "measurement": f"{indicator}.{year}.{program.seq}",
        "indicator": indicator,
        "value": value or str(int(figures.good(indicator, year))),
        "unit": rule.unit,
        "period": figures.period(year),
        "producer": rule.producer,
        "edition": f"edition {year}",
        "source": "Yearbook",
        "retrieved_at": at,
    })  # fmt: skip


def _assessments(program: Program) -> Deeds:
    for _, gate in program.plan.gates:
        for leaf in leaves(*gate):
            if isinstance(leaf, Assessed):
                asked = leaf.assessed
                if asked.by not in program.milestone(asked.milestone).assessments:
                    deed = a.Assess(milestone=asked.milestone, assessor=asked.by, grade="three", reason="Seen.")
                    yield of(a.Role.MONITOR, asked.by), deed


def _of_what_is_owed(program: Program, kind: str, name: str, party: str, at: datetime) -> Deeds:
    match kind:
        case "evidence":
            yield from _shown(program, name, party)
        case "observation":
            yield of(a.Role.REPRESENTATIVE, party), a.Observe(milestone=name, text="Nothing to add.")
        case "determination":
            yield from determined(program, name)
        case "consent":
            yield of(a.Role.REPRESENTATIVE, party), a.Consent(phase=name)
        case "advance":
            yield of(a.Role.OFFICER), a.AdvancePhase(phase=name)
        case "proposal":
            yield _speaker(program, party), a.Consent(proposal=name)
        case "dispute":
            yield of(a.Role.AUTHORITY, party), a.SettleDispute(dispute=name, outcome="Settled.")
        case "incident":
            yield of(a.Role.AUTHORITY, party), a.DismissIncident(incident=name, reason="It was none.")
        case "agreement":
            yield from _agreement(program, name, at)
        case _:
            pass


def _speaker(program: Program, party: str) -> a.Member:
    return of(a.Role.REPRESENTATIVE if party in program.plan.parties else a.Role.AUTHORITY, party)


def _shown(program: Program, name: str, party: str) -> Deeds:
    step = program.plan.milestones[name]
    for shows, how in step.shown_by.items():
        standing = program.milestone(name).shown.get(shows, ())
        if isinstance(how, Measured) or (standing and not how.by):
            continue
        for who in parties_missing(program, name, shows) if how.by else (party,):
            deed = shown(program, name, shows, how.kind)
            yield of(a.Role.REPRESENTATIVE if how.kind == "attestation" else a.Role.RECORDER, who), deed


def shown(program: Program, milestone: str, shows: str, kind: str) -> a.RecordEvidence:
    """Evidence of a milestone as the plan asks for it."""
    document = FILED if kind == "document" else None
    number = sum(1 for piece in program.evidence.values() if piece.milestone == milestone)
    return a.RecordEvidence(
        evidence=f"{milestone}.{shows}.{number}", milestone=milestone, shows=shows, document=document, text="It is so."
    )


def determined(program: Program, name: str) -> Deeds:
    """That a milestone is achieved, or reversed where that is proposed, by whoever has to say so."""
    state, rule = program.milestone(name), program.plan.milestones[name].determined
    proposes = state.finding.proposes if state.finding else None
    outcome = {"achievement": "achieved", "reversal": "reversed"}.get(proposes or "")
    for who in to_determine(program, name) if outcome else ():
        said = dict.fromkeys(rule.considering, "So it is.") or None
        deed = a.Determine.model_validate({"milestone": name, "outcome": outcome, "reason": "So it is.", "considered": said})
        yield of(a.Role.AUTHORITY, who), deed


def _agreement(program: Program, name: str, at: datetime) -> Deeds:
    rule, zone = program.plan.agreed_dates[name], program.plan.time_zone
    first = window_opens_at(program, rule.not_before)
    asked = any(isinstance(p.matter, m.AgreeDate) and p.matter.date == name for p in program.open_proposals)
    if first is None or asked or not is_open(program, name):
        return
    day = date.fromisoformat(local_day(max(first, at), zone)) + timedelta(days=1)
    yield from _decided(program, rule.agreed_by, m.AgreeDate(date=name, on=day))


def _decided(program: Program, procedure: str, matter: m.Matter) -> Deeds:
    """A proposal, and the consent of everybody who is asked."""
    rule, name = program.plan.procedures[procedure], f"proposal.{len(program.proposals)}"
    by = _speaker(program, rule.proposed_by[0])
    yield by, a.Propose(proposal=name, procedure=procedure, matter=matter, reason="It is time.")
    for party in rule.asked:
        yield of(a.Role.REPRESENTATIVE, party), a.Consent(proposal=name)
