"""What of PostgreSQL's own lines is kept."""

import re

OF_THE_MACHINE = ("XX", "53", "57", "58", "F0")
"""Classes of errors whose texts name files, memory and shut-downs: no values."""

_LINE = re.compile(r"(?P<head>.* \[\d+\] (?P<code>[0-9A-Z]{5}) )(?P<level>[A-Z]+): ")
_QUIET = frozenset({"DETAIL", "STATEMENT", "QUERY", "CONTEXT", "HINT", "LOCATION"})


def written(line: str) -> str | None:
    """A line of PostgreSQL as it is logged: an error of a statement by its code alone, for its text quotes what was sent.

    What follows the first line of a message begins with a tab, and is left out.
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
