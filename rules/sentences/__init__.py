"""What has happened, in plain words: one line for each entry, in the local time of the plan."""

from __future__ import annotations

from rules import effects, facts
from rules.entries import Fact
from rules.language.plan import Plan
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


def told(fact: Fact, plan: Plan) -> str:
    """What a fact says, without its actor and its time of recording."""
    if isinstance(fact, OnIncident):
        return incident_told(fact, plan)
    if isinstance(fact, OnEvidence):
        return evidence_told(fact, plan)
    if isinstance(fact, OnCheck):
        return check_told(fact)
    if isinstance(fact, OnMilestone):
        return milestone_told(fact, plan)
    if isinstance(fact, OnStability | effects.CommitmentChanged | effects.ClockStruck | OnStall):
        return state_told(fact, plan)
    if isinstance(fact, OnPhase | facts.PhaseAdvanced | effects.WarningGiven | OnConsent):
        return phase_told(fact)
    if isinstance(fact, OnProposal):
        return proposal_told(fact, plan)
    if isinstance(fact, OnRelease):
        return release_told(fact, plan)
    if isinstance(fact, OnDispute):
        return dispute_told(fact, plan)
    if isinstance(fact, OnFamily | effects.ProgramFrozen | effects.ProgramThawed):
        return family_told(fact)
    return program_told(fact, plan)
