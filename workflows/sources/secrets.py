"""Secrets by their names: from the environment, or from files that an orchestrator mounts.

A plan names them, and the worker has them. They are kept as `SecretStr`, which no log, message or exception writes out.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from workflows.sources.answers import NoAnswer

PREFIX = "ACCORD_SECRET_"
FOLDER = "ACCORD_SECRETS"


@dataclass(frozen=True, slots=True)
class Secrets:
    """`ACCORD_SECRET_UCDP`, or the file `ucdp` in the folder that `ACCORD_SECRETS` names.

    Beside each stands to which hosts it may be sent: `ACCORD_SECRET_UCDP_HOSTS`, or the file `ucdp.hosts`. A plan is
    written by others than the operator, and could send a secret of one producer to a host of its own.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def for_host(self, name: str, host: str) -> SecretStr:
        """Raises NoAnswer where there is none: it is the operator who can help, and the ledger needs no word of it."""
        variable = PREFIX + name.upper()
        held = self.environment.get(variable) or self._from_file(name)
        if not held:
            raise NoAnswer(f"The secret {name} is not set: give the worker {variable}, or a file {name} in {FOLDER}.")
        hosts = self.environment.get(f"{variable}_HOSTS") or self._from_file(f"{name}.hosts")
        if host not in hosts.replace(",", " ").split():
            raise NoAnswer(
                f"The secret {name} may not be sent to {host}: if it may, name the host in {variable}_HOSTS, or in a file "
                f"{name}.hosts in {FOLDER}."
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
