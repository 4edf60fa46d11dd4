"""Every log line is one short JSON object, written at once, without confidential values."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import structlog
from pydantic import BaseModel, ValidationError

from logs.faults import describe_error, error_name, settings_error
from logs.lines import MAX_BYTES, LogSettings, configure
from logs.request import REQUEST
from logs.withheld import Redaction
from tests.logs.canaries import found_in


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged since the last look."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://accord:canary-url1@somewhere/accord")
    monkeypatch.setenv("ACCORD_SECRET_FEED", "canary-secret1")
    stream = io.StringIO()
    configure(stream)

    def lines() -> list[dict[str, Any]]:
        text = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        assert found_in(text.encode()) == []
        assert all(len(line) <= MAX_BYTES for line in text.splitlines())
        return [json.loads(line) for line in text.splitlines()]

    yield lines
    configure()


@pytest.fixture
def log() -> Any:
    return structlog.get_logger("api.somewhere")


def raise_behind() -> None:
    local = {"token": "canary-local1"}
    try:
        raise psycopg.errors.CheckViolation(f"Failing row contains ({local['token']}, canary-row1).")
    except psycopg.Error as error:
        raise KeyError("canary-message1") from error


def test_a_fault_is_told_by_its_class_and_place_alone(written: Callable[[], list[dict[str, Any]]], log: Any) -> None:
    try:
        raise_behind()
    except KeyError as error:
        log.error("fault", exc_info=error)  # noqa: TRY400  structlog
    (line,) = written()
    assert (line["event"], line["level"], line["fault"]["error"]) == ("fault", "error", "KeyError")
    assert line["fault"]["where"][-1].startswith("tests/logs/test_lines.py:")
    assert line["fault"]["where"][-1].endswith(" raise_behind")
    assert line["fault"]["because"][0]["sqlstate"] == "23514"


def deep(times: int) -> None:
    if times:
        deep(times - 1)
    else:
        raise_behind()


def test_a_fault_far_down_takes_no_time_and_no_room(written: Callable[[], list[dict[str, Any]]], log: Any) -> None:
    """With local variables it took the whole service seconds, and a megabyte."""
    held = [list(range(10_000)) for _ in range(100)]
    try:
        deep(800)
    except KeyError as error:
        begun = time.process_time()
        log.error("fault", exc_info=error, held=held, name="a", process=1)  # noqa: TRY400  structlog
        took = time.process_time() - begun
    (line,) = written()
    assert took < 0.02
    assert line["fault"]["error"] == "KeyError"


@pytest.mark.parametrize(
    "said",
    [
        "Authorization: Bearer canary-1",
        "authorization=canary-1",
        '{"password": "canary-1"}',
        "postgresql://accord:canary-1@host/db",
        "postgresql://accord:with@canary-1@host/db",
        "GET https://host/path?key=canary-1&page=2",
        "token 'accord_canary-1_and_twenty_more_characters'",
        "api_key: canary-1, next",
        "canary-secret1",
        "could not connect with canary-url1",
        "-----BEGIN PRIVATE KEY-----\ncanary-1",
        "first line\ncanary-1",
        "Traceback (most recent call last):\n  canary-1\nValueError: canary-1",
    ],
)
def test_what_looks_like_a_secret_is_withheld(written: Callable[[], list[dict[str, Any]]], log: Any, said: str) -> None:
    logging.getLogger("httpx2").warning(said)
    logging.getLogger("asyncio").error("%s", said)
    log.warning("told", words=said, among=[said])
    assert written()


def test_fields_that_are_no_plain_values_are_not_shown(written: Callable[[], list[dict[str, Any]]], log: Any) -> None:
    class Evidence(BaseModel):
        text: str

    fields = {"password": "canary-2", "error": ValueError("canary-3"), "among": [{"a": "canary-4"}]}
    log.info("told", held=Evidence(text="canary-1"), **fields)
    (line,) = written()
    assert (line["held"], line["error"], line["among"]) == ("<Evidence>", "ValueError", ["<dict>"])


def test_exceptions_in_lines_of_libraries_are_named_only(written: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("psycopg.pool").warning("error connecting in %r: %s", "pool", psycopg.OperationalError("canary-1"))
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=ValueError("canary-2"))
    # As Python hands warnings over.
    logging.getLogger("py.warnings").warning("%s", "rules/field_types.py:3: UserWarning: input_value='canary-3'\n  code\n")
    first, second, third = written()
    assert first["event"] == "error connecting in 'pool': psycopg.OperationalError"
    assert second["fault"]["error"] == "ValueError"
    assert third["event"].endswith("UserWarning")


def test_what_libraries_say_of_bodies_and_addresses_is_not_written(written: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("httpx2").info("HTTP Request: GET https://host/?key=canary-1")
    logging.getLogger("temporalio.worker").debug("Received workflow activation: canary-2")
    logging.getLogger("uvicorn.access").info("GET /programs?plan=canary-3")
    assert written() == []


def test_the_request_stands_in_each_line(written: Callable[[], list[dict[str, Any]]], log: Any) -> None:
    held = REQUEST.set("abc-1")
    try:
        log.info("one")
        logging.getLogger("asyncio").warning("two")
    finally:
        REQUEST.reset(held)
    log.info("three")
    assert [line.get("request") for line in written()] == ["abc-1", "abc-1", None]


def test_the_level_is_a_setting(written: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCORD_LOG_LEVEL", "WARNING")
    configure(stream := io.StringIO())
    structlog.get_logger("api.somewhere").info("quiet")
    structlog.get_logger("api.somewhere").warning("loud")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]
    with monkeypatch.context() as patch:
        patch.setenv("ACCORD_LOG_LEVEL", "canary-1")
        with pytest.raises(ValidationError) as refused:
            LogSettings()
    assert settings_error(refused.value).startswith("settings cannot be read: ACCORD_LOG_LEVEL input should be 'debug'")
    assert found_in(settings_error(refused.value).encode()) == []


def test_a_crash_is_a_line_too() -> None:
    """Python would print the message, and a process that dies has no other words."""
    program = "from logs.lines import configure; configure(crashes=True); raise ValueError('canary-1')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert found_in(done.stderr, done.stdout) == []
    assert json.loads(done.stderr)["fault"]["error"] == "ValueError"


def test_a_group_of_exceptions_names_those_in_it() -> None:
    told = describe_error(ExceptionGroup("canary-1", [ValueError("canary-2"), OSError(28, "canary-3")]))
    assert told["among"] == ["ValueError", "OSError (ENOSPC)"]
    assert found_in(json.dumps(told).encode()) == []


def test_a_validation_names_its_kinds() -> None:
    class Shape(BaseModel):
        number: int

    with pytest.raises(ValidationError) as refused:
        Shape(number="canary-1")  # type: ignore[arg-type]  # that is the fault
    assert error_name(refused.value) == "pydantic_core._pydantic_core.ValidationError (int_parsing)"


@pytest.mark.parametrize(
    "word",
    [
        "api/routers/programs.py:123 get_program",
        "1f013e2d-aa9b-5acf-bd4b-70b450dd9f10",
        "program/1f013e2d/phase/first",
        "a" * 64,
    ],
)
def test_names_of_ours_are_no_secrets(word: str) -> None:
    assert Redaction({}).text(word) == word


def test_a_token_of_any_make_is_one() -> None:
    assert Redaction({}).text("with sk4bQzP0aXv9Kd2LmN8rTtY1 it") == "with [withheld] it"
