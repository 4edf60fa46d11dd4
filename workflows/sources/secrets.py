"""Secrets of sources by name, from the environment or from mounted files.

Plans only name them. Values are `SecretStr`, which logs, messages and exceptions do not print.
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
    """Secrets as `ACCORD_SECRET_UCDP`, or as the file `ucdp` in the folder `ACCORD_SECRETS`.

    Each is limited to hosts, in `ACCORD_SECRET_UCDP_HOSTS` or the file `ucdp.hosts`: otherwise the writer of a plan could send
    the secret of one producer to another host.
    """

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def for_host(self, name: str, host: str) -> SecretStr:
        """The secret. Raises NoAnswer if it is missing, so that nothing is recorded and the operator can add it."""
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
