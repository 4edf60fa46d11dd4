"""Postings between the accounts of a release, one at a time until all balances are right.

Released and recovered together equal what is earned (`rules.releases.earned`). After an advance, a share of what is earned is
set off against it. An amount that falls is suspended at once. Postings for what is earned, advanced or lost wait while the
program is suspended.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from rules import dates
from rules.effects import BalanceMoved, Effect, InstalmentCounted
from rules.explanations.criteria import unmet_criteria
from rules.language.terms import Release
from rules.program import Program
from rules.queries.affected import Agenda
from rules.queries.gates import judge_gate
from rules.releases.earned import earned_amount
from rules.releases.pending import is_pending
from rules.releases.reasons import posting_reason
from rules.releases.windows import cured_by, ends_at, next_instalment_at
from rules.truth import Truth
from rules.vocabulary.accounts import Account
from rules.vocabulary.releases import ReleaseState
from rules.vocabulary.standing import Standing

NOTHING = Decimal(0)


def release_effects(program: Program, at: datetime, agenda: Agenda) -> Iterator[Effect]:
    """The next posting of each release on the agenda."""
    for name in program.plan.releases:
        if name in agenda.releases and (posting := _next(program, name, at)) is not None:
            yield posting


def _next(program: Program, name: str, at: datetime) -> Effect | None:
    terms, state = program.plan.releases[name], program.releases.get(name)
    if state is None:
        return _posting(name, ("promised", "committed"), terms.amount, "Agreed with the plan.", at)
    if (posting := _promise(name, terms, state, at)) is not None:
        return posting
    running = program.standing is Standing.RUNNING
    if running and (counted := _instalment(program, name, at)) is not None:
        return counted
    now = earned_amount(program, name, at)
    if now.amount is not None:
        capped = min(now.amount, state.promised - state.lost)
        goal = capped if running else min(capped, state.held)
        for way, amount in _towards(terms, state, goal):
            if amount > 0:
                falls = way == ("released", "suspended")
                until = dates.end_after(at, terms.cure, program.plan.time_zone) if falls and terms.cure else None
                return _posting(name, way, amount, posting_reason(program, name, at, now), at, until)
    # A suspension does not save what has passed before it, or at the same instant.
    return _in_time(program, name, state, at if running else program.suspensions[-1][0], at)


def _instalment(program: Program, name: str, at: datetime) -> Effect | None:
    """The next completed instalment. It waits while its criteria are unknown."""
    end, rule, zone = next_instalment_at(program, name), program.plan.releases[name].per_time, program.plan.time_zone
    if end is None or rule is None or not dates.has_passed(end, at, zone):
        return None
    holds = judge_gate(program, (), rule.while_, at)
    if holds is Truth.INDETERMINATE:
        return None
    lacks = [sentence for _, _, (sentence, _, _, _) in unmet_criteria(program, None, rule.while_, at)]
    text = f"On {dates.in_words(end, zone)}: {' '.join(lacks[:3]) or 'all that is asked for holds.'}"
    return InstalmentCounted(release=name, earned=holds is Truth.MET, because=text, effective_at=at)


def _promise(name: str, terms: Release, state: ReleaseState, at: datetime) -> Effect | None:
    """The postings of an amendment that changes the amount: a reduction returns what is not committed."""
    more = terms.amount - state.promised
    if more > 0:
        return _posting(name, ("promised", "committed"), more, "Agreed with an amendment of the plan.", at)
    less = min(-more, state.balances["committed"])
    if less > 0:
        return _posting(name, ("committed", "promised"), less, "Agreed with an amendment of the plan.", at)
    return None


def _towards(terms: Release, state: ReleaseState, goal: Decimal) -> Iterator[tuple[tuple[Account, Account], Decimal]]:
    """The postings that bring released and recovered to `goal`: falls first, then what is owed, then payments."""
    held = state.balances
    recovered = against_advance(terms, state, goal)
    released = goal - recovered
    yield ("released", "suspended"), held["released"] - released
    yield ("recovered", "advanced"), held["recovered"] - recovered
    yield ("advanced", "recovered"), recovered - held["recovered"]
    more = released - held["released"]
    yield ("suspended", "released"), min(more, held["suspended"])
    yield ("committed", "released"), more


def against_advance(terms: Release, state: ReleaseState, goal: Decimal) -> Decimal:
    """The part of the earned amount set off against the advance: its share, or more if nothing else is left."""
    paid = state.balances["advanced"] + state.balances["recovered"]
    if terms.advance is None or not paid:
        return NOTHING
    share = terms.rounded(terms.advance.rate * Fraction(max(goal - state.before_advance, NOTHING)))
    beside = state.promised - state.lost - paid
    return min(paid, max(share, goal - beside))


def _in_time(program: Program, name: str, state: ReleaseState, ran_to: datetime, at: datetime) -> Effect | None:
    """The postings of time: uncured parts, the advance, the end of earning; `ran_to` is how far time ran."""
    zone = program.plan.time_zone
    for part in state.suspensions:
        until = cured_by(program, name, part)
        if until is not None and dates.has_passed(until, ran_to, zone) and not is_pending(program, name, until):
            because = f"Not cured by {dates.in_words(until, zone)}."
            return _posting(name, ("suspended", "asked_back" if part.paid else "reduced"), part.amount, because, at)
    return _advance(program, name, state, at) or _end(program, name, state, ran_to, at)


def _advance(program: Program, name: str, state: ReleaseState, at: datetime) -> Effect | None:
    advance, held = program.plan.releases[name].advance, state.balances
    if program.standing is not Standing.RUNNING or advance is None or state.advanced_at is not None or not held["committed"]:
        return None
    if judge_gate(program, (), advance.when, at) is not Truth.MET:
        return None
    amount = min(advance.amount, held["committed"])
    return _posting(name, ("committed", "advanced"), amount, "What the advance is given for holds.", at)


def _end(program: Program, name: str, state: ReleaseState, ran_to: datetime, at: datetime) -> Effect | None:
    terms, left, zone = program.plan.releases[name], state.balances["committed"], program.plan.time_zone
    end, advanced = ends_at(program, name), state.balances["advanced"] if terms.lapses else NOTHING
    if end is None or not dates.has_passed(end, ran_to, zone) or not (left or advanced):
        return None
    because = f"Not earned by {dates.in_words(end, zone)}."
    if terms.due is not None:
        # Effects of a date count from the date itself, not from the midnight at which it passed.
        since = end if dates.passes_at(end, zone) >= at else at
        until = dates.end_after(since, terms.cure, zone) if terms.cure else None
        return _posting(name, ("committed", "suspended"), left, because, at, until)
    if is_pending(program, name, end):
        return None
    if advanced:
        return _posting(name, ("advanced", "asked_back"), advanced, f"The advance was {because[0].lower()}{because[1:]}", at)
    return _posting(name, ("committed", "reduced"), left, because, at)


def _posting(  # noqa: PLR0913, PLR0917  the fields of a posting
    name: str, way: tuple[Account, Account], amount: Decimal, because: str, at: datetime, until: datetime | None = None
) -> BalanceMoved:
    return BalanceMoved(
        release=name, out_of=way[0], into=way[1], amount=amount, because=because, cure_until=until, effective_at=at
    )
