"""Voting rules: which votes of several are enough.

determined:
by: [north, south, guests]
agree: majority            # any, all, majority, a number of votes (2), or a share of those not abstaining ("55%")
weights: {north: 3}        # left out, one vote each
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Annotated

from pydantic import BeforeValidator, Field

from rules.decimals import Whole
from rules.field_types import Name, StrictModel

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


class SomeOf(StrictModel):
    """Parties that are asked, and how many of them are enough."""

    by: tuple[Name, ...] = Field(min_length=1, description="parties")
    agree: Agreement
    weights: dict[Name, Whole] = Field(default_factory=dict, description="of whose vote is not one vote: how many it is")

    @property
    def takes_all(self) -> bool:
        """Whether nobody's may be missing, whatever it weighs."""
        return self.agree == "all"


def _all_of(value: object) -> object:
    return {"by": value, "agree": "all"} if isinstance(value, list | tuple | str) else value


Votes = Annotated[
    SomeOf,
    BeforeValidator(_all_of, json_schema_input_type=Annotated[tuple[Name, ...], Field(min_length=1)] | SomeOf),
]
"""All of a list, or so many of them as `agree` says."""


def votes_of(names: Collection[str], weights: Mapping[str, int]) -> int:
    """The sum of the votes of some parties or bodies."""
    return sum(weights.get(name, 1) for name in names)


def are_enough(agree: str, for_it: int, most: int, abstained: int = 0) -> bool:
    """Whether so many votes of `most` are enough.

    Who abstains counts neither way, but for `all` and a number of votes, which ask for votes and not for their share.
    """
    match agree:
        case "any":
            return for_it > 0
        case "all":
            return for_it == most
        case "majority":
            return 2 * for_it > most - abstained
        case share if share.endswith("%"):
            return for_it > 0 and for_it * 100 >= Fraction(share.removesuffix("%")) * (most - abstained)
        case _:
            return for_it >= int(agree)


def of_votes(by: Collection[str], agree: str, weights: Mapping[str, int]) -> str:
    """How many votes it takes, in words."""
    weighed = (f"{name} ({weights[name]} votes)" if name in weights else name for name in by)
    named = {"all": "all", "majority": "a majority", "any": "any"}
    return f"{named.get(agree, f'{agree} of the votes')} of {', '.join(weighed)}"
