"""Redaction of log fields: plain values, truncated, without anything that looks like a secret.

Logs have more readers than the record and are copied to unknown places. So reprs of objects, local variables and messages of
exceptions (`logs.faults`) are never written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

WITHHELD = "[withheld]"
MAX_CHARACTERS = 500
MAX_ITEMS = 30

_NAMES = r"pass(?:word|wd|phrase)?|secret|token|api[-_]?key|private[-_]?key|authori[sz]ation|cookie|credentials?|signature"
_SECRET_NAME = re.compile(rf"(?:^|[^a-z])(?:{_NAMES})(?:$|[^a-z])", re.IGNORECASE)
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*", re.DOTALL), WITHHELD),
    (re.compile(r"\b(Bearer|Basic|Digest|Negotiate)\s+\S+", re.IGNORECASE), rf"\1 {WITHHELD}"),
    (re.compile(r"\baccord_[A-Za-z0-9_-]{16,}"), WITHHELD),
    # Up to the last @: a password may contain an unescaped one.
    (re.compile(r"(://)[^\s/]*@"), rf"\1{WITHHELD}@"),
    (re.compile(r"(://[^\s?#\"']*)\?[^\s\"']*"), rf"\1?{WITHHELD}"),
    (re.compile(rf"((?:{_NAMES})[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&]+)", re.IGNORECASE), rf"\1{WITHHELD}"),
)
_RANDOM = re.compile(r"(?<![\w/+=-])(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*\d)[\w+/=-]{24,}(?![\w/+=-])")
"""A word of at least 24 characters with lower case, upper case and digits, as generated secrets have."""


class Redaction:
    """Removes secrets from texts: those in the environment literally, others by pattern."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._known = sorted(_secrets_of(os.environ if environment is None else environment), key=len, reverse=True)

    def text(self, text: str, most: int = MAX_CHARACTERS) -> str:
        """The text without secrets, of at most `most` characters."""
        # Truncated before the search, with a margin for a secret at the limit: long texts are not searched.
        text = text[: most + 200]
        for secret in self._known:
            text = text.replace(secret, WITHHELD)
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        text = _RANDOM.sub(WITHHELD, text)
        return text if len(text) <= most else f"{text[:most]}…"

    def value(self, name: str, value: Any) -> Any:
        """The loggable form of a field; of other than plain values, only the type."""
        match value:
            case None | bool() | int() | float():
                return value
            case _ if _SECRET_NAME.search(name):
                return WITHHELD
            case str():
                return self.text(value.strip().partition("\n")[0])  # later lines are a traceback or a document
            case UUID():
                return str(value)
            case list() | tuple() | set() | frozenset():
                return [self.value("", item) for item in list(value)[:MAX_ITEMS]]
            case _:
                return f"<{type(value).__name__}>"


def _secrets_of(environment: Mapping[str, str]) -> Iterable[str]:
    for name, value in environment.items():
        if _SECRET_NAME.search(name) and len(value) >= 6:
            yield value
        yield from _passwords(value)


def _passwords(value: str) -> Iterable[str]:
    if "://" not in value or "@" not in value:
        return
    try:
        password = urlsplit(value).password
    except ValueError:
        return
    if password and len(password) >= 4:
        yield password
        yield unquote(password)
