"""What is written of a running service: so much and no more, and for nobody but its owner."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli import log_file
from cli.child import ChildProcess
from cli.home import grant_search, lock_folder
from cli.log_file import LogFile
from cli.postgres import Postgres
from cli.postgres_log import filter_line

TALKER = "import sys\nfor n in range({lines}): print(f'line {{n:06d}} ' + 'a' * 89, flush=n % 100 == 0)"


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """As a shell has it that gives its files to everybody."""
    before = os.umask(0o000)
    yield
    os.umask(before)


def test_a_log_is_bounded_while_its_child_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A running child was never cut off: its log grew until the disk was full."""
    monkeypatch.setattr(log_file, "MOST_BYTES", 20_000)
    log = tmp_path / "log" / "it.log"
    child = ChildProcess("it", [sys.executable, "-c", TALKER.format(lines=2_000)], log=log)
    child.start()
    assert child.wait() == 0
    kept = sorted(log.parent.iterdir())
    assert [path.name for path in kept] == ["it.log", "it.log.1", "it.log.2", "it.log.3"]
    assert all(path.stat().st_size <= 20_000 for path in kept)
    lines = [line for path in reversed(kept) for line in path.read_text().splitlines()]
    assert lines[-1].startswith("line 001999")
    numbers = [int(line.split()[1]) for line in lines]
    assert numbers == list(range(numbers[0], 2_000)), "a line was lost in between"
    assert child.error_lines().startswith("line 001997")
    child.stop()


def test_a_log_goes_on_where_it_was(tmp_path: Path) -> None:
    for word in ("one", "two"):
        file = LogFile(tmp_path / "it.log")
        file.open()
        file.write(f"{word}\n".encode())
        file.close()
    assert (tmp_path / "it.log").read_text() == "one\ntwo\n"


def test_a_log_that_cannot_be_written_holds_up_nobody(tmp_path: Path) -> None:
    (tmp_path / "it.log.1").mkdir()  # nothing can take its place
    (tmp_path / "it.log.1" / "mine").touch()
    file = LogFile(tmp_path / "it.log", most=10)
    file.open()
    for _ in range(5):
        file.write(b"a line\n")
    file.close()


def test_a_line_without_an_end_is_cut(tmp_path: Path) -> None:
    """Whoever writes a gigabyte without a line break must not fill our memory."""
    child = ChildProcess("it", [sys.executable, "-c", "print('a' * 1_000_000)"], log=tmp_path / "it.log")
    child.start()
    child.wait()
    assert max(map(len, (tmp_path / "it.log").read_text().splitlines())) <= 8192
    child.stop()


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with lock_folder(home), Postgres(home):
        private = [home / name for name in ("documents", "log", "lock", "postgres.socket", "log/postgres.log", "postgres")]
        assert {path.name: oct(path.stat().st_mode & 0o077) for path in private} == {path.name: "0o0" for path in private}
        # PostgreSQL's user passes through; nobody else does, and nobody lists.
        assert home.stat().st_mode & 0o067 == 0


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    """An earlier version left the logs readable to all."""
    home = tmp_path / "home"
    with lock_folder(home):
        (home / "log" / "api.log").touch()
        (home / "temporal").mkdir()
    for path in (home, home / "log", home / "log" / "api.log", home / "temporal", home / "documents"):
        path.chmod(0o777)
    with lock_folder(home):
        open_still = [path for path in (home, *home.rglob("*")) if path.stat().st_mode & 0o077]
        assert open_still == []


def test_a_folder_of_somebody_else_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    tmp_path.chmod(0o755)
    with lock_folder(tmp_path):
        pass
    with lock_folder(tmp_path):  # the second time our files are in it as well
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
        assert stat.S_IMODE((tmp_path / "letters.txt").stat().st_mode) == 0o666
        grant_search(tmp_path, os.getgid())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('2026 UTC [7] 22P02 ERROR:  invalid input: "secret"', "2026 UTC [7] 22P02 ERROR: what it says is withheld"),
        ("2026 UTC [7] XX001 ERROR:  invalid page in block 3", "2026 UTC [7] XX001 ERROR:  invalid page in block 3"),
        ("2026 UTC [7] 53100 ERROR:  could not extend file: No space left on device", None),
        ("2026 UTC [7] 00000 LOG:  database system is ready", None),
        ("2026 UTC [7] 57P03 FATAL:  the database system is shutting down", None),
        ("2026 UTC [7] 22P02 DETAIL:  secret", ""),
        ("2026 UTC [7] 22P02 STATEMENT:  SELECT 'secret'", ""),
        ("\tand more of it", ""),
        ("postgres: could not find the data", None),
    ],
)  # fmt: skip
def test_of_postgresql_only_what_concerns_the_machine_is_told(said: str, kept: str | None) -> None:
    assert filter_line(said) == (said if kept is None else kept or None)
