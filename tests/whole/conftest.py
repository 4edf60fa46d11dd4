"""One running service for the tests that leave it running; what they kill, its supervisor starts again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.whole.running import Service, service


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service(tmp_path_factory.mktemp("whole") / "home") as running:
        yield running
