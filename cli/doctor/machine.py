"""Checks of this machine: disk space and file permissions."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from cli.doctor.finding import Finding, fault, warning, well
from cli.home import FREE_BYTES_NEEDED, PRIVATE_FILES
from workflows.sources.secrets import FOLDER

SCARCE_BYTES = 5 * FREE_BYTES_NEEDED


def disk(home: Path) -> Finding:
    folder = next(path for path in (home.absolute(), *home.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    told = f"{free / 2**30:.1f} GiB are free where {home} lies."
    if free < FREE_BYTES_NEEDED:
        return fault("disk", told, "Make room now: without it acts are refused with 503.")
    if free < SCARCE_BYTES:
        return warning("disk", told, "Make room, or move the folder to a larger disk and name it with ACCORD_HOME.")
    return well("disk", told)


def modes(home: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Permissions of our files, and of the secrets of sources."""
    open_files = [path for name in PRIVATE_FILES if (path := home / name).exists() and _is_open(path)]
    if open_files:
        yield fault(
            "modes", f"Others of this machine can use {_listed(open_files)}.", f"chmod -R go= {_listed(open_files, ' ')}"
        )
    elif home.exists():
        yield well("modes", f"What lies in {home} is for its owner alone.")
    folder = environment.get(FOLDER)
    if not folder:
        return
    try:
        files = [path for path in Path(folder).iterdir() if path.is_file()]
    except OSError as refused:
        yield fault("secrets", f"{FOLDER} names {folder}, which cannot be read: {refused.strerror}.", f"Correct {FOLDER}.")
        return
    exposed = [path for path in files if stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXO | stat.S_IWGRP)]
    if exposed:
        yield fault(
            "secrets", f"Others can use {_listed(exposed)}.", f"chmod 600 {_listed(exposed, ' ')}, and change these secrets."
        )
    else:
        yield well("secrets", f"{len(files)} files in {folder} are for us alone.")


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.lstat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO))


def _listed(paths: list[Path], between: str = ", ") -> str:
    return between.join(str(path) for path in paths[:5])
