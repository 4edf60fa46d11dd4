"""Validation of sources and checks: adapters, values, hosts, and the use of what is read.

A check may read another producer than its indicator names. Such figures corroborate or contradict,
and never count instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rules.field_types import did_you_mean
from rules.language.checks import Check, Feed
from rules.language.plan import Plan
from rules.language.reading import Fault, Path
from rules.language.sources import AttestedSource
from rules.spelling import Spellings, shared
from rules.times import add_duration
from rules.validation.names import unknown_name

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def source_faults(plan: Plan) -> Iterator[Fault]:
    """Faults of the sources and checks of a plan."""
    for name, source in plan.sources.items():
        for host in sorted(source.hosts() - set(plan.hosts)):
            text = f"{host} is no host that checks may ask; {did_you_mean(host, plan.hosts)}; write it under hosts: [...]"
            yield Fault(("sources", name, *_place_of(source, host)), text)
    for name, check in plan.checks.items():
        yield from _check(plan, ("checks", name), check)
    yield from _twice(plan)


_ADDRESSES: tuple[tuple[str, ...], ...] = (("url",), ("edition", "url"), ("deleted", "url"), ("auth", "oauth"))


def _place_of(source: object, host: str) -> tuple[str, ...]:
    """The path at which a source names a host."""
    for place in _ADDRESSES:
        held = source
        for field in place:
            held = getattr(held, field, None)
        if held is not None and f"//{host}" in str(held):
            return place
    return ()


def _check(plan: Plan, at: Path, check: Check) -> Iterator[Fault]:
    yield from unknown_name((*at, "source"), check.source, "source", plan.sources)
    if add_duration(EPOCH, check.runs.overdue_after, "UTC") < add_duration(EPOCH, check.runs.every, "UTC"):
        text = f"it would be overdue before it runs again; write overdue_after, longer than {check.runs.every}"
        yield Fault((*at, "runs", "overdue_after"), text)
    if check.figures_of is not None:
        yield from unknown_name((*at, "figures_of"), check.figures_of, "indicator", plan.indicators)
        if check.figures_of in plan.derived:
            parts = ", ".join(plan.recorded_for[check.figures_of])
            yield Fault((*at, "figures_of"), f"{check.figures_of} is made of others, and no check reads it; read {parts}")
    if check.incidents is not None:
        yield from _feed(plan, (*at, "incidents"), check.incidents)
    if (source := plan.sources.get(check.source)) is None:
        return
    if isinstance(source, AttestedSource):
        text = f"{check.source} is attested by people, and no check reads it; its figures are recorded with record_measurement"
        yield Fault((*at, "source"), text)
        return
    wanted = source.placeholders()
    for word in sorted(wanted - check.with_.keys()):
        yield Fault((*at, "with"), f"the source {check.source} asks for {{{word}}}; write with: {{{word}: ...}}")
    for word in sorted(check.with_.keys() - wanted):
        known = ", ".join(sorted(wanted)) or "none"
        yield Fault((*at, "with", word), f"{word} is no placeholder of the source {check.source}; it asks for: {known}")


def _feed(plan: Plan, at: Path, feed: Feed) -> Iterator[Fault]:
    for written, kind in feed.kinds.items():
        yield from unknown_name((*at, "kinds", written), kind, "kind of incident", plan.incidents)
    yield from unknown_name((*at, "severity"), feed.severity, "severity", plan.severities)
    for written, severity in feed.severities.items():
        yield from unknown_name((*at, "severities", written), severity, "severity", plan.severities)
    for written, who in feed.actors.items():
        yield from unknown_name((*at, "actors", written), who, "party or non-party", plan.everybody)
    for place in feed.spellings:
        yield from unknown_name((*at, "spellings", place), place, "place of this check", feed.places)
    if (same := shared(feed.places, feed.spellings)) is not None:
        yield Fault((*at, "spellings"), f"{same[0]} is a spelling of both {same[1]} and {same[2]}; it can be one of them only")
    known = Spellings(feed.places, feed.spellings, places=True)
    for index, place in enumerate(feed.elsewhere):
        if (name := known.known_as(place)) is not None:
            yield Fault((*at, "elsewhere", index), f"{place} is {name}, which is watched; it cannot be elsewhere")
    if feed.attributed_to is not None:
        yield from unknown_name((*at, "attributed_to"), feed.attributed_to, "party or non-party", plan.everybody)


def _twice(plan: Plan) -> Iterator[Fault]:
    """Pairs of checks that read one producer for one indicator, and would revise each other's figures for ever."""
    seen: dict[tuple[str, str], str] = {}
    for name, check in plan.checks.items():
        source = plan.sources.get(check.source)
        if source is None or check.figures_of is None:
            continue
        read = (check.figures_of, source.producer)
        if read in seen:
            text = f"{check.figures_of} by {source.producer} is read by the check {seen[read]} already; keep one of the two"
            yield Fault(("checks", name, "figures_of"), text)
        seen.setdefault(read, name)
