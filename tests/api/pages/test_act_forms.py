"""Acting from a page: first what the signature would do, then the signature bound to that; nothing happens twice."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx2
from lxml import html

from tests.api.conftest import Door
from tests.api.pages.conftest import Browser, Page, SignIn

REPORT: dict[str, Any] = {
    "incident_kind": "attack",
    "severity": "serious",
    "place": "The bridge",
    "happened_at": "2026-11-01T10:00",
    "account": "Shots were fired.",
}
PREVIEW, SIGN = ("step", "preview"), ("step", "sign")


async def previewed(browser: Browser, door: Door, kind: str, **values: Any) -> Page:
    form = await browser.open(f"/programs/{door.program}/act/{kind}")
    return await browser.send(form.form(f"/programs/{door.program}/act/{kind}"), press=PREVIEW, **values)


async def entries(door: Door, kind: str) -> list[dict[str, Any]]:
    page = (await door.get("olga", "/programs/{program}/ledger", kind=kind)).json()
    found: list[dict[str, Any]] = page["entries"]
    return found


async def test_nothing_is_recorded_before_the_signature(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    page = await previewed(browser, door, "report_incident", **REPORT)
    assert page.title == "This is what your signature does"
    assert await entries(door, "incident_reported") == []
    done = await browser.send(page.form(f"/programs/{door.program}/act"), press=SIGN)
    assert (done.status, done.title) == (200, "Recorded")
    (entry,) = await entries(door, "incident_reported")
    assert entry["actor"]["person"] == "moss"
    assert entry["fact"]["happened_at"] == "2026-11-01T07:00:00.000000Z"  # ten o'clock in Baghdad


async def test_a_form_that_is_sent_twice_does_nothing_twice(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    form = (await previewed(browser, door, "report_incident", **REPORT)).form(f"/programs/{door.program}/act")
    first, second = await browser.send(form, press=SIGN), await browser.send(form, press=SIGN)
    assert first.path == second.path
    assert len(await entries(door, "incident_reported")) == 1


async def test_what_is_wrong_is_said_at_its_field_and_what_was_written_stays(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    page = await previewed(browser, door, "report_incident", **REPORT | {"account": "", "place": "two\nlines"})
    assert page.status == 422
    form = page.form(f"/programs/{door.program}/act")
    assert form.fields["severity"] == "serious"
    assert "Account" in page.tree.get_element_by_id("field-account-error").text_content()
    assert "line break" in page.tree.get_element_by_id("field-place-error").text_content()
    assert page.tree.get_element_by_id("field-place").get("aria-invalid") == "true"


async def test_a_refusal_says_what_would_be_accepted(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("nora")
    page = await previewed(browser, door, "determine", milestone="announced", outcome="achieved", reason="So it is.")
    assert page.status == 403
    assert "an authority" in page.tree.get_element_by_id("summary").text_content()


async def test_a_signature_is_bound_to_the_effects_that_were_shown(door: Door, sign_in: SignIn) -> None:
    """Somebody else's consent changes meanwhile what this one would do."""
    browser = await sign_in("saul")
    milestone = {"kind": "waive", "milestone": "safety"}
    body = {"proposal": "w", "procedure": "joint", "matter": milestone, "reason": "It is late."}
    assert (await door.post("nils", "/programs/{program}/proposals", body)).status_code == 201
    page = await previewed(browser, door, "consent", proposal="w")
    shown = page.form(f"/programs/{door.program}/act")
    assert (await door.post("nils", "/programs/{program}/consents", {"proposal": "w"})).status_code == 201
    late = await browser.send(shown, press=SIGN)
    assert late.status == 409
    assert "effects_changed" in late.text
    (one,) = (await door.get("olga", "/programs/{program}/proposals")).json()
    assert one["consents"] == ["north"]


async def test_a_document_is_filed_and_its_hash_is_shown_before_the_signature(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("nora")
    action = f"/programs/{door.program}/act/record_evidence"
    form = (await browser.open(f"{action}?milestone=announced&shows=text")).form(action)
    fields = dict(form.form_values()) | {"step": "preview"}
    files = {"document": ("announcement.pdf", b"We announce.", "application/pdf")}
    answer = await browser.client.post(action, data=fields, files=files)
    assert "We announce." not in answer.text
    assert sha256(b"We announce.").hexdigest() in answer.text
    page = Page(answer, html.document_fromstring(answer.text))
    assert (await browser.send(page.form(action), press=SIGN)).title == "Recorded"
    (entry,) = await entries(door, "evidence_recorded")
    document = entry["fact"]["document"]
    assert (document["name"], document["size"], document["media_type"]) == ("announcement.pdf", 12, "application/pdf")
    held = await door.get("nora", f"/programs/{{program}}/documents/{document['sha256']}")
    assert held.content == b"We announce."


async def test_a_form_of_another_page_does_nothing(door: Door, sign_in: SignIn) -> None:
    """Without the session's own mark, with that of another session, and from another origin."""
    browser, other = await sign_in("moss"), await sign_in("olga")
    form = (await previewed(browser, door, "report_incident", **REPORT)).form(f"/programs/{door.program}/act")
    foreign = (await other.open("/")).form("/sign-out").fields["csrf"]
    for csrf in ("", foreign, "é"):
        assert (await browser.send(form, press=SIGN, csrf=csrf)).status == 403
    fields = dict(form.form_values()) | {"step": "sign"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        answer = await browser.client.post(form.get("action"), data=fields, headers=headers)
        assert answer.status_code == 403, headers
    assert await entries(door, "incident_reported") == []


async def test_a_stranger_is_told_of_no_program(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("stranger")
    for path in ("", "/milestones", "/ledger", "/plan", "/act/observe", "/report", "/as"):
        page = await browser.open(f"/programs/{door.program}{path}")
        nowhere = await browser.open(f"/programs/{uuid4()}{path}")
        assert page.status == nowhere.status == 404
        assert page.title == nowhere.title
    assert (await browser.client.get("/events", params={"program": door.program})).status_code == 404


async def test_every_page_has_the_headers_that_keep_it_by_itself(door: Door, sign_in: SignIn, served: str) -> None:
    browser = await sign_in("olga")
    for path in ("/", "/programs", f"/programs/{door.program}", "/nothing", "/static/accord.css"):
        answer = await browser.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]  # the last one is a static file, whose address changes with it
    assert (await browser.client.get("/")).headers["cache-control"] == "no-store"
    async with httpx2.AsyncClient(base_url=served, trust_env=False) as client:
        assert (await client.get("/api/v1/nothing")).headers["content-type"] == "application/problem+json"
        assert (await client.post("/api/v1/problems")).status_code in (401, 405)
