"""One running service for the tests that leave it running; what they kill, its supervisor starts again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.whole.running import Service, service

PLUGGED = Path(__file__).parents[1] / "plugged"
"""An adapter that is installed beside the service."""


@pytest.fixture(scope="session", autouse=True)
def plugged() -> Iterator[None]:
    """Services that are started from here find the adapter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(PLUGGED), prepend=os.pathsep)
        yield


@pytest.fixture(scope="session")
def whole(plugged: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("whole") / "home") as running:
        yield running
