"""A Temporal of somebody else, over TLS with a client's certificate: the whole service and its commands reach it so."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from cli.temporal import Temporal, free_port
from tests.drills.test_temporal_away import told
from tests.whole.acting import Insisting
from tests.whole.running import Service, clean_environment
from tests.workflows.certificates import Authority
from tests.workflows.test_client import NAME, tls_in_front_of


async def test_the_api_the_worker_and_the_commands_show_the_same_certificate(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority", "Ours")
    shown = authority.given_to("accord")
    with Temporal(tmp_path / "outside", free_port()) as server:
        async with tls_in_front_of(server.address, authority.given_to(NAME), authority.certificate) as address:
            settings = {
                "TEMPORAL_ADDRESS": address,
                "TEMPORAL_TLS_SERVER_NAME": NAME,
                "TEMPORAL_TLS_SERVER_CA_CERT_PATH": str(authority.certificate),
                "TEMPORAL_TLS_CLIENT_CERT_PATH": str(shown.certificate),
                "TEMPORAL_TLS_CLIENT_KEY_PATH": str(shown.key),
            }
            service = Service(tmp_path / "home", **settings)
            assert (await accord(service, "temporal", "prepare", **settings))[0] == 0
            try:
                await asyncio.to_thread(service.start)
                async with Insisting(service) as client:
                    ready = await client.read("officer", "/health/ready")
                    assert (ready["temporal"], ready["temporal_lacks"]) == ("ready", [])
                    await told(service, await client.start())
                # Without an environment of its own, a command asks as the service does.
                assert await accord(service, "temporal", "check") == (0, "Nothing is missing.\n")
                assert await accord(service, "reconcile") == (0, "0 differences.\n")
            finally:
                await asyncio.to_thread(service.stop)


async def accord(service: Service, *command: str, **settings: str) -> tuple[int, str]:
    """A command beside the service: its exit code, and what it says."""
    called = [sys.executable, "-P", "-m", "cli.entry_point", *command, "--home", str(service.home)]
    environment = clean_environment() | settings
    answer = await asyncio.to_thread(
        subprocess.run, called, capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    return answer.returncode, answer.stdout or answer.stderr
