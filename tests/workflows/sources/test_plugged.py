"""Adapters of other packages are found by entry point and meet the same contract; SDMX is one of them."""

from __future__ import annotations

from decimal import Decimal
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import pytest

from rules.vocabulary.readings import NoReading, Readings
from tests.workflows.sources.producers import Producers, Served, asked, run
from workflows.sources.adapters import GROUP, Adapters
from workflows.sources.answers import Denied, NoAnswer

SDMX: dict[str, Any] = {
    "adapter": "sdmx",
    "settings": {
        "url": "https://api.imf.org/external/sdmx/2.1/data/IMF.STA,GFS/A.{country}",
        "series": {"REF_AREA": "{country}"},
        "unit": "UNIT_MEASURE",
        "unit_is": "PT_GDP",
    },
}
MESSAGE = """\
<?xml version="1.0" encoding="UTF-8"?>
<m:GenericData xmlns:m="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message"
    xmlns:g="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic"
    xmlns:c="http://www.sdmx.org/resources/sdmxml/schemas/v2_1/common">
  <m:Header>
    <m:ID>answer</m:ID><m:Test>false</m:Test><m:Prepared>2026-06-01T09:00:00</m:Prepared><m:Sender id="IMF"/>
    <m:Structure structureID="s" dimensionAtObservation="TIME_PERIOD">
      <c:Structure><Ref agencyID="IMF" id="GFS" version="1.0" class="DataStructure"/></c:Structure>
    </m:Structure>
  </m:Header>
  <m:DataSet structureRef="s" action="Replace">
    <g:Series>
      <g:SeriesKey><g:Value id="FREQ" value="A"/><g:Value id="REF_AREA" value="IQ"/></g:SeriesKey>
      <g:Attributes><g:Value id="UNIT_MEASURE" value="PT_GDP"/></g:Attributes>
      <g:Obs><g:ObsDimension value="2018"/><g:ObsValue value="39.10"/></g:Obs>
      <g:Obs><g:ObsDimension value="2019"/><g:ObsValue value="38.6"/></g:Obs>
      <g:Obs><g:ObsDimension value="2020"/><g:ObsValue value="NaN"/></g:Obs>
    </g:Series>
  </m:DataSet>
</m:GenericData>
"""
ANNOUNCED = EntryPoint("sdmx", "workflows.sources.sdmx_data:SdmxAdapter", GROUP)


def test_this_package_announces_sdmx_as_any_other_would() -> None:
    assert entry_points(group=GROUP)["sdmx"].value == ANNOUNCED.value


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (MESSAGE, {"2018": Decimal("39.10"), "2019": Decimal("38.6")}),
        (MESSAGE.replace("PT_GDP", "XDC"), "wrong_unit"),
        (MESSAGE.replace('"IQ"', '"IR"'), "no_match"),
        (MESSAGE.replace('value="2019"', 'value="2031"'), "implausible"),
        (MESSAGE[:900], "unparseable"),
        ("<!DOCTYPE html><html/>", "unparseable"),
        ("", "unparseable"),
    ],
)
async def test_a_message_gives_exact_figures_or_a_sentence(producers: Producers, message: str, told: Any) -> None:
    producers.answers["api.imf.org/external/sdmx/2.1/data/IMF.STA,GFS/A.IQ"] = Served(message)
    ask = asked(SDMX, unit="% of GDP", values={"country": "IQ"})
    adapter = Adapters([ANNOUNCED])["sdmx"]
    readings = adapter.read(ask, await adapter.fetch(ask, producers.line("api.imf.org"), lambda _: None))
    if isinstance(told, str):
        assert isinstance(readings, NoReading)
        assert readings.kind == told
    else:
        assert isinstance(readings, Readings)
        assert {figure.period: figure.value for figure in readings.figures} == told
        assert (readings.edition, readings.figures[0].unit) == ("2026-06-01", "% of GDP")


async def test_settings_that_it_cannot_use_are_told(producers: Producers) -> None:
    adapter = Adapters([ANNOUNCED])["sdmx"]
    with pytest.raises(Denied, match=r"settings\.url: Field required"):
        await adapter.fetch(asked({"adapter": "sdmx", "settings": {}}), producers.line("api.imf.org"), lambda _: None)


def test_a_source_of_another_adapter_says_its_hosts_and_placeholders_too() -> None:
    """Otherwise a plan could ask hosts that it does not name."""
    source = asked(SDMX).source
    assert source.hosts() == {"api.imf.org"}
    assert source.placeholders() == {"country"}


async def test_an_adapter_that_is_not_installed_is_told_with_those_that_are(producers: Producers) -> None:
    with pytest.raises(Denied, match="No adapter sdmxx is installed here; did you mean sdmx"):
        Adapters([ANNOUNCED])["sdmxx"]


def test_an_adapter_that_cannot_be_loaded_stops_nothing_else() -> None:
    broken = EntryPoint("broken", "no.such.package:Adapter", GROUP)
    adapters = Adapters([broken])
    with pytest.raises(NoAnswer, match="The adapter broken cannot be loaded"):
        adapters["broken"]
    assert adapters["json-http"].name == "json-http"


def test_no_package_takes_the_place_of_an_adapter_of_ours() -> None:
    assert Adapters([EntryPoint("json-http", "no.such.package:Adapter", GROUP)])["json-http"].version == "1"


async def test_the_same_way_out_is_for_all(producers: Producers) -> None:
    """An adapter gets a line to the hosts of its plan, and none to others."""
    ask = asked(SDMX, values={"country": "IQ"})
    with pytest.raises(Denied, match="is no host of this plan"):
        await Adapters([ANNOUNCED])["sdmx"].fetch(ask, producers.line("api.worldbank.org"), lambda _: None)
    assert (await run(asked({"adapter": "document", "document": "the accounts"}), producers.line()))[0] == ()
