from collections.abc import AsyncIterator

import pytest

from tests.workflows.sources.producers import Producers, playing


@pytest.fixture
async def producers() -> AsyncIterator[Producers]:
    async with playing() as playing_producers:
        yield playing_producers
