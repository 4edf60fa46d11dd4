"""Parameters of database connections, and the division of a process's connections among its pools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import conninfo_to_dict

CONNECTION_DEFAULTS: Mapping[str, str | int] = {
    "connect_timeout": 5,
    # An unreachable host is detected in ten seconds, not in fifteen minutes.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # Among several hosts, the writable one: a standby may lag behind.
    "target_session_attrs": "primary",
}
"""libpq parameters for every parameter that the URL does not set."""


def connection_arguments(url: str) -> dict[str, Any]:
    """The defaults of all parameters that the URL does not set."""
    said = conninfo_to_dict(url)
    return {name: value for name, value in CONNECTION_DEFAULTS.items() if name not in said}


def pool_sizes(connections: int, writers: int, readers: int, operational_size: int) -> tuple[int, int, int]:
    """Sizes of LedgerPool, ReadPool and OperationalPool: `connections` divided in these ratios, each at least one."""
    parts = writers + readers + operational_size
    first, second = max(1, connections * writers // parts), max(1, connections * readers // parts)
    return first, second, max(1, connections - first - second)
