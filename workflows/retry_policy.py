"""Retry policy of activities."""

from __future__ import annotations

from datetime import timedelta

from temporalio.common import RetryPolicy

PATIENT = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=30))
"""Unlimited attempts: recorded facts must be carried out eventually."""
