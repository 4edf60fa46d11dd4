"""Why `accord` could not start.

    CannotStart
      PortsTaken         somebody else listens where we should
      AlreadyRunning     the data folder is in use by a living process
      Conflicts          both
      NoSpace            the disk is full, or nearly
      NoPermission       a folder can't be made, read or written
      DataUnusable       the folder holds something, but not data that this version can use
      ServerFailed       a server gave up while it was being started
      Unreachable        a server that somebody else runs doesn't answer
      Unprepared         it answers, and lacks what is ours
      Unusable           a setting leads to nothing usable

Each says in one paragraph what is wrong and what would be right; nothing has been changed when it is raised.
"""

from collections.abc import Sequence
from pathlib import Path


class CannotStart(Exception):
    """The base: whoever wants to tell a person why nothing runs catches this one."""


class PortsTaken(CannotStart):
    """Ports that are in use, or asked for twice; each with what should listen there and the option that chooses another."""

    def __init__(self, taken: Sequence[tuple[str, int, str]], free: Sequence[int]) -> None:
        """`free`: as many ports that nobody listens on."""
        told = "; ".join(f"{port}, where {what} should listen" for what, port, _ in taken)
        others = " ".join(f"{option} {port}" for (_, _, option), port in zip(taken, free, strict=True))
        one = len(taken) == 1
        super().__init__(
            f"{'A port' if one else 'Ports'} on 127.0.0.1 {'is' if one else 'are'} in use already: {told}. "
            f"Stop what uses {'it' if one else 'them'}, or choose: accord run {others}."
        )


class AlreadyRunning(CannotStart):
    def __init__(self, folder: Path, holder: str) -> None:
        super().__init__(
            f"The data in {folder} is in use by process {holder}. Stop that process first "
            f"(kill -INT {holder}), or choose another data folder: ACCORD_HOME=/other/folder."
        )


class Conflicts(CannotStart):
    """All that is in the way, so that nobody meets one after the other."""

    def __init__(self, *found: CannotStart) -> None:
        super().__init__(" ".join(str(one) for one in found))


class NoSpace(CannotStart):
    def __init__(self, folder: Path, detail: str) -> None:
        super().__init__(
            f"The disk that holds {folder} is full ({detail}). Nothing was damaged: make room, or move the folder to a "
            "larger disk and name it with ACCORD_HOME, then start again."
        )


class NoPermission(CannotStart):
    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"{path} can't be used: {detail}. Accord needs a folder that it can create files in. Run it as the user who "
            "owns the folder, or choose another: ACCORD_HOME=/other/folder."
        )


class DataUnusable(CannotStart):
    def __init__(self, path: Path, detail: str) -> None:
        super().__init__(
            f"{path} does not hold data that this version can use: {detail}. It was left as it is. "
            "Restore it from a backup, or choose another data folder: ACCORD_HOME=/other/folder."
        )


class ServerFailed(CannotStart):
    def __init__(self, name: str, detail: str, log: Path) -> None:
        super().__init__(f"{name} did not start: {detail} The whole story is in {log}.")


class Unreachable(CannotStart):
    def __init__(self, what: str, variable: str, detail: str) -> None:
        super().__init__(
            f"{what} doesn't answer at the address in {variable}: {detail} "
            f"Correct {variable}, or unset it to run an embedded {what}."
        )


class Unprepared(CannotStart):
    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail}, or accord run --prepare.")


class Unusable(CannotStart):
    """Its words are those of who has read the setting."""
