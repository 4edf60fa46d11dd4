"""`python -m tests.rules.ledger_form` writes the list of all kinds of facts in a ledger, with their fields.

What was once written into a ledger is read for ever, so the form only grows: a kind or field is never renamed or taken away,
and a new field has a default.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from rules.entries import Fact

FILE = Path(__file__).parents[1] / "data" / "ledger-form.json"

Form = dict[str, dict[str, str]]
"""By kind and field, whether the field is `required` or `optional`."""


def form() -> Form:
    """The form of the ledger as the code has it."""
    kinds: tuple[type[BaseModel], ...] = get_args(get_args(Fact)[0])
    found = {kind.model_fields["kind"].default: _fields(kind) for kind in kinds}
    return dict(sorted(found.items()))


def recorded() -> Form:
    """The form as it was written down last."""
    held: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return held


def _fields(kind: type[BaseModel]) -> dict[str, str]:
    fields = {field.alias or name: field for name, field in kind.model_fields.items() if name != "kind"}
    return {name: "required" if field.is_required() else "optional" for name, field in sorted(fields.items())}


if __name__ == "__main__":
    FILE.write_text(json.dumps(form(), indent=1) + "\n", encoding="utf-8")
