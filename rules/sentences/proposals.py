"""Sentences on proposals and their matters."""

from __future__ import annotations

from typing import assert_never

from rules import dates, effects, facts
from rules.language.plan import Plan
from rules.vocabulary import matters as m
from rules.vocabulary.proposals import OnProposal


def proposal_sentence(fact: OnProposal, plan: Plan) -> str:
    """The sentence of a fact on a proposal."""
    match fact:
        case facts.ProposalMade():
            return f"proposal {fact.proposal} made by {fact.procedure}: {matter_in_words(fact.matter, plan)}: {fact.reason}"
        case facts.ProposalConsented():
            return f"{fact.party} consents to proposal {fact.proposal}"
        case facts.ProposalConsentTakenBack():
            return f"{fact.party} takes back its consent to proposal {fact.proposal} (entry {fact.entry}): {fact.reason}"
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
            return f"silence on proposal {fact.proposal} extended to {dates.in_words(fact.to, plan.time_zone)}"
    assert_never(fact)


def matter_in_words(matter: m.Matter, plan: Plan) -> str:
    """A matter in a few words."""
    match matter:
        case m.Waive():
            until = f" until {dates.in_words(matter.until, plan.time_zone)}" if matter.until else ""
            return f"waive {matter.milestone}{until}"
        case m.Decline():
            return f"decline {matter.milestone}"
        case m.Extend():
            return f"extend {matter.milestone} to {dates.in_words(matter.to, plan.time_zone)}"
        case m.ReviseTimetable():
            moved = (
                f"{name} to {dates.in_words(dates.end_of_date(to, plan.time_zone), plan.time_zone)}"
                for name, to in matter.to.items()
            )
            return f"extend {', '.join(moved)}"
        case m.AgreeDate():
            return f"agree on {matter.on} as the day {matter.date}"
        case m.ExtendSilence():
            return f"extend the silence on {matter.proposal} to {dates.in_words(matter.to, plan.time_zone)}"
        case m.ExtendStage():
            return f"give dispute {matter.dispute} before {matter.stage} time to {dates.in_words(matter.to, plan.time_zone)}"
        case m.Keep():
            return f"keep what {matter.snapback} would end"
        case m.Amend():
            return "amend the plan"
    assert_never(matter)
