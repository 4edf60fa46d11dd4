"""A place where traces are sent, as OpenTelemetry's collector takes them."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True, slots=True)
class Span:
    trace: str
    part: str
    name: str
    attributes: dict[str, str]


@dataclass(slots=True)
class Collector:
    port: int = 0
    sent: list[bytes] = field(default_factory=list)

    @property
    def spans(self) -> list[Span]:
        found = []
        for body in list(self.sent):
            for of_process in ExportTraceServiceRequest.FromString(body).resource_spans:
                part = next(one.value.string_value for one in of_process.resource.attributes if one.key == "service.name")
                found += [
                    Span(span.trace_id.hex(), part, span.name, {one.key: one.value.string_value for one in span.attributes})
                    for of_library in of_process.scope_spans
                    for span in of_library.spans
                ]
        return found


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.sent.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        collector.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield collector
        server.shutdown()
