"""`Me`: what only you may see. Each context adds what is its own."""

import strawberry

from api.activity.types import ActivityMe
from api.context import Context
from api.identity.enums import Locale, PartyKind, Role
from api.identity.me import IdentityMe
from api.lending.me import LendingMe
from api.lending.servicing_me import ServicingMe
from api.marketplace.types import MarketMe
from api.node import Node, node, show_id
from api.payments.me import PaymentsMe
from domain.identity import queries
from domain.shared.db import Row


@node("user", queries.SELF)
@strawberry.type(description="You: what only you may see.")
class Me(IdentityMe, PaymentsMe, LendingMe, ServicingMe, MarketMe, ActivityMe, Node):
    """What only the viewer may see."""

    @classmethod
    def from_row(cls, row: Row) -> "Me":
        """The account of a row of `SELF`."""
        return cls(
            id=show_id("user", row["id"]),
            row=row,
            email=row["email"],
            kind=PartyKind(row["kind"]),
            legal_name=row["legal_name"],
            roles=[Role(name) for name in row["roles"]],
            locale=Locale(row["locale"]),
        )


async def load_me(context: Context) -> Me | None:
    """The viewer's account; None for a stranger."""
    row = await context.one(queries.SELF, context.viewer.user_id)
    return None if row is None else Me.from_row(row)


async def myself(context: Context) -> Me:
    """The account of somebody who just acted with it."""
    me = await load_me(context)
    assert me is not None, "who acts has an account"
    return me
