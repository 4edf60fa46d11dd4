"""Callers: the person, role and party of a bearer token, with a cache of valid tokens."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from psycopg import OperationalError
from psycopg_pool import PoolTimeout

from api.problems import Forbidden, NotFound
from db.tokens import Tokens
from rules.acts import Actor, Member, Role
from rules.decisions.members import role_not_held
from rules.program import Program

TOKEN_TTL_SECONDS = 2.0
"""TTL of a token in the cache: a revoked token stops working within this time."""

MOST_CACHED = 20_000

USES_WRITTEN_EVERY_SECONDS = 30.0
"""The interval at which times of use are written, all tokens in one statement."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CallerInfo:
    """A person in one role until `expires_at`. `program` limits the token to one program; None does not."""

    person: str
    role: Role
    party: str | None
    program: UUID | None
    expires_at: datetime
    is_claimed: bool = False
    """Whether role and party are the caller's claim, to be checked: an OpenID provider knows no memberships."""
    only_reads: bool = False
    """Whether the caller has chosen no membership."""

    @property
    def actor(self) -> Actor:
        return Actor(person=self.person, role=self.role, party=self.party)

    @property
    def reads_everything(self) -> bool:
        """Whether this is an auditor of the installation: a token with the role auditor and no program."""
        return self.role is Role.AUDITOR and self.program is None and not self.is_claimed

    @property
    def member_filter(self) -> str | None:
        """The person whose memberships limit the list of programs; None for a caller who reads everything."""
        return None if self.reads_everything else self.person

    @property
    def scope(self) -> list[UUID] | None:
        """The only programs that the token is for; None where it is not limited."""
        return None if self.program is None else [self.program]

    def check_scope(self, program: UUID) -> None:
        """Raises NotFound where the token is limited to another program."""
        if self.program is not None and self.program != program:
            raise NotFound("program")

    def check_visible(self, program: Program | None) -> Program:
        """Returns the program if the caller may know of it. Raises NotFound."""
        if program is None or not (self.reads_everything or program.has(self.person)):
            raise NotFound("program")
        if self.is_claimed and not self.only_reads:
            self._check_membership(program)
        return program

    def _check_membership(self, program: Program) -> None:
        """Raises Forbidden where the claimed role is not a membership."""
        held = Member(person=self.person, role=self.role, party=self.party)
        if held not in program.members:
            accepted = "a role that the person has been admitted to, in the header Acting-As"
            raise Forbidden("not_a_member", role_not_held(held), accepted)

    def check_can_act(self) -> None:
        """Raises Forbidden for a caller who has not chosen a membership."""
        if self.only_reads:
            raise Forbidden("role_may_not", "The request does not say as whom it is made.", "a membership, in Acting-As")

    def check_role(self, *roles: Role) -> None:
        """Raises Forbidden unless the caller has one of the roles."""
        self.check_can_act()
        if self.role not in roles:
            allowed = " or ".join(roles)
            raise Forbidden(
                "role_may_not", f"A token with the role {self.role} does not do this.", f"a token with the role {allowed}"
            )


class TokenCache:
    """A cache of valid tokens with a short TTL, so that not every request queries the database."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._known: dict[str, tuple[float, CallerInfo]] = {}
        self._used: dict[UUID, datetime] = {}

    async def caller(self, secret: str) -> CallerInfo | None:
        """The caller of a token; None for one that is not valid."""
        now = time.monotonic()
        known = self._known.get(secret)
        if known is not None and known[0] > now:
            return known[1]
        token = await self._tokens.find(secret)
        if token is None or token.role is None:
            self._known.pop(secret, None)
            return None
        self._used[token.id] = datetime.now(UTC)
        if len(self._known) >= MOST_CACHED:
            self._known.clear()
        caller = CallerInfo(token.person, Role(token.role), token.party, token.program_id, token.expires_at)
        self._known[secret] = (now + TOKEN_TTL_SECONDS, caller)
        return caller

    async def write_uses(self) -> None:
        """Writes the times of use periodically, and once more when it is cancelled."""
        try:
            while True:
                await asyncio.sleep(USES_WRITTEN_EVERY_SECONDS)
                await self._write_uses()
        finally:
            await self._write_uses()

    async def _write_uses(self) -> None:
        used, self._used = self._used, {}
        if not used:
            return
        try:
            await self._tokens.record_uses(used)
        except (OperationalError, PoolTimeout) as error:
            log.warning("uses_of_tokens_not_kept", error=error)
            self._used = used | self._used
