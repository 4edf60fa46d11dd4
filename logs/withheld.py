"""What may stand in a log: plain values, cut short, without what looks like a secret.

A log is read by more people than the record, and is copied to places that nobody has chosen. So nothing is written that was
not meant to be: no object's repr, no local variable, no message of an exception (`logs.faults`).
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
    # Up to the last @: a password may hold one that nobody has escaped.
    (re.compile(r"(://)[^\s/]*@"), rf"\1{WITHHELD}@"),
    (re.compile(r"(://[^\s?#\"']*)\?[^\s\"']*"), rf"\1?{WITHHELD}"),
    (re.compile(rf"((?:{_NAMES})[\"']?\s*[=:]\s*)(?:\"[^\"]*\"|'[^']*'|[^\s,;&]+)", re.IGNORECASE), rf"\1{WITHHELD}"),
)
_RANDOM = re.compile(r"(?<![\w/+=-])(?=[\w+/=-]*[a-z])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*\d)[\w+/=-]{24,}(?![\w/+=-])")
"""Small letters, capitals and digits in one word of 24 and more: what generators make, and no name of ours is."""


class Redaction:
    """Takes secrets out of texts. Those that the environment names are known, and looked for as they are."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._known = sorted(_secrets_of(os.environ if environment is None else environment), key=len, reverse=True)

    def text(self, text: str, most: int = MAX_CHARACTERS) -> str:
        """Without secrets, and no longer than so many characters."""
        # Cut first, with room for a secret that the cut goes through: a megabyte is not searched.
        text = text[: most + 200]
        for secret in self._known:
            text = text.replace(secret, WITHHELD)
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        text = _RANDOM.sub(WITHHELD, text)
        return text if len(text) <= most else f"{text[:most]}…"

    def value(self, name: str, value: Any) -> Any:
        """A field's value as it may be written; of what is no plain value, only what it is."""
        match value:
            case None | bool() | int() | float():
                return value
            case _ if _SECRET_NAME.search(name):
                return WITHHELD
            case str():
                return self.text(value.strip().partition("\n")[0])  # what follows is a traceback, or a document
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
