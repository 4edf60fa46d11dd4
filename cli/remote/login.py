"""Where the service is, and as whom it is asked: kept for the user alone, in a file of their configuration."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

ADDRESS, TOKEN = "ACCORD_API", "ACCORD_TOKEN"
"""Variables that go before what was kept: a pipeline has no configuration of its own."""


class NotLoggedIn(Exception):
    """Nothing says which service is meant, or what does is open to others."""


@dataclass(frozen=True, slots=True)
class Login:
    """The address of a service, and the token with which it is asked."""

    api: str
    token: str


def login_file() -> Path:
    """In the user's folder for configuration, which XDG_CONFIG_HOME may name."""
    return Path(typer.get_app_dir("accord")) / "login.json"


def kept() -> Login:
    """What the environment says, or what was kept. Raises NotLoggedIn."""
    api, token = os.environ.get(ADDRESS), os.environ.get(TOKEN)
    if api and token:
        return Login(api.rstrip("/"), token)
    file = login_file()
    try:
        with file.open(encoding="utf-8") as held:
            if os.fstat(held.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NotLoggedIn(
                    f"{file} holds a token and can be read by others: chmod 600 {file}, and think of revoking it."
                )
            found = json.load(held)
        return Login(api or str(found["api"]), token or str(found["token"]))
    except FileNotFoundError:
        raise NotLoggedIn(f"Log in first: accord login ADDRESS; or set {ADDRESS} and {TOKEN}.") from None
    except (ValueError, KeyError, TypeError):
        raise NotLoggedIn(f"{file} cannot be read as a login; log in again: accord login ADDRESS") from None


def keep(login: Login) -> Path:
    """Writes the file, readable by its user alone; whole or not at all."""
    file = login_file()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(json.dumps(asdict(login), indent=2) + "\n")
    fresh.replace(file)
    return file
