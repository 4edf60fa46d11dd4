"""Revisions: what a new edition of a source does to the figures recorded from it.

Producers publish the past anew. A figure that differs in a later edition replaces the older one
and carries a cause, since not every revision undoes an achievement. A check does not know the
cause; it presumes one from what has changed:

    data_error   another value under the same edition label: the producer has corrected itself
    late_data    in a later edition only the newest period published before has changed: it was closed
                 with estimates and completed later
    methodology  older periods have changed too, which late data does not cause: the series was recomputed

The presumption is recorded as the cause. Whoever verifies can return the figure and record it with
another cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Context, Decimal

from rules.facts import MeasurementRecorded
from rules.figures.selection import latest_of, unrevised
from rules.language.indicators import Baseline
from rules.language.periods import Calendar, is_period, period_end
from rules.language.revision_causes import Cause
from rules.program import Program
from rules.vocabulary.evidence import EvidenceStatus
from rules.vocabulary.origin import Fetch
from rules.vocabulary.readings import ReadFigure

_EXACT = Context(prec=80)
_TELLING = 5
"""Digits."""

_STANDS = (EvidenceStatus.RECORDED, EvidenceStatus.VERIFIED)


class FigureSeries:
    """The recorded figures of one indicator by one producer, verified or not."""

    def __init__(self, program: Program, indicator: str, producer: str) -> None:
        pieces = [piece for piece in program.evidence.values() if piece.measurement is not None]
        held = [(piece.status, piece.measurement) for piece in pieces if piece.measurement is not None]
        own = [
            (status, figure)
            for status, figure in held
            if (figure.indicator, figure.producer) == (indicator, producer) and is_period(figure.period, program.plan.periods)
        ]
        self._all = [figure for _, figure in own]
        self._by_id = {figure.measurement: figure for figure in self._all}
        self.standing = latest_of(unrevised(figure for status, figure in own if status in _STANDS))
        """By period the figure that stands and that no other has taken the place of."""
        self.told = {(figure.period, figure.edition) for status, figure in own if status in _STANDS}
        """Periods and editions of which a figure stands, though later ones may have taken its place."""

    def periods_without(self, fetched: tuple[Fetch, ...]) -> set[str]:
        """The periods recorded from other answers, so that an interrupted run is completed consistently."""
        return {figure.period for figure in self._all if figure.origin is None or figure.origin.fetched != fetched}

    def last_read(self, check: str, period: str) -> MeasurementRecorded | None:
        """The figure that a check recorded last for a period, whatever its status."""
        read = (one for one in self._all if one.period == period and one.origin is not None and one.origin.check == check)
        return latest_of(read).get(period)

    def before(self, edition: str) -> dict[str, MeasurementRecorded]:
        """By period, the figures recorded before the first one of an edition."""
        walked = {period: self._walked(figure, edition) for period, figure in self.standing.items()}
        return {period: figure for period, figure in walked.items() if figure is not None}

    def _walked(self, figure: MeasurementRecorded | None, edition: str) -> MeasurementRecorded | None:
        while figure is not None and figure.edition == edition:
            figure = self._by_id.get(figure.revises or "")
        return figure


def is_as_recorded(recorded: MeasurementRecorded, value: Decimal) -> bool:
    """Whether a read value equals the recorded one in all digits that were written.

    People copy figures with fewer digits than the source. Five or more matching digits are taken as equal; fewer could hide
    on which side of a target the value lies. Figures read by a check are compared exactly.
    """
    if recorded.origin is not None or len(recorded.value.as_tuple().digits) < _TELLING:
        return recorded.value == value
    return _EXACT.quantize(value, recorded.value) == recorded.value


def cause(
    before: Iterable[MeasurementRecorded], read: Mapping[str, ReadFigure], baseline: Baseline | None, calendar: Calendar
) -> Cause | None:
    """The presumed cause for which figures of an edition differ from those recorded before; None if none differs.

    `baseline` is that of the indicator, which counts as an earlier edition's figure although nobody has recorded it; None
    for another producer's figures.
    """
    were = list(before)
    if not were:
        return None
    moved = {one.period for one in were if one.period in read and not is_as_recorded(one, read[one.period].value)}
    last = max(were, key=lambda figure: period_end(figure.period, calendar)).period
    if moved - {last} or (baseline is not None and _rewritten(baseline, read, last, calendar)):
        return "methodology"
    return "late_data" if moved else None


def _rewritten(baseline: Baseline, read: Mapping[str, ReadFigure], last: str, calendar: Calendar) -> bool:
    """Whether the value behind a frozen baseline has changed, at the baseline's precision."""
    period = baseline.period
    if period not in read or not is_period(period, calendar) or period_end(period, calendar) >= period_end(last, calendar):
        return False
    now = read[period]
    return now.edition != baseline.edition and _EXACT.quantize(now.value, baseline.value) != baseline.value
