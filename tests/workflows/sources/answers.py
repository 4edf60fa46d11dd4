"""Sample answers in the formats of producers."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from openpyxl import Workbook


def wdi_row(year: str, value: object, code: str = "NY.GDP.PETR.RT.ZS") -> dict[str, Any]:
    return {
        "indicator": {"id": code, "value": "Oil rents (% of GDP)"},
        "country": {"id": "IQ", "value": "Iraq"},
        "countryiso3code": "IRQ",
        "date": year,
        "value": value,
        "unit": "",
        "obs_status": "",
        "decimal": 1,
    }


def wdi_page(rows: list[dict[str, Any]], page: int = 1, pages: int = 1) -> list[Any]:
    head = {"page": page, "pages": pages, "per_page": 1000, "total": len(rows), "sourceid": "2", "lastupdated": "2026-07-13"}
    return [head, rows]


OWID = "ourworldindata.org/grapher/annual-co2-emissions-per-country"
CITATION = (
    "Global Carbon Budget (2025) \u2013 with major processing by Our World in Data. \u201cAnnual CO\u2082 emissions\u201d "
    "[dataset]. Global Carbon Project, \u201cGlobal Carbon Budget v15\u201d [original data]."
)

GFMR = (
    "thedocs.worldbank.org/en/doc/d01b4aebd8a10513c0e341de5e1f652e-0400072024/related/"
    "Flare-volume-and-intensity-estimates-2012-2023.xlsx"
)


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def ged(number: int, day: str, place: str = "Baghdad governorate") -> dict[str, Any]:
    return {
        "id": number,
        "relid": f"IRQ-2025-1-{number}",
        "year": 2025,
        "type_of_violence": 1,
        "side_a": "Government of Iraq",
        "side_b": "IS",
        "dyad_name": "Government of Iraq - IS",
        "adm_1": place,
        "country_id": 645,
        "date_start": f"{day}T00:00:00",
        "best": 3,
        "high": 2,
        "low": 3,
    }


def acled(name: str, day: str, kind: str = "Battles", place: str = "Baghdad") -> dict[str, str]:
    return {"event_id_cnty": name, "event_date": day, "event_type": kind, "sub_event_type": "Armed clash", "admin1": place}
