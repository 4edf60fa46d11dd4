"""The runner of stories: the law alone, in simulated time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from rules import acts as a
from rules.authority import may, permission_of
from rules.canonical import digest
from rules.checks.runs import CHECKS, Run, acts_of_run
from rules.decide import Decided, decide
from rules.family import child_id
from rules.field_types import did_you_mean
from rules.language.milestones import Measured, Milestone, Showing
from rules.language.parameters import recorded_plan
from rules.language.plan import Plan
from rules.language.reading import Fault, InvalidDocument, ParsedDocument, Path, validation_faults
from rules.queries.duties import parties_missing
from rules.refusals import Refused
from rules.rehearsal.expectations import failed_expectations
from rules.rehearsal.story import CheckRun, ChildReport, Step, Story
from rules.rehearsal.timeline import FailedExpectation, Rehearsal, TimelineItem
from rules.text_formats import STORY_TIME, mismatch
from rules.validation import validate_plan
from rules.vocabulary.milestones import MilestoneStatus
from rules.vocabulary.origin import Fetch

_DEED: TypeAdapter[a.Deed] = TypeAdapter(a.Deed)


def rehearse(
    story: Story,
    told: ParsedDocument,
    plan: ParsedDocument,
    programs: Mapping[str, a.ChildPlan] | None = None,
    *,
    until: str | None = None,
) -> Rehearsal:
    """Runs a story. `told` is the story's document, for the positions of faults; `programs` are the plans of child programs.

    `until` is a time as in stories: the run stops there, or continues to it without acts.

    Raises InvalidDocument if the story is invalid (unknown person, act or milestone, time that runs backwards) or its plan
    is.
    """
    stage = _Runner(story, told, plan, programs or {})
    end = stage.instant(until, ()) if until is not None else None
    for index, step in enumerate(story.steps):
        path: Path = ("steps", index)
        if end is not None and stage.instant(step.at, (*path, "at")) > end:
            break
        stage.play(step, path)
    if end is not None and end > stage.now:
        stage.let_clocks_strike(end)
    return Rehearsal(stage.program, tuple(stage.timeline), tuple(stage.broken))


class _Runner:
    def __init__(self, story: Story, told: ParsedDocument, plan: ParsedDocument, programs: Mapping[str, a.ChildPlan]) -> None:
        self.story, self.told = story, told
        self.plan: Plan = validate_plan(plan, story.parameters, programs)
        self.timeline: list[TimelineItem] = []
        self.broken: list[FailedExpectation] = []
        self._acts = 0
        self.now = self.instant(story.starts, ("starts",))
        members = tuple(
            a.Member(person=person, role=cast.role, party=cast.party)
            for person, casts in story.people.items()
            for cast in casts
        )
        officer = next((m.person for m in members if m.role is a.Role.OFFICER), "officer")
        agreed = dict(programs) or None
        deed = a.StartProgram(document=plan.text, parameters=story.parameters, members=members, programs=agreed)
        started = decide(None, self._act(a.Actor(person=officer, role=a.Role.OFFICER), deed), self.now)
        if isinstance(started, Refused):
            raise InvalidDocument([told.placed(Fault(("people",), started.reason))])
        self.program = started.program
        self.timeline.append(TimelineItem(self.now, officer, "start_program", started.entries))

    def play(self, step: Step, path: Path) -> None:
        at, before = self.instant(step.at, (*path, "at")), len(self.timeline)
        if at < self.now:
            raise self._fault((*path, "at"), "lies before the step above; time runs forward")
        self.let_clocks_strike(at)
        self.now = at
        if step.do is not None and step.by is not None:
            self._do(step, path, step.by, step.do)
        for index, name in enumerate(step.achieve):
            self._achieve(name, (*path, "achieve", index))
        if step.child_reported is not None:
            self._hear(step.child_reported, (*path, "child_reported"))
        if step.checked is not None:
            self._check(step.checked, (*path, "checked"))
        for index, expectation in enumerate(step.expect):
            given = [warning for line in self.timeline[before:] for warning in line.warnings]
            for message in failed_expectations(self.program, expectation, at, given):
                self._broken((*path, "expect", index), message)

    def _broken(self, path: Path, message: str) -> None:
        self.broken.append(FailedExpectation(self.told.placed(Fault(path, message)), len(self.timeline)))

    def let_clocks_strike(self, at: datetime) -> None:
        act = self._act(a.Actor(person="clock", role=a.Role.CLOCK), a.StrikeClock())
        struck = decide(self.program, act, at)
        if isinstance(struck, Decided) and struck.entries:
            self.program = struck.program
            self.timeline.append(TimelineItem(at, "clock", "strike_clock", struck.entries))

    def _do(self, step: Step, path: Path, person: str, kind: str) -> None:
        deed = self._deed(kind, step, path)
        outcome = self._decided(person, deed, step, path)
        asked = step.refused
        if isinstance(outcome, Refused):
            if not (asked and asked.code == outcome.code and (asked.says or "").lower() in outcome.reason.lower()):
                says = f", which says {asked.says!r}" if asked and asked.says else ""
                expected = f"refused: {asked.code}{says}" if asked else "the act to be accepted"
                message = f"expected {expected}, but it was refused: {outcome.code}. {outcome.reason}"
                self._broken(path, f"{message} Accepted would be: {outcome.accepted}.")
        elif asked:
            self._broken((*path, "refused"), f"expected refused: {asked.code}, but the act was accepted")

    def _deed(self, kind: str, step: Step, path: Path) -> a.Deed:
        given = {"kind": kind, **self._localised(step.with_, (*path, "with"))}
        try:
            return _DEED.validate_python(given)
        except ValidationError as error:
            found = validation_faults(error, _DEED.json_schema(), given)
            faults = [Fault((*path, "with", *fault.path[1:]), fault.message) for fault in found]
            raise InvalidDocument([self.told.placed(fault) for fault in faults]) from None

    def _localised(self, fields: dict[str, object], path: Path) -> dict[str, object]:
        """The step's data with times in the plan's zone where they have no offset."""
        return {
            key: self.instant(value, (*path, key))
            if key.endswith("_at") and key != "seen_at" and isinstance(value, str)
            else value
            for key, value in fields.items()
        }

    def _decided(self, person: str, deed: a.Deed, step: Step, path: Path) -> Decided | Refused:
        act = self._act(self._actor(person, permission_of(deed), step.as_role, path), deed, unfiled=step.unfiled)
        outcome = decide(self.program, act, self.now)
        if isinstance(outcome, Refused):
            self.timeline.append(TimelineItem(self.now, person, deed.kind, (), outcome))
        else:
            self.program = outcome.program
            self.timeline.append(TimelineItem(self.now, person, deed.kind, outcome.entries))
        return outcome

    def _actor(self, person: str, part: str, role: a.Role | None, path: Path) -> a.Actor:
        if (casts := self.story.people.get(person)) is None:
            raise self._fault(
                (*path, "by"),
                f"{person} is nobody of the story; {did_you_mean(person, self.story.people)}",
            )
        fitting = [cast for cast in casts if (cast.role is role if role else may(cast.role, part))]
        cast = (fitting or casts)[0]
        return a.Actor(person=person, role=cast.role, party=cast.party)

    def _hear(self, child: ChildReport, path: Path) -> None:
        """Submits a child program's report, as the workflow would."""
        agreed = self.program.agreed.get(child.program)
        if agreed is None:
            raise self._fault((*path, "program"), f"is no child program; {did_you_mean(child.program, self.program.agreed)}")
        known = recorded_plan(agreed.document, agreed.parameters).milestones
        for name in (*child.achieved, *child.reversed):
            if name not in known:
                raise self._fault(path, f"{name} is no milestone of {child.program}; {did_you_mean(name, known)}")
        before = self.program.children.get(child.program)
        stood = {one.milestone: one for one in before.report.milestones} if before and before.report else {}
        achieved = a.MilestoneReported(milestone="any", status="achieved", counts=True, achieved_at=self.now)
        reversed_ = a.MilestoneReported(milestone="any", status="reversed", counts=False)
        stood |= {name: achieved.model_copy(update={"milestone": name}) for name in child.achieved}
        stood |= {name: reversed_.model_copy(update={"milestone": name}) for name in child.reversed}
        number = before.seq + 1 if before else 1
        deed = a.ReportChild(
            program=child.program,
            child=str(child_id(UUID(int=0), child.program)),
            child_seq=number,
            child_head=digest([child.program, number]),
            standing=child.standing,
            milestones=tuple(stood.values()),
            lacks=child.lacks,
            owes=child.owes,
        )
        self._must(a.Actor(person="clock", role=a.Role.CLOCK), deed, path)

    def _check(self, told: CheckRun, path: Path) -> None:
        """Submits a check run with an invented answer, as the workflow would."""
        if told.check not in self.program.plan.checks:
            raise self._fault((*path, "check"), f"is no check; {did_you_mean(told.check, self.program.plan.checks)}")
        answer = Fetch(
            url=f"story:{told.check}", status=200, retrieved_at=self.now, sha256=digest([told.check, str(self.now)]), size=0
        )
        for deed in acts_of_run(self.program, told.check, Run(told.reading, (answer,), "story", "1")):
            self._must(CHECKS, deed, path)

    def _achieve(self, name: str, path: Path) -> None:
        """Shows, verifies and determines a milestone by the first people who may."""
        if (step := self.plan.milestones.get(name)) is None:
            raise self._fault(path, f"{name} is no milestone; {did_you_mean(name, self.plan.milestones)}")
        for shows, how in step.shown_by.items():
            for recorder, deed in self._showings(name, step, shows, how, path):
                self._must(recorder, deed, path)
                party = next((m.party for m in self.program.members if m.person == recorder.person), None)
                verifier = self._somebody(
                    a.Role.VERIFIER,
                    step.verified_by,
                    path,
                    {recorder.person},
                    set() if step.verifies_itself else {recorder.party, party},
                )
                self._must(verifier, a.Verify(evidence=deed.evidence), path)
        if step.determined.by:
            self._waive_observation(name, path)
            self._determine(name, step, path)

    def _determine(self, name: str, step: Milestone, path: Path) -> None:
        """Determines by the first person who may; by each in turn where votes are needed."""
        reason = "Everything that the plan asks for is shown."
        said = dict.fromkeys(step.determined.considering, reason) or None
        deed = a.Determine(milestone=name, outcome="achieved", reason=reason, considered=said)
        by = step.determined.by
        for parties in ((who,) for who in by) if step.determined.is_voted else (by,):
            if self.program.milestone(name).status is not MilestoneStatus.ACHIEVED:
                self._must(self._somebody(a.Role.AUTHORITY, parties, path), deed, path)

    def _waive_observation(self, name: str, path: Path) -> None:
        """Uses the time to observe on a finding in favour, so that the story need not wait for it."""
        finding = self.program.milestone(name).finding
        if finding is not None and finding.observable_until is not None and not finding.observed:
            for party in self.plan.owed_by[name]:
                speaker = self._somebody(a.Role.REPRESENTATIVE, (party,), path)
                self._must(speaker, a.Observe(milestone=name, text="Nothing to add."), path)

    def _showings(
        self, name: str, step: Milestone, shows: str, how: Showing, path: Path
    ) -> Iterator[tuple[a.Actor, a.RecordEvidence]]:
        standing = self.program.milestone(name).shown.get(shows, ())
        if isinstance(how, Measured):
            if not standing and not any(self.program.figures.get(part) for part in self.plan.recorded_for[how.indicator]):
                raise self._fault(path, f"{name} is measured; record and verify a figure of {how.indicator} first")
            return
        document = a.FiledDocument(sha256=digest([name, shows]), name=f"{shows}.pdf")
        match how:
            case _ if how.by:
                role = a.Role.REPRESENTATIVE if how.kind == "attestation" else a.Role.RECORDER
                recorders = [self._somebody(role, (party,), path) for party in parties_missing(self.program, name, shows)]
            case _ if standing:
                return
            case _:
                recorders = [self._somebody(a.Role.RECORDER, (*self.plan.owed_by[name], *step.party), path)]
        for recorder in recorders:
            self._acts += 1
            yield (
                recorder,
                a.RecordEvidence(
                    evidence=f"{name}.{shows}.{self._acts}",
                    milestone=name,
                    shows=shows,
                    document=document if how.kind == "document" else None,
                    text=how.what,
                ),
            )

    def _somebody(
        self,
        role: a.Role,
        parties: tuple[str, ...],
        path: Path,
        not_person: set[str] | None = None,
        not_party: set[str | None] | None = None,
    ) -> a.Actor:
        for person, casts in self.story.people.items():
            for cast in casts:
                fits = cast.role is role and cast.party in parties and cast.party not in (not_party or ())
                if fits and person not in (not_person or ()):
                    return a.Actor(person=person, role=role, party=cast.party)
        apart = [party for party in parties if party in (not_party or ())]
        text = f", apart from {' and '.join(apart)}, whose own it is" if apart else ""
        raise self._fault(path, f"nobody of the story is {role} for {' or '.join(parties)}{text}; add them to people")

    def _must(self, actor: a.Actor, deed: a.Deed, path: Path) -> None:
        outcome = decide(self.program, self._act(actor, deed), self.now)
        if isinstance(outcome, Refused):
            raise self._fault(path, f"{deed.kind} by {actor.person} was refused: {outcome.code}. {outcome.reason}")
        self.program = outcome.program
        self.timeline.append(TimelineItem(self.now, actor.person, deed.kind, outcome.entries))

    def _act(self, actor: a.Actor, deed: a.Deed, *, unfiled: bool = False) -> a.Act:
        """The act, whose documents count as filed unless the story says otherwise."""
        self._acts += 1
        filed = frozenset[str]() if unfiled else a.document_hashes(deed)
        return a.Act(id=f"act-{self._acts}", actor=actor, deed=deed, filed=filed)

    def instant(self, text: str, path: Path) -> datetime:
        if not re.fullmatch(STORY_TIME, text):
            raise self._fault(path, f"{text!r} {mismatch(STORY_TIME)}")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise self._fault(path, f"{text} is no time of any calendar; write for example 2025-03-01T09:00") from None
        if at.tzinfo is None:
            at = at.replace(tzinfo=ZoneInfo(self.plan.time_zone))
        return at.astimezone(UTC)

    def _fault(self, path: Path, message: str) -> InvalidDocument:
        return InvalidDocument([self.told.placed(Fault(path, message))])
