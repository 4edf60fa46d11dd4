"""Who may start programs: officers by a token of this service, and people of the OpenID provider whom a setting names."""

from __future__ import annotations

from api.identity import CallerInfo
from api.openid import Provider
from api.problems import Forbidden, NotFound
from rules.acts import Role


def check_starts(provider: Provider, caller: CallerInfo) -> None:
    """Raises Forbidden, or NotFound for a token that is for one program."""
    caller.check_role(Role.OFFICER)
    if caller.is_claimed:
        _check_named(provider, caller)
    if caller.program is not None:
        raise NotFound("plan")


def _check_named(provider: Provider, caller: CallerInfo) -> None:
    """Checks the setting for people of the provider: before a program starts there is no membership."""
    if not provider.may_start(caller.person):
        raise Forbidden(
            "role_may_not",
            f"{caller.person} does not start programs here.",
            f"an officer's token, or {caller.person} in the service's setting ACCORD_OIDC_STARTERS",
        )
    if caller.party is not None:
        raise Forbidden("role_may_not", "Who starts a program is its officer for no party.", "Acting-As: officer")
