"""A remote codec server for Temporal's pages and command line, which decrypts payloads. It does not encrypt.

The caller has the ciphertext already, from Temporal. Only the service itself sends payloads to workflows.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from typing import Annotated

import structlog
from fastapi import APIRouter, Header
from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from temporalio.api.common.v1 import Payload

from api.body_limit import MOST_BYTES
from api.callers import Caller
from api.json_body import JsonRoute
from api.problem_responses import problem_responses
from api.problems import Forbidden, NotFound
from api.state import StateOf
from rules.acts import Role
from workflows.codec import Codec

log = structlog.get_logger()

MOST_PAYLOADS = 2_000
"""The most payloads in one request: a page of a history."""

router = APIRouter(prefix="/temporal", tags=["temporal"], route_class=JsonRoute)


def _bytes(text: object) -> object:
    """Decodes base64 of a request; values of our own response are bytes already."""
    try:
        return b64decode(text, validate=True) if isinstance(text, str) else text
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None


Bytes = Annotated[
    bytes,
    BeforeValidator(_bytes),
    PlainSerializer(lambda read: b64encode(read).decode(), return_type=str),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "maxLength": MOST_BYTES}),
]
"""Bytes, as base64 in JSON."""


class PayloadBody(BaseModel):
    """A payload as Temporal's own JSON writes it."""

    metadata: dict[Annotated[str, Field(max_length=100)], Bytes] = Field(default={}, max_length=20)
    data: Bytes = b""


class PayloadsBody(BaseModel):
    """Payloads in their order."""

    payloads: list[PayloadBody] = Field(max_length=MOST_PAYLOADS)


@router.post("/decode", responses=problem_responses(401, 403, 404, 413, 422, 503))
async def decode_payloads(
    state: StateOf,
    caller: Caller,
    asked: PayloadsBody,
    namespace: Annotated[str | None, Header(alias="X-Namespace", max_length=255, description="of Temporal")] = None,
) -> PayloadsBody:
    """Encrypted payloads in clear, and what cannot be decrypted as it is. For officers and auditors of the installation."""
    if caller.program is not None:
        raise Forbidden("role_may_not", "A token for one program does not do this.", "a token of an officer for no program")
    caller.check_role(Role.OFFICER, Role.AUDITOR)
    codec = state.temporal.data_converter.payload_codec
    if not isinstance(codec, Codec) or namespace not in {None, state.temporal.namespace}:
        raise NotFound("codec")
    log.info("payloads_decoded", person=caller.person, count=len(asked.payloads))
    shown = codec.decode_for_display(Payload(metadata=one.metadata, data=one.data) for one in asked.payloads)
    return PayloadsBody(payloads=[PayloadBody(metadata=dict(one.metadata), data=one.data) for one in shown])
