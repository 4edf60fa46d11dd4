"""Registry of adapters: built-in ones, and those of installed packages (entry points)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from rules.field_types import did_you_mean
from workflows.sources.adapter import Adapter
from workflows.sources.answers import Denied, NoAnswer
from workflows.sources.document import DocumentAdapter
from workflows.sources.json_http import JsonHttpAdapter
from workflows.sources.table_url import TableUrlAdapter

GROUP = "accord.sources"
_OWN: tuple[Adapter, ...] = (JsonHttpAdapter(), TableUrlAdapter(), DocumentAdapter())


class Adapters:
    """Adapters by name. Entry points are loaded lazily and cannot override built-in names."""

    def __init__(self, announced: Iterable[EntryPoint] = ()) -> None:
        self._loaded: dict[str, Adapter] = {adapter.name: adapter for adapter in _OWN}
        self._announced = {entry.name: entry for entry in announced if entry.name not in self._loaded}

    def __getitem__(self, name: str) -> Adapter:
        """The adapter of a name. Raises Denied if there is none, NoAnswer if it cannot be loaded."""
        if name in self._loaded:
            return self._loaded[name]
        if (entry := self._announced.get(name)) is None:
            known = {*self._loaded, *self._announced}
            raise Denied(f"No adapter {name} is installed here; {did_you_mean(name, known)}")
        try:
            adapter: Adapter = entry.load()()
        except Exception as fault:
            raise NoAnswer(f"The adapter {name} cannot be loaded ({type(fault).__name__}: {str(fault)[:200]}).") from fault
        self._loaded[name] = adapter
        return adapter


@cache
def installed_adapters() -> Adapters:
    """All adapters of this installation."""
    return Adapters(entry_points(group=GROUP))
