"""The state of a program: what its entries add up to. Immutable; `rules.evolve` makes the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal, TypeVar

from rules.accounts import ACCOUNTS, Account
from rules.acts import Actor, ChildPlan, Member, MilestoneReported, Parent
from rules.assessors import Meaning
from rules.effects import StabilityCounted, Truth
from rules.facts import CheckReported, ChildReported, MeasurementRecorded
from rules.matters import Matter
from rules.plan import Plan
from rules.testimony import Testimony
from rules.times import Interval
from rules.unknown import Why

V = TypeVar("V")


class Standing(StrEnum):
    RUNNING = "running"
    FROZEN = "frozen"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"


class EvidenceStatus(StrEnum):
    RECORDED = "recorded"
    VERIFIED = "verified"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class MilestoneStatus(StrEnum):
    NOT_STARTED = "not_started"
    SUBMITTED = "submitted"
    ACHIEVED = "achieved"
    PARTLY_ACHIEVED = "partly_achieved"
    NOT_ACHIEVED = "not_achieved"
    REVERSED = "reversed"


class PhaseStatus(StrEnum):
    WAITING = "waiting"
    OPEN = "open"
    COMPLETE = "complete"


class IncidentStatus(StrEnum):
    REPORTED = "reported"
    CONTESTED = "contested"
    CONFIRMED = "confirmed"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A document, statement, attestation or measurement, and where it stands."""

    id: str
    milestone: str | None
    shows: str | None
    status: EvidenceStatus
    recorded_by: Actor
    recorded_at: datetime
    happened_at: datetime | None = None
    measurement: MeasurementRecorded | None = None
    verified_by: Actor | None = None
    accepted_by: str | None = None
    """The check that has read it, where the plan lets its figures count without a person."""
    document: str | None = None
    """SHA-256 of the document that it is, or comes with."""
    restricted_to: tuple[str, ...] = ()
    """Parties and bodies that may read it; empty: everybody who may know of the program."""


@dataclass(frozen=True, slots=True)
class Finding:
    outcome: Truth
    sentence: str
    proposes: Literal["achievement", "grading", "reversal"] | None
    made_at: datetime
    observable_until: datetime | None
    observed: bool = False
    unknown: Why | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The date triple of a milestone: original, revised by pauses and extensions, and (elsewhere) actual."""

    anchored_at: datetime
    original: datetime
    revised: datetime | None
    missed_at: datetime | None = None
    """The revised date, once it has passed."""
    kept: bool = False
    """It was achieved when it was due, and fell afterwards."""
    extended: Extension | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """That a due date was moved by agreement, at an instant; pauses after it move it on."""

    to: datetime
    agreed_at: datetime


@dataclass(frozen=True, slots=True)
class Assessment:
    """What an assessor last said of a milestone, on its own scale and in what that comes to."""

    grade: str
    means: Meaning
    reason: str
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Waiver:
    """That a milestone counts for gates though it is not achieved; `until` None is for good."""

    proposal: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """`shown` holds, by showing, the ids of the verified evidence that stands, oldest first."""

    status: MilestoneStatus = MilestoneStatus.NOT_STARTED
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    finding: Finding | None = None
    due: Due | None = None
    achieved_at: datetime | None = None
    first_recorded_at: datetime | None = None
    grade: Decimal | None = None
    """On the milestone's scale, where it has one and something of it is achieved."""
    determined_at: datetime | None = None
    waived: Waiver | None = None
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    """By assessor, its newest."""

    @property
    def counts(self) -> bool:
        """For gates: achieved, or waived."""
        return self.status is MilestoneStatus.ACHIEVED or self.waived is not None


@dataclass(frozen=True, slots=True)
class PhaseState:
    status: PhaseStatus = PhaseStatus.WAITING
    entry_met: bool = False
    exit_met: bool = False
    opened_at: datetime | None = None
    completed_at: datetime | None = None
    entry_met_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stability:
    counted: StabilityCounted
    completed_at: datetime | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True)
class CommitmentState:
    status: Literal["in_force", "in_question", "broken"]
    in_force_since: datetime
    because: str | None
    """The incident that broke it or puts it in question; None where what it is kept while does."""
    broken: tuple[Interval, ...]
    failing: tuple[Interval, ...] = ()
    """Of these, when what it is kept while did not hold."""


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    kind: str
    severity: str
    status: IncidentStatus
    happened_at: datetime
    reported_at: datetime
    place: str
    attributed_to: str | None
    confidence: str
    reported_by: Actor
    resolved_at: datetime | None = None
    related_to: str | None = None
    accounts: tuple[Testimony, ...] = ()
    contested_by_party: bool = False
    questioned: bool = False
    """It was decided otherwise than an account says since."""

    @property
    def is_open_question(self) -> bool:
        return self.status in (IncidentStatus.REPORTED, IncidentStatus.CONTESTED)

    @property
    def is_established(self) -> bool:
        return self.status in (IncidentStatus.CONFIRMED, IncidentStatus.RESOLVED)


@dataclass(frozen=True, slots=True)
class Child:
    """A child program that has been opened, and what it reported last."""

    opened_at: datetime
    report: ChildReported | None = None
    reported_at: datetime | None = None

    @property
    def seq(self) -> int:
        """The child's entry as of which it reported; 0 before its first report."""
        return self.report.child_seq if self.report else 0

    @property
    def standing(self) -> str | None:
        return self.report.standing if self.report else None

    def milestone(self, name: str) -> MilestoneReported | None:
        """What it reported of a milestone; None where nothing has happened there yet."""
        reported = self.report.milestones if self.report else ()
        return next((one for one in reported if one.milestone == name), None)


@dataclass(frozen=True, slots=True)
class ParentState:
    """The parent program: what was agreed, and whether it holds this one back as of its entry `seq`."""

    agreed: Parent
    seq: int = 0
    holds: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckState:
    """What an automated check reported last, since when it is paused, and when it was last resumed."""

    report: CheckReported | None = None
    reported_at: datetime | None = None
    covers_until: date | None = None
    """The last day of which a feed has ever spoken."""
    paused_at: datetime | None = None
    paused_because: str | None = None
    resumed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stall:
    """That a party owes something and has not moved since an instant."""

    since: datetime
    horizon_ends: datetime


class ProposalStatus(StrEnum):
    OPEN = "open"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"
    VETOED = "vetoed"
    LAPSED = "lapsed"
    OVERTAKEN = "overtaken"
    CONFLICTING = "conflicting"


class DisputeStatus(StrEnum):
    OPEN = "open"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute, the stage before which it lies, and until when."""

    id: str
    ladder: str
    about: str | None
    reason: str
    raised_by: Actor
    raised_at: datetime
    stage: str
    until: datetime
    status: DisputeStatus = DisputeStatus.OPEN
    outcome: str | None = None
    ended_at: datetime | None = None

    @property
    def is_unsettled(self) -> bool:
        """It lies before a stage, or no stage has settled it."""
        return self.status in (DisputeStatus.OPEN, DisputeStatus.UNSETTLED)


@dataclass(frozen=True, slots=True)
class Invoked:
    """A snapback that has been invoked: by whom, on what, and since when it is in effect."""

    by: Actor
    at: datetime
    reason: str
    dispute: str | None
    takes_effect_at: datetime
    in_effect_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """A text of the plan with the values of its parameters."""

    document: str
    parameters: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that is put before the parties, and where it stands.

    `effects` is the hash of what would follow from its adoption; the consents are to these effects.
    `amends` is the version of the plan that it was made under.
    """

    id: str
    procedure: str
    matter: Matter
    reason: str
    made_by: Actor
    made_at: datetime
    effects: str
    amends: Version
    status: ProposalStatus = ProposalStatus.OPEN
    consents: frozenset[str] = frozenset()
    objections: frozenset[str] = frozenset()
    notices: Mapping[str, datetime] = field(default_factory=dict)
    silence_until: datetime | None = None
    """An extended end of the silence; None: as the procedure says."""
    decided_at: datetime | None = None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Suspended:
    """A part of a release that fell, or was not earned when it was due."""

    amount: Decimal
    since: datetime
    cure_until: datetime | None


@dataclass(frozen=True, slots=True)
class ReleaseState:
    """The accounts of a release, which always add up to nothing. `before_advance` was earned before the advance."""

    balances: Mapping[Account, Decimal] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, Decimal(0)))
    suspensions: tuple[Suspended, ...] = ()
    before_advance: Decimal = Decimal(0)
    advanced_at: datetime | None = None
    rolled_over: bool = False
    moved_at: datetime | None = None

    @property
    def promised(self) -> Decimal:
        return -self.balances["promised"]

    @property
    def held(self) -> Decimal:
        """What has been posted as earned."""
        return self.balances["released"] + self.balances["recovered"]


@dataclass(frozen=True)
class Program:
    """Everything the law needs to know of a program.

    `seq` and `at` are those of the newest entry. Names missing from a mapping have not been
    touched yet: a milestone without a state is not started, a phase without one is waiting.
    """

    plan: Plan
    version: Version
    plan_sha256: str
    title: str
    started_at: datetime
    seq: int
    at: datetime
    settled_to: datetime
    """The instant up to which clocks have taken effect and acts have been judged."""
    standing: Standing = Standing.RUNNING
    members: frozenset[Member] = frozenset()
    phases: Mapping[str, PhaseState] = field(default_factory=dict)
    milestones: Mapping[str, MilestoneState] = field(default_factory=dict)
    stability: Mapping[str, Stability] = field(default_factory=dict)
    commitments: Mapping[str, CommitmentState] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    figures: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By indicator, the ids of its verified measurements that stand, oldest first."""
    checks: Mapping[str, CheckState] = field(default_factory=dict)
    """Those that have reported or been paused."""
    consents: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By phase, the parties that consent to its opening."""
    proposals: Mapping[str, Proposal] = field(default_factory=dict)
    releases: Mapping[str, ReleaseState] = field(default_factory=dict)
    disputes: Mapping[str, Dispute] = field(default_factory=dict)
    snapbacks: Mapping[str, Invoked] = field(default_factory=dict)
    """Those that have been invoked and not averted."""
    unjudged: tuple[str, ...] = ()
    """The ids of evidence and measurements that nobody has verified, returned or withdrawn, oldest first."""
    active: Mapping[str, datetime] = field(default_factory=dict)
    """By party whose inactivity the plan counts, when it last did something that counts."""
    stalls: Mapping[str, Stall] = field(default_factory=dict)
    """The parties that stand still."""
    suspensions: tuple[Interval, ...] = ()
    """When clocks stood still: suspended by somebody, or frozen with the parent."""
    agreed: Mapping[str, ChildPlan] = field(default_factory=dict)
    """By name, the child programs that were agreed to at the start."""
    children: Mapping[str, Child] = field(default_factory=dict)
    parent: ParentState | None = None
    ended_at: datetime | None = None

    def changed(self, **changes: Any) -> Program:
        """The program with some of its fields replaced, in a tenth of the time of `dataclasses.replace`."""
        if not changes.keys() <= self.__dict__.keys():
            raise TypeError(f"no fields of a program: {', '.join(changes.keys() - self.__dict__.keys())}")
        new = object.__new__(Program)
        new.__dict__.update(self.__dict__)
        new.__dict__.update(changes)
        return new

    @property
    def paying(self) -> Iterator[tuple[str, ReleaseState]]:
        """The releases of the plan as it is now; one that an amendment took out stays on record and is moved no more."""
        return ((name, state) for name, state in self.releases.items() if name in self.plan.releases)

    def has(self, person: str) -> bool:
        """Whether somebody is a member in any role."""
        return any(member.person == person for member in self.members)

    def consented(self, phase: str) -> frozenset[str]:
        """The parties that consent to the opening of a phase."""
        return self.consents.get(phase, frozenset())

    @property
    def open_proposals(self) -> tuple[Proposal, ...]:
        return tuple(proposal for proposal in self.proposals.values() if proposal.status is ProposalStatus.OPEN)

    def phase(self, name: str) -> PhaseState:
        return self.phases.get(name, _PHASE)

    def milestone(self, name: str) -> MilestoneState:
        return self.milestones.get(name, _MILESTONE)


_PHASE = PhaseState()
_MILESTONE = MilestoneState()


def put(mapping: Mapping[str, V], key: str, value: V) -> Mapping[str, V]:
    """The mapping with one value replaced; the old one stays as it was."""
    return {**mapping, key: value}
