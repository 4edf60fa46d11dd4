"""docs/reference/pages.md names every setting that the pages have."""

from __future__ import annotations

from api.openid import ProviderSettings
from api.state import Settings
from tests.docs.reading import ROOT, rows, section

PAGE = ROOT / "docs" / "reference" / "pages.md"
OURS = ("accord_address", "accord_session_idle_minutes", "accord_session_hours")


def test_every_setting_is_documented_with_what_it_is_when_left_out() -> None:
    fields = {name.upper(): Settings.model_fields[name] for name in OURS}
    fields |= {name.upper(): field for name, field in ProviderSettings.model_fields.items()}
    table = {name.strip("`"): left_out for name, left_out, _ in rows(section(PAGE, "## Settings"))}
    assert set(table) == fields.keys()
    for name, left_out in table.items():
        if isinstance(default := fields[name].default, int | str):
            assert str(default) in left_out, name
