"""How connections to the database are made, and how many a process has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import conninfo_to_dict

CONNECTION_DEFAULTS: Mapping[str, str | int] = {
    "connect_timeout": 5,
    # A host that has gone without a word is found out in ten seconds, not in a quarter of an hour.
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    # Of several hosts the one that can be written; a standby would tell what was.
    "target_session_attrs": "primary",
}
"""How connections are made, where the address does not say otherwise."""


def connection_arguments(url: str) -> dict[str, Any]:
    """How a connection to this address is made, as far as it does not say so itself."""
    said = conninfo_to_dict(url)
    return {name: value for name, value in CONNECTION_DEFAULTS.items() if name not in said}


def pool_sizes(connections: int, writers: int, readers: int, operational_size: int) -> tuple[int, int, int]:
    """Connections of a process as those of its Writer, its Reader and its Clerk, in these parts; each has at least one."""
    parts = writers + readers + operational_size
    first, second = max(1, connections * writers // parts), max(1, connections * readers // parts)
    return first, second, max(1, connections - first - second)
