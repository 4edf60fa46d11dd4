"""Catalogues of the pages: no text of the frame is left in English."""

from __future__ import annotations

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api.pages.languages import CATALOGUES
from api.pages.templates import FOLDER

OPTIONS = {"**.html": {"silent": "false", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}


def texts() -> set[str]:
    """What stands in the templates to be translated; of a plural, its singular."""
    found = extract_from_dir(FOLDER, [("**.html", "jinja2")], OPTIONS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.mark.parametrize("code", [file.parts[-3] for file in CATALOGUES.glob("*/LC_MESSAGES/pages.po")])
def test_a_language_has_every_text_of_the_frame(code: str) -> None:
    with (CATALOGUES / code / "LC_MESSAGES" / "pages.po").open("rb") as source:
        catalogue = read_po(source, locale=code)
    translated = {
        message.id if isinstance(message.id, str) else message.id[0]
        for message in catalogue
        if (all(message.string) if isinstance(message.string, tuple) else message.string)
    }
    assert texts() - translated == set()
