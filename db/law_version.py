"""Which law this process folds and decides by."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def law_version() -> str:
    """SHA-256 over the names and texts of all modules of `rules`, in hexadecimal digits."""
    found = sha256()
    for path, module in sorted(_modules("rules", files("rules"))):
        found.update(path.encode() + b"\0" + module.read_bytes() + b"\0")
    return found.hexdigest()


def _modules(path: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for held in folder.iterdir():
        if held.is_dir():
            yield from _modules(f"{path}/{held.name}", held)
        elif held.name.endswith(".py"):
            yield f"{path}/{held.name}", held
