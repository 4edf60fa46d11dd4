"""Temporal's lines go where ours go."""

from __future__ import annotations

import logging

from temporalio import activity, workflow
from temporalio.runtime import LogForwardingConfig, LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig, TelemetryFilter


def temporal_lines(metrics: str | None = None) -> None:
    """Called once, before the first client is made: the library's core would write to standard error in a form of its own.

    `metrics` is the address at which it serves what it counts itself.
    """
    # Which workflow and activity a line is about stands in its fields.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,  # they hold the failure as a text
    )
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    counted = PrometheusConfig(bind_address=metrics, durations_as_seconds=True) if metrics else None
    logging_ = LoggingConfig(filter=levels, forwarding=forwarding)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logging_, metrics=counted)))
