"""Queries of disclosure."""

import strawberry

from api.disclosure.figures import Disclosure
from domain.disclosure.queries import platform_figures


@strawberry.type
class DisclosureQuery:
    """What the platform publishes."""

    @strawberry.field(description="The platform's figures as of now, computed from the books. Public.")
    async def disclosure(self) -> Disclosure:
        """The platform's figures as of now."""
        computed = await platform_figures()
        return Disclosure(computed=computed, as_of=computed.as_of)
