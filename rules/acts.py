"""What somebody can ask of a program: acts, in the imperative, one class each.

An act becomes entries of the ledger if the law accepts it (`rules.decide`). Its id is chosen by
whoever acts; the same id with the same content is the same act, however often it arrives.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from rules.causes import Cause
from rules.indicators import StandardError
from rules.matters import Matter
from rules.origin import Fetch, Origin
from rules.periods import WRITTEN
from rules.readings import Unread
from rules.testimony import GiveAccount, TakeBackAccount
from rules.times import Day, Instant
from rules.words import Figure, Id, Label, Name, PlanText, Sha256, Strict, Text, WhenSuspended


class Role(StrEnum):
    """What a member may do; `rules.authority` says which acts."""

    REPRESENTATIVE = "representative"
    RECORDER = "recorder"
    VERIFIER = "verifier"
    AUTHORITY = "authority"
    MONITOR = "monitor"
    OFFICER = "officer"
    AUDITOR = "auditor"
    CHECKER = "checker"
    CLOCK = "clock"


class Actor(Strict):
    """Who acts, for which party (or body), in which role."""

    person: Id
    role: Role
    party: Name | None = None


CHECKS = Actor(person="checks", role=Role.CHECKER)
"""The service itself, when it does what follows from the run of an automated check."""


class Member(Strict):
    """A person's standing in a program: one role for one party, or for none."""

    person: Id
    role: Role
    party: Name | None = None


class ChildPlan(Strict):
    """What is agreed for a child program: its plan, as the program's own, and who is a member of it beside the parent's."""

    document: PlanText
    parameters: dict[Name, str | int] = Field(default_factory=dict)
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildPlan] | None = Field(default=None, description="its own child programs")


ProgramId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Parent(Strict):
    """Of which program a program is a child, under which name, and whether a suspension reaches it."""

    program: ProgramId
    name: Name
    when_suspended: WhenSuspended


class StartProgram(Strict):
    """Starts a program from the text of a plan and the values of its parameters.

    The text is recorded as it was written, so that what was agreed can be read as it was agreed; so
    are the plans of its child programs, which open later. `parent` is for the clock room alone.
    """

    kind: Literal["start_program"] = "start_program"
    document: PlanText
    parameters: dict[Name, str | int] = Field(default_factory=dict)
    title: Label | None = None
    members: tuple[Member, ...] = Field(default=(), max_length=200)
    programs: dict[Name, ChildPlan] | None = Field(default=None, description="child programs that the plan declares")
    parent: Parent | None = None


class AdmitMember(Strict):
    """Makes a person a member in one role for one party."""

    kind: Literal["admit_member"] = "admit_member"
    member: Member


class RemoveMember(Strict):
    """Ends a membership."""

    kind: Literal["remove_member"] = "remove_member"
    member: Member
    reason: Text


class FiledDocument(Strict):
    """A document by hash; the bytes are kept apart, so that they can be withheld or erased."""

    sha256: Sha256
    name: Label
    size: Annotated[int, Field(ge=0, lt=2**53)] | None = None
    media_type: Label | None = None


class RecordEvidence(Strict):
    """Records a document, a statement or a party's attestation that shows a milestone."""

    kind: Literal["record_evidence"] = "record_evidence"
    evidence: Id
    milestone: Name
    shows: Name = Field(description="which of the milestone's shown_by this is")
    happened_at: Instant | None = Field(default=None, description="when what it shows happened")
    document: FiledDocument | None = None
    text: Text | None = Field(default=None, description="the statement or attestation in words")
    reference: Text | None = Field(default=None, description="where the original is to be found")
    restricted_to: tuple[Name, ...] | None = Field(
        default=None, min_length=1, description="parties and bodies that may read it; left out, everybody here"
    )

    @model_validator(mode="after")
    def _says_something(self) -> RecordEvidence:
        if self.document is None and self.text is None:
            raise ValueError("evidence is a document, a text, or both")
        return self


class RecordMeasurement(Strict):
    """Records a figure of an indicator with its origin."""

    kind: Literal["record_measurement"] = "record_measurement"
    measurement: Id
    indicator: Name
    value: Figure
    unit: Label
    period: Annotated[str, Field(pattern=WRITTEN, description="year, month or day")]
    producer: Label
    edition: Label
    source: Text
    retrieved_at: Instant
    revises: Id | None = Field(default=None, description="the measurement that this one takes the place of")
    cause: Cause | None = Field(default=None, description="with revises: why the figure is another")
    standard_error: StandardError | None = Field(default=None, description="of the figure, in its unit")
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")
    document: FiledDocument | None = Field(default=None, description="of a person: the document in which the figure stands")


class ReportCheck(Strict):
    """Says what an automated check has come to, where that is something else than it said last."""

    kind: Literal["report_check"] = "report_check"
    check: Name
    outcome: Literal["read"] | Unread = Field(description="that it has read figures or events, or why there were none")
    sentence: Annotated[Text, Field(max_length=1000)]
    edition: Label | None = Field(default=None, description="with read: the producer's")
    covers_until: Day | None = Field(default=None, description="of a feed: the last day of which it speaks")
    fetched: tuple[Fetch, ...] = Field(default=(), max_length=200)
    adapter: Label | None = None
    version: Label | None = Field(default=None, description="of the adapter")


class PauseCheck(Strict):
    """Stops the runs of a check until it is resumed; what it has recorded stands."""

    kind: Literal["pause_check"] = "pause_check"
    check: Name
    reason: Text


class ResumeCheck(Strict):
    """Lets a paused check run again."""

    kind: Literal["resume_check"] = "resume_check"
    check: Name
    reason: Text


class ReadEvidence(Strict):
    """Reads restricted evidence; that it was read, and by whom, is recorded."""

    kind: Literal["read_evidence"] = "read_evidence"
    evidence: Id


class Assess(Strict):
    """Says how a milestone stands on an assessor's own scale. It decides nothing."""

    kind: Literal["assess"] = "assess"
    milestone: Name
    assessor: Name
    grade: Name
    reason: Text


class Verify(Strict):
    """Finds that a piece of evidence or a measurement is what it says."""

    kind: Literal["verify"] = "verify"
    evidence: Id
    note: Text | None = None


class ReturnEvidence(Strict):
    """Sends a piece of evidence back, with the reason."""

    kind: Literal["return_evidence"] = "return_evidence"
    evidence: Id
    reason: Text


class WithdrawEvidence(Strict):
    """Takes back a piece of evidence; whatever rests on it is looked at again."""

    kind: Literal["withdraw_evidence"] = "withdraw_evidence"
    evidence: Id
    reason: Text


class Observe(Strict):
    """Answers a finding before it is determined."""

    kind: Literal["observe"] = "observe"
    milestone: Name
    text: Text


class Determine(Strict):
    """Decides a milestone, or that a kept stability period was not kept after all."""

    kind: Literal["determine"] = "determine"
    milestone: Name | None = None
    stability: Name | None = Field(default=None, description="a phase; outcome reversed only")
    outcome: Literal["achieved", "partly_achieved", "not_achieved", "reversed"]
    grade: Annotated[int, Field(lt=2**53, gt=-(2**53))] | None = Field(
        default=None, description="how much of it, on the ordinal scale: 0 to 3"
    )
    share: Figure | None = Field(default=None, description="or how much of it, as a share: 0 to 1")
    reason: Text

    @model_validator(mode="after")
    def _is_about_one_thing(self) -> Determine:
        if (self.milestone is None) == (self.stability is None):
            raise ValueError("determine a milestone or a stability period, one of the two")
        return self


class ReportIncident(Strict):
    """Reports an event; nothing is decided by the report."""

    kind: Literal["report_incident"] = "report_incident"
    incident: Id
    incident_kind: Name
    severity: Name
    happened_at: Instant
    place: Label
    attributed_to: Name | None = Field(default=None, description="party or non-party, if claimed")
    confidence: Literal["low", "medium", "high"] = "medium"
    account: Text
    related_to: Id | None = Field(default=None, description="incident that this one answers")
    origin: Origin | None = Field(default=None, description="of a check alone: the answers that it was read from")


class ConfirmIncident(Strict):
    """Establishes that an incident happened, and as what."""

    kind: Literal["confirm_incident"] = "confirm_incident"
    incident: Id
    severity: Name | None = None
    attributed_to: Name | None = None
    happened_at: Instant | None = None
    reason: Text


class ContestIncident(Strict):
    """A party disputes an incident; clocks that it touches freeze until it is decided."""

    kind: Literal["contest_incident"] = "contest_incident"
    incident: Id
    reason: Text


class DismissIncident(Strict):
    """Establishes that an incident did not happen, or is none of the plan's."""

    kind: Literal["dismiss_incident"] = "dismiss_incident"
    incident: Id
    reason: Text


class ResolveIncident(Strict):
    """Establishes that a confirmed incident is over."""

    kind: Literal["resolve_incident"] = "resolve_incident"
    incident: Id
    resolved_at: Instant | None = Field(default=None, description="left out, when recorded")
    reason: Text


class Consent(Strict):
    """A party's consent to the opening of a phase or to a proposal, bound on wish to the effects it was shown."""

    kind: Literal["consent"] = "consent"
    phase: Name | None = None
    proposal: Id | None = None
    on_behalf_of: Name | None = Field(default=None, description="a party that the procedure lets the actor consent for")
    effects: Sha256 | None = Field(default=None, description="hash of the effects shown by preview or by the proposal")

    @model_validator(mode="after")
    def _is_to_one_thing(self) -> Consent:
        if (self.phase is None) == (self.proposal is None):
            raise ValueError("consent to a phase or to a proposal, one of the two")
        return self


class Propose(Strict):
    """Puts a decision before those whose consent a procedure asks for; to propose is not to consent."""

    kind: Literal["propose"] = "propose"
    proposal: Id
    procedure: Name
    matter: Matter
    reason: Text


class ObjectTo(Strict):
    """Objects to a proposal: silence no longer adopts it, and a veto ends it. A later consent takes it back."""

    kind: Literal["object_to"] = "object_to"
    proposal: Id
    reason: Text


class GiveNotice(Strict):
    """Proves that a party has had notice of a proposal; from then its silence counts."""

    kind: Literal["give_notice"] = "give_notice"
    proposal: Id
    party: Name
    proof: Text = Field(description="how and when it was served")


class WithdrawProposal(Strict):
    """Takes back a proposal that has not been decided."""

    kind: Literal["withdraw_proposal"] = "withdraw_proposal"
    proposal: Id
    reason: Text


class RaiseDispute(Strict):
    """Brings a dispute before the first stage of a ladder."""

    kind: Literal["raise_dispute"] = "raise_dispute"
    dispute: Id
    ladder: Name
    about: Id | None = Field(default=None, description="a milestone, commitment, phase or incident")
    reason: Text


class SettleDispute(Strict):
    """Settles a dispute at the stage before which it lies."""

    kind: Literal["settle_dispute"] = "settle_dispute"
    dispute: Id
    outcome: Text


class WithdrawDispute(Strict):
    """Takes back a dispute that one has raised."""

    kind: Literal["withdraw_dispute"] = "withdraw_dispute"
    dispute: Id
    reason: Text


class InvokeSnapback(Strict):
    """Gives notice that something lapses, unless it is decided to keep it."""

    kind: Literal["invoke_snapback"] = "invoke_snapback"
    snapback: Name
    dispute: Id | None = Field(default=None, description="the unsettled dispute, where the plan asks for one")
    reason: Text


class AdvancePhase(Strict):
    """Opens a phase whose entry gate is met."""

    kind: Literal["advance_phase"] = "advance_phase"
    phase: Name


class SuspendProgram(Strict):
    """Stops clocks and gates at once; evidence and incidents are still accepted."""

    kind: Literal["suspend_program"] = "suspend_program"
    reason: Text


class ResumeProgram(Strict):
    """Ends a suspension."""

    kind: Literal["resume_program"] = "resume_program"
    reason: Text


class TerminateProgram(Strict):
    """Ends the program for good."""

    kind: Literal["terminate_program"] = "terminate_program"
    reason: Text


class StrikeClock(Strict):
    """Lets due clocks take effect; what is not due stays as it is."""

    kind: Literal["strike_clock"] = "strike_clock"


class MilestoneReported(Strict):
    """Where a milestone of a child program stands; `counts` says whether gates may count it."""

    milestone: Name
    status: Label
    counts: bool
    achieved_at: Instant | None = None
    sentence: Text | None = Field(default=None, description="what it lacks")
    owes: tuple[Name, ...] = ()


class ReportChild(Strict):
    """Says in a program how a child program of it stands, as of the child's entry `child_seq`."""

    kind: Literal["report_child"] = "report_child"
    program: Name
    child: ProgramId
    child_seq: Annotated[int, Field(ge=1, lt=2**53)]
    child_head: Sha256
    standing: Literal["running", "frozen", "suspended", "completed", "terminated"]
    milestones: tuple[MilestoneReported, ...] = ()
    lacks: Text | None = Field(default=None, description="what blocks it first")
    owes: tuple[Name, ...] = Field(default=(), description="who owes that")
    next_due: Instant | None = None


class ReportParent(Strict):
    """Says in a child program whether its parent holds it back, as of the parent's entry `parent_seq`."""

    kind: Literal["report_parent"] = "report_parent"
    parent_seq: Annotated[int, Field(ge=1, lt=2**53)]
    parent_head: Sha256
    holds: bool
    reason: Text


Deed: TypeAlias = Annotated[
    StartProgram
    | AdmitMember
    | RemoveMember
    | RecordEvidence
    | RecordMeasurement
    | ReadEvidence
    | Assess
    | Verify
    | ReturnEvidence
    | WithdrawEvidence
    | Observe
    | Determine
    | ReportIncident
    | ConfirmIncident
    | ContestIncident
    | DismissIncident
    | ResolveIncident
    | GiveAccount
    | TakeBackAccount
    | Consent
    | Propose
    | ObjectTo
    | GiveNotice
    | WithdrawProposal
    | RaiseDispute
    | SettleDispute
    | WithdrawDispute
    | InvokeSnapback
    | AdvancePhase
    | SuspendProgram
    | ResumeProgram
    | TerminateProgram
    | StrikeClock
    | ReportChild
    | ReportParent
    | ReportCheck
    | PauseCheck
    | ResumeCheck,
    Field(discriminator="kind"),
]


class Act(Strict):
    """A deed with who does it and under which id."""

    id: Id
    actor: Actor
    deed: Deed
