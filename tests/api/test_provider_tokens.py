"""Access tokens of an OpenID provider at the API: who somebody is stands in them, and what they may do in the ledger."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.api.conftest import Door

AUDIENCE = "https://accord.example.org"


@dataclass
class Provider:
    """What a provider publishes, and tokens that it has signed."""

    address: str
    keys: list[RSAKey]

    def token(self, subject: str, *, key: RSAKey | None = None, **claims: Any) -> str:
        held = {"iss": self.address, "aud": AUDIENCE, "sub": subject, "exp": int(time.time()) + 300, **claims}
        signer = key or self.keys[-1]
        return str(jwt.encode({"alg": "RS256", "kid": signer.kid}, held, signer, algorithms=["RS256"]))


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": uuid4().hex, "use": "sig", "alg": "RS256"})


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    keys = [new_key()]

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]  # an HTTP server has one
            said = {"issuer": address, "jwks_uri": f"{address}/keys"}
            published = KeySet([*keys]).as_dict(private=False)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(published if self.path == "/keys" else said).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    for name, value in {"ISSUER": address, "AUDIENCE": AUDIENCE, "NAME": "ministry"}.items():
        monkeypatch.setenv(f"ACCORD_OIDC_{name}", value)
    yield Provider(address, keys)
    server.shutdown()
    server.server_close()


@pytest.fixture
def starters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layla may start programs."""
    monkeypatch.setenv("ACCORD_OIDC_STARTERS", "ministry:layla")


@pytest.fixture
async def known(provider: Provider, door: Door) -> Door:
    """Layla is a verifier of the South and a monitor."""
    for person, role, party in (("saul", "verifier", "south"), ("olga", "monitor", None)):
        body = {"member": {"person": "ministry:layla", "role": role, "party": party}}
        answer = await door.post(person, "/programs/{program}/members", body)
        assert answer.status_code == 201, answer.text
    return door


async def asked(door: Door, token: str, path: str, acting_as: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} | ({"Acting-As": acting_as} if acting_as else {})
    return await door.client.get(door.address(path), headers=headers)


async def told(door: Door, token: str, path: str, body: Any, acting_as: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    headers |= {"Acting-As": acting_as} if acting_as else {}
    return await door.client.post(door.address(path), json=body, headers=headers)


async def test_the_person_reads_and_acts_in_the_membership_that_the_request_names(provider: Provider, known: Door) -> None:
    token = provider.token("layla")
    assert (await asked(known, token, "/programs/{program}")).status_code == 200
    assert len((await asked(known, token, "/programs")).json()["programs"]) == 1
    word = {"evidence": "e1", "milestone": "announced", "shows": "word", "text": "It is meant."}
    assert (await known.post("nils", "/programs/{program}/evidence", word)).status_code == 201
    verified = await told(known, token, "/programs/{program}/verifications", {"evidence": "e1"}, "verifier/south")
    assert verified.status_code == 201, verified.text
    (entry,) = (await known.get("olga", "/programs/{program}/ledger", kind="evidence_verified")).json()["entries"]
    assert entry["actor"] == {"person": "ministry:layla", "role": "verifier", "party": "south"}


@pytest.mark.parametrize(
    ("acting_as", "status", "code"),
    [
        (None, 403, "role_may_not"),
        ("authority/commission", 403, "not_a_member"),
        ("verifier/north", 403, "role_may_not"),
        ("emperor", 422, "unreadable"),
    ],
)
async def test_a_membership_that_is_not_held_is_worth_nothing(
    provider: Provider, known: Door, acting_as: str | None, status: int, code: str
) -> None:
    body = {"milestone": "announced", "outcome": "achieved", "reason": "So it is."}
    answer = await told(known, provider.token("layla"), "/programs/{program}/determinations", body, acting_as)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_nobody_reads_everything_or_starts_programs_by_saying_so(provider: Provider, known: Door) -> None:
    token = provider.token("somebody")
    assert (await asked(known, token, "/programs/{program}", "auditor")).status_code == 404
    assert (await asked(known, token, "/programs", "auditor")).json()["programs"] == []
    started = await told(known, token, "/programs", {"plan": "us-iraq-reset"}, "officer")
    assert (started.status_code, started.json()["code"]) == (403, "role_may_not")


async def test_whom_a_setting_names_starts_programs_as_an_officer(starters: None, provider: Provider, known: Door) -> None:
    """The setting opens the start, and nothing in programs that others have started."""
    body = {"plan": "us-iraq-reset"}
    started = await told(known, provider.token("layla"), "/programs", body, "officer")
    assert started.status_code == 201, started.text
    (officer,) = (await asked(known, provider.token("layla"), f"/programs/{started.json()['program']}/members")).json()
    assert officer == {"person": "ministry:layla", "role": "officer", "party": None}
    for acting_as, status in ((None, 403), ("verifier/south", 403), ("officer/us", 403)):
        assert (await told(known, provider.token("layla"), "/programs", body, acting_as)).status_code == status, acting_as
    refused = await told(known, provider.token("olga"), "/programs", body, "officer")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_may_not")
    assert "ACCORD_OIDC_STARTERS" in refused.json()["accepted"]
    assert (await asked(known, provider.token("layla"), "/programs/{program}", "officer")).status_code == 403


async def test_what_is_not_signed_for_us_opens_nothing(provider: Provider, known: Door) -> None:
    now = int(time.time())
    forged = [
        provider.token("layla", key=RSAKey.generate_key(2048, {"kid": str(provider.keys[0].kid)})),
        provider.token("layla", aud="https://elsewhere.example"),
        provider.token("layla", iss="https://elsewhere.example"),
        provider.token("layla", exp=now - 3600),
        provider.token("layla", nbf=now + 3600),
        provider.token("layla").rsplit(".", 1)[0] + ".",
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJsYXlsYSJ9.",
        "no.token.atall",
        "x",
    ]
    for token in forged:
        assert (await asked(known, token, "/programs/{program}")).status_code == 401, token


async def test_a_new_key_of_the_provider_is_asked_for(provider: Provider, known: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.openid.AGAIN_SECONDS", 0.0)
    assert (await asked(known, provider.token("layla"), "/programs/{program}")).status_code == 200
    provider.keys.append(new_key())
    assert (await asked(known, provider.token("layla"), "/programs/{program}")).status_code == 200


async def test_tokens_of_the_service_are_taken_as_before(provider: Provider, known: Door) -> None:
    assert (await known.get("nora", "/programs/{program}")).status_code == 200
