"""Filters on the rows of an answer, with counts of dropped rows and detection of filters that match nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rules.field_types import did_you_mean
from rules.spelling import Spellings
from rules.vocabulary.readings import Dropped
from workflows.sources.figures import UnusableAnswer
from workflows.sources.strict_json import stored

_MOST_NAMES = 1_000
"""Limit of values kept for each filter, for suggestions."""
_SHOWN = 5


class FieldFilter:
    """A path in a row and its accepted values."""

    def __init__(self, place: str, names: Sequence[str], spellings: Mapping[str, Iterable[str]]) -> None:
        self.place, self.wanted = place, " or ".join(names)
        self._names = Spellings(names, spellings)
        self.matched = 0
        self.met: Counter[str] = Counter()

    def holds(self, said: str) -> bool:
        if self._names.known_as(said) is not None:
            self.matched += 1
            return True
        if len(self.met) < _MOST_NAMES or said in self.met:
            self.met[said] += 1
        return False

    def told(self) -> str:
        """Why nothing matched, with values that do occur."""
        names = [name for name in self.met if name]
        blank = f"; it is blank in {self.met['']}" if "" in self.met else ""
        near = did_you_mean(self.wanted, names).rstrip("?") if names else ""
        if near.startswith("known here"):
            near = f"there stands {', '.join(names[:_SHOWN])}" + (f" and {len(names) - _SHOWN} more" * (len(names) > _SHOWN))
        told = near.replace("did you mean", "there stands")
        return stored(f"no row has {self.wanted!r} as {self.place}{f'; {told}' if told else ''}{blank}", 700)


class RowFilter:
    """The filters of a source, each evaluated on every row, so that one that never matches is detected."""

    def __init__(self, filters: Iterable[FieldFilter], *, blank_counts: bool = False) -> None:
        """`blank_counts`: rows with an empty value pass."""
        self._filters = tuple(filters)
        self._blank_counts = blank_counts
        self._why: Counter[tuple[FieldFilter, bool]] = Counter()
        self._rows = 0

    def accepts(self, said: Sequence[str]) -> bool:
        """Whether a row with these values passes all filters."""
        self._rows += 1
        first: tuple[FieldFilter, bool] | None = None
        for rule, text in zip(self._filters, said, strict=True):
            if not rule.holds(text) and first is None and (text or not self._blank_counts):
                first = rule, not text
        if first is None:
            return True
        self._why[first] += 1
        return False

    def check(self) -> None:
        """Raises UnusableAnswer if there were rows and a filter matched none."""
        if self._rows and (never := [rule for rule in self._filters if not rule.matched]):
            raise UnusableAnswer("no_match", "; ".join(rule.told() for rule in never[:2]))

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        return tuple(
            Dropped(f"in which {rule.place} is {'blank' if blank else f'not {rule.wanted}'}", count)
            for (rule, blank), count in self._why.most_common()
        )
