"""Figures from rows, validated one by one; an impossible figure invalidates the whole answer.

What went wrong in one figure may have gone wrong in all of them.
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
from workflows.sources.numbers import ERRORS, Separators, is_nothing, strip_marks
from workflows.sources.strict_json import UnreadableAnswer, stored

POINT = Separators()
_EXACT = Context(prec=120)
_LARGEST = Decimal("1e18")
_SMALLEST = Decimal("1e-18")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,6})?")
"""The format of `rules.decimals`, and exponents."""
_GROUPED = re.compile(r"-?[0-9]{1,20}(?:[,.'\u00a0\u202f ][0-9]{1,20})+")
_PERIOD = re.compile(
    r"(?P<year>[0-9]{4})(?:\.0)?|(?P<of>[0-9]{4})[-M](?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?(?:T[0-9:.Z+-]*)?"
    r"|(?P<part_of>[0-9]{4})-?(?P<part>Q[1-4]|[SH][12]|W[0-9]{2})"
)


class UnusableAnswer(Exception):
    """An answer that cannot be used: the kind, and the end of a sentence."""

    def __init__(self, kind: Unread, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class UnusableCell(UnusableAnswer):
    """A cell that cannot be used. Other cells of the answer are used, and this one is counted."""


def read_or_reason(title: str, read: Callable[[], Readings]) -> Readings | NoReading:
    """The result of `read`, or NoReading for UnusableAnswer and UnreadableAnswer."""
    try:
        return read()
    except UnusableAnswer as fault:
        return NoReading(fault.kind, stored(f"{title}: {fault}.", 1000))
    except UnreadableAnswer as fault:
        return NoReading("unparseable", stored(f"{title}: {fault}.", 1000))


@contextmanager
def with_schema_changes(told: str) -> Iterator[None]:
    """Adds the schema changes of an answer (`told`) to the reason why it cannot be used."""
    try:
        yield
    except UnusableAnswer as fault:
        if not told or fault.kind not in {"unparseable", "no_match", "missing"}:
            raise
        raise UnusableAnswer(fault.kind, f"{fault}; {told}") from None


def number(written: object, where: str, separators: Separators = POINT) -> Decimal | None:
    """Parses a number; None for an empty cell. Raises UnusableCell for other text, UnusableAnswer for impossible values."""
    if written is None:
        return None
    if isinstance(written, float):
        written = repr(written)  # workbooks store binary floats: repr is the shortest equal decimal
        separators = POINT
    said = str(written).strip()
    if is_nothing(to_ascii(said)):
        return None
    if said.casefold() in ERRORS:
        raise UnusableCell("missing", f"{where} is the error {said}")
    text = strip_marks(said, separators) if len(said) <= 400 else said
    if isinstance(written, bool) or len(text) > 400 or not _NUMBER.fullmatch(text):
        hint = "; a source says how its numbers are written (numbers)" if _GROUPED.fullmatch(said) else ""
        raise UnusableCell("unparseable", f"{stored(said, 60)!r} in {where} is no number{hint}")
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise UnusableAnswer("implausible", f"{stored(text, 60)!r} in {where} is no figure that can be") from None
    if abs(found) >= _LARGEST:
        raise UnusableAnswer("implausible", f"{stored(text, 60)} in {where} is larger than any figure can be")
    return without_sign(found)


def period(written: object, where: str) -> str:
    """Parses a period: year, half, quarter, month, week or day. Raises UnusableAnswer."""
    text = to_ascii(str(written).strip())
    found = _PERIOD.fullmatch(text)
    if isinstance(written, bool) or not found:
        raise UnusableAnswer("unparseable", f"{stored(text, 60)!r} in {where} is no year, half, quarter, month, week or day")
    if found["part"]:
        return f"{found['part_of']}-{found['part'].replace('S', 'H')}"
    return found["year"] or "-".join(part for part in (found["of"], found["month"], found["day"]) if part)


class FigureReader:
    """Collects and validates the figures of one answer."""

    def __init__(self, ask: Ask, scale: Decimal, edition: str, separators: Separators = POINT) -> None:
        self._ask = ask
        self._separators = separators
        self._unusable: list[UnusableCell] = []
        self._scale = scale
        self._edition = edition
        self._found: dict[str, ReadFigure] = {}

    def add(  # noqa: PLR0913  what is said of one figure
        self, written: object, value: object, row: str, *, unit: str | None, error: object = None, where: str
    ) -> None:
        """Adds a figure; an unusable cell is counted. Raises UnusableAnswer."""
        try:
            held, spread = (number(cell, where, self._separators) for cell in (value, error))
        except UnusableCell as unusable:
            self._unusable.append(unusable)
            return
        if held is None:
            return
        covered = period(written, where)
        figure = ReadFigure(
            period=covered,
            value=self._apply_scale(held, where),
            unit=unit,
            edition=self._edition,
            row=row,
            standard_error=None if spread is None else self._apply_scale(spread, where),
        )
        self._check(figure)
        before = self._found.setdefault(covered, figure)
        if before.value != figure.value:
            raise UnusableAnswer(
                "implausible", f"the answer has two figures for {covered}: {before.value:f} and {figure.value:f}"
            )

    def figures(self) -> tuple[ReadFigure, ...]:
        """All figures by period. Raises UnusableAnswer where there is none."""
        if not self._found and self._unusable:
            raise self._unusable[0]
        if not self._found:
            asked = ", ".join(f"{name} {value}" for name, value in self._ask.check.with_.items())
            raise UnusableAnswer("missing", f"the source answers, and has no figure{f' for {asked}' if asked else ''}")
        return tuple(self._found[covered] for covered in sorted(self._found))

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """Counts of the cells that were not empty and could not be used."""
        return counted(f"in which {unusable}" for unusable in self._unusable)

    def _apply_scale(self, value: Decimal, where: str) -> Decimal:
        exact = _EXACT.multiply(value, self._scale)
        if abs(exact) >= _LARGEST:
            raise UnusableAnswer("implausible", f"{exact:.6E} in {where} is larger than any figure can be")
        if int(exact.as_tuple().exponent) < -18:
            exact = exact.quantize(_SMALLEST, ROUND_HALF_EVEN, _EXACT)
        return without_sign(exact)

    def _check(self, figure: ReadFigure) -> None:
        value, least, most = figure.value, self._ask.at_least, self._ask.at_most
        if least is not None and value < least:
            raise UnusableAnswer(
                "implausible", f"{value:f} for {figure.period} is below {least:f}, the least that the plan finds plausible"
            )
        if most is not None and value > most:
            raise UnusableAnswer(
                "implausible", f"{value:f} for {figure.period} is above {most:f}, the most that the plan finds plausible"
            )
        if figure.standard_error is not None and figure.standard_error < 0:
            raise UnusableAnswer("implausible", f"a standard error below nought stands beside the figure for {figure.period}")
        try:
            ends = period_end(figure.period)
        except (ValueError, OverflowError):
            raise UnusableAnswer("unparseable", f"{figure.period} is no date") from None
        if (year := int(figure.period[:4])) < self._ask.source.first_year:
            told = f"the answer has a figure for {figure.period}, and the source begins with {self._ask.source.first_year}"
            raise UnusableAnswer("implausible", told) if year else UnusableAnswer("unparseable", f"{figure.period} is no date")
        if ends > midnight_after(self._ask.today):
            raise UnusableAnswer(
                "implausible", f"the answer has a figure for {figure.period}, a time that was not over on {self._ask.today}"
            )


def unit_of(said: object, expected: str | None, ask: Ask) -> str | None:
    """The indicator's unit; None where the source states none. Raises UnusableAnswer for another unit."""
    text = "" if said is None else stored(str(said), 200)
    if not text:
        return None
    wanted = expected or ask.unit
    if wanted is not None and text != wanted:
        raise UnusableAnswer("wrong_unit", f"the figure is in {text!r}, and {wanted!r} was expected")
    return ask.unit or text


def midnight_after(day: date) -> datetime:
    """The end of a day in UTC."""
    return datetime.combine(day, time.max, UTC)
