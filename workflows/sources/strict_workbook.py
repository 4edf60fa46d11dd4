"""Workbooks in strict Office Open XML, as a few producers write them, in the words of the usual (transitional) form.

Both forms say the same under other names of namespaces; the library that reads workbooks knows those of the usual one.
"""

from __future__ import annotations

import io
import re
import zipfile

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/([A-Za-z]+)/([A-Za-z]+)")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
_CHUNK = 2**16


def is_strict(folder: zipfile.ZipFile) -> bool:
    """Whether a workbook names the namespaces of the strict form."""
    with folder.open("xl/workbook.xml") as part:
        return _STRICT.search(part.read(_CHUNK)) is not None


def in_usual_form(folder: zipfile.ZipFile) -> io.BytesIO:
    """The workbook with the usual namespaces; its parts are copied piece by piece, and packed again."""
    usual = io.BytesIO()
    with zipfile.ZipFile(usual, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copied:
        for part in folder.infolist():
            with folder.open(part) as read, copied.open(part.filename, "w") as write:
                held = b""
                while chunk := read.read(_CHUNK):
                    held += chunk
                    begun = held.rfind(b"<")  # a tag that is cut in two waits for its end
                    write.write(_STRICT.sub(_USUAL, held[:begun]) if begun >= 0 else b"")
                    held = held[max(begun, 0) :]
                write.write(_STRICT.sub(_USUAL, held))
    usual.seek(0)
    return usual
