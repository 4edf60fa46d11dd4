"""Figures out of rows, each looked at before it counts; one that cannot be takes the whole answer with it.

An answer of which one figure is impossible is not one to take the others from: what went wrong there may have gone
wrong everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation

from rules.decimals import to_ascii, without_sign
from rules.language.periods import period_end
from rules.vocabulary.readings import Dropped, NoReading, ReadFigure, Readings, Unread, counted
from workflows.sources.adapter import Ask
from workflows.sources.json_text import Unreadable, stored
from workflows.sources.numbers import ERRORS, Separators, cleaned, is_nothing

POINT = Separators()
_EXACT = Context(prec=120)
_LARGEST = Decimal("1e18")
_SMALLEST = Decimal("1e-18")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?")
"""As figures are written everywhere (`rules.decimals`), and with the exponent that machines write."""
_GROUPED = re.compile(r"-?[0-9]{1,20}(?:[,.'\u00a0\u202f ][0-9]{1,20})+")
_PERIOD = re.compile(
    r"(?P<year>[0-9]{4})(?:\.0)?|(?P<of>[0-9]{4})[-M](?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?(?:T[0-9:.Z+-]*)?"
    r"|(?P<part_of>[0-9]{4})-?(?P<part>Q[1-4]|[SH][12]|W[0-9]{2})"
)


class UnusableRow(Exception):
    """Why an answer gives nothing: the kind, and a sentence's end."""

    def __init__(self, kind: Unread, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class UnusableAnswer(UnusableRow):
    """Why one cell gives nothing. The others of its answer are read all the same, and it is counted."""


def read_or_why(title: str, read: Callable[[], Readings]) -> Readings | NoReading:
    """What is read of a source, or why nothing is: nothing that an answer holds raises further."""
    try:
        return read()
    except UnusableRow as unfit:
        return NoReading(unfit.kind, stored(f"{title}: {unfit}.", 1000))
    except Unreadable as fault:
        return NoReading("unparseable", stored(f"{title}: {fault}.", 1000))


@contextmanager
def differing(told: str) -> Iterator[None]:
    """What cannot be read of an answer that differs from what answers were like is told with the difference."""
    try:
        yield
    except UnusableRow as unfit:
        if not told or unfit.kind not in {"unparseable", "no_match", "missing"}:
            raise
        raise UnusableRow(unfit.kind, f"{unfit}; {told}") from None


def number(written: object, where: str, separators: Separators = POINT) -> Decimal | None:
    """A number as it is written; None where nothing is said. Raises Unfit, and Spoilt for a cell that is none."""
    if written is None:
        return None
    if isinstance(written, float):
        written = repr(written)  # a workbook keeps binary numbers: this is the shortest text that is the same one
        separators = POINT
    said = str(written).strip()
    if is_nothing(to_ascii(said)):
        return None
    if said.casefold() in ERRORS:
        raise UnusableAnswer("missing", f"{where} is the error {said}")
    text = cleaned(said, separators) if len(said) <= 400 else said
    if isinstance(written, bool) or len(text) > 400 or not _NUMBER.fullmatch(text):
        hint = "; a source says how its numbers are written (numbers)" if _GROUPED.fullmatch(said) else ""
        raise UnusableAnswer("unparseable", f"{stored(said, 60)!r} in {where} is no number{hint}")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise UnusableRow("implausible", f"{stored(text, 60)!r} in {where} is no figure that can be") from None
    if abs(found) >= _LARGEST:
        raise UnusableRow("implausible", f"{stored(text, 60)} in {where} is larger than any figure can be")
    return without_sign(found)


def period(written: object, where: str) -> str:
    """A period as year, half, quarter, month, week or day. Raises Unfit."""
    text = to_ascii(str(written).strip())
    found = _PERIOD.fullmatch(text)
    if isinstance(written, bool) or not found:
        raise UnusableRow("unparseable", f"{stored(text, 60)!r} in {where} is no year, half, quarter, month, week or day")
    if found["part"]:
        return f"{found['part_of']}-{found['part'].replace('S', 'H')}"
    return found["year"] or "-".join(part for part in (found["of"], found["month"], found["day"]) if part)


class FigureReader:
    """The figures of one answer."""

    def __init__(self, ask: Ask, scale: Decimal, edition: str, separators: Separators = POINT) -> None:
        self._ask = ask
        self._separators = separators
        self._spoilt: list[UnusableAnswer] = []
        self._scale = scale
        self._edition = edition
        self._found: dict[str, ReadFigure] = {}

    def add(  # noqa: PLR0913  what is said of one figure
        self, written: object, value: object, row: str, *, unit: str | None, error: object = None, where: str
    ) -> None:
        """Raises Unfit."""
        try:
            held, spread = (number(cell, where, self._separators) for cell in (value, error))
        except UnusableAnswer as spoilt:
            self._spoilt.append(spoilt)
            return
        if held is None:
            return
        covered = period(written, where)
        figure = ReadFigure(
            period=covered,
            value=self._scaled(held, where),
            unit=unit,
            edition=self._edition,
            row=row,
            standard_error=None if spread is None else self._scaled(spread, where),
        )
        self._check(figure)
        before = self._found.setdefault(covered, figure)
        if before.value != figure.value:
            raise UnusableRow("implausible", f"the answer has two figures for {covered}: {before.value:f} and {figure.value:f}")

    def figures(self) -> tuple[ReadFigure, ...]:
        """In the order of their periods. Raises Unfit where there is none."""
        if not self._found and self._spoilt:
            raise self._spoilt[0]
        if not self._found:
            asked = ", ".join(f"{name} {value}" for name, value in self._ask.check.with_.items())
            raise UnusableRow("missing", f"the source answers, and has no figure{f' for {asked}' if asked else ''}")
        return tuple(self._found[covered] for covered in sorted(self._found))

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """The cells that gave nothing though something stands there."""
        return counted(f"in which {spoilt}" for spoilt in self._spoilt)

    def _scaled(self, value: Decimal, where: str) -> Decimal:
        exact = _EXACT.multiply(value, self._scale)
        if abs(exact) >= _LARGEST:
            raise UnusableRow("implausible", f"{exact:.6E} in {where} is larger than any figure can be")
        if int(exact.as_tuple().exponent) < -18:
            exact = exact.quantize(_SMALLEST, ROUND_HALF_EVEN, _EXACT)
        return without_sign(exact)

    def _check(self, figure: ReadFigure) -> None:
        value, least, most = figure.value, self._ask.at_least, self._ask.at_most
        if least is not None and value < least:
            raise UnusableRow(
                "implausible", f"{value:f} for {figure.period} is below {least:f}, the least that the plan finds plausible"
            )
        if most is not None and value > most:
            raise UnusableRow(
                "implausible", f"{value:f} for {figure.period} is above {most:f}, the most that the plan finds plausible"
            )
        if figure.standard_error is not None and figure.standard_error < 0:
            raise UnusableRow("implausible", f"a standard error below nought stands beside the figure for {figure.period}")
        try:
            ends = period_end(figure.period)
        except (ValueError, OverflowError):
            raise UnusableRow("unparseable", f"{figure.period} is no date") from None
        if (year := int(figure.period[:4])) < self._ask.source.first_year:
            told = f"the answer has a figure for {figure.period}, and the source begins with {self._ask.source.first_year}"
            raise UnusableRow("implausible", told) if year else UnusableRow("unparseable", f"{figure.period} is no date")
        if ends > midnight_after(self._ask.today):
            raise UnusableRow(
                "implausible", f"the answer has a figure for {figure.period}, a time that was not over on {self._ask.today}"
            )


def unit_of(said: object, expected: str | None, ask: Ask) -> str | None:
    """The unit of a figure in the indicator's words; None where the source says none. Raises Unfit."""
    text = "" if said is None else stored(str(said), 200)
    if not text:
        return None
    wanted = expected or ask.unit
    if wanted is not None and text != wanted:
        raise UnusableRow("wrong_unit", f"the figure is in {text!r}, and {wanted!r} was expected")
    return ask.unit or text


def midnight_after(day: date) -> datetime:
    """The end of a day in UTC."""
    return datetime.combine(day, time.max, UTC)
