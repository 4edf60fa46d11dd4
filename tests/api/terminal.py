"""Somebody at a terminal, who uses the `accord` command."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.api.conftest import Door


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody's, of eighty columns, with a configuration of its own."""

    folder: Path

    @property
    def kept(self) -> Path:
        return self.folder / "accord" / "login.json"

    async def login(self, door: Door, person: str) -> Said:
        return await self.accord("login", str(door.client.base_url), ACCORD_TOKEN=door.secrets[person])

    async def accord(self, *words: str, typed: str = "", **settings: str) -> Said:
        """Runs the command, with what is typed when it asks."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("ACCORD_")}
        running = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "cli.entry",
            *words,
            env=own | {"XDG_CONFIG_HOME": str(self.folder), "COLUMNS": "80"} | settings,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await running.communicate(typed.encode())
        assert running.returncode is not None
        assert "Traceback" not in err.decode(), err.decode()
        return Said(running.returncode, out.decode(), err.decode())
