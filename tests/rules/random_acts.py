"""Generator of random acts on a program, by anybody, mostly by somebody who may."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from rules import acts as a
from rules.authority import may, permission_of
from rules.language.milestones import Measured
from rules.program import Program
from rules.times import local_day
from rules.vocabulary import matters as m
from rules.vocabulary import mistakes
from rules.vocabulary.testimony import GiveAccount, TakeBackAccount
from tests.rules.random_figures import YEARS, Figures
from tests.rules.random_people import figure, members_of, period_over, shown

OUTCOMES = ("achieved", "achieved", "not_achieved", "reversed", "partly_achieved", "abstained")


class Acts:
    """Draws acts on a program as it stands."""

    def __init__(self, random: Random, figures: Figures) -> None:
        self.random, self.figures = random, figures

    def drawn(self, program: Program, at: datetime) -> tuple[a.Member, Any]:
        deed = self._deed(program, at)
        able = [member for member in members_of(program.plan) if may(member.role, permission_of(deed))]
        return self.random.choice(able if able and self.random.random() < 0.8 else list(members_of(program.plan))), deed

    def _deed(self, program: Program, at: datetime) -> Any:
        draw = self.random.choice((
            self._evidence, self._evidence, self._figure, self._on_evidence, self._on_evidence, self._determination,
            self._determination, self._report, self._on_incident, self._on_incident, self._consent, self._proposal,
            self._proposal, self._answer, self._dispute, self._on_dispute, self._mistake, self._standing,
        ))  # fmt: skip
        return draw(program, at) or self._report(program, at)

    def _one(self, among: Iterable[Any]) -> Any:
        held = list(among)
        return self.random.choice(held) if held else None

    def _evidence(self, program: Program, _: datetime) -> Any:
        if (name := self._one(program.plan.milestones)) is None:
            return None
        shows, how = self._one(program.plan.milestones[name].shown_by.items())
        return None if isinstance(how, Measured) else shown(program, name, shows, how.kind)

    def _figure(self, program: Program, at: datetime) -> Any:
        name = self._one(name for name, rule in program.plan.indicators.items() if rule.made_of is None)
        year = self.random.choice(YEARS)
        if name is None or not period_over(program.plan, self.figures.period(year), at):
            return None
        value = self.random.choice([None, None, "1", "4000", "120.5"])
        deed = figure(program, self.figures, name, year, at, value)
        before = self._one(
            piece.id for piece in program.evidence.values() if piece.measurement and piece.measurement.period == deed.period
        )
        cause = self.random.choice(["late_data", "methodology"])
        return deed.model_copy(update={"revises": before, "cause": cause, "edition": f"of {at:%Y-%m-%d}"}) if before else deed

    def _on_evidence(self, program: Program, _: datetime) -> Any:
        name = self._one(program.unjudged) or self._one(program.evidence)
        if name is None:
            return None
        return self.random.choice([
            a.Verify(evidence=name), a.Verify(evidence=name), a.ReturnEvidence(evidence=name, reason="No seal."),
            a.WithdrawEvidence(evidence=self._one(program.evidence), reason="Wrong."),
        ])  # fmt: skip

    def _determination(self, program: Program, _: datetime) -> Any:
        if (name := self._one(program.plan.milestones)) is None:
            return None
        if self.random.random() < 0.3:
            return a.Observe(milestone=name, text="Seen.")
        rule = program.plan.milestones[name].determined
        outcome = self.random.choice(OUTCOMES)
        part = {"grade": 1} if rule.scale == "ordinal" else {"share": "0.5"}
        return a.Determine.model_validate({
            "milestone": name,
            "outcome": outcome,
            "reason": "So it is.",
            "considered": dict.fromkeys(rule.considering, "So it is.") or None,
            "preliminary": True if outcome == "not_achieved" and self.random.random() < 0.3 else None,
            **(part if outcome == "partly_achieved" else {}),
        })  # fmt: skip

    def _report(self, program: Program, at: datetime) -> Any:
        return a.ReportIncident(
            incident=f"i{len(program.incidents)}",
            incident_kind=self.random.choice(["attack", "flood"]),
            severity=self.random.choice(["minor", "serious", "grave"]),
            happened_at=max(at - timedelta(days=self.random.randint(0, 20)), program.started_at),
            place="The bridge",
            attributed_to=self.random.choice([None, "bands", "south"]),
            milestone=self._one([None, *program.plan.milestones]),
            account="Shots.",
        )

    def _on_incident(self, program: Program, _: datetime) -> Any:
        if (name := self._one(program.incidents)) is None:
            return None
        severity = self.random.choice(["minor", "grave"])
        return self.random.choice([
            a.ConfirmIncident(incident=name, reason="Seen."), a.ConfirmIncident(incident=name, reason="Seen."),
            a.ContestIncident(incident=name, reason="No."), a.DismissIncident(incident=name, reason="No."),
            a.ResolveIncident(incident=name, reason="Over."), a.ResolveIncident(incident=name, reason="Over."),
            GiveAccount(incident=name, account="x1", severity=severity, text="Shots."),
            TakeBackAccount(incident=name, account=self.random.choice([name, "x1"]), reason="No."),
            a.CorrectIncident(incident=name, severity=severity, reason="Misheard."),
        ])  # fmt: skip

    def _consent(self, program: Program, _: datetime) -> Any:
        name = self._one(program.plan.phases)
        return self.random.choice([a.Consent(phase=name), a.Consent(phase=name), a.AdvancePhase(phase=name)])

    def _proposal(self, program: Program, at: datetime) -> Any:
        if (matter := self._matter(program, at)) is None:
            return None
        procedure = self._one(program.plan.procedures)
        return a.Propose(proposal=f"p{len(program.proposals)}", procedure=procedure, matter=matter, reason="It is time.")

    def _matter(self, program: Program, at: datetime) -> m.Matter | None:
        later = at + timedelta(days=self.random.randint(1, 90))
        day = date.fromisoformat(local_day(later, program.plan.time_zone))
        dated = [name for name, step in program.plan.milestones.items() if step.due is not None]
        milestone, agreed, snapback = (
            self._one(program.plan.milestones),
            self._one(program.plan.agreed_dates),
            self._one(program.snapbacks),
        )
        proposal = self._one(proposal.id for proposal in program.open_proposals)
        matters: list[m.Matter | None] = [
            m.Waive(milestone=milestone, until=self.random.choice([None, later])) if milestone else None,
            m.Decline(milestone=milestone) if milestone else None,
            m.Extend(milestone=self._one(dated), to=later) if dated else None,
            m.ReviseTimetable(to=dict.fromkeys(dated, day)) if len(dated) > 1 else None,
            m.AgreeDate(date=agreed, on=day) if agreed else None,
            m.Keep(snapback=snapback) if snapback else None,
            m.ExtendSilence(proposal=proposal, to=later) if proposal else None,
            self._amendment(program),
        ]
        drawn: m.Matter | None = self._one(matter for matter in matters if matter is not None)
        return drawn

    def _amendment(self, program: Program) -> m.Matter:
        """The plan as it is, with some of its times and amounts changed."""
        plan = json.loads(program.version.document)
        days = f"P{self.random.randint(5, 90)}D"
        for phase in plan["phases"].values():
            for step in phase["milestones"].values():
                if "within" in step.get("due", {}) and self.random.random() < 0.5:
                    step["due"]["within"] = days
            if "stability" in phase and self.random.random() < 0.5:
                phase["stability"]["length"] = days
        for rule in plan.get("agreed_dates", {}).values():
            rule["not_after"]["within"] = f"P{self.random.randint(60, 200)}D"
        for terms in plan.get("releases", {}).values():
            if isinstance(terms["amount"], int) and "per_unit" not in terms:
                terms["amount"] = self.random.choice([6, 10, 40])
        plan["title"] = f"Amended after {program.seq}"
        return m.Amend(document=json.dumps(plan))

    def _answer(self, program: Program, _: datetime) -> Any:
        name = self._one(proposal.id for proposal in program.open_proposals)
        if name is None:
            return None
        party = self._one(program.plan.parties)
        return self.random.choice([
            a.Consent(proposal=name), a.Consent(proposal=name), a.Consent(proposal=name),
            a.ObjectTo(proposal=name, reason="No."), a.GiveNotice(proposal=name, party=party, proof="Served."),
            a.WithdrawProposal(proposal=name, reason="No."),
        ])  # fmt: skip

    def _dispute(self, program: Program, _: datetime) -> Any:
        if (ladder := self._one(program.plan.disputes)) is None:
            return None
        return a.RaiseDispute(dispute=f"d{len(program.disputes)}", ladder=ladder, reason="It is not so.")

    def _on_dispute(self, program: Program, _: datetime) -> Any:
        name, snapback = self._one(program.disputes), self._one(program.plan.snapbacks)
        if snapback is not None and self.random.random() < 0.3:
            return a.InvokeSnapback(snapback=snapback, reason="It lapses.")
        if name is None:
            return None
        return self.random.choice(
            [a.SettleDispute(dispute=name, outcome="Settled."), a.WithdrawDispute(dispute=name, reason="No.")]
        )

    def _mistake(self, program: Program, _: datetime) -> Any:
        evidence, milestone, phase = (
            self._one(program.evidence),
            self._one(program.plan.milestones),
            self._one(program.plan.phases),
        )
        among: list[mistakes.Mistake] = [
            mistakes.Verification(evidence=evidence or "none"), mistakes.Return(evidence=evidence or "none"),
            mistakes.Determination(milestone=milestone or "none"), mistakes.Determination(stability=phase),
            mistakes.Consented(phase=phase),
        ]  # fmt: skip
        mistake = self.random.choice(among)
        return a.TakeBack(mistake=mistake, reason="A mistake.")

    def _standing(self, _: Program, __: datetime) -> Any:
        suspended = a.SuspendProgram(reason="War.")
        return self.random.choice([a.ResumeProgram(reason="Peace."), a.ResumeProgram(reason="Peace."), suspended])
