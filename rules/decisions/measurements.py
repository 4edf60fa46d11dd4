"""Decisions on measurements: which indicator, which figure it revises, and its origin."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rules import acts as a
from rules import facts
from rules.authority import may
from rules.decisions.checks import check_of
from rules.decisions.recorded import check_free, check_past, evidence_of
from rules.entries import Fact
from rules.field_types import did_you_mean
from rules.language.periods import covered, is_period
from rules.program import Program
from rules.refusals import Code, Refusal
from rules.times import local_day
from rules.vocabulary.evidence import EvidenceStatus


def measurement_fact(program: Program, actor: a.Actor, deed: a.RecordMeasurement, at: datetime, filed: Collection[str]) -> Fact:
    """The fact of a measurement; `filed` are documents by hash. Raises Refusal."""
    if (indicator := program.plan.indicators.get(deed.indicator)) is None:
        raise Refusal(
            Code.INDICATOR_UNKNOWN,
            f"{deed.indicator} is no indicator of the plan.",
            did_you_mean(deed.indicator, program.plan.indicators),
        )
    if indicator.made_of is not None:
        parts = " and ".join(program.plan.recorded_for[deed.indicator])
        told = f"{indicator.title} is made of the figures of others, and nobody records it."
        raise Refusal(Code.WRONG_ORIGIN, told, f"a figure of {parts}")
    check_free(program, deed.measurement)
    if deed.unit != indicator.unit:
        raise Refusal(
            Code.WRONG_UNIT,
            f"{indicator.title} is measured in {indicator.unit}, not in {deed.unit}.",
            f"the figure converted to {indicator.unit}, with its source saying so",
        )
    try:
        _, last_day = covered(deed.period, program.plan.periods)
    except (ValueError, OverflowError) as error:
        told, _, accepted = str(error).partition("; ")
        raise Refusal(Code.WRONG_PERIOD, f"{told}.", accepted or "a period of the calendar") from None
    if not is_period(deed.period, program.plan.periods):
        raise Refusal(Code.WRONG_PERIOD, f"{deed.period} is of no year that figures are about.", "a year from 1000 on")
    if last_day.isoformat() > local_day(deed.retrieved_at, program.plan.time_zone):
        raise Refusal(
            Code.WRONG_PERIOD,
            f"The period {deed.period} lasts through {last_day}, and was not over when the figure was retrieved.",
            "a figure that was retrieved on the last day of its period, or later",
        )
    check_past(deed.retrieved_at, at, program.plan.time_zone)
    if indicator.plausible is not None and not indicator.plausible.holds(deed.value):
        raise Refusal(
            Code.IMPLAUSIBLE,
            f"{deed.value:f} {deed.unit} cannot be; the plan says what is plausible for {indicator.title}.",
            f"a figure of {indicator.plausible}",
        )
    _check_revision(program, deed)
    _check_origin(program, actor, deed)
    named = deed.document.sha256 in filed if deed.document else None
    return facts.MeasurementRecorded(**deed.model_dump(exclude={"kind"}), filed=named)


def _check_revision(program: Program, deed: a.RecordMeasurement) -> None:
    """A revision replaces a standing figure of the same series and gives a cause. Raises Refusal."""
    if (deed.revises is None) != (deed.cause is None):
        lacks = "which figure it revises" if deed.revises is None else "why the figure is another"
        raise Refusal(Code.WRONG_REVISION, f"This does not say {lacks}.", "revises and cause together, or neither")
    if deed.revises is None:
        _check_first(program, deed)
        return
    piece = evidence_of(program, deed.revises)
    before = piece.measurement
    if before is None or (before.indicator, before.producer, before.period) != (deed.indicator, deed.producer, deed.period):
        raise Refusal(
            Code.WRONG_REVISION,
            f"{deed.revises} is no figure of {deed.indicator} by {deed.producer} for {deed.period}.",
            "the figure of the same indicator, producer and period that was published before",
        )
    if piece.status not in (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED):
        raise Refusal(
            Code.EVIDENCE_NOT_STANDING,
            f"The figure {deed.revises} is {piece.status}.",
            "a figure that is recorded or verified",
        )


def _check_first(program: Program, deed: a.RecordMeasurement) -> None:
    """One edition has one figure for a period; another one must be recorded as its revision. Raises Refusal."""
    for name in (*program.figures.get(deed.indicator, ()), *program.unjudged):
        before = program.evidence[name].measurement
        if before is None or (before.indicator, before.producer) != (deed.indicator, deed.producer):
            continue
        if (before.period, before.edition) == (deed.period, deed.edition):
            text = f"{name} says {before.value:f} {before.unit} for {deed.period} in the edition {deed.edition}"
            raise Refusal(
                Code.WRONG_REVISION,
                f"{text}, and this does not say that it takes the place of that.",
                f"revises: {name} with the cause; the edition, if it is another; or one figure for all of {deed.period}",
            )


def _check_origin(program: Program, actor: a.Actor, deed: a.RecordMeasurement) -> None:
    """Only checkers give an origin, and the service's own check records nothing without one. Raises Refusal."""
    if deed.origin is None:
        if actor == a.CHECKS:
            raise Refusal(
                Code.WRONG_ORIGIN, "The service records no figure that no check has read.", "a figure with its origin"
            )
        return
    if not may(actor.role, "say_origin"):
        text = f"An origin says which check has read a figure, and {actor.person} is none."
        raise Refusal(Code.WRONG_ORIGIN, text, "a figure without origin, with its source in words")
    check = check_of(program, deed.origin.check)
    if check.figures_of != deed.indicator:
        text = f"The check {deed.origin.check} does not read {deed.indicator}."
        raise Refusal(Code.WRONG_ORIGIN, text, f"a check of {deed.indicator}")
    producer = program.plan.sources[check.source].producer
    if producer != deed.producer:
        raise Refusal(Code.WRONG_ORIGIN, f"The check {deed.origin.check} reads {producer}, not {deed.producer}.", producer)
