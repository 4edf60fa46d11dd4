"""Documents as clients send them: what is stored are the bytes of the file, whatever they came in."""

from __future__ import annotations

import asyncio
import select
import socket
from hashlib import sha256
from typing import Any

import httpx2
import pytest

from tests.api.conftest import Door

CONTENT = b"%PDF-1.7\r\n--x\r\n an announcement \x00\xff" * 5000
DIGEST = sha256(CONTENT).hexdigest()
NAME = "announcement.pdf"


async def send(door: Door, person: str = "nora", **how: Any) -> httpx2.Response:
    headers = door.headers(person) | how.pop("headers", {})
    return await door.client.post(door.address("/programs/{program}/documents"), headers=headers, **how)


def form(*parts: tuple[str, bytes], end: bytes = b"--x1--\r\n") -> dict[str, Any]:
    """A form as it goes over the wire: for each part its headers and its bytes."""
    body = b"".join(b"--x1\r\n" + head.encode() + b"\r\n\r\n" + held + b"\r\n" for head, held in parts)
    return {"content": body + end, "headers": {"Content-Type": "multipart/form-data; boundary=x1"}}


def file(name: str = NAME) -> str:
    return f'Content-Disposition: form-data; name="file"; filename="{name}"'


async def test_a_form_is_stored_as_the_file_in_it(door: Door) -> None:
    """curl -F file=@x: once, the form itself was stored, under a hash that nobody knew."""
    filed = await send(door, files={"file": (NAME, CONTENT, "application/pdf")})
    assert filed.status_code == 201, filed.text
    told = {name: filed.json()[name] for name in ("sha256", "size", "name", "media_type")}
    assert told == {"sha256": DIGEST, "size": len(CONTENT), "name": NAME, "media_type": "application/pdf"}
    got = await door.get("nora", f"/programs/{{program}}/documents/{DIGEST}")
    assert got.content == CONTENT


async def test_the_address_names_a_file_and_its_hash_before_the_form_does(door: Door) -> None:
    named = await send(door, files={"file": (NAME, CONTENT)}, params={"name": "other.pdf", "sha256": DIGEST})
    assert (named.status_code, named.json()["name"]) == (201, "other.pdf")
    wrong = await send(door, files={"file": (NAME, CONTENT)}, params={"sha256": "0" * 64})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "hash_differs")


async def test_bytes_alone_are_a_document_under_the_name_in_the_address(door: Door) -> None:
    for media_type in ("application/pdf", "application/json"):
        filed = await send(door, params={"name": NAME}, content=CONTENT, headers={"Content-Type": media_type})
        assert (filed.status_code, filed.json()["sha256"]) == (201, DIGEST), filed.text
    unnamed = await send(door, content=CONTENT, headers={"Content-Type": "application/pdf"})
    assert (unnamed.status_code, unnamed.json()["faults"][0]["where"]) == (422, "query.name")


@pytest.mark.parametrize(
    ("media_type", "query"),
    [
        ("application/x-www-form-urlencoded", {"name": NAME}),  # curl -d @x takes line ends away
        ("multipart/mixed; boundary=x1", {"name": NAME}),
        ("application/json", {}),
    ],
)
async def test_other_forms_are_told_what_is_taken(door: Door, media_type: str, query: dict[str, str]) -> None:
    answer = await send(door, params=query, content=b"{}", headers={"Content-Type": media_type})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "curl -F file=@" in answer.json()["accepted"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\\\Users\\\\nora\\\\order.pdf", "order.pdf"), ("كتاب رسمي.pdf", "كتاب رسمي.pdf")],
)
async def test_a_name_is_kept_without_the_folders_where_the_file_lay(door: Door, sent: str, kept: str) -> None:
    filed = await send(door, **form((file(sent), CONTENT)))
    assert (filed.status_code, filed.json()["name"]) == (201, kept), filed.text


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (form((file(), CONTENT), (file("b.pdf"), b"b")), "more than one part"),
        (form(('Content-Disposition: form-data; name="note"', b"x")), "is no file"),
        (form((f"{file()}\r\nContent-Transfer-Encoding: base64", b"eA==")), "encoded"),
        (form((file(), CONTENT), end=b""), "broke off"),
        (form(end=b"--x1--\r\n"), "no file in this form"),
        (form((file("a\u202eb.pdf"), CONTENT)), "no name"),
        (form((file(""), CONTENT)), "no name"),
        (form((f"{file()}\r\nX: {'y' * 20_000}", b"x")), "form"),
        ({"content": b"no form", "headers": {"Content-Type": "multipart/form-data; boundary=x1"}}, "no whole"),
        ({"content": b"no form", "headers": {"Content-Type": "multipart/form-data"}}, "boundary"),
    ],
)
async def test_a_form_that_is_not_one_file_files_nothing(door: Door, sent: dict[str, Any], says: str) -> None:
    answer = await send(door, **sent)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable"), answer.text
    assert says in answer.json()["detail"]
    assert (await door.get("nora", f"/programs/{{program}}/documents/{DIGEST}")).status_code == 404


async def test_a_form_has_the_limit_of_a_document_while_it_comes(door: Door) -> None:
    """The sender does not say how long it is, and goes on until it is answered."""
    url = httpx2.URL(str(door.client.base_url)).join(door.address("/programs/{program}/documents"))
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.host}\r\nTransfer-Encoding: chunked\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in {**door.headers("nora"), **form()["headers"]}.items())
    answer = await asyncio.to_thread(_endless, (url.host, url.port or 80), head, f"--x1\r\n{file()}\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 413")


def _endless(place: tuple[str, int], head: str, begin: bytes) -> bytes:
    """Sends chunks until something comes back; the answer."""
    chunk = b"%x\r\n" % 65_536 + b"x" * 65_536 + b"\r\n"
    with socket.create_connection(place, timeout=30) as line:
        line.sendall(head.encode() + b"\r\n" + b"%x\r\n" % len(begin) + begin + b"\r\n")
        while not select.select([line], [], [], 0)[0]:
            line.sendall(chunk)
        return line.recv(65_536)
