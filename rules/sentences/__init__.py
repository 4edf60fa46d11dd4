"""Sentences for ledger entries: one plain line each, in the local time of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from rules import effects, facts
from rules.entries import Fact
from rules.language.plan import Plan
from rules.sentences.agreed_dates import agreed_date_told
from rules.sentences.checks import check_told
from rules.sentences.disputes import dispute_told
from rules.sentences.evidence import evidence_told
from rules.sentences.family import family_told
from rules.sentences.incidents import incident_told
from rules.sentences.milestones import milestone_told
from rules.sentences.phases import phase_told
from rules.sentences.proposals import proposal_told
from rules.sentences.releases import release_told
from rules.sentences.stability import state_told
from rules.sentences.standing import program_told
from rules.vocabulary.agreed_dates import OnAgreedDate
from rules.vocabulary.checks import OnCheck
from rules.vocabulary.consents import OnConsent
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

_TOLD_BY: Mapping[type, Callable[[Any, Plan], str]] = {
    kind: telling
    for kinds, telling in (
        (OnIncident, incident_told),
        (OnEvidence, evidence_told),
        (OnCheck, lambda fact, _: check_told(fact)),
        (OnMilestone, milestone_told),
        (OnAgreedDate, agreed_date_told),
        (OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall, state_told),
        (OnPhase | facts.PhaseAdvanced | effects.WarningGiven | OnConsent, lambda fact, _: phase_told(fact)),
        (OnProposal, proposal_told),
        (OnRelease, release_told),
        (OnDispute, dispute_told),
        (OnFamily | effects.ProgramFrozen | effects.ProgramThawed, lambda fact, _: family_told(fact)),
    )
    for kind in get_args(kinds)
}
"""By the class of a fact; all others are about the program as a whole."""


def told(fact: Fact, plan: Plan) -> str:
    """What a fact says, without its actor and its time of recording."""
    by: Callable[[Any, Plan], str] = _TOLD_BY.get(type(fact), program_told)
    return by(fact, plan)
