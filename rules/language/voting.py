"""How several decide together: which of their votes are enough.

determined:
by: [north, south, guests]
agree: majority            # any, all, majority, a number of votes (2), or a share of those not abstaining ("55%")
weights: {north: 3}        # left out, one vote each
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from rules.words import Name

AGREEMENT = r"^(any|all|majority|[1-9][0-9]{0,6}|(100|[1-9]?[0-9](\.[0-9]{1,6})?)%)$"


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Agreement = Annotated[
    str,
    Field(pattern=AGREEMENT),
    BeforeValidator(_as_text, json_schema_input_type=str | int),
]
"""`any`, `all`, `majority`, a number of votes, or a share of the votes of those who do not abstain."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Names = Annotated[
    tuple[Name, ...],
    Field(min_length=1),
    BeforeValidator(_listed, json_schema_input_type=Name | tuple[Name, ...]),
]
"""One name, or several as a list."""
