"""`python -m api.server`: serves the API with its limits, and logs. In one process, or as many as are wanted."""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import resource
import socket
import sys
from collections.abc import Callable, Sequence
from typing import Any

import structlog
import uvicorn
from pydantic import ValidationError

from api.connection_limits import Connections, Limits
from api.protocol import BoundedConfig, BoundedProtocol
from api.server_processes import ServerProcesses, command
from logs.faults import settings_error
from logs.lines import configure
from telemetry.spans import configure_tracing
from workflows.core_logging import temporal_lines

log = structlog.get_logger()

BACKLOG = 4096
"""Connections that the kernel holds until they are accepted."""

ACCEPTED_AT_ONCE = 128
"""Of them in one turn of the event loop: each takes 0.1 ms, and others wait meanwhile."""

RESERVED = 200
"""Descriptors for all else: pools, files, and connections that were accepted and not yet counted."""

LOOK_TICKS = 5
"""Deadlines are looked at each half second."""

CANNOT_START = 3


class Server(uvicorn.Server):
    """Uvicorn's, which also looks at deadlines, and accepts few connections at a time."""

    config: BoundedConfig
    parent: int | None = None
    """Who has started it and goes with it; None where that is nobody's business."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.enable()
        # asyncio takes the length of the kernel's queue also for how many it accepts in one turn.
        for one in sockets or []:
            one.listen(BACKLOG)
            log.info("listening", address="{}:{}".format(*one.getsockname()[:2]))

    async def on_tick(self, counter: int) -> bool:
        if self.parent is not None and os.getppid() != self.parent:
            self.should_exit = True  # nobody is there any more who would end it
        if counter % LOOK_TICKS == 0:
            self.config.connections.look(asyncio.get_running_loop().time())
        return await super().on_tick(counter)


def server(app: str | Callable[[], Any], limits: Limits) -> Server:
    """A server for the application that the factory makes. Raises nothing; it listens when it is run."""
    config = BoundedConfig(
        app,
        factory=True,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # nothing here asks who is behind a proxy
        server_header=False,
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=2,  # an open event stream would hold the exit
    )
    config.connections = Connections(_most(limits.accord_connections), limits.accord_connections_per_address)
    return Server(config)


def listening(host: str, port: int) -> socket.socket:
    """A socket that is bound. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Of the protocol TCP by name: of any other, asyncio would leave small packets to wait for their acknowledgement, 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _most(wanted: int) -> int:
    """As many connections as there are descriptors for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    most = min(wanted, max(10, hard - RESERVED)) if hard != resource.RLIM_INFINITY else wanted
    if most < wanted:
        log.warning("fewer_connections", wanted=wanted, most=most, descriptors=hard)
    return most


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m api.server", description="Serves the API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--app", default="api.app:create_app", help=argparse.SUPPRESS)  # benchmarks serve their floor
    parser.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)  # a socket that is listened on, of several processes
    chosen = parser.parse_args(arguments)
    os.umask(0o077)
    gc.disable()  # until it has started: nothing that is imported is garbage, and looking for some is a quarter of the time
    try:
        configure(crashes=True)
        configure_tracing("api")
        temporal_lines()
        limits = Limits()
        serving = server(chosen.app, limits)
        if chosen.descriptor is not None:
            bound, serving.parent = socket.socket(fileno=chosen.descriptor), os.getppid()
        else:
            bound = listening(chosen.host, chosen.port)
    except ValidationError as error:
        sys.exit(f"accord: {settings_error(error)}")
    except OSError as refused:
        sys.exit(f"accord: {chosen.host}:{chosen.port} cannot be listened on: {refused.strerror}.")
    if limits.accord_api_processes > 1 and chosen.descriptor is None:
        served = command("api.server", ["--app", chosen.app, "--descriptor", str(bound.fileno())])
        sys.exit(ServerProcesses(limits.accord_api_processes, served, bound.fileno(), CANNOT_START).run())
    serving.run(sockets=[bound])
    if not serving.started:
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    main()
