"""The filter of PostgreSQL's log lines."""

import re

OF_THE_MACHINE = ("XX", "53", "57", "58", "F0")
"""Error classes whose messages contain no values: files, memory and shutdowns."""

_LINE = re.compile(r"(?P<head>.* \[\d+\] (?P<code>[0-9A-Z]{5}) )(?P<level>[A-Z]+): ")
_QUIET = frozenset({"DETAIL", "STATEMENT", "QUERY", "CONTEXT", "HINT", "LOCATION"})


def filter_line(line: str) -> str | None:
    """The line to log: of a statement's error only the code, since its text quotes values.

    Continuation lines begin with a tab and are dropped.
    """
    if line.startswith("\t"):
        return None
    said = _LINE.match(line)
    if said is None:
        return line
    if said["level"] in _QUIET:
        return None
    if said["level"] in {"ERROR", "WARNING", "NOTICE", "INFO"} and said["code"][:2] not in OF_THE_MACHINE:
        return f"{said['head']}{said['level']}: what it says is withheld"
    return line
