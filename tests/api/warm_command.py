"""The `accord` command without its start: a process that has imported it, and forks for each call.

A call costs a fork in place of half a second of imports, and is otherwise what the shell would run: its own process, arguments,
environment, standard streams and exit code. It is served over a Unix socket, one JSON line each way.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from cli import entry_point
from cli.remote import commands


def serve(address: str) -> None:
    """Answers calls until it is killed."""
    assert commands.COMMANDS  # imported, so that no call imports them
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who answer
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.unready")
        listening.listen(64)
        Path(f"{address}.unready").rename(address)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(connection)
                os._exit(0)
            connection.close()


def _answer(connection: socket.socket) -> None:
    with connection, connection.makefile("rwb") as stream:
        stream.write(json.dumps(_called(json.loads(stream.readline()))).encode() + b"\n")


def _called(call: dict[str, Any]) -> dict[str, Any]:
    """Runs one call in a process of its own; its exit code, and what it has said."""
    with TemporaryFile() as typed, TemporaryFile() as out, TemporaryFile() as err:
        typed.write(call["typed"].encode())
        typed.seek(0)
        if (process := os.fork()) == 0:
            for number, file in enumerate((typed, out, err)):
                os.dup2(file.fileno(), number)
            _run(call)
        _, status = os.waitpid(process, 0)
        said = {}
        for name, file in (("out", out), ("err", err)):
            file.seek(0)
            said[name] = file.read().decode()
        return {"code": os.waitstatus_to_exitcode(status), **said}


def _run(call: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(call["environment"])
    sys.argv = ["accord", *call["words"]]
    code = 1
    try:
        entry_point.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001  told as the interpreter tells it, since no more than this process ends
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve(sys.argv[1])
