"""Queries about the platform itself."""

import strawberry

from api.platform.types import Platform


@strawberry.type
class PlatformQuery:
    """Queries about the platform itself."""

    @strawberry.field(description="The platform: profile, clock, what it publishes.")
    def platform(self) -> Platform:
        """The platform."""
        return Platform()
