"""Key folders for the codec."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path


def key(folder: Path, name: str, mode: int = 0o600) -> Path:
    """A key by this name, the same each time; its folder."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b64encode(name.encode().ljust(32, b".")) + b"\n")
    (folder / name).chmod(mode)
    return folder
