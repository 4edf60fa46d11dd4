"""The running service of the other tests, for drills that leave it running."""

from __future__ import annotations

from tests.whole.conftest import plugged, whole

__all__ = ["plugged", "whole"]
