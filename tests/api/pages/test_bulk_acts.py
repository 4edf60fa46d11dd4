"""Several acts at once from one page: pieces that are verified, a table of figures that is pasted; all of it, or nothing."""

from __future__ import annotations

from typing import Any

from tests.api.conftest import Door
from tests.api.pages.conftest import Page, SignIn
from tests.api.pages.test_act_forms import PREVIEW, SIGN, entries

FIGURES: dict[str, Any] = {
    "indicator": "smoke",
    "edition": "2026",
    "source": "The observatory's table of November",
    "retrieved_at": "2026-11-20T09:00",
}


def effects(page: Page) -> list[str]:
    return [" ".join(one.text_content().split()) for one in page.tree.find_class("effects")[0]]


async def recorded(door: Door, number: int) -> list[str]:
    """So many pieces of evidence that wait for South's verifier."""
    names = [f"word-{n}" for n in range(number)]
    for name in names:
        body = {"evidence": name, "milestone": "announced", "shows": "word", "text": "We mean it."}
        assert (await door.post("nils", "/programs/{program}/evidence", body)).status_code == 201
    return names


async def test_ten_pieces_are_verified_with_one_signature(door: Door, sign_in: SignIn) -> None:
    names = await recorded(door, 10)
    browser = await sign_in("sven")
    action = f"/programs/{door.program}/together/verify"
    shown = await browser.send((await browser.open(action)).form(action), press=PREVIEW, evidence=names)
    assert len([one for one in effects(shown) if one.startswith("your act")]) == 10
    assert await entries(door, "evidence_verified") == []
    form = shown.form(action)
    done = await browser.send(form, press=SIGN)
    again = await browser.send(form, press=SIGN)
    assert (done.title, again.path) == ("Recorded", done.path)
    assert [one["fact"]["evidence"] for one in await entries(door, "evidence_verified")] == names


async def test_one_piece_that_is_refused_keeps_all_of_them_from_being_recorded(door: Door, sign_in: SignIn) -> None:
    names = await recorded(door, 3)
    browser = await sign_in("sven")
    action = f"/programs/{door.program}/together/verify"
    shown = await browser.send((await browser.open(action)).form(action), press=PREVIEW, evidence=names)
    assert (await door.post("sven", "/programs/{program}/verifications", {"evidence": names[1]})).status_code == 201
    refused = await browser.send(shown.form(action), press=SIGN)
    assert refused.status == 409
    assert len(await entries(door, "evidence_verified")) == 1


async def test_nothing_chosen_is_said(door: Door, sign_in: SignIn) -> None:
    await recorded(door, 1)
    browser = await sign_in("sven")
    action = f"/programs/{door.program}/together/verify"
    page = await browser.send((await browser.open(action)).form(action), press=PREVIEW)
    assert page.status == 422
    assert "choose from 1 to 100" in page.tree.get_element_by_id("summary").text_content()


async def test_whoever_has_nothing_to_verify_is_told_so(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    assert "Nothing waits for you" in (await browser.open(f"/programs/{door.program}/together/verify")).text


async def test_a_table_is_pasted_as_lines_and_each_becomes_a_figure(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    action = f"/programs/{door.program}/together/record_measurement"
    pasted = "2023\t98.5\n2024; 97.25; 0.5\n\n2025 90\n"
    shown = await browser.send((await browser.open(action)).form(action), press=PREVIEW, figures=pasted, **FIGURES)
    assert (await browser.send(shown.form(action), press=SIGN)).title == "Recorded"
    facts = [one["fact"] for one in await entries(door, "measurement_recorded")]
    assert [(one["period"], one["value"], one["unit"]) for one in facts] == [
        ("2023", "98.5", "kt"),
        ("2024", "97.25", "kt"),
        ("2025", "90", "kt"),
    ]
    assert facts[1]["standard_error"] == "0.5"
    assert {one["producer"] for one in facts} == {"Observatory"}


async def test_a_line_that_is_no_figure_is_named_by_its_number(door: Door, sign_in: SignIn) -> None:
    browser = await sign_in("moss")
    action = f"/programs/{door.program}/together/record_measurement"
    pasted = "2023 98.5\n2024 unknown\nyear 3"
    page = await browser.send((await browser.open(action)).form(action), press=PREVIEW, figures=pasted, **FIGURES)
    assert page.status == 422
    said = page.tree.get_element_by_id("field-figures-error").text_content()
    assert "line 2: value" in said
    assert "line 3: period" in said
    assert page.form(action).fields["figures"].strip() == pasted
    assert await entries(door, "measurement_recorded") == []
