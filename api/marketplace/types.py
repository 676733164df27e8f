"""Funding, bids and plans as the API shows them, and what the market adds to `Loan` and to `Me`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

import api.credit.enums
import api.marketplace.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import errors, money
from api.context import Info
from api.engine import After, Connection, First, column, many, one, page_of, rows
from api.errors import UserError
from api.identity.types import Member
from api.node import Node
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.marketplace import queries
from domain.marketplace.models import BidOrigin, BidStatus, ListingStatus, PlanStatus
from domain.marketplace.queries import BIDS, LISTINGS, PLANS, WantedBid
from domain.shared.db import Row
from domain.shared.errors import InvalidInput

if TYPE_CHECKING:
    from api.lending.servicing_types import Note
    from api.loan import Loan

LazyLoan = Annotated["Loan", strawberry.lazy("api.loan")]
LazyNote = Annotated["Note", strawberry.lazy("api.lending.servicing_types")]


@rows(LISTINGS)
@strawberry.type(description="How far the funding of a loan is.")
class Funding:
    """How far the funding of a loan is."""

    row: strawberry.Private[Row]
    status: ListingStatus = column(description="Whether it takes bids, waits or is over.")
    sequence: int = column(description="Grows with every change: the higher one is the later state.")
    target: money.Money = money.column("target_minor", description="What is asked.")
    threshold: money.Money = money.column(
        "threshold_minor", description="From this on, the borrower may take the smaller loan at the deadline."
    )
    committed: money.Money = money.column("committed_minor", description="The sum of its open or accepted bids.")
    remaining: money.Money = money.column("remaining_minor", description="What may still be bid; zero unless OPEN.")
    minimum_bid: money.Money = money.column(
        "minimum_bid_minor", description="The smallest bid; a bid that takes all that is left may be smaller."
    )
    lot: money.Money = money.column(
        "lot_minor", description="Bids are multiples of it; a bid that takes all that is left need not be."
    )
    lenders: int = column("lender_count", description="How many lenders have bids on it.")
    opens_at: datetime = column(description="Since when lenders may bid, in business time.")
    deadline_at: datetime = column(description="Until when lenders may bid, in business time.")
    decide_by: datetime | None = column(
        description="Until when the borrower may take the smaller loan; null: that is not in question."
    )
    closes_not_before: datetime | None = column(
        description="The loan closes after this and can be declined until then; null: it is not full."
    )

    @strawberry.field(description="How much of `committed` lenders could still withdraw.")
    async def revocable(self, info: Info) -> money.Money:
        """What could still be withdrawn."""
        minor = await info.context.batch("market.revocable", queries.revocable, self.row["id"])
        return money.minor(minor, self.row["currency"])


@strawberry.type(description="What would come of a bid, by the same rules, without placing it.")
class BidPreview:
    """What would come of a bid."""

    placeable: money.Money = strawberry.field(
        description="How much would be taken; less than asked for if less is left, zero if anything stands against it."
    )
    refusals: list[UserError] = strawberry.field(
        description="Everything that stands against it, the most basic first. Documents count as acknowledged."
    )
    expected_interest: money.Money = strawberry.field(
        description="Its part of all interest, after the service fee, if everything is paid when due."
    )
    expected_loss: money.Money = strawberry.field(
        description="What is lost of it on average, by the loan's grade, over its life."
    )


@rows(BIDS, prefix="bid")
@strawberry.type(description="A lender's binding offer of a part of a loan; its amount is held in their wallet.")
class Bid(Node):
    """A lender's offer of a part of a loan."""

    amount: money.Money = money.column("amount_minor", description="What was taken of it.")
    requested: money.Money | None = money.column(
        "requested_minor", description="What was asked for; for its lender and operators."
    )
    status: BidStatus = column(description="What became of it.")
    origin: BidOrigin = column(description="Who placed it.")
    placed_at: datetime = column(description="When it was placed, in business time.")
    revocable_until: datetime | None = column(
        description="Until when it may be withdrawn while the loan takes bids; null: it is binding."
    )
    ended_at: datetime | None = column(description="When it was accepted, withdrawn or released; null: it is open.")
    client_reference: str | None = column(
        description="The lender's own note, for its lender and operators; at most 80 characters."
    )

    loan: LazyLoan | None = one("Loan", "loan_id", description="The loan it is for.")

    lender: Member | None = one("Member", "lender_id", description="Who placed it, by pseudonym.")

    plan: "AutoInvestPlan | None" = one(
        "AutoInvestPlan", "plan_id", description="The plan that placed it; for its lender and operators."
    )

    note: LazyNote | None = one(
        "Note", "id", "bid_id", description="What it became when the loan closed; for its lender and operators."
    )


@rows(PLANS, prefix="plan")
@strawberry.type(
    description="A lender's standing rule: bid this much on every new loan that fits, but keep some cash. "
    "Who has waited longest for a loan is served first."
)
class AutoInvestPlan(Node):
    """A lender's standing rule."""

    name: str = column(description="What its owner calls it.")
    status: PlanStatus = column(description="Whether it bids.")
    grades: list[Grade] = column(description="The grades it bids on; empty: all.")
    minimum_rate: Rate = column("minimum_rate_ppm", description="The lowest rate it bids on.")
    minimum_installments: int = column(description="The shortest term, in periods of the loan's frequency.")
    maximum_installments: int = column(description="The longest term, in periods of the loan's frequency.")
    amount: money.Money = money.column(
        "amount_minor", description="What it bids on a loan, as far as cash and the loan allow."
    )
    keep: money.Money = money.column("keep_minor", description="The cash it never touches.")
    created_at: datetime = column(description="When it was made, in business time.")
    served_at: datetime | None = column(description="When it last placed a bid; null: never.")


def _whose(mine: Annotated[bool, strawberry.argument(description="Only your own.")] = False) -> str:
    return "{t}.lender_id = {viewer}" if mine else "true"


@strawberry.type
class MarketLoan:
    """How a loan is funded."""

    row: strawberry.Private[Row]

    funding: Funding | None = one(
        "Funding", "id", given="listing", description="How far its funding is; null before lenders may bid."
    )

    bids: Connection[Bid] = many("Bid", "loan_id", where=_whose, description="The bids on it, the latest first.")

    @strawberry.field(description="What would come of a bid of yours, by the same rules, without placing it.")
    async def preview_bid(
        self,
        info: Info,
        amount: Annotated[money.MoneyInput, strawberry.argument(description="The bid you think about.")],
    ) -> BidPreview:
        """What would come of a bid."""
        try:
            wanted = WantedBid(self.row["id"], amount.positive("amount"))
        except InvalidInput as invalid:
            nothing = money.minor(0, self.row["currency"])
            return BidPreview(
                placeable=nothing,
                refusals=[errors.show(invalid)],
                expected_interest=nothing,
                expected_loss=nothing,
            )
        found = await info.context.batch("market.previews", queries.preview_bids, wanted)
        return BidPreview(
            placeable=money.show(found.placeable),
            refusals=[errors.show(refusal) for refusal in found.refusals],
            expected_interest=money.show(found.expected_interest),
            expected_loss=money.show(found.expected_loss),
        )


@strawberry.type
class MarketMe:
    """The viewer's bids and plans."""

    row: strawberry.Private[Row]

    @strawberry.field(description="Your bids, the latest first.")
    def bids(
        self,
        info: Info,
        status: Annotated[
            list[BidStatus] | None, strawberry.argument(description="Only those in one of these; null: all.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Bid]:
        """The viewer's bids."""
        where, args = "{t}.lender_id = $3", [self.row["id"]]
        if status is not None:
            where, args = f"{where} and {{t}}.status = any($4)", [*args, [one.value for one in status]]
        return page_of(info.context, Bid, first, after, where=where, args=args)

    @strawberry.field(description="Your auto-invest plans, the oldest first; at most 20.")
    async def auto_invest_plans(self, info: Info) -> list[AutoInvestPlan]:
        """The viewer's plans."""
        user_id: UUID = self.row["id"]
        found = await PLANS.select(
            info.context.viewer, "{t}.lender_id = $3", [user_id], "order by {t}.created_at, {t}.id"
        )
        return [AutoInvestPlan(row=row) for row in found]
