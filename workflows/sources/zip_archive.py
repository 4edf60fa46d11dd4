"""Extraction of a table from a zip archive."""

from __future__ import annotations

import io
import zipfile

from rules.field_types import did_you_mean
from workflows.sources.strict_json import UnreadableAnswer

MOST_FILES = 1_000
LARGEST_FILE = 50 * 2**20
"""Limit of the extracted file in bytes, that of answers."""
WORKBOOK = "xl/workbook.xml"
_BESIDE = ("__macosx/", ".ds_store")


def extract(body: bytes, form: str, name: str | None = None) -> bytes:
    """The named file in an archive, or its only table; other bytes unchanged. Raises UnreadableAnswer.

    Workbooks, which are archives too, are returned unchanged.
    """
    if body[:4] != b"PK\x03\x04" or body.count(b"PK\x01\x02") > MOST_FILES:
        return body
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as folder:
            held = {part.filename: part for part in folder.infolist() if not part.is_dir()}
            if WORKBOOK in held:
                return body
            chosen = _choose(list(held), form, name)
            return body if chosen is None else _read(folder, held[chosen])
    except UnreadableAnswer:
        raise
    except Exception:  # noqa: BLE001  zipfile raises what its parts raise for a file that is broken
        raise UnreadableAnswer("the answer is a packed folder, and a broken one") from None


def _choose(names: list[str], form: str, name: str | None) -> str | None:
    own = [held for held in names if not held.casefold().startswith(_BESIDE) and not held.casefold().endswith(_BESIDE)]
    if name is not None:
        found = [held for held in own if held == name or held.rpartition("/")[2] == name]
        if len(found) != 1:
            raise UnreadableAnswer(f"the packed folder has no file {name!r}; {did_you_mean(name, own)}")
        return found[0]
    tables = [held for held in own if held.casefold().endswith(f".{form}")]
    if len(tables) > 1:
        raise UnreadableAnswer(f"the packed folder has several tables; say which by file: {', '.join(sorted(tables)[:5])}")
    return tables[0] if tables else None


def _read(folder: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """Extracts a file; counts bytes, since declared sizes are not reliable."""
    with folder.open(part) as packed:
        body = packed.read(LARGEST_FILE + 1)
    if len(body) > LARGEST_FILE:
        raise UnreadableAnswer(f"the packed table unpacks to more than {LARGEST_FILE:,} bytes")
    return body
