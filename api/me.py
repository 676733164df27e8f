"""`Me`: what only you may see. Each context adds what is its own."""

import strawberry

from api.activity.types import ActivityMe
from api.context import Context
from api.engine import existing, reference, rows
from api.identity.me import IdentityMe
from api.lending.me import LendingMe
from api.lending.servicing_me import ServicingMe
from api.marketplace.types import MarketMe
from api.node import Node
from api.payments.me import PaymentsMe
from domain.identity import queries


@rows(queries.SELF, prefix="user")
@strawberry.type(description="You: what only you may see.")
class Me(IdentityMe, PaymentsMe, LendingMe, ServicingMe, MarketMe, ActivityMe, Node):
    """What only the viewer may see."""


def me_of(context: Context) -> Me | None:
    """The viewer's account; None for a stranger."""
    return reference(context, Me, context.viewer.user_id)


def myself(context: Context) -> Me:
    """The account of somebody who just acted with it."""
    return existing(context, Me, context.viewer.user_id)
