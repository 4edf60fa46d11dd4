"""Settings of metrics endpoints. Traces use OpenTelemetry's own variables."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class TelemetrySettings(BaseSettings):
    """Read from the environment by the API and the worker."""

    model_config = SettingsConfigDict(env_ignore_empty=True)

    accord_metrics: str | None = Field(
        default=None, description="host and port of /metrics of the API; nobody is asked for a token there"
    )
    accord_worker_metrics: str | None = Field(
        default=None, description="host and port of /metrics and /health of the worker; nobody is asked for a token there"
    )
    accord_temporal_metrics: str | None = Field(
        default=None, description="host and port of /metrics of Temporal's library in the worker, which serves its own"
    )

    @field_validator("accord_metrics", "accord_worker_metrics", "accord_temporal_metrics")
    @classmethod
    def _has_a_port(cls, value: str | None) -> str | None:
        if value is not None:
            split_address(value)
        return value


def split_address(address: str, above: int = 0) -> tuple[str, int]:
    """Splits `host:port`; `above` is added to the port. Raises ValueError."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) + above <= 65535:
        raise ValueError(f"{address} is no host and port; 127.0.0.1:9464 would be")
    return host.strip("[]"), int(port) + above
