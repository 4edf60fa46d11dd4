"""Statistical significance: whether a change exceeds the noise of its two figures."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

_SHOWN = Context(prec=4)


@dataclass(frozen=True, slots=True)
class UncertainDifference:
    """The difference of two figures, with those of their standard errors that are known.

    The standard error of a difference of independent estimates is the root of the sum of their squares. Comparisons use
    squared fractions, so that no rounding decides.
    """

    value: Decimal
    error: Decimal | None
    base: Decimal
    base_error: Decimal | None

    def exceeds(self, times: Decimal) -> bool | None:
        """Whether the difference exceeds so many standard errors; None if too little is known.

        With one known error only a lower bound of the total is known: it can show that the difference lies within the
        noise, never that it exceeds it.
        """
        squared = (Fraction(self.value) - Fraction(self.base)) ** 2
        if squared <= Fraction(times) ** 2 * self._squared_error:
            return False
        return True if self._all_known else None

    def told(self, times: Decimal) -> str:
        """The comparison in words, with rounded numbers."""
        by = f"The change from {self.base:f} is {self.value - self.base:+f}"
        written = f"{times.normalize():f} standard errors of it"
        exceeds = self.exceeds(times)
        if exceeds is None:
            return f"{by}; whether that is more than {written} is not known, since a standard error is not given."
        squared = self._squared_error
        error = _SHOWN.sqrt(Decimal(squared.numerator) / Decimal(squared.denominator))
        margin = f"{_SHOWN.multiply(times, error).normalize():f}"
        if exceeds:
            return f"{by}, more than {written} ({margin})."
        return f"{by}, which lies within {written} ({'' if self._all_known else 'at least '}{margin})."

    @property
    def _squared_error(self) -> Fraction:
        return sum((Fraction(error) ** 2 for error in (self.error, self.base_error) if error is not None), Fraction(0))

    @property
    def _all_known(self) -> bool:
        return self.error is not None and self.base_error is not None
