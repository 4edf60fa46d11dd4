"""Response models of proposals and their effects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from api.responses.ledger import EntryResponse
from rules.program import Program
from rules.queries.amending import plan_changes, uncounted_facts
from rules.queries.silence import lapses_at, silence_ends
from rules.reactions.clocks import Clock, clocks
from rules.reactions.proposals import signature_effects
from rules.refusals import Refusal
from rules.sentences.proposals import matter_in_words
from rules.times import Instant
from rules.vocabulary.amendments import Version
from rules.vocabulary.matters import Amend, Matter
from rules.vocabulary.proposals import Proposal, ProposalStatus


class ProposalLine(BaseModel):
    """A decision that is put before the parties."""

    proposal: str
    status: ProposalStatus
    procedure: str
    in_words: str
    reason: str
    made_by: str
    made_for: str | None
    made_at: Instant
    asked: list[str] = Field(description="parties whose consent the procedure asks for")
    consents: list[str]
    objections: list[str]
    had_notice: dict[str, Instant] = Field(description="by party, since when its silence counts")
    silence_ends: Instant | None = Field(description="then silence means consent; null: it does not, or not yet")
    lapses_at: Instant | None
    decided_at: Instant | None
    because: str | None = Field(description="why it failed")
    effects: str = Field(description="hash of what would follow; a consent is bound to it")

    @classmethod
    def of(cls, program: Program, proposal: Proposal) -> ProposalLine:
        return cls.model_validate(_line(program, proposal))


def _line(program: Program, proposal: Proposal) -> dict[str, Any]:
    procedure = program.plan.procedures.get(proposal.procedure)
    is_open = proposal.status is ProposalStatus.OPEN
    return {
        "proposal": proposal.id,
        "status": proposal.status,
        "procedure": proposal.procedure,
        "in_words": matter_in_words(proposal.matter, program.plan),
        "reason": proposal.reason,
        "made_by": proposal.made_by.person,
        "made_for": proposal.made_by.party,
        "made_at": proposal.made_at,
        "asked": list(procedure.asked) if procedure else [],
        "consents": sorted(proposal.consents),
        "objections": sorted(proposal.objections),
        "had_notice": dict(proposal.notices),
        "silence_ends": silence_ends(program, proposal) if is_open else None,
        "lapses_at": lapses_at(program, proposal) if is_open else None,
        "decided_at": proposal.decided_at,
        "because": proposal.because,
        "effects": proposal.effects,
    }


class ChangeResponse(BaseModel):
    """A place of the plan that would read otherwise; null: it is not there."""

    place: str
    before: Any
    after: Any


class ClockChange(BaseModel):
    """A clock that would start, stop or strike at another time; null: it does not run."""

    clock: str
    note: str
    due_now: Instant | None
    due_then: Instant | None


class UncountedResponse(BaseModel):
    """Something recorded that would count no more."""

    what: str
    id: str
    because: str


class ProposalResponse(ProposalLine):
    """A proposal with the effects of a signature, as they are at this moment."""

    matter: Matter
    follows: list[EntryResponse] = Field(description="the entries that its adoption would make now; none once it is decided")
    clocks: list[ClockChange] = Field(description="the clocks that its adoption would touch")
    changes: list[ChangeResponse] = Field(description="of an amendment: each place of the plan")
    uncounted: list[UncountedResponse] = Field(description="of an amendment: what is recorded and would count no more")

    @classmethod
    def shown(cls, program: Program, proposal: Proposal, at: datetime) -> ProposalResponse:
        is_open = proposal.status is ProposalStatus.OPEN
        matter = proposal.matter
        amends = matter if isinstance(matter, Amend) and is_open else None
        return cls.model_validate(
            _line(program, proposal)
            | {
                "matter": matter,
                "follows": [],
                "clocks": [],
                "changes": changes_between(program.version, Version(amends.document, amends.parameters)) if amends else [],
                "uncounted": _uncounted(program, amends) if amends else [],
            }
            | (_would(program, proposal, at) if is_open else {})
        )


def _would(program: Program, proposal: Proposal, at: datetime) -> dict[str, Any]:
    try:
        after = signature_effects(program, proposal.id, proposal.procedure, proposal.matter, max(at, program.at))
    except Refusal:
        return {}  # it has expired, and the next act or clock will record that
    return {
        "follows": [EntryResponse.of(entry, program.plan) for entry in after.entries],
        "clocks": _clocks({clock.name: clock for clock in clocks(program)}, {clock.name: clock for clock in after.clocks}),
    }


def _clocks(before: dict[str, Clock], after: dict[str, Clock]) -> list[ClockChange]:
    """The clocks that would start, stop or move, without those of the proposal itself."""
    return [
        ClockChange(
            clock=name,
            note=(after.get(name) or before[name]).note,
            due_now=before[name].due_at if name in before else None,
            due_then=after[name].due_at if name in after else None,
        )
        for name in sorted({*before, *after})
        if (name in before) != (name in after) or before[name].due_at != after[name].due_at
    ]


def changes_between(before: Version, after: Version) -> list[ChangeResponse]:
    """All differences between two versions of a plan."""
    return [ChangeResponse(place=c.place, before=c.before, after=c.after) for c in plan_changes(before, after)]


def _uncounted(program: Program, matter: Amend) -> list[UncountedResponse]:
    version = Version(matter.document, matter.parameters)
    return [UncountedResponse(what=u.what, id=u.id, because=u.because) for u in uncounted_facts(program, version)]
