from pathlib import Path

import pytest

from cli import home as module
from cli.child import ChildProcess
from cli.home import lock_folder
from cli.start_errors import AlreadyRunning, NoPermission, NoSpace


def test_a_folder_serves_one_process_at_a_time(tmp_path: Path) -> None:
    with lock_folder(tmp_path), pytest.raises(AlreadyRunning, match="in use by process"), lock_folder(tmp_path):
        pass
    with lock_folder(tmp_path):
        pass


def test_what_is_no_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    letters = tmp_path / "letters.txt"
    letters.write_text("mine")
    for impossible in (letters, letters / "below", Path("/proc/accord")):
        with pytest.raises(NoPermission, match="ACCORD_HOME"), lock_folder(impossible):
            pass
    assert letters.read_text() == "mine"


def test_an_almost_full_disk_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FREE_BYTES_NEEDED", 2**60)
    with pytest.raises(NoSpace, match="make room"), lock_folder(tmp_path):
        pass


def test_last_words_are_those_of_this_life(tmp_path: Path) -> None:
    """A log goes on over many starts; what an earlier one said explains nothing."""
    log = tmp_path / "log"
    log.write_text("ERROR: of yesterday\n")
    child = ChildProcess("it", ["/bin/sh", "-c", "echo ERROR: of today; echo bye"], log=log)
    child.start()
    child.wait()
    assert child.error_lines() == "ERROR: of today (exit code 0)."
    child.stop()


def test_a_child_that_does_not_listen_is_killed_in_the_end(tmp_path: Path) -> None:
    child = ChildProcess("it", ["/bin/sh", "-c", "trap '' TERM; echo ready; sleep 60"], log=tmp_path / "log", patience=0.2)
    child.start()
    while not child.error_lines().startswith("ready"):
        pass
    child.stop()
    assert not child.alive
