"""People on the platform of this test process."""

import pytest

from tests.api.conftest import World
from tests.support.journey import Journey, begin


@pytest.fixture(scope="package")
async def journey(world: World) -> Journey:
    """What people do on the platform."""
    return await begin(world)
