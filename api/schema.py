"""The schema: what every context offers, in one Query, one Mutation, one Subscription."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.platform.mutations import PlatformMutation
from api.platform.queries import PlatformQuery
from api.scalars import SCALARS


@strawberry.type(description="Reading.")
class Query(PlatformQuery):
    """Reading."""


@strawberry.type(description="Writing: one input, one payload, and typed refusals.")
class Mutation(PlatformMutation):
    """Writing."""


schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
