"""Criteria: the conditions of gates. A criterion is one key and its value, and criteria compose.

    entry:
      - phase: announcement                 # that phase is complete
      - commitment: mission_safety          # it is in force and not broken
      - any:
          - stability: stability            # the quiet time of that phase has been kept
          - at_least: {count: 2, of: [{milestone: a}, {milestone: b}, {milestone: c}]}

Every criterion is met, not met or indeterminate; what is indeterminate never opens a gate.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from rules.decimals import Figure, Whole
from rules.field_types import Label, Name, StrictModel
from rules.language.text_errors import FieldsError
from rules.language.voting import Votes
from rules.text_formats import BECOMES, WHICH_FIGURE
from rules.times import Duration, Instant


class Anchor(StrictModel):
    """The event that a duration is counted from: exactly one of the fields."""

    program: bool | None = Field(default=None, description="true: the start of the program")
    phase: Name | None = Field(default=None, description="the opening or completion of a phase")
    becomes: str | None = Field(default=None, pattern=BECOMES, description="with phase")
    milestone: Name | None = Field(default=None, description="the achievement of a milestone")
    agreed: Name | None = Field(default=None, description="the beginning of a day that parties have agreed on")
    as_: Literal["determined", "happened"] | None = Field(
        default=None,
        alias="as",
        description="with milestone: when it happened by its verified evidence (left out), or when it was determined",
    )
    finding: Name | None = Field(default=None, description="the newest finding on a milestone that is so, determined or not")
    is_: Literal["met", "not_met"] | None = Field(default=None, alias="is", description="with finding")
    date: Instant | None = Field(default=None, description="a fixed instant")

    @model_validator(mode="after")
    def _is_one_event(self) -> Anchor:
        events = [self.program, self.phase, self.milestone, self.agreed, self.finding, self.date]
        if sum(event is not None for event in events) != 1 or self.program is False:
            raise ValueError(
                "an anchor is one event: {program: true}, {phase: NAME, becomes: open}, "
                "{phase: NAME, becomes: complete}, {milestone: NAME}, {agreed: NAME}, "
                "{finding: NAME, is: met}, {finding: NAME, is: not_met} or {date: INSTANT}"
            )
        if (self.phase is None) != (self.becomes is None):
            raise FieldsError("say what the phase becomes: {phase: NAME, becomes: open | complete}", "becomes")
        if (self.finding is None) != (self.is_ is None):
            raise FieldsError("say what the finding is: {finding: NAME, is: met | not_met}", "is")
        if self.as_ is not None and self.milestone is None:
            raise FieldsError("as is for a milestone: {milestone: NAME, as: determined | happened}", "as")
        return self


class Trigger(StrictModel):
    """A class of incidents: by kind, and optionally by least severity and by who did it."""

    kinds: tuple[Name, ...] = Field(min_length=1)
    at_least: Name | None = Field(default=None, description="least severity that counts")
    attributed_to: tuple[Name, ...] | None = Field(default=None, description="parties or non-parties; left out, anybody")
    about: tuple[Name, ...] | None = Field(default=None, description="milestones that the report names; left out, any or none")


Ending: TypeAlias = Literal["achieved", "partly_achieved", "not_achieved", "reversed", "waived", "declined"]
"""How a milestone can have ended, as far as it is known now."""


class MilestoneAchieved(StrictModel):
    milestone: Name


class Graded(StrictModel):
    milestone: Name
    at_least: Figure = Field(gt=0, description="on the milestone's scale")


class MilestoneGraded(StrictModel):
    graded: Graded


class Outcome(StrictModel):
    milestone: Name
    is_: tuple[Ending, ...] = Field(alias="is", min_length=1, description="how it may have ended")


class OutcomeIs(StrictModel):
    outcome: Outcome


class PhaseComplete(StrictModel):
    phase: Name


class PhaseOver(PhaseComplete):
    """Complete, or closed for good. It stands in exit gates that nobody has written."""


class StabilityKept(StrictModel):
    stability: Name = Field(description="the phase whose stability period is meant")


class CommitmentHolds(StrictModel):
    commitment: Name


class ConsentsGiven(StrictModel):
    consent: Votes = Field(description="parties that must all consent; or by whom, and how many are enough")


class NoOpenIncident(StrictModel):
    no_open_incident: Trigger


class NoOpenDispute(StrictModel):
    no_open_dispute: Name = Field(description="a ladder; unsettled disputes count as open")


class NoSnapback(StrictModel):
    no_snapback: Name = Field(description="a snapback that is not in effect")


class AssessedAs(StrictModel):
    milestone: Name
    by: Name = Field(description="an assessor")
    at_least: Literal["met", "partly"] = "met"


class Assessed(StrictModel):
    assessed: AssessedAs


class After(StrictModel):
    within: Duration
    from_: Anchor = Field(alias="from")


class NotBefore(StrictModel):
    not_before: After


class NotAfter(StrictModel):
    not_after: After


class DaysLate(StrictModel):
    milestone: Name
    at_most: Whole = Field(ge=0, le=36500, description="local days after its date; 0: in time")
    against: Literal["original", "revised"] = Field(
        description="its date as it was first, or as it stands after pauses and by what was agreed since"
    )


class InTime(StrictModel):
    days_late: DaysLate


class FigureCondition(StrictModel):
    """What a figure has to be: the newest one of the indicator's producer, that of a period, or the sum over all periods."""

    indicator: Name
    at_most: Figure | None = None
    at_least: Figure | None = None
    unit: Label
    of: str = Field(
        default="newest",
        pattern=WHICH_FIGURE,
        description="newest; the period that is meant; or total: the figures of all periods added up, as troops that have left",
    )

    @property
    def period(self) -> str | None:
        """The period of the figure; None: the newest, or all."""
        return None if self.of in ("newest", "total") else self.of

    @model_validator(mode="after")
    def _is_one_bound(self) -> FigureCondition:
        if (self.at_most is None) == (self.at_least is None):
            raise ValueError("a figure is asked to be at_most or at_least something; one of the two")
        return self


class FigureHolds(StrictModel):
    figure: FigureCondition


class ProgramComplete(StrictModel):
    program: Name = Field(description="a child program")


class OfProgram(StrictModel):
    program: Name = Field(description="a child program")
    milestone: Name = Field(description="one of its milestones")


class ProgramMilestone(StrictModel):
    program_milestone: OfProgram


class All(StrictModel):
    all: tuple[Criterion, ...] = Field(min_length=1)


class AnyOf(StrictModel):
    any: tuple[Criterion, ...] = Field(min_length=1)


class Several(StrictModel):
    count: Whole = Field(ge=1, le=1000)
    of: tuple[Criterion, ...] = Field(min_length=1)


class AtLeast(StrictModel):
    at_least: Several


_KEYS = (
    "milestone",
    "graded",
    "outcome",
    "phase",
    "stability",
    "commitment",
    "consent",
    "no_open_incident",
    "no_open_dispute",
    "no_snapback",
    "assessed",
    "not_before",
    "not_after",
    "days_late",
    "figure",
    "program",
    "program_milestone",
    "all",
    "any",
    "at_least",
)


def _key(value: Any) -> str | None:
    held = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    found = [key for key in held if key in _KEYS]
    return f"={found[0]}" if len(found) == 1 and len(held) == 1 else None


Criterion: TypeAlias = Annotated[
    Annotated[MilestoneAchieved, Tag("=milestone")]
    | Annotated[MilestoneGraded, Tag("=graded")]
    | Annotated[OutcomeIs, Tag("=outcome")]
    | Annotated[PhaseComplete, Tag("=phase")]
    | Annotated[StabilityKept, Tag("=stability")]
    | Annotated[CommitmentHolds, Tag("=commitment")]
    | Annotated[ConsentsGiven, Tag("=consent")]
    | Annotated[NoOpenIncident, Tag("=no_open_incident")]
    | Annotated[NoOpenDispute, Tag("=no_open_dispute")]
    | Annotated[NoSnapback, Tag("=no_snapback")]
    | Annotated[Assessed, Tag("=assessed")]
    | Annotated[NotBefore, Tag("=not_before")]
    | Annotated[NotAfter, Tag("=not_after")]
    | Annotated[InTime, Tag("=days_late")]
    | Annotated[FigureHolds, Tag("=figure")]
    | Annotated[ProgramComplete, Tag("=program")]
    | Annotated[ProgramMilestone, Tag("=program_milestone")]
    | Annotated[All, Tag("=all")]
    | Annotated[AnyOf, Tag("=any")]
    | Annotated[AtLeast, Tag("=at_least")],
    Discriminator(
        _key,
        custom_error_type="criterion",
        custom_error_message="a criterion is one of: " + ", ".join(f"{key}: ..." for key in _KEYS),
    ),
]

Leaf: TypeAlias = (
    MilestoneAchieved
    | MilestoneGraded
    | OutcomeIs
    | PhaseComplete
    | StabilityKept
    | CommitmentHolds
    | ConsentsGiven
    | NoOpenIncident
    | NoOpenDispute
    | NoSnapback
    | Assessed
    | NotBefore
    | NotAfter
    | InTime
    | FigureHolds
    | ProgramComplete
    | ProgramMilestone
)

for _shape in (All, AnyOf, Several, AtLeast):
    _shape.model_rebuild()


def leaves(*criteria: Criterion) -> Iterator[Leaf]:
    """The criteria that are not composed of others, in document order."""
    for criterion in criteria:
        match criterion:
            case All(all=parts) | AnyOf(any=parts) | AtLeast(at_least=Several(of=parts)):
                yield from leaves(*parts)
            case _:
                yield criterion


def consents_asked(*criteria: Criterion) -> tuple[str, ...]:
    """The parties whose consent the criteria require, without duplicates."""
    asked = (leaf.consent.by for leaf in leaves(*criteria) if isinstance(leaf, ConsentsGiven))
    return tuple(dict.fromkeys(party for parties in asked for party in parties))
