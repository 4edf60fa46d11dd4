"""`accord run`: PostgreSQL, Temporal, migrations, the API and the worker as one process tree.

Everything is started from the main thread and waited for synchronously, since parent-death signals follow the starting thread.
"""

import asyncio
import errno
import json
import os
import socket
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from alembic.util import CommandError
from pydantic_settings import BaseSettings
from temporalio.service import RPCError

from api.checkpoints import VARIABLE as CHECKPOINT_KEY
from cli.checkpoint_key import create
from cli.child import ChildProcess
from cli.first_run import first_run
from cli.home import Home, lock_folder, packaged_plans
from cli.postgres import Postgres
from cli.signals import interruptible
from cli.start_errors import AlreadyRunning, Conflicts, NoSpace, PortsTaken, ServerFailed, Unprepared, Unreachable, Unusable
from cli.supervisor import Supervisor
from cli.temporal import HOST, Temporal, free_port
from db.migrations import upgrade
from db.pools import ROLE
from db.server_version import TooOld, check_server
from workflows.client import TemporalSettings, connect
from workflows.namespace import NotPrepared, check_prepared, prepare, retry_until_ready
from workflows.secret_file import SettingsUnusable

OF_TEMPORAL = frozenset(name.upper() for name in TemporalSettings.model_fields)
"""Variables that API and worker get as parsed here: an embedded server has no TLS and no keys."""

READY_SECONDS = 60

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ports:
    api: int
    temporal: int
    ui: int | None = None


class ExternalServers(BaseSettings):
    """Servers that others run; those that are not set are embedded."""

    database_url: str | None = None
    database_owner_url: str | None = None  # without it, an external database is not migrated
    temporal_address: str | None = None  # connection settings and keys are read where it connects
    accord_documents: str | None = None
    accord_plans: str | None = None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of the running servers, stored in `addresses.json` for other commands."""

    api: str
    database_url: str
    database_owner_url: str | None
    temporal: TemporalSettings
    documents: str
    plans: str

    def environment(self) -> dict[str, str]:
        """The environment of API and worker, without the owner's URL, whose role may change the ledger."""
        inherited = {name: value for name, value in os.environ.items() if name not in {"DATABASE_OWNER_URL", *OF_TEMPORAL}}
        if self.temporal.temporal_api_key is not None:
            inherited["TEMPORAL_API_KEY"] = self.temporal.temporal_api_key.get_secret_value()
        return (
            inherited
            | self.temporal.variables()
            | {
                "DATABASE_URL": self.database_url,
                "ACCORD_DOCUMENTS": self.documents,
                "ACCORD_PLANS": self.plans,
                "PYTHONUNBUFFERED": "1",
            }
        )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Options that are off by default."""

    prepares: bool = False
    """Register missing parts in an external Temporal."""

    first_run: bool = False
    """Issue tokens and start a program in an external database, or in one that has programs already."""


def run_service(folder: Path, ports: Ports, say: Say, options: RunOptions = RunOptions()) -> None:
    """Runs until SIGINT, SIGTERM or SIGHUP, and returns when everything has stopped.

    Raises a `CannotStart` when something can't be started; then no process is left.
    """
    external = ExternalServers()
    os.umask(0o077)  # children inherit it: no file is readable by other users
    with interruptible() as ignore_signals, _lock(folder, ports, external) as home:
        supervisor = Supervisor(say)
        # Addresses of a killed run are stale, and clients wait for the new file.
        _addresses_file(home).unlink(missing_ok=True)
        try:
            addresses = _start(supervisor, home, ports, external, options, say)
            _write_addresses(home, addresses)
            _announce(home, ports, external, say)
            while True:
                supervisor.check_services()
                time.sleep(0.2)
        except KeyboardInterrupt:
            say("Stopping.")
        except OSError as refused:
            if refused.errno == errno.ENOSPC:
                raise NoSpace(home.folder, str(refused)) from refused
            raise
        finally:
            ignore_signals()
            supervisor.stop()
            _addresses_file(home).unlink(missing_ok=True)


def _start(  # noqa: PLR0913, PLR0917  what a start consists of
    supervisor: Supervisor, home: Home, ports: Ports, external: ExternalServers, options: RunOptions, say: Say
) -> Addresses:
    database_url, owner_url = _database(supervisor, home, external, say)
    temporal = _temporal(supervisor, home, ports, external, say, prepares=options.prepares)
    addresses = Addresses(
        api=f"http://{HOST}:{ports.api}",
        database_url=database_url,
        database_owner_url=owner_url,
        temporal=temporal,
        documents=external.accord_documents or str(home.documents),
        plans=external.accord_plans or str(packaged_plans()),
    )
    for program in _programs(home, ports, addresses):
        supervisor.start(program)
    _await_ready(supervisor, home, addresses.api)
    if options.first_run or external.database_url is None:
        plans = Path(addresses.plans)
        asyncio.run(first_run(addresses.api, addresses.database_url, home, plans, say, requested=options.first_run))
    return addresses


def _database(supervisor: Supervisor, home: Home, external: ExternalServers, say: Say) -> tuple[str, str | None]:
    """Returns the service's and the owner's address of a database that has every migration."""
    service, owner = external.database_url, external.database_owner_url
    if service is None:
        postgres = Postgres(home.folder)
        supervisor.start(postgres)
        service, owner = postgres.url(ROLE), postgres.url()
        say(f"PostgreSQL runs, with its data in {home.folder / 'postgres'}.")
    if owner is None:
        _check_database(service, "DATABASE_URL")
        say("The database is not migrated: DATABASE_OWNER_URL names nobody who may do it.")
        return service, owner
    _check_database(owner, "DATABASE_OWNER_URL")
    try:
        asyncio.run(upgrade(owner))
    except CommandError as refused:
        raise Unusable(f"The database is of a form that this version does not know ({refused}): use a newer one.") from refused
    return service, owner


def _check_database(address: str, variable: str) -> None:
    """Raises Unreachable, or Unusable where the server's version is too old."""
    try:
        check_server(address)
    except psycopg.Error as refused:
        raise Unreachable("PostgreSQL", variable, str(refused).strip()) from refused
    except TooOld as reason:
        raise Unusable(str(reason)) from reason


def _temporal(  # noqa: PLR0913  what a start consists of
    supervisor: Supervisor, home: Home, ports: Ports, external: ExternalServers, say: Say, *, prepares: bool
) -> TemporalSettings:
    """Returns the connection of a Temporal that has our namespace. An external one is prepared only on request."""
    settings = TemporalSettings()
    if external.temporal_address is None:
        temporal = Temporal(home.folder, ports.temporal, ports.ui)
        supervisor.start(temporal)
        settings = TemporalSettings.of(temporal.address, settings.temporal_namespace)
        say(f"Temporal runs, with its data in {home.folder / 'temporal'}.")
    try:
        if external.temporal_address is None or prepares:
            asyncio.run(prepare(settings))
        else:
            asyncio.run(_check_temporal(settings))
    except SettingsUnusable as reason:
        raise Unusable(str(reason)) from reason
    except NotPrepared as reason:
        raise Unprepared(str(reason)) from reason
    except (RPCError, RuntimeError) as refused:
        raise Unreachable("Temporal", "TEMPORAL_ADDRESS", str(refused)) from refused
    return settings


async def _check_temporal(settings: TemporalSettings) -> None:
    client = await retry_until_ready(lambda: connect(settings))
    await check_prepared(client)


def _programs(home: Home, ports: Ports, addresses: Addresses) -> list[ChildProcess]:
    python = [sys.executable, "-P", "-m"]  # -P: a folder `alembic` or `api` in the current directory must not be imported
    api = [*python, "api.server", "--host", HOST, "--port", str(ports.api)]
    environment = addresses.environment()
    # Secrets of producers are for the worker only: the API sends no requests to them.
    without_secrets = {name: value for name, value in environment.items() if not name.startswith("ACCORD_SECRET")}
    if CHECKPOINT_KEY not in environment:
        if not home.checkpoint_key.exists():
            create(home.checkpoint_key)
        without_secrets[CHECKPOINT_KEY] = str(home.checkpoint_key)
    return [
        ChildProcess("the API", api, log=home.log("api"), environment=without_secrets),
        ChildProcess("the worker", [*python, "workflows.worker"], log=home.log("worker"), environment=environment, patience=15),
    ]


def _await_ready(supervisor: Supervisor, home: Home, api: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while (answer := _health(api)) != "ready":
        if dead := supervisor.dead():
            raise ServerFailed(dead.name, dead.error_lines(), home.folder / "log")
        if time.monotonic() > deadline:
            raise ServerFailed("the API", f"it was not ready after {READY_SECONDS} seconds: {answer}.", home.log("api"))
        time.sleep(0.1)


def _health(api: str) -> str:
    try:
        with urllib.request.urlopen(f"{api}/api/v1/health/ready", timeout=5) as answer:  # noqa: S310  the scheme is always http
            return "ready" if answer.status == 200 else f"it answers {answer.status}"
    except OSError as refused:  # the base class of URLError, HTTPError and timeouts
        return str(refused)


@contextmanager
def _lock(folder: Path, ports: Ports, external: ExternalServers) -> Iterator[Home]:
    """The locked data folder and free ports. Raises a `CannotStart` with all conflicts."""
    taken = _ports_in_use(ports, external)
    with ExitStack() as stack:
        try:
            home = stack.enter_context(lock_folder(folder))
        except AlreadyRunning as running:
            raise Conflicts(running, taken) if taken else running from None
        if taken:
            raise taken
        yield home


def _ports_in_use(ports: Ports, external: ExternalServers) -> PortsTaken | None:
    wanted = [("the API", ports.api, "--port")]
    if external.temporal_address is None:
        wanted.append(("Temporal", ports.temporal, "--temporal-port"))
        if ports.ui is not None:
            wanted.append(("Temporal's pages", ports.ui, "--ui-port"))
    taken, options = [], set[int]()
    for what, port, option in wanted:
        if port in options or not _is_free(port):
            taken.append((what, port, option))
        options.add(port)
    return PortsTaken(taken, [free_port() for _ in taken]) if taken else None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # ports in TIME_WAIT count as free
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _announce(home: Home, ports: Ports, external: ExternalServers, say: Say) -> None:
    api = f"http://{HOST}:{ports.api}"
    say(f"Accord is ready.\n  pages         {api}\n  API           {api}/docs")
    if external.temporal_address is None and ports.ui is not None:
        say(f"  Temporal UI   http://{HOST}:{ports.ui}/namespaces/{TemporalSettings().temporal_namespace}/workflows")
    if external.database_url is None or home.tokens.exists():
        say(f"  tokens        {home.tokens}")
    say(f"  logs          {home.folder / 'log'}\nCtrl-C stops everything.")


def _addresses_file(home: Home) -> Path:
    return home.folder / "addresses.json"


def _write_addresses(home: Home, addresses: Addresses) -> None:
    held = {name: getattr(addresses, name) for name in Addresses.__slots__ if name != "temporal"}
    held |= {name.lower(): value for name, value in addresses.temporal.variables().items()}
    text = json.dumps(held, indent=2)
    with os.fdopen(os.open(_addresses_file(home), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text + "\n")
