"""A bounded LRU cache for pure functions of a text, limited by the total weight of its values."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class WeightedCache(Generic[K, V]):
    """Values by key, those used last. Each has a weight, mostly the length of its text; all together have a limit.

    Like `functools.lru_cache`, but what was found out elsewhere can be kept, too.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._kept: OrderedDict[K, tuple[V, int]] = OrderedDict()

    def get(self, key: K) -> V | None:
        if (found := self._kept.get(key)) is None:
            return None
        self._kept.move_to_end(key)
        return found[0]

    def keep(self, key: K, value: V, weight: int) -> V:
        """Keeps a value, and gives up those not asked for longest. Returns what is kept of the key, which may be older."""
        if (found := self.get(key)) is not None:
            return found
        self._kept[key] = (value, weight)
        self._weight += weight
        while self._weight > self._most and len(self._kept) > 1:
            _, (_, given_up) = self._kept.popitem(last=False)
            self._weight -= given_up
        return value

    def __contains__(self, key: K) -> bool:
        return key in self._kept
