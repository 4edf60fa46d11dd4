"""Files with secrets (codec keys, private keys, API keys), read only if their permissions are safe."""

from __future__ import annotations

import stat
from pathlib import Path

LARGEST = 65_536
"""Limit in bytes: no key is larger, and a wrong path may name an endless device."""


class SettingsUnusable(Exception):
    """An unusable setting. The message names it, the fault and what is accepted, never its value."""


def contents(path: Path, variable: str) -> bytes:
    """The bytes of a file that a setting names. Raises SettingsUnusable."""
    try:
        with path.open("rb") as file:
            held = file.read(LARGEST + 1)
    except OSError as refused:
        raise SettingsUnusable(f"{variable} names {path}, which cannot be read: {refused.strerror}.") from None
    if not held.strip() or len(held) > LARGEST:
        raise SettingsUnusable(f"{variable} names {path}, which {'is too large' if held.strip() else 'is empty'}.")
    return held


def secret(path: Path, variable: str) -> bytes:
    """As `contents`, for a secret: refused if everybody may read it or others may write it. Raises SettingsUnusable."""
    held = contents(path, variable)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise SettingsUnusable(
            f"{variable} names {path}, which others of this machine can use (mode {mode:04o}): chmod 600, or 640 for a group."
        )
    return held
