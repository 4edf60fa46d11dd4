"""What has happened, in plain words: one line for each entry, in the local time of the plan."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from rules import effects, facts
from rules import matters as m
from rules.entries import Fact
from rules.plan import Plan
from rules.testimony import AccountGiven, AccountTakenBack
from rules.vocabulary.checks import OnCheck
from rules.vocabulary.disputes import OnDispute
from rules.vocabulary.evidence import OnEvidence
from rules.vocabulary.family import OnFamily
from rules.vocabulary.incidents import OnIncident
from rules.vocabulary.milestones import OnMilestone
from rules.vocabulary.phases import OnPhase
from rules.vocabulary.proposals import OnProposal
from rules.vocabulary.releases import OnRelease
from rules.vocabulary.stability import OnStability
from rules.vocabulary.stalls import OnStall


def local(at: datetime, zone: str) -> str:
    """An instant as people of the plan read it on their clocks; seconds only where they say something."""
    there = at.astimezone(ZoneInfo(zone))
    return f"{there:%Y-%m-%d %H:%M:%S}" if there.second else f"{there:%Y-%m-%d %H:%M}"


def told(fact: Fact, plan: Plan) -> str:
    """What a fact says, without its actor and its time of recording."""
    if isinstance(fact, OnIncident):
        return _incident(fact, plan)
    if isinstance(fact, OnEvidence):
        return _evidence(fact)
    if isinstance(fact, OnCheck):
        return _check(fact)
    if isinstance(fact, OnMilestone):
        return _milestone(fact, plan)
    if isinstance(fact, OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall):
        return _state(fact, plan)
    if isinstance(fact, OnPhase | facts.PhaseAdvanced | effects.WarningGiven | facts.ConsentGiven):
        return _phase(fact)
    if isinstance(fact, OnProposal):
        return _proposal(fact, plan)
    if isinstance(fact, OnRelease):
        return _release(fact, plan)
    if isinstance(fact, OnDispute):
        return _dispute(fact, plan)
    if isinstance(fact, OnFamily | effects.ProgramFrozen | effects.ProgramThawed):
        return _family(fact)
    return _program(fact, plan)


def _proposal(fact: OnProposal, plan: Plan) -> str:
    match fact:
        case facts.ProposalMade():
            return f"proposal {fact.proposal} made by {fact.procedure}: {matter_in_words(fact.matter, plan)}: {fact.reason}"
        case facts.ProposalConsented():
            return f"{fact.party} consents to proposal {fact.proposal}"
        case facts.ObjectionMade():
            return f"{fact.party} objects to proposal {fact.proposal}: {fact.reason}"
        case facts.NoticeGiven():
            return f"{fact.party} has had notice of proposal {fact.proposal}: {fact.proof}"
        case facts.ProposalWithdrawn():
            return f"proposal {fact.proposal} withdrawn: {fact.reason}"
        case effects.ProposalChanged():
            lifted = f"; lifted: the consent of {', '.join(fact.lifted)}" if fact.lifted else ""
            return f"proposal {fact.proposal} has other effects now: {fact.because}{lifted}"
        case effects.ProposalAdopted():
            silent = f", {', '.join(fact.by_silence)} by silence" if fact.by_silence else ""
            return f"proposal {fact.proposal} adopted{silent}"
        case effects.ProposalFailed():
            how = "in conflict with another" if fact.how == "conflicting" else fact.how
            return f"proposal {fact.proposal} {how}: {fact.because}"
        case effects.SilenceExtended():
            return f"silence on proposal {fact.proposal} extended to {local(fact.to, plan.time_zone)}"
    assert_never(fact)


def _dispute(fact: OnDispute, plan: Plan) -> str:
    zone = plan.time_zone
    match fact:
        case facts.DisputeRaised():
            about = f" about {fact.about}" if fact.about else ""
            return f"dispute {fact.dispute}{about} raised before {fact.stage} until {local(fact.until, zone)}: {fact.reason}"
        case facts.DisputeSettled():
            return f"dispute {fact.dispute} settled before {fact.stage}: {fact.outcome}"
        case facts.DisputeWithdrawn():
            return f"dispute {fact.dispute} withdrawn: {fact.reason}"
        case effects.DisputeReferred():
            return f"dispute {fact.dispute} referred to {fact.stage} until {local(fact.until, zone)}"
        case effects.StageExtended():
            return f"dispute {fact.dispute} has more time where it lies, until {local(fact.to, zone)}"
        case effects.DisputeUnsettled():
            return f"dispute {fact.dispute} is left unsettled by the last stage"
        case facts.SnapbackInvoked():
            return f"snapback {fact.snapback} invoked, in effect on {local(fact.takes_effect_at, zone)}: {fact.reason}"
        case effects.SnapbackTookEffect():
            return f"snapback {fact.snapback} IN EFFECT"
        case effects.SnapbackAverted():
            return f"what snapback {fact.snapback} would end is kept, by proposal {fact.proposal}"
    assert_never(fact)


def matter_in_words(matter: m.Matter, plan: Plan) -> str:
    """What is to be decided, in a few words."""
    match matter:
        case m.Waive():
            until = f" until {local(matter.until, plan.time_zone)}" if matter.until else ""
            return f"waive {matter.milestone}{until}"
        case m.Extend():
            return f"extend {matter.milestone} to {local(matter.to, plan.time_zone)}"
        case m.ExtendSilence():
            return f"extend the silence on {matter.proposal} to {local(matter.to, plan.time_zone)}"
        case m.ExtendStage():
            return f"give dispute {matter.dispute} before {matter.stage} time to {local(matter.to, plan.time_zone)}"
        case m.Keep():
            return f"keep what {matter.snapback} would end"
        case m.Amend():
            return "amend the plan"
    assert_never(matter)


def _incident(fact: OnIncident, plan: Plan) -> str:
    match fact:
        case facts.IncidentReported():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            when = local(fact.happened_at, plan.time_zone)
            return f"incident {fact.incident} reported: {fact.severity} {fact.incident_kind} at {fact.place} on {when}{by}"
        case facts.IncidentConfirmed():
            by = f", attributed to {fact.attributed_to}" if fact.attributed_to else ""
            return f"incident {fact.incident} confirmed as {fact.severity}{by}: {fact.reason}"
        case facts.IncidentContested():
            return f"incident {fact.incident} contested: {fact.reason}"
        case facts.IncidentDismissed():
            return f"incident {fact.incident} dismissed: {fact.reason}"
        case facts.IncidentResolved():
            return f"incident {fact.incident} resolved on {local(fact.resolved_at, plan.time_zone)}: {fact.reason}"
        case AccountGiven():
            against = f", against {', '.join(fact.conflicts_with)}" if fact.conflicts_with else ""
            return f"account {fact.account} of incident {fact.incident} given: {fact.severity}{against}; {_as_it_stands(fact)}"
        case AccountTakenBack():
            return f"account {fact.account} of incident {fact.incident} taken back: {fact.reason}; {_as_it_stands(fact)}"
    assert_never(fact)


def _as_it_stands(fact: AccountGiven | AccountTakenBack) -> str:
    return f"it is {fact.stands.status}{', and in question' if fact.stands.questioned else ''}"


def _evidence(fact: OnEvidence) -> str:
    match fact:
        case facts.EvidenceRecorded():
            return f"evidence {fact.evidence} recorded for {fact.milestone}.{fact.shows}"
        case facts.MeasurementRecorded():
            figure = f"{fact.value:f} {fact.unit} in {fact.period}"
            revises = f", revises {fact.revises}: {str(fact.cause).replace('_', ' ')}" if fact.revises else ""
            return f"figure {fact.measurement} recorded: {fact.indicator} {figure} ({fact.producer}, {fact.edition}){revises}"
        case facts.EvidenceVerified():
            return f"evidence {fact.evidence} verified"
        case effects.FigureAccepted():
            return f"figure {fact.measurement} counts as check {fact.check} has read it"
        case facts.EvidenceReturned():
            return f"evidence {fact.evidence} returned: {fact.reason}"
        case facts.EvidenceWithdrawn():
            return f"evidence {fact.evidence} withdrawn: {fact.reason}"
    assert_never(fact)


def _check(fact: OnCheck) -> str:
    match fact:
        case facts.CheckReported():
            edition = f", edition {fact.edition}" if fact.edition else ""
            return f"check {fact.check} reports: {fact.outcome.replace('_', ' ')}{edition}. {fact.sentence}"
        case facts.CheckPaused():
            return f"check {fact.check} paused: {fact.reason}"
        case facts.CheckResumed():
            return f"check {fact.check} resumed: {fact.reason}"
    assert_never(fact)


def _milestone(fact: OnMilestone, plan: Plan) -> str:
    zone = plan.time_zone
    match fact:
        case facts.ObservationMade():
            return f"observation on {fact.milestone}: {fact.text}"
        case facts.MilestoneDetermined():
            by_itself = " by the plan itself" if fact.automatically else ""
            grade = fact.share if fact.grade is None else fact.grade
            part = f", {grade}" if fact.outcome == "partly_achieved" else ""
            return f"milestone {fact.milestone} determined{by_itself}: {fact.outcome.replace('_', ' ')}{part}"
        case effects.FindingMade():
            proposal = f", proposes {fact.proposes}" if fact.proposes else ""
            subject = fact.milestone or f"the stability period of {fact.stability}"
            return f"finding on {subject}: {str(fact.outcome).replace('_', ' ')}{proposal}. {fact.sentence}"
        case effects.DeadlineSet():
            if fact.due_revised is None:
                return f"milestone {fact.milestone} has no due date while it is paused"
            moved = f", originally {local(fact.due_original, zone)}" if fact.due_revised != fact.due_original else ""
            return f"milestone {fact.milestone} due {local(fact.due_revised, zone)}{moved}"
        case effects.DeadlineMissed():
            return f"milestone {fact.milestone} was not achieved by its due date"
        case effects.DeadlineExtended():
            return f"milestone {fact.milestone} extended by agreement to {local(fact.to, zone)}"
        case effects.MilestoneWaived():
            until = f" until {local(fact.until, zone)}" if fact.until else ""
            return f"milestone {fact.milestone} waived{until}"
        case effects.WaiverExpired():
            return f"the waiver of {fact.milestone} has ended"
    assert_never(fact)


def _state(fact: OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall, plan: Plan) -> str:
    zone = plan.time_zone
    match fact:
        case effects.StabilityCounted():
            moved_by = f", moved by {fact.moved_by}" if fact.moved_by else ""
            ends = f", complete on {local(fact.completes_at, zone)} if nothing happens" if fact.completes_at else ""
            frozen = f", until {fact.frozen_by} is decided" if fact.frozen_by else ""
            frozen += f"; {fact.unseen_by} does not speak of all its days yet" if fact.unseen_by else ""
            since = local(fact.counted_from, zone)
            return f"stability period of {fact.phase} {fact.status} from {since}{moved_by}{frozen}{ends}"
        case effects.StabilityCompleted():
            return f"stability period of {fact.phase} kept"
        case facts.StabilityReversed():
            return f"stability period of {fact.phase} determined as not kept: {fact.reason}"
        case effects.CommitmentChanged():
            because = f" because of {fact.because}" if fact.because else ""
            return f"commitment {fact.commitment} {fact.status.replace('_', ' ')}{because}"
        case effects.StallFound():
            return f"{fact.party} STANDS STILL since {local(fact.since, zone)}; the horizon is {local(fact.horizon_ends, zone)}"
        case effects.StallEnded():
            return f"{fact.party} stands still no more"
        case effects.ClockStruck():
            return f"clock {fact.clock} struck, due {local(fact.due_at, zone)}"
    assert_never(fact)


def _phase(
    fact: effects.GateChanged
    | facts.PhaseAdvanced
    | effects.PhaseOpened
    | effects.PhaseCompleted
    | effects.PhaseReopened
    | effects.PhaseSteppedBack
    | effects.WarningGiven
    | facts.ConsentGiven,
) -> str:
    match fact:
        case effects.GateChanged():
            return f"{fact.gate} gate of {fact.phase} {'met' if fact.met else 'closed'}"
        case facts.PhaseAdvanced():
            return f"phase {fact.phase} advanced"
        case effects.PhaseOpened():
            return f"phase {fact.phase} OPEN"
        case effects.PhaseCompleted():
            return f"phase {fact.phase} COMPLETE"
        case effects.PhaseReopened():
            return f"phase {fact.phase} open again"
        case effects.PhaseSteppedBack():
            return f"phase {fact.phase} stepped back and waits"
        case effects.WarningGiven():
            return f"warning on {fact.phase}: {fact.sentence}"
        case facts.ConsentGiven():
            return f"{fact.party} consents to the opening of {fact.phase}"
    assert_never(fact)


def _family(fact: effects.ProgramFrozen | effects.ProgramThawed | OnFamily) -> str:
    match fact:
        case effects.ProgramFrozen():
            return f"program FROZEN: {fact.reason}"
        case effects.ProgramThawed():
            return "program goes on with its parent"
        case effects.ChildOpened():
            return f"child program {fact.program} OPEN"
        case facts.ChildReported():
            held = [one.milestone for one in fact.milestones if one.counts]
            return f"child program {fact.program} reports: {fact.standing}; achieved: {', '.join(held) or 'nothing'}"
        case facts.ParentReported():
            return fact.reason
    assert_never(fact)


def _release(fact: OnRelease, plan: Plan) -> str:
    unit = plan.releases[fact.release].unit if fact.release in plan.releases else "(no longer in the plan)"
    match fact:
        case effects.BalanceMoved():
            cure = f", to be cured by {local(fact.cure_until, plan.time_zone)}" if fact.cure_until else ""
            way = f"from {fact.out_of} to {fact.into}"
            return f"release {fact.release}: {fact.amount:f} {unit} {way}{cure}. {fact.because}"
        case effects.ReleaseRolledOver():
            return f"release {fact.release}: {fact.amount:f} {unit} rolled over to {local(fact.until, plan.time_zone)}"
    assert_never(fact)


def _program(
    fact: facts.ProgramStarted
    | facts.MemberAdmitted
    | facts.MemberRemoved
    | facts.ProgramSuspended
    | facts.ProgramResumed
    | facts.ProgramTerminated
    | effects.ProgramCompleted
    | effects.PlanAmended
    | facts.EvidenceRead
    | facts.MilestoneAssessed
    | facts.AttemptRefused,
    plan: Plan,
) -> str:
    match fact:
        case facts.ProgramStarted():
            return f"program started: {fact.title}, plan {plan.plan}"
        case facts.MemberAdmitted(member=member):
            return f"{member.person} admitted as {member.role}" + (f" for {member.party}" if member.party else "")
        case facts.MemberRemoved(member=member):
            return f"{member.person} is no {member.role} any more: {fact.reason}"
        case facts.ProgramSuspended():
            return f"program SUSPENDED: {fact.reason}"
        case facts.ProgramResumed():
            return f"program resumed: {fact.reason}"
        case facts.ProgramTerminated():
            return f"program TERMINATED: {fact.reason}"
        case facts.EvidenceRead():
            return f"restricted evidence {fact.evidence} read"
        case facts.MilestoneAssessed():
            return f"milestone {fact.milestone} assessed by {fact.assessor} as {fact.grade}: {fact.reason}"
        case effects.PlanAmended():
            return f"the plan is amended by proposal {fact.proposal}"
        case effects.ProgramCompleted():
            return "program COMPLETE"
        case facts.AttemptRefused():
            return f"attempt to {fact.attempted} refused: {fact.code}. {fact.reason}"
    assert_never(fact)
