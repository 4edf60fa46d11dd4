"""OpenID Connect client: authenticates people. Authorisation is membership, which is in the ledger.

Sign-in is the authorisation code flow with PKCE. The provider's keys are cached, and fetched again for an unknown key id.
"""

from __future__ import annotations

import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Self, TypeAlias
from urllib.parse import urlencode

import httpx2
import structlog
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode

from rules.text_formats import ID

log = structlog.get_logger()

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Accepted signature algorithms, all asymmetric. Those with a shared secret, and `none`, are rejected."""

ASK_SECONDS, KEPT_SECONDS, AGAIN_SECONDS = 5.0, 3600.0, 30.0
"""The timeout of a request; the TTL of the provider's metadata and keys; the least time between two fetches."""

LEEWAY_SECONDS = 30
LARGEST_ANSWER = 256 * 1024

UNANSWERED = "The provider has answered without an ID token."
OTHER_SIGN_IN = "The provider's token is of another sign-in."
NOT_VALID = "The provider's token is not valid here."
OTHER_NAME = "The provider describes itself under another name than the setting has."
AWAY = "The provider cannot be reached; try again in a moment."
REFUSED = "The provider has refused this sign-in."
FAULTS = (UNANSWERED, OTHER_SIGN_IN, NOT_VALID, OTHER_NAME, AWAY, REFUSED)
"""Messages about a failed sign-in; pages have translations of each."""


def _split_items(text: object) -> object:
    """The items of a setting that is separated by spaces or commas."""
    return frozenset(text.replace(",", " ").split()) if isinstance(text, str) else text


People: TypeAlias = Annotated[frozenset[str], NoDecode, BeforeValidator(_split_items)]


class ProviderSettings(BaseSettings):
    """Settings of the provider. Without them, sign-in with a provider is off."""

    accord_oidc_issuer: str | None = Field(default=None, description="address of the provider, as its tokens name it")
    accord_oidc_client: str = Field(default="accord", description="this service's client id there")
    accord_oidc_secret: SecretStr | None = Field(default=None, description="and its secret; none for a public client")
    accord_oidc_audience: str | None = Field(
        default=None, description="what access tokens for the API are for; left out, the API takes none of the provider"
    )
    accord_oidc_name: str = Field(
        default="oidc", pattern=r"^[a-z][a-z0-9-]{0,19}$", description="stands before the subject in the names of people"
    )
    accord_oidc_starters: People = Field(
        default=frozenset(), description="people of the provider who may start programs, as programs name them"
    )

    @model_validator(mode="after")
    def _starters_are_its_people(self) -> Self:
        ours = f"{self.accord_oidc_name}:"
        if others := sorted(one for one in self.accord_oidc_starters if not one.startswith(ours) or not re.fullmatch(ID, one)):
            raise ValueError(
                f"ACCORD_OIDC_STARTERS: {', '.join(others)} is nobody of the provider; write {ours}SUBJECT, as pages show it"
            )
        return self


class ProviderFault(Exception):
    """The provider cannot be reached or its answer is not valid. The message may be shown to users."""


class ProviderUnavailable(ProviderFault):
    """The provider cannot be reached. A retry may succeed."""


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """One sign-in in progress: state, nonce and PKCE verifier."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


class Provider:
    def __init__(self, settings: ProviderSettings, http: httpx2.AsyncClient) -> None:
        self._settings, self._http = settings, http
        self._known: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def is_configured(self) -> bool:
        return self._settings.accord_oidc_issuer is not None

    async def authorization_url(self, attempt: SignInAttempt, back: str) -> str:
        """The authorisation URL for the browser. Raises ProviderFault."""
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self._settings.accord_oidc_client,
            "redirect_uri": back,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        where = str((await self._metadata())["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}"

    async def exchange_code(self, attempt: SignInAttempt, code: str, back: str) -> str:
        """The person who has signed in, in exchange for a code. Raises ProviderFault."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": self._settings.accord_oidc_client,
            "code_verifier": attempt.verifier,
        }
        secret = self._settings.accord_oidc_secret
        held = {"auth": (self._settings.accord_oidc_client, secret.get_secret_value())} if secret else {}
        answer = await self._request("POST", str((await self._metadata())["token_endpoint"]), data=form, **held)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderFault(UNANSWERED)
        claims = await self._verify(token, self._settings.accord_oidc_client)
        if claims.get("nonce") != attempt.nonce:
            raise ProviderFault(OTHER_SIGN_IN)
        return self._person_name(claims)

    def may_start(self, person: str) -> bool:
        """Whether a person of the provider may start programs."""
        return person in self._settings.accord_oidc_starters

    @property
    def accepts_tokens(self) -> bool:
        """Whether the API accepts access tokens of the provider."""
        return self.is_configured and self._settings.accord_oidc_audience is not None

    async def verify_token(self, token: str) -> tuple[str, datetime]:
        """The person and expiry of an access token that is signed for this service. Raises ProviderFault."""
        claims = await self._verify(token, self._settings.accord_oidc_audience or "")
        return self._person_name(claims), datetime.fromtimestamp(int(claims["exp"]), UTC)

    async def _verify(self, token: str, audience: str) -> Mapping[str, Any]:
        """The claims of a token whose signature, audience and time are valid. Raises ProviderFault."""
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._settings.accord_oidc_issuer or ""},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        for is_again in (False, True):
            try:
                decoded = jwt.decode(token, await self._key_set(anew=is_again), algorithms=ALGORITHMS)
                registry.validate(decoded.claims)
            except (JoseError, ValueError) as error:
                if is_again or not _may_be_another_key(error):
                    log.warning("token_refused", error=error)
                    raise ProviderFault(NOT_VALID) from error
            else:
                return decoded.claims
        raise ProviderFault(NOT_VALID)

    def _person_name(self, claims: Mapping[str, Any]) -> str:
        """The person as programs name them: the provider's name and the subject, or a hash of the subject."""
        subject = str(claims["sub"])
        named = f"{self._settings.accord_oidc_name}:{subject}"
        return (
            named
            if re.fullmatch(ID, named)
            else f"{self._settings.accord_oidc_name}:{sha256(subject.encode()).hexdigest()[:40]}"
        )

    async def _metadata(self) -> Mapping[str, Any]:
        now = time.monotonic()
        if self._known is None or now - self._known[0] > KEPT_SECONDS:
            issuer = self._settings.accord_oidc_issuer or ""
            found = await self._request("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise ProviderFault(OTHER_NAME)
            self._known = (now, found)
        return self._known[1]

    async def _key_set(self, *, anew: bool) -> KeySet:
        now = time.monotonic()
        longest = AGAIN_SECONDS if anew else KEPT_SECONDS
        if self._keys is None or now - self._keys[0] > longest:
            keys = await self._request("GET", str((await self._metadata())["jwks_uri"]))
            self._keys = (now, KeySet.import_key_set({"keys": keys.get("keys", [])}))
        return self._keys[1]

    async def _request(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        try:
            answer = await self._http.request(method, address, timeout=ASK_SECONDS, **more)
            found = answer.json() if len(answer.content) <= LARGEST_ANSWER else None
        except (httpx2.HTTPError, ValueError) as error:
            log.warning("provider_unavailable", error=error)
            raise ProviderUnavailable(AWAY) from error
        if answer.is_error or not isinstance(found, dict):
            log.warning("provider_refuses", status=answer.status_code)
            raise ProviderFault(REFUSED)
        return found


def _may_be_another_key(error: Exception) -> bool:
    """Whether the error may come from a rotated key."""
    return isinstance(error, InvalidKeyIdError | BadSignatureError | ValueError)
