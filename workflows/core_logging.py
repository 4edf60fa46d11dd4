"""Logging of Temporal's core library through our handler."""

from __future__ import annotations

import logging

from temporalio import activity, workflow
from temporalio.runtime import LogForwardingConfig, LoggingConfig, PrometheusConfig, Runtime, TelemetryConfig, TelemetryFilter


def temporal_lines(metrics: str | None = None) -> None:
    """Called once, before the first client: the core would else write its own format to standard error.

    `metrics` is the address at which the core serves its own metrics.
    """
    # Workflow and activity are in the fields of a line.
    activity.logger.activity_info_on_message = False
    workflow.logger.workflow_info_on_message = False
    forwarding = LogForwardingConfig(
        logger=logging.getLogger("temporalio.core"),
        append_target_to_name=False,
        prepend_target_on_message=False,
        append_log_fields_to_message=False,  # they contain the failure as text
    )
    levels = TelemetryFilter(core_level="WARN", other_level="ERROR")
    counted = PrometheusConfig(bind_address=metrics, durations_as_seconds=True) if metrics else None
    logging_ = LoggingConfig(filter=levels, forwarding=forwarding)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=logging_, metrics=counted)))
