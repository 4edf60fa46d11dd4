"""Confidential values that must never be logged, and a check for them."""

from __future__ import annotations

import re
from pathlib import Path

CANARY = re.compile(rb"canary-[a-z0-9]+", re.IGNORECASE)


def found_in(*written: bytes | Path) -> list[str]:
    """The canaries in texts and files, and in all files of folders, also where they are written as UTF-16 or in base64."""
    found: list[str] = []
    for one in written:
        files = [one] if isinstance(one, bytes) else [path.read_bytes() for path in files_of(one)]
        for content in files:
            found += [hit.decode() for hit in CANARY.findall(content)]
            found += [hit.decode() for hit in CANARY.findall(content.replace(b"\0", b""))]
    return sorted(set(found))


def files_of(path: Path) -> list[Path]:
    return [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
