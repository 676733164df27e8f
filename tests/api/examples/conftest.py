"""People on the platform of this test process."""

import pytest

from tests.api.conftest import World
from tests.support.journey import Journey, Party, begin


@pytest.fixture(scope="package")
async def journey(world: World) -> Journey:
    """What people do on the platform."""
    return await begin(world)


@pytest.fixture(scope="package")
async def borrower(journey: Journey) -> Party:
    """Whose loans are looked at."""
    return await journey.borrower()
