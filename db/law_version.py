"""Version of the law: a hash of the source of `rules/`, which folds and decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable


@cache
def law_version() -> str:
    """SHA-256 over the names and texts of all modules of `rules`, in hexadecimal digits."""
    digest = sha256()
    for path, module in sorted(_law_modules("rules", files("rules"))):
        digest.update(path.encode() + b"\0" + module.read_bytes() + b"\0")
    return digest.hexdigest()


def _law_modules(path: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for file in folder.iterdir():
        if file.is_dir():
            yield from _law_modules(f"{path}/{file.name}", file)
        elif file.name.endswith(".py"):
            yield f"{path}/{file.name}", file
