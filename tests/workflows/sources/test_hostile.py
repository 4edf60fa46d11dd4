"""Malicious or broken answers are refused with a sentence and yield no figure."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from rules.vocabulary.readings import NoReading
from tests.workflows.sources.answers import workbook
from tests.workflows.sources.producers import QUICK, Producers, Served, asked, read
from workflows.sources.answers import NoAnswer

HOST = "data.example.test"
JSON: dict[str, Any] = {
    "adapter": "json-http",
    "url": f"https://{HOST}/series",
    "rows": "rows[*]",
    "figure": {"period": "year", "value": "value"},
    "edition": {"label": "1"},
}
TABLE: dict[str, Any] = {
    "adapter": "table-url",
    "url": f"https://{HOST}/series",
    "format": "csv",
    "area": {"column": "Code", "is": "IRQ"},
    "years": {"column": "Year"},
    "value": "Value",
    "edition": {"label": "1"},
}
BOOK = TABLE | {"format": "xlsx"}
GOOD = workbook(Sheet=[["Code", "Year", "Value"], ["IRQ", 2020, 1]])
PAGED = JSON | {"paging": {"page": "page", "size": 1, "at_most": 5}}
LINKED = JSON | {"paging": {"next": "next"}}


def one(value: str, year: str = "2020") -> str:
    return f'{{"rows": [{{"year": {year}, "value": {value}}}]}}'


async def endless(writer: asyncio.StreamWriter) -> None:
    """Ten gigabytes, made as they are asked for."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\n")
    for _ in range(160_000):
        writer.write(b"IRQ,2020,1\n" * 6_000)
        await writer.drain()


async def drip(writer: asyncio.StreamWriter) -> None:
    """A byte now and then, each in time for the limit of a single read."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(1000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


def moved(to: str) -> Served:
    return Served(status=302, headers={"Location": to})


def folder(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", packing) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return held.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """A good workbook, with one part more or another one."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as packed:
        return folder({part: packed.read(part) for part in packed.namelist()} | {name: content})


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'


def many_parts() -> bytes:
    """A hundred thousand parts, made by repeating the line of a directory: as a file they are eight megabytes."""
    small = folder({"a": b""}, zipfile.ZIP_STORED)
    start = small.index(b"PK\x01\x02")
    end = small.index(b"PK\x05\x06")
    return small[:start] + small[start:end] * 15_000 + small[end:]


@dataclass(frozen=True)
class Hostile:
    """What is answered, to which source, and a part of the sentence that says why it is refused."""

    served: Served | list[Served] | Callable[[Any], Served]
    sentence: str
    source: dict[str, Any] = field(default_factory=lambda: JSON)
    resolver: tuple[str, ...] = ("127.0.0.1",)
    host: str = HOST
    ask: dict[str, Any] = field(default_factory=dict)


HOSTILE = {
    "ten gigabytes": Hostile(Served(dripped=endless), "larger than 1,048,576 bytes", TABLE),
    "ten gigabytes, as announced": Hostile(Served(headers={"Content-Length": "10737418240"}), "announces 10,737,418,240 bytes"),
    "a gzip bomb": Hostile(
        Served(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}), "larger than 1,048,576 bytes"
    ),
    "gzip that is none": Hostile(Served("{}", headers={"Content-Encoding": "gzip"}), "calls its answer gzip, and it is not"),
    "brotli": Hostile(Served("{}", headers={"Content-Encoding": "br"}), "encoding 'br'"),
    "zstd": Hostile(Served("{}", headers={"Content-Encoding": "zstd"}), "encoding 'zstd'"),
    "a workbook bomb": Hostile(Served(with_part("xl/bomb.xml", b"<a/>" * 30_000_000)), "unpacks to more than", BOOK),
    "a workbook of 15,000 parts": Hostile(Served(many_parts()), "more than 1,000 parts", BOOK),
    "an entity bomb": Hostile(Served(with_part("xl/worksheets/sheet1.xml", LAUGHS)), "declares XML entities", BOOK),
    "a zip that is no workbook": Hostile(Served(folder({"a.txt": b"a"})), "cannot be read", BOOK),
    "half a workbook": Hostile(Served(GOOD[: len(GOOD) // 2]), "a broken one", BOOK),
    "a workbook with a hole": Hostile(Served(GOOD[:60] + b"\xff" * 40 + GOOD[100:]), "a broken one", BOOK),
    "a row at the far end": Hostile(
        Served(
            with_part(
                "xl/worksheets/sheet1.xml",
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                b'<row r="1"><c r="A1"><v>1</v></c></row><row r="999999999"><c r="A999999999"><v>1</v></c></row>'
                b"</sheetData></worksheet>",
            )
        ),
        "table has no column 'Code'",
        BOOK,
    ),
    "a cell at the far corner": Hostile(
        Served(
            with_part(
                "xl/worksheets/sheet1.xml",
                b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
                b'<row r="1"><c r="XFD1"><v>1</v></c></row></sheetData></worksheet>',
            )
        ),
        "more than 1,000 columns",
        BOOK,
    ),
    "an endless redirect": Hostile(moved(f"https://{HOST}/series"), "from one address to the next"),
    "a redirect to another host": Hostile(moved("https://other.example.test/series"), "to another host"),
    "a redirect to http": Hostile(moved(f"http://{HOST}/series"), "only https"),
    "a redirect to loopback": Hostile(moved("https://127.0.0.1/series"), "to another host, '127.0.0.1'"),
    "a redirect to another port": Hostile(moved(f"https://{HOST}:8443/series"), "with a port"),
    "a name that leads inside": Hostile(
        Served("{}"), "10.0.0.7, which is not an address of the public", resolver=("10.0.0.7",)
    ),
    "one private address among public ones": Hostile(
        Served("{}"), "192.168.1.1, which is not", resolver=("93.184.215.14", "192.168.1.1")
    ),
    "the address of a cloud's secrets": Hostile(Served("{}"), "169.254.169.254, which", resolver=("169.254.169.254",)),
    "IPv4 in IPv6": Hostile(Served("{}"), "::ffff:127.0.0.1, which", resolver=("::ffff:127.0.0.1",)),
    "NAT64": Hostile(Served("{}"), "64:ff9b::127.0.0.1, which", resolver=("64:ff9b::127.0.0.1",)),
    "shared address space": Hostile(Served("{}"), "100.64.0.1, which", resolver=("100.64.0.1",)),
    "a slow drip": Hostile(Served(dripped=drip), "did not finish its answer within 0.5 s"),
    "a flood of headers": Hostile(Served("{}", headers={f"X-{n}": "x" * 100 for n in range(600)}), "headers of the answer"),
    "a header without end": Hostile(Served("{}", headers={"X": "x" * 300_000}), "broke off, or is not HTTP"),
    "no HTTP": Hostile(Served(raw=b"220 ready\r\n"), "broke off, or is not HTTP"),
    "more announced than sent": Hostile(Served(one("1"), headers={"Content-Length": "900"}), "broke off"),
    "less announced than sent": Hostile(Served(one("1"), headers={"Content-Length": "9"}), "no JSON from line 1"),
    "a certificate for another name": Hostile(Served("{}"), "certificate is not accepted", host="data.elsewhere.test"),
    "not found": Hostile(Served(status=404), "answers 404 (Not Found)"),
    "no content": Hostile(Served(status=204), "answers 204 (No Content)"),
    "NaN": Hostile(Served(one("NaN")), "NaN, which is no number"),
    "Infinity": Hostile(Served(one("-Infinity")), "-Infinity, which is no number"),
    "1e400": Hostile(Served(one("1e400")), "larger than any figure can be"),
    "an exponent without end": Hostile(Served(one("1e" + "9" * 30)), "which no figure can be"),
    "a number of a million digits": Hostile(Served(one("9" * 1_000_000)), "in value is no number"),
    "NaN in a table": Hostile(Served("Code,Year,Value\nIRQ,2020,NaN\n"), "'NaN' in Value is no number", TABLE),
    "a negative volume": Hostile(Served(one("-17.6")), "-17.6 for 2020 is below 0", ask={"at_least": 0}),
    "a figure beyond all plausibility": Hostile(Served(one("900")), "900 for 2020 is above 50", ask={"at_most": 50}),
    "a year to come": Hostile(Served(one("1", "2031")), "a time that was not over on 2026-07-14"),
    "a year that is not over": Hostile(Served(one("1", "2026")), "a time that was not over on 2026-07-14"),
    "a year that is none": Hostile(Served(one("1", "0")), "is no year"),
    "a page with status 200": Hostile(Served("<!doctype html><p>Down for maintenance"), "the answer is a page"),
    "a page for a table": Hostile(Served("<!doctype html><p>Down"), "the answer is a page", TABLE),
    "nothing": Hostile(Served(""), "the answer is empty"),
    "no workbook": Hostile(Served(""), "the answer is empty", BOOK),
    "half an answer": Hostile(Served(one("1")[:-4]), "no JSON from line 1"),
    "a hundred thousand brackets": Hostile(Served("[" * 100_000), "more than 100 levels deep"),
    "a hundred thousand open strings": Hostile(Served('{"a' + '\\"' * 400_000), "no JSON"),
    "rows that disagree": Hostile(
        Served('{"rows": [{"year": 2020, "value": 1}, {"year": 2020, "value": 2}]}'), "two figures for 2020: 1 and 2"
    ),
    "another charset": Hostile(Served("Größe".encode("latin-1")), "is not UTF-8", TABLE),
    "NUL": Hostile(Served("Code,Year,Value\nIRQ,2020,\0\n"), "NUL", TABLE),
    "a cell of a million characters": Hostile(
        Served("Code,Year,Value\nIRQ,2020," + "9" * 1_000_000), "500,000 characters", TABLE
    ),
    "a row of a million cells": Hostile(Served("Code,Year,Value\n" + "," * 1_000_000), "500,000 characters", TABLE),
    "a row of a few too many": Hostile(Served("Code,Year,Value\n" + "," * 2_000), "more than 1,000 columns", TABLE),
    "a cell of forty thousand": Hostile(Served("Code,Year,Value\nIRQ,2020," + "9" * 40_000), "32,767 characters", TABLE),
    "a quote that is never closed": Hostile(Served('Code,Year,Value\nIRQ,2020,"1\n'), "no CSV in line", TABLE),
    "a formula": Hostile(Served('Code,Year,Value\nIRQ,2020,"=1+1"\n'), "'=1+1' in Value is no number", TABLE),
    "two columns of one name": Hostile(Served("Code,Year,Value,value\nIRQ,2020,1,2\n"), "two columns are called", TABLE),
    "true for a figure": Hostile(Served(one("true")), "'True' in value is no number"),
    "pages without end": Hostile(Served(one("1")), "more than 5 pages", PAGED),
    "a next page on another host": Hostile(
        Served({"rows": [], "next": "https://other.example.test/"}), "is no host of this plan", LINKED
    ),
    "a next page that is no address": Hostile(Served({"rows": [], "next": "https://[::1"}), "no address", LINKED),
    "a next page beyond all length": Hostile(
        Served({"rows": [], "next": f"https://{HOST}/{'a' * 5_000}"}), "more than 2,000 characters", LINKED
    ),
    "characters that no ledger takes": Hostile(Served(json.dumps({"rows": [{"year": "\ud800\0", "value": 1}]})), "is no year"),
}


def test_there_are_more_than_thirty() -> None:
    assert len(HOSTILE) >= 30


@pytest.mark.parametrize("name", HOSTILE)
async def test_it_gives_a_sentence_and_no_figure(producers: Producers, name: str) -> None:
    hostile = HOSTILE[name]
    producers.answers[f"{hostile.host}/series"] = hostile.served
    source = hostile.source | {"url": f"https://{hostile.host}/series"}

    async def resolver(_: str) -> list[str]:
        return list(hostile.resolver)

    limits = QUICK if name != "a slow drip" else type(QUICK)(total=0.5, read=1, largest=2**20)
    line = producers.line(hostile.host, resolver=resolver, limits=limits)
    try:
        readings = await read(asked(source, **hostile.ask), line)
    except NoAnswer as fault:
        sentence = str(fault)
    else:
        assert isinstance(readings, NoReading)
        sentence = readings.sentence
    assert hostile.sentence in sentence
    assert len(sentence) < 400


async def test_a_good_answer_after_all_of_them(producers: Producers) -> None:
    """Otherwise a source that is asked wrongly would pass all the above."""
    for source, body in ((JSON, one("17.6")), (TABLE, "Code,Year,Value\nIRQ,2020,1\n"), (BOOK, GOOD)):
        producers.answers[f"{HOST}/series"] = Served(body)
        assert not isinstance(await read(asked(source), producers.line(HOST)), NoReading)
