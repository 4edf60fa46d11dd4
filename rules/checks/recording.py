"""The selection of the figures to record among those that a check has read."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from rules.acts import RecordMeasurement
from rules.canonical import digest
from rules.decimals import Figure
from rules.facts import MeasurementRecorded
from rules.figures.derived import a_year_before
from rules.figures.editions import FigureSeries, cause, is_as_recorded
from rules.language.indicators import Indicator
from rules.language.periods import before, is_period, period_end, year_of
from rules.language.revision_causes import Cause
from rules.program import Program
from rules.times import local_day
from rules.vocabulary.origin import Fetch, Origin
from rules.vocabulary.readings import NoReading, ReadFigure

_FIGURE: TypeAdapter[Decimal] = TypeAdapter(Figure)


class FigureReading:
    """One reading of a check, compared with what is recorded.

    To be recorded are: the newest period, and any since the newest recorded one; as many earlier ones as a target requires
    in a row; those of the year before, where a derived figure needs them; the baseline's period, where a change is compared
    within one edition; and revisions of recorded figures. The same figure in another edition is skipped if nothing else has
    changed, so that a new edition label alone creates no work for verifiers.
    """

    def __init__(self, program: Program, check: str, figures: Iterable[ReadFigure]) -> None:
        rule = program.plan.checks[check]
        self._check, self._name = check, rule.figures_of or ""
        self._indicator: Indicator = program.plan.indicators[self._name]
        self._calendar = program.plan.periods
        self._source = program.plan.sources[rule.source]
        self._a_year_before = self._name in program.plan.compared_with_a_year_before
        self._targets = [how.target for _, _, how in program.plan.measured.get(self._name, ())]
        self._within = any(target.compares == "within_edition" for target in self._targets)
        self._needs_errors = any(target.standard_errors is not None for target in self._targets)
        self._series = FigureSeries(program, self._name, self._source.producer)
        self._figures = tuple(_labelled(figure) for figure in figures)
        self._read = {figure.period: figure for figure in self._figures}

    def deeds(self, fetched: tuple[Fetch, ...], adapter: str, version: str) -> tuple[RecordMeasurement, ...] | NoReading:
        """The measurements to record, older periods first; or the reason why the reading is rejected."""
        for figure in self._figures:
            if (fault := self._invalid(figure)) is not None:
                return fault
        wanted = sorted(self._periods(fetched), key=self._end)
        for period in wanted:
            if (fault := self._impossible(self._read[period], fetched[-1])) is not None:
                return fault
        found: list[RecordMeasurement] = []
        for period in wanted:
            if (revises := self._replaced(self._read[period])) is not None:
                try:
                    found.append(self._measurement(self._read[period], revises, fetched, adapter, version))
                except ValidationError as error:
                    return NoReading("unparseable", f"{period} cannot be recorded: {error.errors()[0]['msg']}.")
        return tuple(found)

    @property
    def newest(self) -> ReadFigure:
        return max(self._figures, key=lambda figure: self._end(figure.period))

    def _end(self, period: str) -> datetime:
        return period_end(period, self._calendar)

    def _invalid(self, figure: ReadFigure) -> NoReading | None:
        """What would make a figure invalid in any plan."""
        if not is_period(figure.period, self._calendar):
            return NoReading("unparseable", f"{figure.period[:40]!r} is no period.")
        try:
            _FIGURE.validate_python(figure.value)
        except ValidationError:
            text = "is no figure: it is finite, below 1e18, of at most 38 digits and 18 after the point"
            return NoReading("implausible", f"{figure.period}: {str(figure.value)[:60]} {text}.")
        if year_of(figure.period) < self._source.first_year:
            text = f"A figure is given for {figure.period}, and the source begins with {self._source.first_year}."
            return NoReading("implausible", text)
        if len(figure.edition) > 200 or not figure.edition.isprintable() or not figure.edition:
            return NoReading("unparseable", f"{figure.period} is of an edition without a name that can be recorded.")
        if (other := self._read[figure.period]).value != figure.value:
            text = f"{figure.period} is given twice, as {figure.value:f} and as {other.value:f}."
            return NoReading("unparseable", text)
        return None

    def _impossible(self, figure: ReadFigure, fetch: Fetch) -> NoReading | None:
        """Why a figure to be recorded cannot be a value of the indicator."""
        rule = self._indicator
        if figure.unit is not None and figure.unit != rule.unit:
            text = f"{figure.period} is given in {figure.unit}, and {rule.title} is measured in {rule.unit}."
            return NoReading("wrong_unit", text)
        if self._end(figure.period) > fetch.retrieved_at:
            day = local_day(fetch.retrieved_at, "UTC")
            return NoReading("implausible", f"A figure is given for {figure.period}, which was not over on {day}.")
        if rule.plausible is not None and not rule.plausible.holds(figure.value):
            text = f"{figure.value:f} {rule.unit} in {figure.period} cannot be; plausible is {rule.plausible}."
            return NoReading("implausible", text)
        return None

    def _periods(self, fetched: tuple[Fetch, ...]) -> set[str]:
        """The periods that may need a new record."""
        standing, newest = self._series.standing, self.newest.period
        asked = {newest} | {period for target in self._targets for period in target.by_period}
        for target in self._targets:
            period = newest
            for _ in range(target.periods - 1):
                period = before(period, self._calendar)
                asked.add(period)
        if self._a_year_before:
            asked |= {a_year_before(period) for period in asked}
        if self._within:
            asked.add(self._indicator.frozen.period)
        if earlier := self._series.periods_without(fetched):
            ends = max(self._end(period) for period in earlier)
            asked |= {period for period in self._read if self._end(period) > ends}
        both = standing.keys() & self._read.keys()
        return (asked & self._read.keys()) | {
            period for period in both if not self._is_recorded(standing[period], self._read[period])
        }

    def _replaced(self, figure: ReadFigure) -> tuple[MeasurementRecorded | None, Cause | None] | None:
        """Which figure this one replaces, and the cause; None if it is not new."""
        last, now = self._series.last_read(self._check, figure.period), self._series.standing.get(figure.period)
        if last is not None and last.edition == figure.edition and self._is_recorded(last, figure):
            return None  # the source repeats itself, so whatever people decided stands
        if now is None:
            return None, None
        if now.edition == figure.edition:
            corrected = not is_as_recorded(now, figure.value)
            return None if self._is_recorded(now, figure) else (now, "data_error" if corrected else "late_data")
        why = self._cause(figure.edition)
        if not self._is_recorded(now, figure):
            return now, why or "late_data"
        if why is not None and self._within:
            return now, why
        newest = self._series.standing.get(self.newest.period)
        fresh = newest is None or newest.edition == self.newest.edition
        is_told = (figure.period, figure.edition) in self._series.told
        return (None, None) if self._within and fresh and not is_told else None

    def _is_recorded(self, recorded: MeasurementRecorded, read: ReadFigure) -> bool:
        """Whether a read figure equals the recorded one. An error that only one of them has is ignored, unless a target needs
        it.
        """
        known = {None, recorded.standard_error}
        if recorded.origin is None and recorded.standard_error is None and not self._needs_errors:
            known.add(read.standard_error)
        return is_as_recorded(recorded, read.value) and read.standard_error in known

    def _cause(self, edition: str) -> Cause | None:
        own = self._source.producer == self._indicator.producer
        return cause(
            self._series.before(edition).values(), self._read, self._indicator.baseline if own else None, self._calendar
        )

    def _measurement(
        self,
        figure: ReadFigure,
        news: tuple[MeasurementRecorded | None, Cause | None],
        fetched: tuple[Fetch, ...],
        adapter: str,
        version: str,
    ) -> RecordMeasurement:
        (revised, why), last = news, self._series.last_read(self._check, figure.period)
        named = [figure.period, f"{figure.value:f}", figure.edition, f"{figure.standard_error}"]
        named += [revised.measurement if revised else "", last.measurement if last else ""]
        return RecordMeasurement(
            measurement=f"{self._check}-{figure.period.replace('/', ':')}-{digest(named)[:12]}",
            indicator=self._name,
            value=figure.value,
            unit=self._indicator.unit,
            period=figure.period,
            producer=self._source.producer,
            edition=figure.edition,
            source=self._source.title,
            retrieved_at=fetched[-1].retrieved_at,
            revises=revised.measurement if revised else None,
            cause=why,
            standard_error=figure.standard_error,
            origin=Origin(check=self._check, fetched=fetched, adapter=adapter, version=version, row=figure.row),
        )


def _labelled(figure: ReadFigure) -> ReadFigure:
    """A figure whose edition is written as the ledger writes it, so that it is known again."""
    return replace(figure, edition=unicodedata.normalize("NFC", figure.edition.strip()))
