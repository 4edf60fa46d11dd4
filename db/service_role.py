"""The role of the service. Dumps refer to it and do not create it, so a restore into a new cluster must."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow

from db.pools import ROLE


class RoleMissing(RuntimeError):
    """The role is missing, or the owner may not SET ROLE to it. The message says what a superuser has to do."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"the role {ROLE} is missing, or {owner} may not take it. As a superuser: CREATE ROLE {ROLE} LOGIN; "
            f"GRANT {ROLE} TO {owner} WITH INHERIT FALSE, SET TRUE."
        )


def ensure_role(owner: psycopg.Connection[TupleRow]) -> None:
    """Creates the role where it is missing. Raises RoleMissing where the owner may not."""
    try:
        with owner.transaction():
            if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                owner.execute(f"CREATE ROLE {ROLE} LOGIN".encode())
            if owner.execute("SELECT 1 WHERE NOT pg_has_role(current_user, %s, 'SET')", [ROLE]).fetchone():
                owner.execute(f"GRANT {ROLE} TO CURRENT_USER".encode())
    except psycopg.errors.InsufficientPrivilege as refused:
        raise RoleMissing(owner.info.user) from refused
