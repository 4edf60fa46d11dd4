"""What parties do together, on the pages: votes, agreed days within their windows, new timetables, what is not done."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.pages.templates import form_query
from api.responses.next_acts import ActResponse
from tests.api.conftest import Door
from tests.api.pages.chromium import MISSING, PATH, chromium
from tests.api.pages.conftest import Browser, Page, SignIn
from tests.api.pages.looking import MODES, Looker, session_of
from tests.rules.small_plan import EVERYBODY, PLAN

REACH = "whether all provinces obey"
CHANGES: dict[str, Any] = {
    "agreed_dates": {
        "signing": {
            "title": "The day of the signing",
            "not_before": {"within": "P3D", "from": {"program": True}},
            "not_after": {"within": "P25D", "from": {"program": True}},
            "agreed_by": "joint",
        }
    },
    "phases__rites": {
        "title": "Rites",
        "entry": [
            {"not_before": {"within": "P2D", "from": {"program": True}}},
            {"not_after": {"within": "P6D", "from": {"agreed": "signing"}}},
        ],
        "milestones": {
            "signed": {
                "title": "Signed",
                "party": "north",
                "shown_by": {"text": {"kind": "statement", "what": "the text"}},
                "verified_by": ["south"],
                "determined": {"by": ["commission"]},
                "due": {"within": "P0D", "from": {"agreed": "signing"}, "extended_by": "joint"},
            }
        },
    },
    "phases__move__milestones__announced__due": {"within": "P30D", "from": {"program": True}, "extended_by": "joint"},
    "phases__move__milestones__announced__declined_by": "joint",
    "phases__move__milestones__announced__determined": {
        "by": ["commission", "north", "south"],
        "agree": "majority",
        "considering": {"reach": REACH},
    },
    "phases__answer__milestones__safety__due": {"within": "P60D", "from": {"program": True}, "extended_by": "joint"},
}
PREVIEW, SIGN = ("step", "preview"), ("step", "sign")


@pytest.fixture
async def agreeing(door: Door) -> Door:
    """The small plan with a day to agree on, a phase with a window, and a milestone on which three vote."""
    plan = deepcopy(PLAN)
    for path, value in CHANGES.items():
        *parents, last = path.split("__")
        held = plan
        for name in parents:
            held = held[name]
        held[last] = value
    members = [member.model_dump(mode="json") for member in EVERYBODY]
    answer = await door.post("olga", "/programs", {"document": plan, "members": members})
    assert answer.status_code == 201, answer.text
    return Door(door.client, door.secrets, answer.json()["program"])


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def shown(door: Door) -> None:
    """The announcement is shown and verified: who determines it can vote."""
    program, file = "/programs/{program}", {"sha256": "0" * 64, "name": "f"}
    document = {"evidence": "e1", "shows": "text", "document": file, "reference": "There."}
    word = {"evidence": "e2", "shows": "word", "text": "It is meant."}
    for person, body in (("nora", document), ("nils", word)):
        assert (await door.post(person, f"{program}/evidence", {"milestone": "announced", **body})).status_code == 201
        seen = {"evidence": body["evidence"]} | ({"seen_at": "There"} if "document" in body else {})
        assert (await door.post("sven", f"{program}/verifications", seen)).status_code == 201


async def followed(browser: Browser, page: Page, label: str) -> Page:
    """The page behind a link that a page has."""
    (link,) = {one.get("href") for one in page.tree.xpath("//main//a") if one.text_content().strip() == label}
    return await browser.open(link)


async def signed(browser: Browser, form: Page, **values: Any) -> str:
    """Fills a form, sees what it would do, and signs it; what would be done."""
    action = form.tree.xpath("//main//form/@action")[0]
    preview = await browser.send(form.form(action), press=PREVIEW, **values)
    assert preview.title == "This is what your signature does", preview.text
    done = await browser.send(preview.form(action), press=SIGN)
    assert done.title == "Recorded", done.text
    return preview.text


async def consented(door: Door, *people: str) -> None:
    """What is open is consented to."""
    open_ones = (await door.get("olga", "/programs/{program}/proposals", status="open")).json()
    for person in people:
        answer = await door.post(person, "/programs/{program}/consents", {"proposal": open_ones[0]["proposal"]})
        assert answer.status_code == 201, answer.text


def cells(page: Page, section: str) -> list[list[str]]:
    """The lines of the first table of a section, without their heads."""
    rows = page.tree.xpath(f"//section[@aria-labelledby='{section}']//table[1]/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row] for row in rows]


async def test_a_day_is_agreed_on_from_the_program_and_drawn_with_its_window(agreeing: Door, sign_in: SignIn) -> None:
    browser, program = await sign_in("nils"), f"/programs/{agreeing.program}"
    page = await browser.open(program)
    (day,) = cells(page, "windows")
    assert day[:3] == ["The day of the signing", "open", "-"]
    assert day[4] == "North, South"
    assert page.tree.xpath("//svg//path[@class='agreed-day']") == []
    would = await signed(
        browser, await followed(browser, page, "Propose a day"), **{"matter.on": in_days(9), "reason": "So be it."}
    )
    assert in_days(9) in would
    await consented(agreeing, "nils", "saul")
    page = await browser.open(program)
    (day,) = cells(page, "windows")
    assert day[1] == "agreed"
    assert page.tree.xpath(f"//section[@aria-labelledby='windows']//time[@datetime='{in_days(9)}']")
    drawn = page.tree.xpath("//figure[@class='timeline']")[0]
    assert len(drawn.xpath(".//svg//rect[@class='band']")) == 2
    assert len(drawn.xpath(".//svg//path[@class='agreed-day']")) == 1
    twin = [" ".join(row.text_content().split()) for row in drawn.xpath(".//details//table/tbody/tr")]
    assert any(row.startswith("The day of the signing") and "agreed" in row for row in twin)
    signed_page = await browser.open(f"{program}/milestones/signed")
    dates = " ".join(row.text_content() for row in signed_page.tree.xpath("//section[@aria-labelledby='dates']//tr"))
    assert "The day of the signing" in dates
    assert "not before" in dates


async def test_a_day_outside_the_window_is_refused_with_both_edges(agreeing: Door, sign_in: SignIn) -> None:
    browser = await sign_in("nils")
    form = await followed(browser, await browser.open(f"/programs/{agreeing.program}"), "Propose a day")
    action = form.tree.xpath("//main//form/@action")[0]
    refused = await browser.send(form.form(action), press=PREVIEW, **{"matter.on": in_days(60), "reason": "Late."})
    assert refused.status == 422
    summary = refused.tree.get_element_by_id("summary").text_content()
    assert "outside_the_window" in summary
    assert "not before" in summary
    assert "not after" in summary


async def test_the_window_of_a_phase_is_told_with_the_edge_that_is_not_known_yet(agreeing: Door, sign_in: SignIn) -> None:
    page = await (await sign_in("moss")).open(f"/programs/{agreeing.program}")
    (phase,) = [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.tree.xpath("//section[@aria-labelledby='windows']//table[2]/tbody/tr")
    ]
    assert phase[0] == "Rites"
    assert "Asia/Baghdad" in phase[2]
    assert phase[3] == "not known yet"
    told = {one["name"]: one["window"] for one in (await agreeing.get("moss", "/programs/{program}/phases")).json()}
    assert told["rites"]["not_before"]["at"] is not None
    assert told["rites"]["not_after"] == {"at": None}
    assert told["move"] is None


async def test_what_blocks_leads_to_the_form_with_the_day_chosen(agreeing: Door, sign_in: SignIn) -> None:
    """The desk leads to the agreed day, and the act that would bring it on knows which day it is about."""
    browser = await sign_in("saul")
    assert f"/programs/{agreeing.program}#date-signing" in (await browser.open("/")).links()
    owed = (await agreeing.get("saul", "/programs/{program}/owed", kind="agreement")).json()
    (act,) = owed[0]["acts"]
    assert act["route"] == f"/api/v1/programs/{agreeing.program}/proposals"
    assert act["body"]["matter"]["on"].startswith("<a day not before ")
    form = await browser.open(f"/programs/{agreeing.program}/act/propose{form_query(ActResponse.model_validate(act))}")
    fields = form.form(f"/programs/{agreeing.program}/act").fields
    assert (fields["matter.kind"], fields["matter.date"], fields["procedure"]) == ("agree_date", "signing", "joint")


@pytest.mark.skipif(PATH is None, reason=MISSING)
@pytest.mark.parametrize("mode", MODES)
async def test_votes_windows_and_agreed_days_are_fit_for_everybody(agreeing: Door, served: str, mode: str) -> None:
    await shown(agreeing)
    considered = {"considered": {"reach": "In all but one."}}
    vote = {"milestone": "announced", "outcome": "achieved", "reason": "It was heard."} | considered
    assert (await agreeing.post("ada", "/programs/{program}/determinations", vote)).status_code == 201
    matter = {"kind": "agree_date", "date": "signing", "on": in_days(9)}
    proposal = {"proposal": "p1", "procedure": "joint", "matter": matter, "reason": "So be it."}
    assert (await agreeing.post("nils", "/programs/{program}/proposals", proposal)).status_code == 201
    await consented(agreeing, "nils", "saul")
    program, wrong = f"/programs/{agreeing.program}", list[str]()
    pages = ["", "/milestones/announced", "/milestones/signed", "/report", "/act/determine?milestone=announced"]
    pages += [f"/act/propose?matter.kind={kind}" for kind in ("revise_timetable", "agree_date", "decline")]
    async with chromium() as browser, Looker.arriving(browser, served, mode) as looker:
        await looker.seat(await session_of(served, agreeing.secrets["saul"]))
        for path in pages[[*MODES].index(mode) % 2 :: 2]:  # each page in light or dark, and on a phone or from right to left
            wrong += await looker.faults(f"{program}{path}")
    assert wrong == []


async def test_several_dates_are_moved_by_one_form_that_asks_for_each(agreeing: Door, sign_in: SignIn) -> None:
    browser, program = await sign_in("saul"), f"/programs/{agreeing.program}"
    form = await followed(browser, await browser.open(f"{program}/proposals"), "Propose a new timetable")
    asked = {str(one) for one in form.tree.xpath("//main//input[@type='date']/@name")}
    assert asked == {"matter.to.announced", "matter.to.safety"}
    moved = {"matter.to.announced": in_days(100), "matter.to.safety": in_days(120)}
    await signed(browser, form, procedure="joint", reason="Both need longer.", **moved)
    await consented(agreeing, "nils", "saul")
    page = await browser.open(f"{program}/milestones/announced")
    dates = dict(cells(page, "dates"))
    assert dates["Due at first"] != dates["Due now"]
    assert (await agreeing.get("saul", "/programs/{program}/milestones")).json()[0]["due_revised"][:10] >= in_days(99)


async def test_that_a_milestone_is_not_done_is_proposed_on_its_page_and_told_there(agreeing: Door, sign_in: SignIn) -> None:
    browser, place = await sign_in("nils"), f"/programs/{agreeing.program}/milestones/announced"
    label = "Propose another date, a waiver, or that it is not done"
    form = await followed(browser, await browser.open(place), label)
    action = form.tree.xpath("//main//form/@action")[0]
    form = await browser.send(form.form(action), press=("step", "change"), **{"matter.kind": "decline"})
    await signed(browser, form, procedure="joint", reason="It is settled otherwise.", **{"matter.milestone": "announced"})
    await consented(agreeing, "nils", "saul")
    page = await browser.open(place)
    assert "It was decided that this is not done." in page.text
    assert page.tree.xpath("//main//span[@class='badge declined']")


async def test_the_page_tells_who_has_voted_how_and_what_each_said_on_what_was_to_be_considered(
    agreeing: Door, sign_in: SignIn
) -> None:
    await shown(agreeing)
    place = f"/programs/{agreeing.program}/milestones/announced"
    browser = await sign_in("ada")
    form = await followed(browser, await browser.open(place), "Vote")
    assert form.tree.xpath("//label[@for='field-considered-reach']")[0].text_content().startswith(REACH)
    await signed(browser, form, outcome="achieved", reason="It was heard.", **{"considered.reach": "In all but one."})
    page = await browser.open(place)
    votes = {row[0]: row[1:] for row in cells(page, "votes")}
    assert votes["North"][0] == "achieved"
    assert votes["North"][1] == f"It was heard.{REACH}In all but one."
    assert [votes[who][0] for who in ("South", "Joint commission")] == ["not yet", "not yet"]
    other = await sign_in("abel")
    form = await followed(other, await other.open(place), "Vote")
    await signed(other, form, outcome="abstained", reason="We were not there.", **{"considered.reach": "Unknown to us."})
    last = await sign_in("cleo")
    form = await followed(last, await last.open(place), "Vote")
    await signed(last, form, outcome="achieved", reason="Shown.", **{"considered.reach": "Yes."})
    page = await browser.open(place)
    assert {row[0]: row[1] for row in cells(page, "decision")} == {
        "North": "achieved",
        "South": "abstained",
        "Joint commission": "achieved",
    }
    assert page.tree.xpath("//main//span[@class='badge achieved']")
