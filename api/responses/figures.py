"""Response models of indicators and their figures."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from rules.figures.derived import Derived, figure_in_words, recorded_parts
from rules.figures.selection import newest_figure, stale_from, usable_figure
from rules.program import Program
from rules.times import Instant
from rules.vocabulary.evidence import Evidence
from rules.vocabulary.unknown import Unknown, Why

MOST_FIGURES = 500


class FigureResponse(BaseModel):
    """A verified figure that stands: what period it is of, when its producer was asked, and when it was recorded."""

    id: str
    value: str
    unit: str
    period: str
    producer: str
    edition: str
    retrieved_at: Instant
    recorded_at: Instant
    revises: str | None

    @classmethod
    def of(cls, piece: Evidence) -> FigureResponse | None:
        figure = piece.measurement
        if figure is None:
            return None
        return cls(
            id=piece.id,
            value=f"{figure.value:f}",
            unit=figure.unit,
            period=figure.period,
            producer=figure.producer,
            edition=figure.edition,
            retrieved_at=figure.retrieved_at,
            recorded_at=piece.recorded_at,
            revises=figure.revises,
        )


class IndicatorResponse(BaseModel):
    """An indicator, with the figures of it that have been verified."""

    indicator: str
    title: str
    producer: str
    unit: str
    counts: str | None = Field(
        description="id of the figure that counts; null: none tells anything about now, or one made of others"
    )
    made_of: list[str] | None = Field(description="ids of the figures that the one that counts is made of; null: of none")
    value: str | None = Field(description="of the figure that counts; made of others, exact or its first ten digits")
    period: str | None = Field(description="of the figure that counts")
    unknown: Why | None = Field(description="why none does")
    sentence: str = Field(description="which figure counts and whose it is or what it is made of; or why none does")
    stale_from: Instant | None = Field(description="when the newest figure is too old for the plan; null: there is none")
    figures: list[FigureResponse] = Field(description=f"oldest first; the last {MOST_FIGURES}")

    @classmethod
    def of(cls, program: Program, name: str, at: datetime) -> IndicatorResponse:
        rule, now, last = program.plan.indicators[name], usable_figure(program, name, at), newest_figure(program, name)
        pieces = (FigureResponse.of(program.evidence[piece]) for piece in program.figures.get(name, ())[-MOST_FIGURES:])
        return cls(
            indicator=name,
            title=rule.title,
            producer=rule.producer,
            unit=rule.unit,
            counts=None if isinstance(now, Unknown | Derived) else now.measurement,
            made_of=[one.measurement for one in recorded_parts(now)] if isinstance(now, Derived) else None,
            value=None if isinstance(now, Unknown) else f"{now.value:f}",
            period=None if isinstance(now, Unknown) else now.period,
            unknown=now.why if isinstance(now, Unknown) else None,
            sentence=now.sentence if isinstance(now, Unknown) else f"{rule.title} was {figure_in_words(now)}.",
            stale_from=stale_from(program, name, last) if last else None,
            figures=[piece for piece in pieces if piece is not None],
        )
