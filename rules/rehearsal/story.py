"""The story format: dated acts of named people on a plan, with expectations.

story: An attack on the last day
plan: ../plan.yaml
starts: 2024-10-01T09:00          # local time of the plan; an offset may be written
people:
  amal: [{role: recorder, party: iraq}, {role: representative, party: iraq}]
steps:
  - at: 2024-10-02T10:00
    by: amal
    do: report_incident
    with: {incident: i1, incident_kind: attack, severity: grave, ...}
  - at: 2024-10-03T10:00
    achieve: [coalition_mission_ended]      # show, verify and determine by whoever may
  - at: 2025-04-02T00:00
    expect:
      - {phase: sfa_programs, is: waiting}
      - {stability: stability, is: counting, completes_on: 2025-09-30, moved_by: i1}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from rules.acts import Role
from rules.decimals import Figure, Whole
from rules.field_types import Id, Label, Name, StrictModel, Text
from rules.text_formats import STORY_TIME
from rules.times import Day
from rules.vocabulary.accounts import Account
from rules.vocabulary.readings import NoReading, ReadEvent, ReadFigure, Readings, Unread


class StoryRole(StrictModel):
    """A role that a person of the story holds."""

    role: Role
    party: Name | None = None


SUBJECTS = (
    "program",
    "phase",
    "milestone",
    "commitment",
    "stability",
    "child",
    "proposal",
    "release",
    "agreed_date",
    "totals",
    "figure",
    "dispute",
    "snapback",
    "incident",
    "assessed",
    "finding",
    "blocked",
    "reciprocity",
    "standing_still",
    "nobody_late",
    "on_time",
    "warned",
)


class Expectation(StrictModel):
    """An expectation at this moment: one subject, and its expected state."""

    program: str | None = Field(default=None, description="running, suspended, completed, terminated")
    phase: Name | None = None
    milestone: Name | None = None
    commitment: Name | None = None
    stability: Name | None = Field(default=None, description="the phase with the period")
    child: Name | None = Field(default=None, description="the child program: not_opened, opened, or how it reports to stand")
    proposal: Id | None = Field(default=None, description="open, adopted, vetoed, lapsed and so on")
    release: Name | None = None
    agreed_date: Name | None = Field(default=None, description="open, agreed or missed; on: the day that was agreed on")
    totals: Label | None = Field(default=None, description="a unit: all releases in it together")
    figure: Name | None = Field(default=None, description="the indicator; is: its figure that counts, or not_known")
    period: Label | None = Field(default=None, description="with figure: the period of the one that counts")
    dispute: Id | None = Field(default=None, description="open, settled, unsettled or withdrawn; says: the stage")
    snapback: Name | None = Field(default=None, description="not_invoked, invoked or in_effect; on: when it takes effect")
    incident: Id | None = Field(default=None, description="reported, contested, confirmed and so on")
    assessed: Name | None = Field(default=None, description="the milestone that somebody outside has judged")
    assessor: Name | None = Field(default=None, description="with assessed: whose grade it is")
    finding: Name | None = Field(default=None, description="the milestone with the finding")
    blocked: Name | None = Field(default=None, description="the phase that something blocks")
    owes: tuple[Name, ...] | None = Field(
        default=None, description="with blocked, milestone and release: who owes the next act"
    )
    reciprocity: Name | None = Field(default=None, description="a party or body: what it owes, and has kept and not kept")
    owed: tuple[Id, ...] | None = Field(default=None, description="with reciprocity: milestones, phases and so on owed")
    kept: Whole | None = Field(default=None, description="with reciprocity, as the next ones: how many, by dates that bind")
    late: Whole | None = Field(default=None, description="by dates as they stand, after pauses and by what was agreed since")
    late_original: Whole | None = Field(default=None, description="by the original dates, whatever was agreed since")
    waived: Whole | None = None
    declined: Whole | None = None
    broken: Whole | None = None
    standing_still: tuple[Name, ...] | None = Field(default=None, description="all parties and bodies that stand still")
    warned: Text | None = Field(default=None, description="words of a warning that was given since the step above")
    nobody_late: bool | None = Field(default=None, description="true: no binding date and no long stop has been missed")
    on_time: tuple[Name, ...] | None = Field(default=None, description="parties that have missed no such date")
    is_: str | None = Field(default=None, alias="is")
    on: Day | None = Field(
        default=None, description="local date of opening, completion, achievement; of a deed whose evidence says when, that day"
    )
    determined_on: Day | None = Field(default=None, description="with milestone: local date of its determination")
    completes_on: Day | None = Field(default=None, description="local date on which a period ends")
    days_left: Whole | None = Field(
        default=None, description="with stability: local days still to be kept; with milestone: until its date as it stands"
    )
    moved_by: Id | None = None
    due_on: Day | None = Field(default=None, description="with milestone: the revised due date")
    due_original_on: Day | None = None
    days_late: Whole | None = Field(default=None, description="with milestone: local days after its date as it stands")
    days_late_original: Whole | None = Field(default=None, description="with milestone: local days after its original date")
    missed: bool | None = Field(default=None, description="with milestone: whether its date, of whatever force, has passed")
    decided_by: Id | None = Field(default=None, description="with milestone: who determined it last")
    graded: Figure | None = Field(default=None, description="with milestone: the grade that it holds")
    balances: dict[Account, Figure] | None = Field(default=None, description="with release or totals: what stands in accounts")
    cure_until: Day | None = Field(default=None, description="with release: local date on which a suspended part is lost")
    says: str | None = Field(default=None, description="words that the sentence contains")

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Expectation:
        if sum(getattr(self, subject) is not None for subject in SUBJECTS) != 1:
            raise ValueError(f"an expectation is about one of {', '.join(SUBJECTS)}")
        if (self.assessed is None) != (self.assessor is None):
            raise ValueError("write assessed and assessor together: the milestone, and whose grade it has")
        return self


class ChildReport(StrictModel):
    """A report of a child program. Milestones that it omits stay as reported before."""

    program: Name
    standing: Literal["running", "frozen", "suspended", "completed", "terminated"] = "running"
    achieved: tuple[Name, ...] = ()
    reversed: tuple[Name, ...] = ()
    lacks: Text | None = None
    owes: tuple[Name, ...] = ()


class StoryEvent(StrictModel):
    """An event of a feed, in the source's words; a deleted one has none."""

    kind: Label | None = None
    place: Label | None = None
    happened_on: Day | None = None
    happened_until: Day | None = Field(default=None, description="the last day on which it may have happened")
    severity: Label | None = None
    attributed_to: Label | None = None

    @property
    def deleted(self) -> bool:
        return self == StoryEvent()


class CheckRun(StrictModel):
    """The reading of a check: figures by period in one edition, events of a feed, or why there are none."""

    check: Name
    edition: Label | None = Field(default=None, description="with figures, or with events")
    figures: dict[Label, Figure] = Field(default_factory=dict, description="by period")
    standard_errors: dict[Label, Figure] = Field(default_factory=dict, description="by period, where the source gives them")
    unit: Label | None = Field(default=None, description="where the source names one")
    events: dict[Label, StoryEvent] | None = Field(default=None, description="by the source's id")
    covers: Day | None = Field(default=None, description="the last day that a feed speaks of")
    unread: Unread | None = None
    sentence: Text | None = Field(default=None, description="with unread: what is wrong, and where")

    @model_validator(mode="after")
    def _reads_or_not(self) -> CheckRun:
        if [bool(self.figures), self.events is not None, self.unread is not None].count(True) != 1:
            raise ValueError("a check reads figures, or events, or says why there are none (unread: missing and so on)")
        if (self.edition is None) != (self.unread is not None) or (self.sentence is None) != (self.unread is None):
            raise ValueError("write edition with figures or events, and sentence with unread")
        return self

    @property
    def reading(self) -> Readings | NoReading:
        """The reading as an adapter would return it."""
        if self.unread is not None:
            return NoReading(self.unread, self.sentence or "")
        edition = self.edition or ""
        figures = tuple(
            ReadFigure(period, value, self.unit, edition, f"{period}: {value:f}", self.standard_errors.get(period))
            for period, value in self.figures.items()
        )
        events = tuple(
            ReadEvent(id=name, row=name, deleted=event.deleted, **event.model_dump())
            for name, event in (self.events or {}).items()
        )
        return Readings(edition, figures, events, self.covers)


class RefusedAs(StrictModel):
    """An expected refusal: its code, and words of its sentence."""

    code: Name
    says: str | None = None


def _coded(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


class Step(StrictModel):
    """One act, a report of a child or a check, milestones to achieve by the usual acts, or expectations."""

    at: str = Field(pattern=STORY_TIME)
    by: Id | None = None
    do: Name | None = None
    with_: dict[str, Any] = Field(default_factory=dict, alias="with")
    as_role: Role | None = Field(default=None, alias="as", description="where a person holds several")
    achieve: tuple[Name, ...] = ()
    child_reported: ChildReport | None = None
    checked: CheckRun | None = None
    unfiled: bool = Field(default=False, description="with an act: nobody has filed the document that it names")
    refused: Annotated[RefusedAs, BeforeValidator(_coded, json_schema_input_type=Name | RefusedAs)] | None = Field(
        default=None, description="the code of the refusal that is expected, or {code, says}"
    )
    expect: tuple[Expectation, ...] = ()
    why: Text | None = None

    @model_validator(mode="after")
    def _does_something(self) -> Step:
        if (self.do is None) != (self.by is None):
            raise ValueError("an act is written with by: PERSON and do: ACT")
        done = sum((self.do is not None, bool(self.achieve), self.child_reported is not None, self.checked is not None))
        if not done and not self.expect:
            raise ValueError("a step does something, achieves something or expects something")
        if done > 1:
            raise ValueError("a step either does one act, or achieves milestones, or hears of a child program or of a check")
        return self


class Story(StrictModel):
    """A whole story."""

    story: Label
    plan: str = Field(description="file of the plan, beside the story or above it")
    why: Text | None = None
    parameters: dict[Name, str | int] = Field(default_factory=dict)
    starts: str = Field(pattern=STORY_TIME)
    people: dict[Id, tuple[StoryRole, ...]]
    steps: tuple[Step, ...] = Field(min_length=1)
