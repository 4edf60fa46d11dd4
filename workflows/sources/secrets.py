"""Secrets by their names: from the environment, or from files that an orchestrator mounts.

A plan names them, and the worker has them. They are kept as `SecretStr`, which no log, message or exception writes out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from workflows.sources.adapter import NoAnswer

PREFIX = "ACCORD_SECRET_"
FOLDER = "ACCORD_SECRETS"


@dataclass(frozen=True, slots=True)
class Secrets:
    """`ACCORD_SECRET_UCDP`, or the file `ucdp` in the folder that `ACCORD_SECRETS` names."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def __getitem__(self, name: str) -> SecretStr:
        """Raises NoAnswer where there is none: it is the operator who can help, and the ledger needs no word of it."""
        held = self.environment.get(PREFIX + name.upper()) or self._from_file(name)
        if not held:
            raise NoAnswer(
                f"The secret {name} is not set: give the worker {PREFIX}{name.upper()}, or a file {name} in {FOLDER}."
            )
        if not held.isascii() or not held.isprintable():
            raise NoAnswer(f"The secret {name} holds characters that no header takes.")
        return SecretStr(held)

    def _from_file(self, name: str) -> str:
        folder = self.environment.get(FOLDER)
        if not folder:
            return ""
        try:
            return (Path(folder) / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""
