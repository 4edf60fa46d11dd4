"""Who calls, as a dependency of routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.identity import CallerInfo
from api.problems import Unauthenticated
from api.state import StateOf

bearer = HTTPBearer(auto_error=False, description="A token issued with `accord token issue`.")


async def caller_of(
    state: StateOf, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> CallerInfo:
    """Raises Unauthenticated."""
    if credentials is None:
        raise Unauthenticated("The request carries no bearer token.")
    caller = await state.known.caller(credentials.credentials)
    if caller is None:
        raise Unauthenticated("The token is unknown, expired or revoked.")
    return caller


Caller = Annotated[CallerInfo, Depends(caller_of)]
"""The authenticated caller; 401 without one."""
