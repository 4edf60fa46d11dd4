"""What a running service writes of what people send it: in the record alone."""

from __future__ import annotations

from uuid import uuid4

import httpx2

from tests.logs.canaries import found_in
from tests.whole.running import Service

RESTRICTED = {
    "evidence": f"e-{uuid4()}",
    "milestone": "mission_end_announced",
    "shows": "announcement",
    "text": "canary-text1",
    "reference": "canary-reference1",
    "restricted_to": ["us", "iraq"],
}


def test_nothing_that_people_send_is_in_logs_or_in_temporal(whole: Service) -> None:
    people = whole.people
    program = (whole.home / "first-run").read_text().strip()
    under = f"/api/v1/programs/{program}"
    keys = {"Authorization": f"Bearer {people['us-recorder'].token}", "Idempotency-Key": f"canary-key-{uuid4()}"}
    store, aside = whole.home / "documents", whole.home / "documents.aside"
    with httpx2.Client(base_url=whole.api, trust_env=False, timeout=30) as client:
        told = [
            client.post(f"{under}/evidence", json=RESTRICTED, headers=keys),
            client.post(f"{under}/evidence?preview=true", json=RESTRICTED, headers=keys),
            client.post(f"{under}/evidence", json={"canary-field1": "canary-value1"}, headers=keys),
            client.get(f"{under}?canary-query1=canary-query2", headers=keys),
            client.get("/canary-path1", headers={"Cookie": "canary-cookie1"}),
            client.get(under, headers={"Authorization": "Bearer accord_canary-token1" + "a" * 40}),
            client.post(under, content=b"canary-body1", headers={"X-Request-ID": "canary id1"}),
        ]
        store.rename(aside)
        store.touch()  # whatever is filed now fails, deep down
        try:
            answer = client.post(f"{under}/documents?name=canary-name1", content=b"canary-document1", headers=keys)
        finally:
            store.unlink()
            aside.rename(store)
    assert answer.status_code >= 500
    assert {one.status_code for one in told[3:]} == {401, 404, 422}
    request = answer.headers["X-Request-ID"].encode()
    # The supervisor reads what its children say a moment after they have said it.
    whole.await_(lambda: any(request in path.read_bytes() for path in (whole.home / "log").iterdir()), "the fault is logged")
    assert found_in(whole.home / "log", whole.home / "temporal") == []
    held = b"".join(path.read_bytes() for path in (whole.home / "log").iterdir())
    assert not any(person.token.encode() in held for person in people.values())
