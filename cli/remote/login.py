"""The stored login: address of the service and token, in a private file of the user's configuration."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from cli.remote.private_file import write_private

ADDRESS, TOKEN = "ACCORD_API", "ACCORD_TOKEN"
"""Environment variables that override the file, as for CI."""


class NotLoggedIn(Exception):
    """No service is configured, or the login file is readable by others."""


@dataclass(frozen=True, slots=True)
class Login:
    """The address of a service, and a token."""

    api: str
    token: str


def login_file() -> Path:
    """Its path in the user's configuration folder, which XDG_CONFIG_HOME may name."""
    return Path(typer.get_app_dir("accord")) / "login.json"


def load_login() -> Login:
    """The login from the environment, or from the file. A token is sent only to the address for which it was stored.

    Raises NotLoggedIn.
    """
    api, token = os.environ.get(ADDRESS, "").rstrip("/"), os.environ.get(TOKEN)
    if api and token:
        return Login(api, token)
    held = _load_file()
    api = api or str(held["api"])
    if token or (token := held["tokens"].get(api)):
        return Login(api, token)
    raise NotLoggedIn(f"No token is kept for {api}. Log in there: accord login {api}")


def store_login(login: Login) -> Path:
    """Adds the login and makes it the current one. The file is written atomically."""
    file = login_file()
    try:
        tokens = _load_file()["tokens"]
    except NotLoggedIn:
        tokens = {}
    held = {"api": login.api, "tokens": tokens | {login.api: login.token}}
    write_private(file, json.dumps(held, indent=2) + "\n")
    return file


def _load_file() -> dict[str, Any]:
    """The current address, and tokens by address. Raises NotLoggedIn."""
    file = login_file()
    try:
        with file.open(encoding="utf-8") as opened:
            if os.fstat(opened.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise NotLoggedIn(
                    f"{file} holds tokens and can be read by others: chmod 600 {file}, and think of revoking them."
                )
            held = json.load(opened)
        return {"api": str(held["api"]), "tokens": {str(api): str(token) for api, token in held["tokens"].items()}}
    except FileNotFoundError:
        raise NotLoggedIn(f"Log in first: accord login ADDRESS; or set {ADDRESS} and {TOKEN}.") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotLoggedIn(f"{file} cannot be read as a login; log in again: accord login ADDRESS") from None
