"""Failure converter: redacts failures before Temporal stores and shows them."""

from __future__ import annotations

from temporalio.api.failure.v1 import Failure
from temporalio.converter import DefaultFailureConverter, PayloadConverter
from temporalio.exceptions import ApplicationError, FailureError

from logs.faults import error_name, places


class RedactingConverter(DefaultFailureConverter):
    """Keeps the messages of Temporal's own failures. Of other exceptions and causes only class and place are kept, since
    messages of drivers and validators contain values.
    """

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        if not isinstance(exception, FailureError):
            redacted = ApplicationError(f"{error_name(exception)}; what it says is withheld.", type=type(exception).__name__)
            redacted.__traceback__ = exception.__traceback__
            redacted.__cause__ = exception.__cause__
            redacted.__context__, redacted.__suppress_context__ = exception.__context__, exception.__suppress_context__
            exception = redacted
        super().to_failure(exception, payload_converter, failure)
        if exception.__traceback__ is not None and failure.stack_trace:
            failure.stack_trace = "\n".join(places(exception.__traceback__))


class EncryptingConverter(RedactingConverter):
    """Also moves messages and stack traces into an encrypted payload."""

    def to_failure(self, exception: BaseException, payload_converter: PayloadConverter, failure: Failure) -> None:
        super().to_failure(exception, payload_converter, failure)
        attributes = {"message": failure.message, "stack_trace": failure.stack_trace}
        failure.encoded_attributes.CopyFrom(payload_converter.to_payload(attributes))
        failure.message, failure.stack_trace = "Encoded failure", ""
