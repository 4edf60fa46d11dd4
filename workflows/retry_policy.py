"""How activities are tried again."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30))
"""Without an end: what the record asks for stays to be done."""
