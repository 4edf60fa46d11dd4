"""`python -m api.server`: the HTTP server, in one process or several, with connection limits and logging."""

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

from api.connection_limits import ConnectionLimits, Connections
from api.protocol import BoundedConfig, BoundedProtocol
from api.server_processes import ServerProcesses, module_command
from logs.faults import settings_error
from logs.lines import configure
from telemetry.spans import configure_tracing
from workflows.core_logging import temporal_lines

log = structlog.get_logger()

BACKLOG = 4096
"""The listen backlog, in connections."""

ACCEPTED_AT_ONCE = 128
"""Connections accepted in one turn of the event loop: each takes 0.1 ms."""

RESERVED = 200
"""File descriptors for everything else: pools, files, and accepted connections that are not counted yet."""

DEADLINE_TICKS = 5
"""Ticks of 0.1 s between two checks of deadlines."""

CANNOT_START = 3


class Server(uvicorn.Server):
    """Uvicorn's server, which also checks deadlines and accepts few connections in one turn of the loop."""

    config: BoundedConfig
    parent: int | None = None
    """The process id of the supervisor, with which the server stops; None without one."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        gc.enable()
        # asyncio uses the backlog also as the number of connections that it accepts in one turn.
        for one in sockets or []:
            one.listen(BACKLOG)
            log.info("listening", address="{}:{}".format(*one.getsockname()[:2]))

    async def on_tick(self, counter: int) -> bool:
        if self.parent is not None and os.getppid() != self.parent:
            self.should_exit = True  # the parent that would stop it has died
        if counter % DEADLINE_TICKS == 0:
            self.config.connections.close_overdue(asyncio.get_running_loop().time())
        return await super().on_tick(counter)


def create_server(app: str | Callable[[], Any], limits: ConnectionLimits) -> Server:
    """A server for the application of the factory. It listens when it is run."""
    config = BoundedConfig(
        app,
        factory=True,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # proxy headers are not used
        server_header=False,
        backlog=ACCEPTED_AT_ONCE,
        timeout_graceful_shutdown=2,  # an open event stream would delay the exit
    )
    config.connections = Connections(_most_connections(limits.accord_connections), limits.accord_connections_per_address)
    return Server(config)


def bind_socket(host: str, port: int) -> socket.socket:
    """A bound socket. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # IPPROTO_TCP by name: asyncio sets TCP_NODELAY only then, without which small packets wait 40 ms.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _most_connections(wanted: int) -> int:
    """The number of connections, at most what the limit of file descriptors allows."""
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
    parser.add_argument("--app", default="api.app:create_app", help=argparse.SUPPRESS)  # benchmarks serve another application
    parser.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)  # the listening socket that several processes share
    chosen = parser.parse_args(arguments)
    os.umask(0o077)
    gc.disable()  # no garbage collection until it has started: it would take a quarter of the time of the imports
    try:
        configure(crashes=True)
        configure_tracing("api")
        temporal_lines()
        limits = ConnectionLimits()
        serving = create_server(chosen.app, limits)
        if chosen.descriptor is not None:
            bound, serving.parent = socket.socket(fileno=chosen.descriptor), os.getppid()
        else:
            bound = bind_socket(chosen.host, chosen.port)
    except ValidationError as error:
        sys.exit(f"accord: {settings_error(error)}")
    except OSError as refused:
        sys.exit(f"accord: {chosen.host}:{chosen.port} cannot be listened on: {refused.strerror}.")
    if limits.accord_api_processes > 1 and chosen.descriptor is None:
        served = module_command("api.server", ["--app", chosen.app, "--descriptor", str(bound.fileno())])
        sys.exit(ServerProcesses(limits.accord_api_processes, served, bound.fileno(), CANNOT_START).run())
    serving.run(sockets=[bound])
    if not serving.started:
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    main()
