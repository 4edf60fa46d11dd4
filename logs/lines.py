"""Log configuration: structlog and standard logging through one handler on standard error.

Each line is a JSON object of at most MAX_BYTES: `at`, `level`, `event`, `logger`, the id of the request if there is one, and
fields. `accord run` redirects standard error to rotated files (`cli/log_file.py`).
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

import structlog
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from logs.faults import describe_error, error_name
from logs.request import REQUEST
from logs.trace import TRACE, trace_id
from logs.withheld import Redaction

MAX_BYTES = 4000
OWN_PACKAGES = ("__main__", "api", "benchmarks", "cli", "db", "logs", "telemetry", "workflows")
INFO_LIBRARIES = ("uvicorn", "temporalio")
"""Libraries that are logged from INFO on; their DEBUG lines contain bodies. Others are logged from WARNING on, since HTTP
clients log each URL with its query at INFO."""

_TEMPORAL = ("temporal_activity", "temporal_workflow")
_TEMPORAL_FIELDS = ("workflow_id", "workflow_type", "activity_type", "attempt")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "fields", "color_message", "temporal_log"}


class LogSettings(BaseSettings):
    """Read from the environment."""

    accord_log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="the least grave lines of ours that are written"
    )

    @field_validator("accord_log_level", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value


def configure(stream: TextIO | None = None, *, crashes: bool = False) -> None:
    """Configures logging; called once by each process. A further call only changes the stream. Raises ValidationError.

    `crashes`: log uncaught exceptions. Interactive commands leave them to Python's traceback.
    """
    level = logging.getLevelNamesMapping()[LogSettings().accord_log_level.upper()]
    handler = Handler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    for before in [one for one in root.handlers if isinstance(one, Handler)]:
        root.removeHandler(before)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(level)
    for name in INFO_LIBRARIES:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    # No access log: it would contain queries, and the ledger says who did what.
    logging.getLogger("uvicorn.access").disabled = True
    logging.captureWarnings(capture=True)
    if crashes:
        _log_crashes()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _as_record],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _log_crashes() -> None:
    lines = logging.getLogger(__name__)

    def crashed(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            lines.critical("crashed", exc_info=error)

    sys.excepthook = crashed
    threading.excepthook = lambda hook: crashed(hook.exc_type, hook.exc_value, hook.exc_traceback)
    sys.unraisablehook = lambda hook: crashed(hook.exc_type, hook.exc_value, hook.exc_traceback)


class Handler(logging.StreamHandler[TextIO]):
    """Our handler, a class of its own to be recognised. A line that cannot be written is dropped."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the library's name
        """Prints nothing: the library would print the arguments of the line."""


def _as_record(_: Any, __: str, event: MutableMapping[str, Any]) -> tuple[tuple[object], dict[str, Any]]:
    """Converts a structlog event to a log record. Fields go into one attribute, since their names may clash."""
    fields = dict(event)
    error = fields.pop("exc_info", None)
    return (fields.pop("event", ""),), {"exc_info": error, "extra": {"fields": fields}}


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def __init__(self) -> None:
        super().__init__()
        self._redaction = Redaction()

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname.lower(),
            "event": self._event(record),
            "logger": record.name,
        }
        if (request := REQUEST.get()) is not None:
            line["request"] = request
        if (trace := TRACE.get()) is not None:
            line["trace"] = trace_id(trace)
        for name, value in _fields(record).items():
            line.setdefault(name, error_name(value) if isinstance(value, BaseException) else self._redaction.value(name, value))
        fault = describe_error(record.exc_info[1]) if record.exc_info and record.exc_info[1] is not None else None
        return _truncate(line, fault)

    def _event(self, record: logging.LogRecord) -> str:
        """The first line of the message; later lines are a traceback or reprs."""
        args = record.args
        if isinstance(args, tuple):
            args = tuple(error_name(arg) if isinstance(arg, BaseException) else arg for arg in args)
        try:
            said = str(record.msg) % args if args else str(record.msg)
        except (TypeError, ValueError):
            said = str(record.msg)
        first, _, rest = said.strip().partition("\n")
        if first.startswith("Traceback (most recent call last)"):
            first = f"a fault: {_exception_class(rest)}"
        if record.name == "py.warnings":
            first = ": ".join(first.split(": ", 2)[:2])  # place and category; pydantic's warnings quote values
        return self._redaction.text(first, 300)


def _exception_class(trace: str) -> str:
    """The exception class at the end of a printed traceback."""
    kinds = [line.partition(":")[0] for line in trace.splitlines() if line[:1].isalpha() and " " not in line.partition(":")[0]]
    return kinds[-1] if kinds else "unknown"


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = dict(getattr(record, "fields", {}))
    for name, value in vars(record).items():
        if name in _TEMPORAL and isinstance(value, dict):
            found |= {field: value[field] for field in _TEMPORAL_FIELDS if field in value}
        elif name not in _STANDARD and not name.startswith("_"):
            found[name] = value
    return found


def _truncate(line: dict[str, Any], fault: dict[str, Any] | None) -> str:
    """JSON of at most MAX_BYTES: drops the causes first, then the fields."""
    fields = line | {"fault": fault} if fault else line
    text = json.dumps(fields)
    if len(text) > MAX_BYTES and fault:
        fault.pop("because", None)
        text = json.dumps(fields)
    if len(text) > MAX_BYTES:
        kept = {name: line[name] for name in ("at", "level", "event", "logger", "request") if name in line}
        text = json.dumps(kept | ({"fault": {"error": fault["error"], "where": fault["where"][-4:]}} if fault else {}))
    return text
