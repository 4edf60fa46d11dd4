"""Catalogues of the pages: no text of the frame is left in English, and no code of the law."""

from __future__ import annotations

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages.languages import CATALOGUES
from api.pages.templates import FOLDER
from tests.api.conftest import Door
from tests.api.pages.conftest import SignIn
from tests.api.pages.shown_codes import SHOWN, expressions

OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}


def texts() -> set[str]:
    """What stands in the templates to be translated; of a plural, its singular."""
    found = extract_from_dir(FOLDER, [("**.html", "jinja2")], OPTIONS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


LANGUAGES = [file.parts[-3] for file in CATALOGUES.glob("*/LC_MESSAGES/pages.po")]


def translated(code: str) -> set[str]:
    """The texts that a language has, in every form of their plural."""
    with (CATALOGUES / code / "LC_MESSAGES" / "pages.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    return {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if not message.fuzzy and (all(message.string) if isinstance(message.string, tuple) else message.string)
    }


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_has_every_text_of_the_frame(code: str) -> None:
    assert texts() - translated(code) == set()


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("expression", sorted(SHOWN))
def test_a_language_has_every_code_that_pages_show(code: str, expression: str) -> None:
    """States, roles, acts, kinds, refusals; fields of forms, with what is said of them and what can be chosen in them."""
    assert {one if " " in one else one.replace("_", " ") for one in map(str, SHOWN[expression])} - translated(code) == set()


def test_every_expression_that_is_shown_as_words_is_known_with_its_codes() -> None:
    """Where a template shows something new, its codes are listed, and so translated."""
    found = expressions()
    constants = {one for one in found if one.startswith("'")}
    assert {one: found[one] for one in found.keys() - constants - SHOWN.keys()} == {}
    assert SHOWN.keys() - found.keys() == set()
    shown = {one.strip("'").replace("_", " ") for one in constants}
    assert [code for code in LANGUAGES if shown - translated(code)] == []


async def test_an_arabic_page_tells_states_acts_and_refusals_in_arabic(door: Door, sign_in: SignIn) -> None:
    """In English stand the plan's own words, the sentences of the law, and codes that programs read."""
    browser = await sign_in("nora")
    browser.client.headers["Accept-Language"] = "ar"
    action = f"/programs/{door.program}/act/determine"
    form = await browser.open(action)
    assert form.title == "اتخاذ قرار"
    chosen = {one.get("value"): one.text_content() for one in form.tree.xpath("//select[@name='outcome']/option")}
    assert chosen["partly_achieved"] == "متحقق جزئيًا"
    values = {"milestone": "announced", "outcome": "achieved", "reason": "So."}
    refused = await browser.send(form.form(action), press=("step", "preview"), **values)
    assert refused.status == 403
    assert "لا يجيز الدور ذلك" in refused.tree.get_element_by_id("summary").text_content()
    badge = (await browser.open(f"/programs/{door.program}")).tree.xpath("//span[@class='badge running']")[0]
    assert badge.text_content() == "جارٍ"
