"""Connection to Temporal: address, TLS, API key, and encryption of payloads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter
from temporalio.service import TLSConfig

from telemetry.spans import is_tracing
from workflows.codec import Codec
from workflows.failure_converter import EncryptingConverter, RedactingConverter
from workflows.key_ring import KeyRing
from workflows.secret_file import SettingsUnusable, contents, secret

PAYLOADS = replace(pydantic_data_converter, failure_converter_class=RedactingConverter)
"""Converter of payloads, without encryption."""

NAMESPACE = "accord"
TASK_QUEUE = "accord"
RPC_SECONDS = 3
PROBE_SECONDS = 1.0


class TemporalSettings(BaseSettings):
    """Settings from the environment, shared by the API, the worker and the commands.

    Variables that begin with TEMPORAL have the meaning that Temporal's own CLI gives them.
    """

    model_config = SettingsConfigDict(env_ignore_empty=True)

    temporal_address: str = Field(default="127.0.0.1:7233", description="host and port")
    temporal_namespace: str = Field(default=NAMESPACE, min_length=2)
    temporal_tls: bool | None = Field(
        default=None, description="left out: where another setting of TLS, or an API key, is there"
    )
    temporal_tls_server_name: str | None = Field(default=None, description="the name in the server's certificate")
    temporal_tls_server_ca_cert_path: Path | None = Field(default=None, description="left out: authorities of the system")
    temporal_tls_client_cert_path: Path | None = None
    temporal_tls_client_key_path: Path | None = None
    temporal_api_key: SecretStr | None = None
    temporal_api_key_path: Path | None = Field(default=None, description="a file with it")
    accord_codec_keys: Path | None = Field(default=None, description="folder of keys; left out: nothing is encrypted")
    accord_codec_key: str | None = Field(default=None, description="which one encrypts; left out: the last by name")
    accord_codec_plain_text: Literal["refused", "read"] = "refused"

    @classmethod
    def of(cls, address: str, namespace: str = NAMESPACE) -> Self:
        """Settings for a local server without TLS and keys, which override the environment. The codec stays as configured."""
        return cls(
            temporal_address=address,
            temporal_namespace=namespace,
            temporal_tls=False,
            temporal_tls_server_name=None,
            temporal_tls_server_ca_cert_path=None,
            temporal_tls_client_cert_path=None,
            temporal_tls_client_key_path=None,
            temporal_api_key=None,
            temporal_api_key_path=None,
        )

    def variables(self) -> dict[str, str]:
        """The settings as environment variables, with absolute paths and without the API key itself."""
        held = self.model_dump(exclude={"temporal_api_key"}, exclude_none=True)
        told = {name: value.absolute() if isinstance(value, Path) else value for name, value in held.items()}
        return {name.upper(): str(value).lower() if isinstance(value, bool) else str(value) for name, value in told.items()}

    def tls(self) -> TLSConfig | bool:
        """Raises SettingsUnusable."""
        certificate, key = self.temporal_tls_client_cert_path, self.temporal_tls_client_key_path
        if (certificate is None) is not (key is None):
            there, missing = ("KEY", "CERT") if certificate is None else ("CERT", "KEY")
            raise SettingsUnusable(
                f"TEMPORAL_TLS_CLIENT_{there}_PATH is set and TEMPORAL_TLS_CLIENT_{missing}_PATH is not: a client shows both."
            )
        authority = self.temporal_tls_server_ca_cert_path
        asked = any((certificate, authority, self.temporal_tls_server_name, self.temporal_api_key, self.temporal_api_key_path))
        if self.temporal_tls is False and asked:
            raise SettingsUnusable("TEMPORAL_TLS is false, and other settings need it: certificates or an API key.")
        if not asked:
            return self.temporal_tls is True
        return TLSConfig(
            server_root_ca_cert=contents(authority, "TEMPORAL_TLS_SERVER_CA_CERT_PATH") if authority else None,
            domain=self.temporal_tls_server_name,
            client_cert=contents(certificate, "TEMPORAL_TLS_CLIENT_CERT_PATH") if certificate else None,
            client_private_key=secret(key, "TEMPORAL_TLS_CLIENT_KEY_PATH") if key else None,
        )

    def api_key(self) -> str | None:
        """Raises SettingsUnusable."""
        if self.temporal_api_key is not None and self.temporal_api_key_path is not None:
            raise SettingsUnusable("TEMPORAL_API_KEY and TEMPORAL_API_KEY_PATH are both set: one of them says which key it is.")
        if self.temporal_api_key_path is not None:
            held = secret(self.temporal_api_key_path, "TEMPORAL_API_KEY_PATH").decode("ascii", errors="replace").strip()
        else:
            held = self.temporal_api_key.get_secret_value() if self.temporal_api_key else ""
        if held and not (held.isascii() and held.isprintable()):
            raise SettingsUnusable("The API key of Temporal holds characters that no header takes.")
        return held or None

    def converter(self) -> DataConverter:
        """The data converter, with a codec if keys are configured. Raises SettingsUnusable."""
        if self.accord_codec_keys is None:
            if self.accord_codec_key is not None:
                raise SettingsUnusable("ACCORD_CODEC_KEY is set and ACCORD_CODEC_KEYS, the folder of keys, is not.")
            return PAYLOADS
        ring = KeyRing(self.accord_codec_keys, self.accord_codec_key)
        codec = Codec(ring, self.temporal_namespace, plain_too=self.accord_codec_plain_text == "read")
        return replace(PAYLOADS, payload_codec=codec, failure_converter_class=EncryptingConverter)


async def connect(settings: TemporalSettings, *, lazy: bool = False) -> Client:
    """A client; a lazy one connects at its first call.

    Raises SettingsUnusable, or RuntimeError when the server does not respond.
    """
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        lazy=lazy,
        tls=settings.tls(),
        api_key=settings.api_key(),
        data_converter=settings.converter(),
        interceptors=_interceptors(),
    )


def _interceptors() -> list[Interceptor]:
    """The interceptor that propagates traces, where tracing is enabled."""
    if not is_tracing():
        return []
    from temporalio.contrib.opentelemetry import TracingInterceptor  # noqa: PLC0415  for who traces alone

    return [TracingInterceptor()]


def is_encrypted(client: Client) -> bool:
    """Whether payloads are encrypted. If so, titles and names must not appear outside of payloads."""
    return client.data_converter.payload_codec is not None
