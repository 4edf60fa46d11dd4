import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from cli import postgres as module
from cli.postgres import Postgres
from cli.start_errors import AlreadyRunning, DataUnusable, ServerFailed


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped server's folder, to be copied: making one anew takes a second."""
    folder = tmp_path_factory.mktemp("cluster")
    with Postgres(folder) as server, psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept (text text)")
        connection.execute("INSERT INTO kept VALUES ('here')")
    return folder


@pytest.fixture
def folder(cluster: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "home"
    shutil.copytree(cluster, copied)
    user = (cluster / "postgres").stat()
    for path in [copied / "postgres", *(copied / "postgres").rglob("*")]:
        os.chown(path, user.st_uid, user.st_gid)
    return copied


def kept(server: Postgres) -> str:
    with psycopg.connect(server.url()) as connection:
        return str(connection.execute("SELECT text FROM kept").fetchall())


def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    for _ in range(2):
        with Postgres(folder) as server:
            assert "here" in kept(server)


def test_it_keeps_what_it_acknowledges_and_speaks_no_local_dialect(folder: Path) -> None:
    names = ("data_checksums", "fsync", "full_page_writes", "synchronous_commit", "server_encoding", "listen_addresses")
    with Postgres(folder) as server, psycopg.connect(server.url()) as connection:
        assert [connection.execute("SELECT current_setting(%s)", [name]).fetchone() for name in names] == [
            ("on",),
            ("on",),
            ("on",),
            ("on",),
            ("UTF8",),
            ("",),
        ]
        locale = "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'accord'"
        assert connection.execute(locale).fetchone() == ("b", "C.UTF-8")
        assert connection.info.server_version // 10_000 == 18


def test_it_does_not_run_as_root_and_opens_no_folder_of_others(folder: Path) -> None:
    """pytest's own folder is private, so as root this also shows that the server reaches its data below such a folder."""
    before = [parent.stat().st_mode for parent in folder.parents]
    with Postgres(folder) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        sockets = Path(server.url().partition("host=")[2])
        assert sockets.stat().st_mode & 0o077 == 0
    assert [parent.stat().st_mode for parent in folder.parents] == before
    assert not sockets.exists()


def test_a_long_path_is_no_obstacle(folder: Path) -> None:
    """A Unix socket's address has room for 107 bytes."""
    deep = folder.parent / ("deep" * 30) / "home"
    deep.parent.mkdir()
    folder.rename(deep)
    with Postgres(deep) as server:
        assert "here" in kept(server)


@pytest.mark.parametrize("pid", [os.getpid(), 4_194_303, "torn"], ids=["an unrelated process", "nobody", "nothing"])
def test_a_stale_pid_file_hurts_nobody(folder: Path, pid: int | str) -> None:
    """PostgreSQL itself refuses to start while any process has the number in the file."""
    (folder / "postgres" / "postmaster.pid").write_text(f"{pid}\n{folder / 'postgres'}\n1\n5432\n/tmp\n\n0 0\nready\n")
    with Postgres(folder) as server:
        assert "here" in kept(server)


def test_an_interrupted_first_start_is_begun_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres.unfinished"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Postgres(tmp_path) as server, psycopg.connect(server.url()):
        assert not half.exists()


def test_data_of_another_version_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "postgres" / "PG_VERSION").write_text("17\n")
    with pytest.raises(DataUnusable, match="PostgreSQL 17, and this is PostgreSQL 18"):
        Postgres(folder).start()
    assert (folder / "postgres" / "base").exists()


def test_a_folder_that_is_no_cluster_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "letters.txt").write_text("mine")
    with pytest.raises(DataUnusable, match="PG_VERSION"):
        Postgres(tmp_path).start()
    assert (tmp_path / "postgres" / "letters.txt").read_text() == "mine"


def test_a_damaged_cluster_says_what_the_server_said(folder: Path) -> None:
    control = folder / "postgres" / "global" / "pg_control"
    control.write_bytes(control.read_bytes()[:100])
    server = Postgres(folder)
    with pytest.raises(ServerFailed, match=r"pg_control.*postgres\.log"):
        server.start()
    assert not server.alive


def test_a_second_server_on_the_same_data_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ORPHAN_SECONDS", 0.2)
    with Postgres(folder) as first:
        with pytest.raises(AlreadyRunning):
            Postgres(folder).start()
        assert "here" in kept(first)


def test_after_a_kill_it_is_back_at_the_same_address(folder: Path) -> None:
    with Postgres(folder) as server:
        address = server.url()
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        while server.alive:
            time.sleep(0.01)
        server.start()
        assert server.url() == address
        assert "here" in kept(server)


def test_the_next_start_waits_for_a_server_whose_parent_was_killed(folder: Path) -> None:
    script = "import sys, time, pathlib, cli.postgres as p; p.Postgres(pathlib.Path(sys.argv[1])).start(); print('up', flush=True); time.sleep(99)"  # noqa: E501  one script
    with subprocess.Popen([sys.executable, "-c", script, str(folder)], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == b"up\n"
        left = Path((folder / "postgres.socket").read_text())
        parent.kill()
        with Postgres(folder) as server:
            assert "here" in kept(server)
            assert not left.exists()
