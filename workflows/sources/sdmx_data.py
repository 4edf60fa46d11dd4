"""The adapter `sdmx`: data messages of statistical offices, read by the library sdmx1 (`pip install accord[sdmx]`).

It is announced by the entry point `sdmx` of the group `accord.sources`, as an adapter of any other package would be, and
imported only once a plan has a source of it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import sdmx
from pydantic import Field, ValidationError

from rules.decimals import Figure
from rules.field_types import Label, StrictModel
from rules.language.sources import PluginSource
from rules.language.sources.described import Address
from rules.language.sources.templates import Template, fill_template
from rules.vocabulary.readings import NoReading, Readings
from workflows.sources.adapter import Ask
from workflows.sources.answers import Answer, Denied, Progress
from workflows.sources.egress import Egress
from workflows.sources.figures import FigureReader, UnusableAnswer, read_or_reason, unit_of
from workflows.sources.row_filter import FieldFilter, RowFilter
from workflows.sources.strict_json import UnreadableAnswer, stored
from workflows.sources.url_template import build_url, values_of

_ACCEPTED = "application/vnd.sdmx.genericdata+xml;version=2.1"
LARGEST = 16 * 2**20


class SdmxSettings(StrictModel):
    """`settings` of a source in the plan."""

    url: Address
    series: dict[Label, Template] = Field(default_factory=dict, description="dimensions that a series must have")
    unit: Label | None = Field(default=None, description="attribute or dimension with the unit, for example UNIT_MEASURE")
    unit_is: Template | None = None
    scale: Figure = Decimal(1)
    edition: Template | None = Field(default=None, description="typed; left out, the day on which the message was prepared")


class SdmxAdapter:
    name: Final = "sdmx"
    version: Final = "1"

    async def fetch(self, ask: Ask, egress: Egress, told: Progress) -> tuple[Answer, ...]:
        try:
            settings = _settings(ask)
        except UnusableAnswer as unfit:
            raise Denied(f"{ask.source.title}: {unfit}.", kind=unfit.kind) from None
        return (await egress.get(build_url(settings.url, {}, values_of(ask)), told, {"Accept": _ACCEPTED}),)

    def read(self, ask: Ask, answers: Sequence[Answer]) -> Readings | NoReading:
        return read_or_reason(ask.source.title, lambda: _read(ask, _settings(ask), answers))


def _settings(ask: Ask) -> SdmxSettings:
    written = ask.source.settings if isinstance(ask.source, PluginSource) else {}
    try:
        return SdmxSettings.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise UnusableAnswer("refused", f"settings.{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _read(ask: Ask, settings: SdmxSettings, answers: Sequence[Answer]) -> Readings:
    if not answers:
        raise UnusableAnswer("missing", "there is no answer")
    values = values_of(ask)
    message = _message(answers[0].body)
    prepared = getattr(message.header, "prepared", None)
    edition = fill_template(settings.edition, values) if settings.edition else prepared.date().isoformat() if prepared else None
    if edition is None:
        raise UnusableAnswer("unparseable", "the message does not say when it was prepared, and no edition is typed")
    narrowing = RowFilter(
        FieldFilter(name, (fill_template(value, values),), ask.source.spellings) for name, value in settings.series.items()
    )
    gathering = FigureReader(ask, settings.scale, stored(edition, 200))
    for observation in _observations(message):
        if narrowing.accepts([observation.get(name, "") for name in settings.series]):
            _add(gathering, ask, settings, observation, values)
    narrowing.check()
    return Readings(stored(edition, 200), figures=gathering.figures(), dropped=(*narrowing.dropped, *gathering.dropped))


def _message(body: bytes) -> Any:
    if len(body) > LARGEST:
        raise UnreadableAnswer(f"the message has more than {LARGEST:,} bytes")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise UnreadableAnswer("the message declares XML entities, which no statistical office's does")
    try:
        return sdmx.read_sdmx(io.BytesIO(body))
    except Exception as fault:  # noqa: BLE001  the library raises what it pleases for a message that is none
        raise UnreadableAnswer(f"the answer is no SDMX message ({type(fault).__name__})") from None


def _observations(message: Any) -> Iterator[dict[str, str]]:
    """Each observation as its dimensions and attributes, with its value under OBS_VALUE."""
    for data in getattr(message, "data", ()):
        for held in data.obs:
            said = {name: str(part.value) for name, part in held.attrib.items()}
            said |= {name: str(part.value) for name, part in held.key.values.items()}
            yield said | {"OBS_VALUE": "" if held.value is None else str(held.value)}


def _add(gathering: FigureReader, ask: Ask, settings: SdmxSettings, said: Mapping[str, str], values: Mapping[str, str]) -> None:
    if "TIME_PERIOD" not in said:
        raise UnusableAnswer("unparseable", "an observation has no TIME_PERIOD")
    expected = fill_template(settings.unit_is, values) if settings.unit_is else None
    gathering.add(
        said["TIME_PERIOD"],
        None if said["OBS_VALUE"].lower() == "nan" else said["OBS_VALUE"],  # SDMX's missing value
        stored(", ".join(f"{name}={value}" for name, value in said.items()), 4000),
        unit=unit_of(said.get(settings.unit), expected, ask) if settings.unit else None,
        where="OBS_VALUE",
    )
