"""Somebody at a terminal, who uses the `accord` command."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.api.conftest import Door


@cache
def warm() -> str:
    """The address of a process that runs the command without importing it each time (`tests/api/warm_command.py`)."""
    address = Path(mkdtemp(prefix="accord-command-")) / "socket"
    process = subprocess.Popen([sys.executable, "-m", "tests.api.warm_command", str(address)])
    atexit.register(process.kill)
    deadline = time.monotonic() + 60
    while not address.exists():
        assert process.poll() is None, "the command cannot be imported"
        assert time.monotonic() < deadline, "the command was not imported within a minute"
        time.sleep(0.02)
    return str(address)


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
        environment = own | {"XDG_CONFIG_HOME": str(self.folder), "COLUMNS": "80"} | settings
        reader, writer = await asyncio.open_unix_connection(await asyncio.to_thread(warm), limit=2**26)
        writer.write(json.dumps({"words": words, "typed": typed, "environment": environment}).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        assert "Traceback" not in answer["err"], answer["err"]
        return Said(answer["code"], answer["out"], answer["err"])
