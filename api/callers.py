"""Dependencies that resolve the caller of a request from its bearer token."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.identity import CallerInfo
from api.openid import ProviderFault, ProviderUnavailable
from api.problems import Invalid, Unauthenticated, Unavailable
from api.state import State, StateOf, state_of
from db.tokens import PREFIX
from rules.acts import Role
from rules.field_types import did_you_mean

bearer = HTTPBearer(
    auto_error=False,
    description="A token issued with `accord token issue` or `POST …/tokens`, or an access token of the OpenID provider.",
)
ACTING_AS = "Acting-As"
ActingAs = Annotated[
    str | None,
    Header(
        alias=ACTING_AS,
        max_length=200,
        description="with an access token of the OpenID provider: the membership in which one acts, as `verifier/iraq`",
    ),
]


async def caller_of(
    state: StateOf,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    acting_as: ActingAs = None,
) -> CallerInfo:
    """The caller, from the Authorization header. Raises Unauthenticated, Invalid or Unavailable."""
    if credentials is None:
        raise Unauthenticated("The request carries no bearer token.")
    token = credentials.credentials
    if not token.startswith(PREFIX) and state.provider.accepts_tokens:
        return await _provider_caller(state, token, acting_as)
    caller = await state.known.caller(token)
    if caller is None:
        raise Unauthenticated("The token is unknown, expired or revoked.")
    return caller


async def caller_from(request: Request) -> CallerInfo:
    """The caller of a request, for middleware that runs before routing. Raises Unauthenticated, Invalid or Unavailable."""
    return await caller_of(await state_of(request), await bearer(request), request.headers.get(ACTING_AS))


async def _provider_caller(state: State, token: str, acting_as: str | None) -> CallerInfo:
    """The caller of a provider's access token, in the membership that the request names. The ledger says whether it is held."""
    try:
        person, expires_at = await state.provider.verify_token(token)
    except ProviderUnavailable as away:
        raise Unavailable(str(away)) from None
    except ProviderFault as fault:
        raise Unauthenticated(str(fault)) from None
    role, _, party = (acting_as or "").partition("/")
    if role and role not in list(Role):
        raise Invalid("unreadable", f"header.{ACTING_AS}: {role[:60]} is no role.", did_you_mean(role[:60], list(Role)))
    return CallerInfo(
        person, Role(role) if role else Role.MONITOR, party or None, None, expires_at, is_claimed=True, only_reads=not role
    )


Caller = Annotated[CallerInfo, Depends(caller_of)]
"""The authenticated caller; 401 without one."""
