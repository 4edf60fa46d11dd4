"""Payload codec: encrypts all payloads sent to Temporal (states, headlines, results, summaries, failure messages).

A payload is serialized and encrypted with AES-256-GCM, with a 12-byte random nonce in front. The key id, the namespace and the
workflow are in its metadata and authenticated, so a payload is valid in its own workflow only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Self

import structlog
from cryptography.exceptions import InvalidTag
from google.protobuf.message import DecodeError
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from workflows.key_ring import KEYS, KeyRing
from workflows.secret_file import SettingsUnusable

log = structlog.get_logger()

ENCRYPTED = b"binary/encrypted"
REFUSED = Payload(metadata={"encoding": b"binary/refused"})
"""Replaces a rejected payload. No converter reads it, so a signal with it is dropped, and an activity fails.

Raising instead would let any unauthenticated signal block a workflow for ever.
"""

FORM = "accord-payload-1"
NONCE_BYTES = 12
_SCHEDULE_SUFFIX = re.compile(r"-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""The suffix that a schedule adds to the workflow ids of its runs."""


class KeyMissing(RuntimeError):
    """The key of a payload is missing. Retryable: an operator may add it."""


class _RejectedError(Exception):
    """A rejected payload; the message is the reason."""


class Codec(PayloadCodec, WithSerializationContext):
    """Encrypts payloads, and decrypts those of the same namespace and workflow."""

    def __init__(self, ring: KeyRing, namespace: str, *, plain_too: bool = False, workflow: str | None = None) -> None:
        """`plain_too` accepts unencrypted payloads from before encryption. `workflow` is the id that payloads must have."""
        self._ring, self._namespace, self._plain_too, self._workflow = ring, namespace, plain_too, workflow

    def with_context(self, context: SerializationContext) -> Self:
        """The codec bound to the workflow of the context."""
        if not isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            return self
        return type(self)(self._ring, context.namespace, plain_too=self._plain_too, workflow=context.workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypts payloads; rejected ones become `REFUSED` and are logged. Raises KeyMissing or SettingsUnusable."""
        return [self._accept(payload) for payload in payloads]

    def decode_for_display(self, payloads: Iterable[Payload]) -> Iterator[Payload]:
        """Decrypts payloads for display; those that cannot be decrypted stay unchanged."""
        for payload in payloads:
            try:
                yield self._decrypt(payload)
            except (_RejectedError, KeyMissing, SettingsUnusable):
                yield payload

    def _accept(self, payload: Payload) -> Payload:
        try:
            return self._decrypt(payload)
        except _RejectedError as why:
            log.warning("payload_refused", workflow=self._workflow or "", reason=str(why))
            return REFUSED

    def _encrypt(self, payload: Payload) -> Payload:
        key_id, key = self._ring.newest()
        workflow, nonce = self._workflow or "", os.urandom(NONCE_BYTES)
        sealed = key.encrypt(nonce, payload.SerializeToString(), _bound(key_id, self._namespace, workflow))
        metadata = {"encoding": ENCRYPTED, "encryption-key-id": key_id.encode()}
        metadata |= {"namespace": self._namespace.encode(), "workflow": workflow.encode()}
        return Payload(metadata=metadata, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCRYPTED:
            if self._plain_too:
                return payload
            raise _RejectedError("it is not encrypted")
        claimed = [
            payload.metadata.get(name, b"").decode(errors="replace") for name in ("encryption-key-id", "namespace", "workflow")
        ]
        key_id, namespace, workflow = claimed
        if namespace != self._namespace or not self._is_ours(workflow):
            raise _RejectedError("it is of another namespace or workflow")
        if (key := self._ring.find(key_id)) is None:
            raise KeyMissing(f"A payload is encrypted with the key {key_id}, which is not in the folder of {KEYS}.")
        try:
            opened = key.decrypt(payload.data[:NONCE_BYTES], payload.data[NONCE_BYTES:], _bound(key_id, namespace, workflow))
            return Payload.FromString(opened)
        except (InvalidTag, DecodeError, ValueError):
            raise _RejectedError("it was changed, or made with another key of the same id") from None

    def _is_ours(self, workflow: str) -> bool:
        """Whether a payload is of this codec's workflow. Without one (Temporal's UI) any workflow matches."""
        if self._workflow is None or workflow == self._workflow:
            return True
        return self._workflow.startswith(workflow) and bool(_SCHEDULE_SUFFIX.fullmatch(self._workflow.removeprefix(workflow)))


def _bound(key_id: str, namespace: str, workflow: str) -> bytes:
    """The associated data of AES-GCM, as JSON, so that it is unambiguous."""
    return json.dumps([FORM, key_id, namespace, workflow]).encode()
