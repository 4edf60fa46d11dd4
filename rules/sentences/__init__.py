"""Sentences for ledger entries: one plain line each, in the local time of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from rules import effects, facts
from rules.entries import Fact
from rules.language.plan import Plan
from rules.sentences.agreed_dates import agreed_date_sentence
from rules.sentences.checks import check_sentence
from rules.sentences.disputes import dispute_sentence
from rules.sentences.evidence import evidence_sentence
from rules.sentences.family import family_sentence
from rules.sentences.incidents import incident_sentence
from rules.sentences.milestones import milestone_sentence
from rules.sentences.phases import phase_sentence
from rules.sentences.proposals import proposal_sentence
from rules.sentences.releases import release_sentence
from rules.sentences.stability import stability_sentence
from rules.sentences.standing import program_sentence
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
        (OnIncident, incident_sentence),
        (OnEvidence, evidence_sentence),
        (OnCheck, lambda fact, _: check_sentence(fact)),
        (OnMilestone, milestone_sentence),
        (OnAgreedDate, agreed_date_sentence),
        (OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall, stability_sentence),
        (OnPhase | facts.PhaseAdvanced | effects.WarningGiven | OnConsent, lambda fact, _: phase_sentence(fact)),
        (OnProposal, proposal_sentence),
        (OnRelease, release_sentence),
        (OnDispute, dispute_sentence),
        (OnFamily | effects.ProgramFrozen | effects.ProgramThawed, lambda fact, _: family_sentence(fact)),
    )
    for kind in get_args(kinds)
}
"""By the class of a fact; all others are about the program as a whole."""


def fact_sentence(fact: Fact, plan: Plan) -> str:
    """The sentence of a fact, without its actor and time."""
    by: Callable[[Any, Plan], str] = _TOLD_BY.get(type(fact), program_sentence)
    return by(fact, plan)
