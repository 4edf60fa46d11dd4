"""Connections to Temporal: TLS with client certificates, API keys, and clear errors for wrong settings."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from temporalio.service import TLSConfig

from cli.temporal import HOST, Temporal, free_port
from tests.workflows.certificates import Authority, Shown
from tests.workflows.keys import key
from workflows.client import TemporalSettings, connect
from workflows.namespace import namespace_id, prepare
from workflows.secret_file import SettingsUnusable

NAME = "temporal.example"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in TemporalSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with Temporal(tmp_path_factory.mktemp("temporal"), free_port()) as running:
        yield running.address


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority", "Ours")


@asynccontextmanager
async def tls_in_front_of(address: str, shown: Shown, clients: Path) -> AsyncIterator[str]:
    """Another address of a server, over TLS, for those alone who show a certificate that this authority has given out."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(clients))
    context.load_cert_chain(shown.certificate, shown.key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])
    host, _, port = address.partition(":")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection(host, int(port))
        with suppress(OSError):
            await asyncio.gather(passed(reader, inner_writer), passed(inner_reader, writer))

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()

    bound = await asyncio.start_server(serve, HOST, 0, ssl=context)
    yield f"{HOST}:{bound.sockets[0].getsockname()[1]}"
    bound.close()


async def test_a_temporal_that_asks_for_a_certificate_is_reached_with_it_and_not_without(
    server: str, authority: Authority, tmp_path: Path
) -> None:
    """Nor with one that another authority has given out, nor when the server is not who it says."""
    ours, strangers = authority.given_to("worker"), Authority(tmp_path / "others", "Others").given_to("worker")
    await prepare(TemporalSettings.of(server))
    async with tls_in_front_of(server, authority.given_to(NAME), authority.certificate) as address:

        def settings(shown: Shown | None, name: str = NAME) -> TemporalSettings:
            return TemporalSettings(
                temporal_address=address,
                temporal_tls_server_name=name,
                temporal_tls_server_ca_cert_path=authority.certificate,
                temporal_tls_client_cert_path=shown.certificate if shown else None,
                temporal_tls_client_key_path=shown.key if shown else None,
            )

        client = await connect(settings(ours))
        assert await namespace_id(client)
        for wrong in (settings(None), settings(strangers), settings(ours, "elsewhere.example"), TemporalSettings.of(address)):
            with pytest.raises(RuntimeError):
                await connect(wrong)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"temporal_tls_client_cert_path": "{shown.certificate}"}, "TEMPORAL_TLS_CLIENT_KEY_PATH is not: a client shows both"),
        ({"temporal_tls_client_key_path": "{shown.key}"}, "TEMPORAL_TLS_CLIENT_CERT_PATH is not: a client shows both"),
        (
            {"temporal_tls_server_ca_cert_path": "/nowhere.pem"},
            "TEMPORAL_TLS_SERVER_CA_CERT_PATH names /nowhere.pem, which cannot",
        ),
        ({"temporal_tls": "false", "temporal_tls_server_name": NAME}, "TEMPORAL_TLS is false, and other settings need it"),
        ({"temporal_api_key": "one", "temporal_api_key_path": "{shown.key}"}, "both set"),
        ({"temporal_api_key": "öl"}, "characters that no header takes"),
        ({"accord_codec_key": "a"}, "ACCORD_CODEC_KEYS, the folder of keys, is not"),
    ],
)
async def test_settings_that_do_not_go_together_are_refused_with_a_sentence(
    authority: Authority, given: dict[str, str], told: str
) -> None:
    shown = authority.given_to("worker")
    values: dict[str, Any] = {name: value.format(shown=shown) for name, value in given.items()}
    with pytest.raises(SettingsUnusable, match=told):
        await connect(TemporalSettings(**values), lazy=True)


async def test_a_key_that_others_of_the_machine_can_read_is_not_used(authority: Authority) -> None:
    shown = authority.given_to("worker")
    shown.key.chmod(0o644)
    settings = TemporalSettings(temporal_tls_client_cert_path=shown.certificate, temporal_tls_client_key_path=shown.key)
    with pytest.raises(SettingsUnusable, match="mode 0644"):
        await connect(settings, lazy=True)


async def test_an_api_key_comes_from_a_file_or_the_environment_goes_over_tls_and_is_told_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "tmprl-canary-9f3c"  # noqa: S105  made up
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_text(f"{secret}\n")
    from_file = TemporalSettings(temporal_api_key_path=tmp_path / "key")
    monkeypatch.setenv("TEMPORAL_API_KEY", secret)
    from_environment = TemporalSettings()
    for settings in (from_file, from_environment):
        assert settings.api_key() == secret
        assert isinstance(settings.tls(), TLSConfig)
        client = await connect(settings, lazy=True)
        assert client.service_client.config.api_key == secret
        assert secret not in f"{settings!r} {settings.variables()} {settings.model_dump_json()}"


def test_settings_are_handed_on_as_they_were_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the API and the worker, which run elsewhere; and what is on this machine is not reached over somebody else's TLS."""
    monkeypatch.chdir(tmp_path)
    key(tmp_path / "keys", "a")
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    monkeypatch.setenv("TEMPORAL_API_KEY", "somebody's")
    monkeypatch.setenv("ACCORD_CODEC_KEYS", "keys")
    here = TemporalSettings.of("127.0.0.1:7233")
    assert (here.tls(), here.api_key()) == (False, None)
    assert here.variables() == {
        "TEMPORAL_ADDRESS": "127.0.0.1:7233",
        "TEMPORAL_NAMESPACE": "accord",
        "TEMPORAL_TLS": "false",
        "ACCORD_CODEC_KEYS": str(tmp_path / "keys"),
        "ACCORD_CODEC_PLAIN_TEXT": "refused",
    }
