"""OpenAPI declarations of the problems of a route, each with an example."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: the problems that it may answer with."""
    examples = {
        401: ("unauthenticated", "The token is unknown, expired or revoked.", "a bearer token that is valid"),
        403: ("recorder_is_verifier", "amal has recorded this evidence and cannot verify it.", "another person"),
        404: ("not_found", "There is no such program, or you may not know of it.", None),
        406: ("not_acceptable", "This is not answered in any form that the Accept header names.", "application/json"),
        409: ("act_id_reused", "This key was used for another act.", "a new Idempotency-Key"),
        410: ("document_gone", "The bytes of this document are stored no more as they were filed.", "to file it again"),
        413: ("too_large", "The document is larger than 50 MiB.", "a smaller document"),
        415: (
            "unsupported_media_type",
            "A document is not read from application/x-www-form-urlencoded.",
            "multipart/form-data with one file",
        ),
        422: ("milestone_unknown", "announcd is no milestone of the plan.", "did you mean announced?"),
        429: (
            "too_much_asked",
            "You have asked for more than one person may in a minute: plans read, batches, previews, past states.",
            "the same request in 7 s",
        ),
        503: ("unavailable", "The database cannot be reached; nothing of this request is lost.", "the same again"),
    }
    answers: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        code, detail, accepted = examples[status]
        example = {
            "type": f"/api/v1/problems/{code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "code": code,
        }
        content = {"schema": {"$ref": "#/components/schemas/ProblemBody"}}
        shown = example | ({"accepted": accepted} if accepted else {})
        answers[status] = {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {**content, "example": shown}},
        }
    return answers


READS = problem_responses(401, 404, 422, 429, 503)
WRITES = problem_responses(401, 403, 404, 409, 413, 422, 429, 503)
