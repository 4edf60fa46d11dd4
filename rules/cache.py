"""A bounded LRU cache for pure functions of a text, limited by the total weight of its values."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class WeightedCache(Generic[K, V]):
    """An LRU cache whose values have weights, mostly the length of their text, with a limit on the sum of weights.

    Unlike `functools.lru_cache`, it also takes values that were computed elsewhere.
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

    def put(self, key: K, value: V, weight: int) -> V:
        """Stores a value and evicts the least recently used ones. Returns the stored value of the key, which may be an older
        one.
        """
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
