"""Decisions on accounts of incidents, and the state of the incident after one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from rules import acts as a
from rules.decisions.checks import check_feed
from rules.decisions.incidents import check_attribution, check_severity, check_span, incident_of
from rules.decisions.recorded import check_past
from rules.entries import Fact
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.vocabulary.incidents import Incident
from rules.vocabulary.testimony import (
    AccountGiven,
    AccountTakenBack,
    GiveAccount,
    Stands,
    TakeBackAccount,
    Testimony,
    conflicting,
    decided,
    undecided,
    with_account,
)


def account_fact(program: Program, actor: a.Actor, deed: GiveAccount | TakeBackAccount, at: datetime) -> Fact:
    """The fact of an act on an account. Raises Refusal."""
    incident = incident_of(program, deed.incident)
    before = next((account for account in incident.accounts if account.id == deed.account), None)
    if before is not None and before.given_by != actor.person:
        raise Refusal(
            Code.ACCOUNT_OF_ANOTHER,
            f"The account {deed.account} of {incident.id} was given by {before.given_by}.",
            f"{before.given_by}, or an account of one's own under a new id",
        )
    match deed:
        case GiveAccount():
            return _giving_fact(program, actor, deed, incident, at)
        case TakeBackAccount():
            if before is None or before.taken_back:
                standing = [account.id for account in incident.accounts if not account.taken_back]
                raise Refusal(
                    Code.ACCOUNT_UNKNOWN,
                    f"No account {deed.account} of {incident.id} stands.",
                    f"one of {', '.join(standing)}" if standing else "an incident of which one stands",
                )
            left = [replace(one, taken_back=True) if one.id == deed.account else one for one in incident.accounts]
            return AccountTakenBack(
                incident=incident.id,
                account=deed.account,
                reason=deed.reason,
                stands=state_by_accounts(program, incident, left),
            )
    assert_never(deed)


def _giving_fact(program: Program, actor: a.Actor, deed: GiveAccount, incident: Incident, at: datetime) -> Fact:
    check_feed(program, actor, deed.origin)
    check_severity(program, deed.severity)
    check_attribution(program, deed.attributed_to)
    check_past(deed.happened_at, at, program.plan.time_zone)
    happened_at = deed.happened_at or incident.happened_at
    happened_until = deed.happened_until or (None if deed.happened_at else incident.happened_until)
    check_span(program, happened_at, happened_until, at)
    account = Testimony(
        deed.account, actor.person, at, deed.severity, happened_at, deed.attributed_to, happened_until=happened_until
    )
    return AccountGiven(
        incident=incident.id,
        account=deed.account,
        severity=deed.severity,
        happened_at=account.happened_at,
        happened_until=account.happened_until,
        attributed_to=deed.attributed_to,
        text=deed.text,
        origin=deed.origin,
        conflicts_with=conflicting(account, incident.accounts),
        stands=state_by_accounts(program, incident, with_account(incident.accounts, account)),
    )


def state_by_accounts(program: Program, incident: Incident, accounts: Sequence[Testimony]) -> Stands:
    """The state of an incident as given by these accounts."""
    now = Stands(
        status=incident.status.value,
        severity=incident.severity,
        happened_at=incident.happened_at,
        happened_until=incident.happened_until,
        attributed_to=incident.attributed_to,
    )
    if incident.is_established or incident.status == "dismissed":
        return decided(program.plan, accounts, now, incident.decided_at)
    return undecided(program.plan, accounts, contested_by_party=incident.contested_by_party, before=now)
