"""A program for test_leaving: keeps both embedded servers until it is told to stop, as the supervisor does."""

import sys
import time
from functools import partial
from pathlib import Path

from cli.home import lock_folder
from cli.postgres import Postgres
from cli.signals import interruptible
from cli.supervisor import Supervisor
from cli.temporal import Temporal, free_port


def main(folder: Path) -> None:
    keeper = Supervisor(partial(print, flush=True))
    with interruptible() as ignore_signals, lock_folder(folder) as home:
        try:
            keeper.start(Postgres(home.folder))
            keeper.start(Temporal(home.folder, free_port(), free_port()))
            print("up", flush=True)  # noqa: T201  what the test waits for
            while True:
                keeper.check_services()
                time.sleep(0.05)
        except KeyboardInterrupt:
            print("stopping", flush=True)  # noqa: T201  as above
        finally:
            ignore_signals()
            keeper.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
