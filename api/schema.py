"""The schema: what every context offers, in one Query, one Mutation, one Subscription."""

from typing import Annotated

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.activity.subscriptions import ActivitySubscription
from api.context import Info
from api.disclosure.queries import DisclosureQuery
from api.errors import Code, top_level
from api.identity.mutations import IdentityMutation
from api.identity.queries import IdentityQuery
from api.lending.mutations import LendingMutation
from api.lending.queries import LendingQuery
from api.lending.servicing_mutations import ServicingMutation
from api.marketplace.mutations import MarketplaceMutation
from api.marketplace.queries import MarketplaceQuery
from api.marketplace.subscriptions import MarketplaceSubscription
from api.node import Node, node_of
from api.payments.mutations import PaymentsMutation
from api.platform.mutations import PlatformMutation
from api.platform.queries import PlatformQuery
from api.scalars import SCALARS

MOST_NODES = 100


@strawberry.type(description="Reading. What you may not see does not exist for you.")
class Query(IdentityQuery, LendingQuery, MarketplaceQuery, DisclosureQuery, PlatformQuery):
    """Reading."""

    @strawberry.field(description="Anything with an id; null: nothing has it, or it is not yours to see.")
    def node(self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id.")]) -> Node | None:
        """Anything with an id."""
        return node_of(info.context, id)

    @strawberry.field(description="Several things by their ids, in their order; at most 100.")
    def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 ids.")]
    ) -> list[Node | None]:
        """Several things by their ids."""
        if len(ids) > MOST_NODES:
            raise top_level(Code.BAD_REQUEST, f"`ids` may have at most {MOST_NODES} ids.")
        return [node_of(info.context, id_) for id_ in ids]


@strawberry.type(description="Writing: one input, one payload, and typed refusals.")
class Mutation(
    IdentityMutation, PaymentsMutation, LendingMutation, ServicingMutation, MarketplaceMutation, PlatformMutation
):
    """Writing."""


@strawberry.type(
    description="Watching, over a WebSocket by graphql-transport-ws. Whoever comes back goes on where they were."
)
class Subscription(MarketplaceSubscription, ActivitySubscription):
    """Watching."""


schema = strawberry.Schema(
    query=Query, mutation=Mutation, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS)
)
