"""Conversion of strict Office Open XML workbooks to the transitional form.

The two forms differ in their XML namespaces, and openpyxl only knows the transitional ones.
"""

from __future__ import annotations

import io
import re
import zipfile

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)/([A-Za-z]+)")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
_CHUNK = 2**16


def is_strict(folder: zipfile.ZipFile) -> bool:
    """Whether a workbook uses the strict namespaces."""
    with folder.open("xl/workbook.xml") as part:
        return _STRICT.search(part.read(_CHUNK)) is not None


def to_transitional(folder: zipfile.ZipFile) -> io.BytesIO:
    """The workbook with transitional namespaces, rewritten in chunks."""
    usual = io.BytesIO()
    with zipfile.ZipFile(usual, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copied:
        for part in folder.infolist():
            with folder.open(part) as read, copied.open(part.filename, "w") as write:
                held = b""
                while chunk := read.read(_CHUNK):
                    held += chunk
                    begun = held.rfind(b"<")  # keep an incomplete tag for the next chunk
                    write.write(_STRICT.sub(_USUAL, held[:begun]) if begun >= 0 else b"")
                    held = held[max(begun, 0) :]
                write.write(_STRICT.sub(_USUAL, held))
    usual.seek(0)
    return usual
