"""Files that hold secrets: keys, certificates' private keys, API keys. Read only where others of the machine cannot."""

from __future__ import annotations

import stat
from pathlib import Path

LARGEST = 65_536
"""Bytes; no key is larger, and a wrong path may lead to something that has no end."""


class SettingsUnusable(Exception):
    """A setting that leads to nothing usable. Says which, what is wrong, and what would be right; never what it holds."""


def contents(path: Path, variable: str) -> bytes:
    """What a file holds that a setting names. Raises SettingsUnusable."""
    try:
        with path.open("rb") as file:
            held = file.read(LARGEST + 1)
    except OSError as refused:
        raise SettingsUnusable(f"{variable} names {path}, which cannot be read: {refused.strerror}.") from None
    if not held.strip() or len(held) > LARGEST:
        raise SettingsUnusable(f"{variable} names {path}, which {'is too large' if held.strip() else 'is empty'}.")
    return held


def secret(path: Path, variable: str) -> bytes:
    """The same of a secret: refused where anybody may read it, or others than its owner change it. Raises SettingsUnusable."""
    held = contents(path, variable)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise SettingsUnusable(
            f"{variable} names {path}, which others of this machine can use (mode {mode:04o}): chmod 600, or 640 for a group."
        )
    return held
