"""PostgreSQL's client tools. They get the connection from environment variables, since command lines are public."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from psycopg import pq

from cli.backup.manifest import BackupError, Progress
from cli.postgres import binary

ASIDE = "replaced_"
"""The prefix of schemas that a restore has renamed; backups leave them out."""


PIECE = 2**18


def environment(url: str) -> dict[str, str]:
    """Our environment, with a URL as libpq's variables."""
    said = {option.envvar: option.val for option in pq.Conninfo.parse(url.encode()) if option.envvar and option.val}
    return dict(os.environ) | {name.decode(): value.decode() for name, value in said.items()}


def tool(name: str, folder: Path | None = None) -> Path:
    """The path of a tool in the folder, or of the embedded server's. Raises BackupError."""
    found = (folder or binary("postgres").parent) / Path(name).name
    if not found.is_file():
        raise BackupError(f"There is no {name} in {found.parent}.")
    return found


def dump(url: str, snapshot: str, file: Path, progress: Progress, tools: Path | None = None) -> None:
    """Dumps a database as of a snapshot. Raises BackupError."""
    command: list[str | Path] = [tool("pg_dump", tools), "--format=custom", f"--snapshot={snapshot}", "--no-owner"]
    command += [f"--exclude-schema={ASIDE}*", f"--file={file}", "--no-password"]
    with Popen(command, env=environment(url), stderr=PIPE, text=True) as running:  # noqa: S603  ours
        while running.poll() is None:
            progress("Database", file.stat().st_size if file.exists() else 0, None)
            time.sleep(0.05)
        said = running.stderr.read() if running.stderr else ""
    if running.returncode:
        raise BackupError(f"The database was not saved: {_last(said)}")


def load(url: str, file: Path, before: Sequence[str], progress: Progress, tools: Path | None = None) -> None:
    """Loads a dump after some statements, in one transaction. Raises BackupError."""
    script: list[str | Path] = [tool("pg_restore", tools), "--no-owner", "--file=-", file]
    into: list[str | Path] = [
        tool("psql", tools),
        "--no-psqlrc",
        "--no-password",
        "--quiet",
        "--set=ON_ERROR_STOP=1",
        "--output=/dev/null",
    ]
    with (
        Popen(script, stdout=PIPE, stderr=PIPE) as written,  # noqa: S603  ours
        Popen(into, env=environment(url), stdin=PIPE, stdout=DEVNULL, stderr=PIPE) as taken,  # noqa: S603  ours
    ):
        whole = _pump(written, taken, before, progress)
        faults = [(one.stderr.read() if one.stderr else b"").decode(errors="replace") for one in (taken, written)]
    if taken.returncode or written.returncode or not whole:
        raise BackupError(f"The database was not restored, and is as it was: {_last(faults[0] or faults[1])}")


def _pump(written: Popen[bytes], taken: Popen[bytes], before: Sequence[str], progress: Progress) -> bool:
    """Copies the script from one process to the other; commits only if the writing tool succeeded. Returns whether it did."""
    if written.stdout is None or taken.stdin is None:
        raise RuntimeError("a process without a pipe")
    done = 0
    try:
        taken.stdin.write("".join(f"{line};\n" for line in ("BEGIN", *before)).encode())
        while piece := written.stdout.read(PIECE):
            taken.stdin.write(piece)
            progress("Database", done := done + len(piece), None)
        whole = written.wait() == 0
        if whole:
            taken.stdin.write(b"COMMIT;\n")
        taken.stdin.close()
    except BrokenPipeError:  # psql has stopped at an error, which it reports
        whole = False
    written.stdout.close()
    return whole


def _last(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    named = [line for line in lines if "rror" in line or "FATAL" in line]
    return (named or lines or ["the tool says nothing"])[0]
