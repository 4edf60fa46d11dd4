"""Evaluation of a story's expectations; a failed one gets a sentence with the actual state and its reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime

from rules.explanations.explain import blocking_phase
from rules.explanations.milestones import milestone_reason
from rules.explanations.reciprocity import How, reciprocity
from rules.field_types import did_you_mean
from rules.figures.derived import figure_in_words
from rules.figures.selection import usable_figure
from rules.program import Program
from rules.queries.lateness import lateness
from rules.queries.stability import days_left
from rules.rehearsal.story import Expectation
from rules.releases.awaiting import awaited_by
from rules.releases.totals import totals
from rules.releases.windows import cured_by
from rules.times import days_between, local_day
from rules.vocabulary.agreed_dates import AgreedDay
from rules.vocabulary.unknown import Unknown


def failed_expectations(program: Program, expected: Expectation, at: datetime, warnings: Collection[str] = ()) -> Iterator[str]:
    """The messages of all parts of an expectation that fail at an instant; `warnings` were given in its step."""
    for subject, judged in _NAMED.items():
        if (name := getattr(expected, subject)) is not None:
            yield from judged(program, expected, name, at)
            return
    if expected.program is not None:
        yield from _differs("the program", expected.program, program.standing)
    elif expected.warned is not None:
        if not any(expected.warned.lower() in warning.lower() for warning in warnings):
            yield f"expected a warning that says {expected.warned!r}, but given were: {' '.join(warnings) or 'none'}"
    elif expected.standing_still is not None:
        found = ", ".join(sorted(program.stalls)) or "nobody"
        yield from _differs("who stands still", ", ".join(sorted(expected.standing_still)) or "nobody", found)
    else:
        yield from _late(program, expected)


def _reciprocity(program: Program, expected: Expectation, party: str, at: datetime) -> Iterator[str]:
    accounts = {account.party: account for account in reciprocity(program, at)}
    yield from _find(party, accounts)
    if (account := accounts.get(party)) is None:
        return
    owed = ", ".join(sorted({one.name for one in account.owed})) or "nothing"
    if expected.owed is not None:
        yield from _differs(f"what {party} owes", ", ".join(sorted(expected.owed)) or "nothing", owed)
    counts: tuple[tuple[How, int | None], ...] = (
        ("kept", expected.kept),
        ("late", expected.late),
        ("late_original", expected.late_original),
        ("waived", expected.waived),
        ("declined", expected.declined),
        ("broken", expected.broken),
    )
    for how, count in counts:
        text = ", ".join(one.name for one in account.reckoned if one.how == how and one.binding)
        yield from (f"{message} ({text})" for message in _differs(f"{how} by {party}", count, account.count(how)))


def _late(program: Program, expected: Expectation) -> Iterator[str]:
    dates = {name: step.due for name, step in program.plan.milestones.items() if step.due and step.due.scores}
    late = [name for name in dates if (due := program.milestone(name).due) and due.missed_at]
    for party in expected.on_time or ():
        yield from _find(party, program.plan.parties)
        missed = [name for name in late if party in program.plan.owed_by[name]]
        if missed:
            yield f"expected {party} to be on time, but it missed {', '.join(missed)}"
    if bool(late) is expected.nobody_late:
        yield f"late are: {', '.join(late) or 'nobody'}"


def _commitment(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.commitments)
    state = program.commitments.get(name)
    yield from _differs(name, expected.is_, state.status if state else "not_in_force")


def _agreed_date(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.agreed_dates)
    day = program.agreed_dates.get(name, AgreedDay())
    yield from _differs(f"the day {name}", expected.is_, day.status)
    yield from _differs(f"the day {name}", expected.on, day.on)


def _snapback(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.snapbacks)
    invoked, zone = program.snapbacks.get(name), program.plan.time_zone
    found = "not_invoked" if invoked is None else "in_effect" if invoked.in_effect_since else "invoked"
    yield from _differs(f"snapback {name}", expected.is_, found)
    yield from _differs(f"snapback {name} in effect on", expected.on, _day(invoked.takes_effect_at if invoked else None, zone))


def _incident(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.incidents)
    found = program.incidents.get(name)
    yield from _differs(f"incident {name}", expected.is_, found.status if found else "not reported")


def _assessed(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    assessor = expected.assessor or ""
    yield from _find(name, program.plan.milestones)
    yield from _find(assessor, program.plan.assessors)
    found = program.milestone(name).assessments.get(assessor)
    yield from _differs(f"{name}, as {assessor} sees it,", expected.is_, found.grade if found else "nothing")


def _dispute(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.disputes)
    found = program.disputes.get(name)
    yield from _differs(f"dispute {name}", expected.is_, found.status if found else "not raised")
    if expected.says and (found is None or expected.says != found.stage):
        yield f"expected dispute {name} to lie before {expected.says}, but it lies before {found and found.stage}"


def _proposal(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.proposals)
    found = program.proposals.get(name)
    because = f" ({found.because})" if found and found.because else ""
    for message in _differs(f"proposal {name}", expected.is_, found.status if found else "not made"):
        yield f"{message}{because}"


def _find(name: str, among: object) -> Iterator[str]:
    names = list(among)  # type: ignore[call-overload]
    if name not in names:
        yield f"{name} is unknown; {did_you_mean(name, names)}"


def _differs(what: str, expected: object, found: object) -> Iterator[str]:
    if expected is not None and str(expected) != str(found):
        yield f"expected {what} to be {expected}, but it is {found}"


def _day(at: datetime | None, zone: str) -> date | None:
    return date.fromisoformat(local_day(at, zone)) if at else None


def _phase(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.phases)
    state = program.phase(name)
    because = " ".join(block.sentence for block in blocking_phase(program, name, at)[:3]) if name in program.plan.phases else ""
    for message in _differs(name, expected.is_, state.told):
        yield f"{message}. {because}".strip()
    reached = {"complete": state.completed_at, "closed": state.closed_at}.get(expected.is_ or "", state.opened_at)
    yield from _differs(f"{name} since", expected.on, _day(reached, program.plan.time_zone) if expected.on else None)


def _milestone(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.milestones)
    state, zone = program.milestone(name), program.plan.time_zone
    yield from _differs(name, expected.is_, state.told)
    yield from _differs(f"{name} achieved on", expected.on, _day(state.happened_at or state.achieved_at, zone))
    yield from _differs(f"{name} determined on", expected.determined_on, _day(state.achieved_at, zone))
    if expected.graded is not None and expected.graded != (state.grade or 0):
        yield f"expected {name} to be graded {expected.graded}, but it is {state.grade or 'not graded'}"
    due = state.due
    yield from _differs(f"{name} missed", expected.missed, due is not None and due.missed_at is not None)
    yield from _differs(f"{name} due on", expected.due_on, _day(due.revised, zone) if due else None)
    yield from _differs(
        f"{name} originally due on",
        expected.due_original_on,
        _day(due.original, zone) if due else None,
    )
    if name in program.plan.milestones:
        yield from _milestone_details(program, expected, name, at)
    late = lateness(program, name, at) if name in program.plan.milestones else None
    yield from _differs(f"{name} late by days", expected.days_late, late and late.revised)
    yield from _differs(f"{name} late by days against the original date", expected.days_late_original, late and late.original)


def _milestone_details(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    """The messages on a milestone beyond its status: decision and reason, who owes what, days left."""
    state, zone = program.milestone(name), program.plan.time_zone
    decided = state.decision
    yield from _differs(f"{name} decided by", expected.decided_by, decided.people if decided else "nobody")
    due = state.due.revised if state.due else None
    yield from _differs(f"the days left for {name}", expected.days_left, days_between(at, due, zone) if due else None)
    if expected.owes is None and expected.says is None:
        return
    sentence, owes, _, _ = milestone_reason(program, name, at)
    yield from _owing(expected, owes, sentence)
    yield from _saying(name, expected, f"{decided.reason if decided else ''} {sentence}".strip())


def _owing(expected: Expectation, owes: Iterable[str], told: str) -> Iterator[str]:
    if expected.owes is not None and sorted(expected.owes) != sorted(owes):
        wanted, found = (", ".join(sorted(names)) or "nobody" for names in (expected.owes, owes))
        yield f"expected {wanted} to owe the next act, but it is {found}: {told}"


def _saying(what: str, expected: Expectation, told: str) -> Iterator[str]:
    if expected.says and expected.says.lower() not in told.lower():
        yield f"expected {what} to say {expected.says!r}, but it says: {told}"


def _child(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.programs)
    child = program.children.get(name)
    found = (child.standing or "opened") if child else "not_opened"
    yield from _differs(name, expected.is_, found)
    if expected.on:
        yield from _differs(f"{name} opened on", expected.on, _day(child.opened_at if child else None, program.plan.time_zone))


def _stability(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    state, rule = (
        program.stability.get(name),
        program.plan.phases[name].stability if name in program.plan.phases else None,
    )
    if state is None or rule is None:
        if expected.is_ != "not_begun":
            yield f"the stability period of {name} has not begun"
        return
    zone, counted = program.plan.time_zone, state.counted
    status = "complete" if state.completed_at else counted.status
    moved = f"; last moved by {counted.moved_by}" if counted.moved_by else ""
    ends = state.completed_at or counted.completes_at
    for message in (
        *_differs(f"the stability of {name}", expected.is_, status),
        *_differs(f"the stability of {name} to end on", expected.completes_on, _day(ends, zone)),
        *_differs(f"the stability of {name} complete on", expected.on, _day(state.completed_at, zone)),
        *_differs("the days left", expected.days_left, days_left(program, name, at)),
        *_differs("what last moved it", expected.moved_by, counted.moved_by),
    ):
        yield f"{message} (counted from {local_day(counted.counted_from, zone)}{moved})"


def _release(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.releases)
    if name not in program.releases:
        return
    state, zone = program.releases[name], program.plan.time_zone
    held = ", ".join(f"{account} {amount:f}" for account, amount in state.balances.items() if amount)
    for account, amount in (expected.balances or {}).items():
        if state.balances[account] != amount:
            yield f"expected {amount:f} of {name} to be {account}, but it stands at: {held}"
    yield from _differs(f"{name} last moved on", expected.on, _day(state.moved_at, zone))
    if expected.cure_until is not None:
        cured = [_day(cured_by(program, name, part), zone) for part in state.suspensions]
        if expected.cure_until not in cured:
            yield f"expected a part of {name} to be cured by {expected.cure_until}, but it is {cured}"
    waits = awaited_by(program, name, at)
    sentences = " ".join(waiting.sentence for waiting in waits)
    yield from _owing(expected, {party for waiting in waits for party in waiting.owes}, sentences)
    if expected.says and expected.says.lower() not in sentences.lower():
        yield f"expected {name} to wait for {expected.says!r}, but it says: {sentences}"


def _totals(program: Program, expected: Expectation, unit: str, _: datetime) -> Iterator[str]:
    found = totals(program)
    yield from _find(unit, found)
    if unit not in found:
        return
    held = ", ".join(f"{account} {amount:f}" for account, amount in found[unit].items() if amount)
    for account, amount in (expected.balances or {}).items():
        if found[unit][account] != amount:
            yield f"expected {amount:f} {unit} in all to be {account}, but all releases stand at: {held}"


def _figure(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.indicators)
    if name not in program.plan.indicators:
        return
    now = usable_figure(program, name, at)
    sentence = (
        now.sentence if isinstance(now, Unknown) else f"{program.plan.indicators[name].title} was {figure_in_words(now)}."
    )
    found = "not_known" if isinstance(now, Unknown) else f"{now.value:f}"
    yield from (f"{message}. {sentence}" for message in _differs(f"the figure of {name}", expected.is_, found))
    yield from _differs(f"the period of {name}", expected.period, None if isinstance(now, Unknown) else now.period)
    yield from _saying(f"the figure of {name}", expected, sentence)


def _finding(program: Program, expected: Expectation, name: str, _: datetime) -> Iterator[str]:
    yield from _find(name, {*program.plan.milestones, *program.stability})
    finding = program.milestone(name).finding
    if name in program.stability:
        finding = program.stability[name].finding
    found = "none" if finding is None else finding.proposes or finding.outcome
    yield from _differs(f"the finding on {name}", expected.is_, found)
    if expected.says and (finding is None or expected.says.lower() not in finding.sentence.lower()):
        yield f"expected the finding on {name} to say {expected.says!r}, but it says: {finding and finding.sentence}"


def _blocked(program: Program, expected: Expectation, name: str, at: datetime) -> Iterator[str]:
    yield from _find(name, program.plan.phases)
    blocks = blocking_phase(program, name, at) if name in program.plan.phases else ()
    sentences = " ".join(block.sentence for block in blocks)
    if not blocks:
        yield f"nothing blocks {name}"
    yield from _owing(expected, {party for block in blocks for party in block.owes}, sentences)
    yield from _saying("the reason", expected, sentences)


_NAMED: Mapping[str, Callable[[Program, Expectation, str, datetime], Iterator[str]]] = {
    "phase": _phase,
    "milestone": _milestone,
    "commitment": _commitment,
    "stability": _stability,
    "child": _child,
    "proposal": _proposal,
    "release": _release,
    "agreed_date": _agreed_date,
    "dispute": _dispute,
    "snapback": _snapback,
    "incident": _incident,
    "assessed": _assessed,
    "totals": _totals,
    "figure": _figure,
    "finding": _finding,
    "blocked": _blocked,
    "reciprocity": _reciprocity,
}
