"""Funding, bids and plans as the API shows them, and what the market adds to `Loan` and to `Me`."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

import api.credit.enums
import api.marketplace.enums  # noqa: F401 - gives the enumerations their GraphQL types
from api import errors, money
from api.connection import After, Connection, First, connect, connect_children
from api.context import Info
from api.errors import UserError
from api.identity.types import Member
from api.node import Node, load_node, node, show_id
from api.scalars import Rate
from domain.credit.rules.scorecard import Grade
from domain.identity.queries import MEMBERS
from domain.lending.queries.notes import NOTES
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


@strawberry.type(description="How far the funding of a loan is.")
class Funding:
    """How far the funding of a loan is."""

    row: strawberry.Private[Row]
    status: ListingStatus = strawberry.field(description="Whether it takes bids, waits or is over.")
    sequence: int = strawberry.field(description="Grows with every change: the higher one is the later state.")
    target: money.Money = strawberry.field(description="What is asked.")
    threshold: money.Money = strawberry.field(
        description="From this on, the borrower may take the smaller loan at the deadline."
    )
    committed: money.Money = strawberry.field(description="The sum of its open or accepted bids.")
    remaining: money.Money = strawberry.field(description="What may still be bid; zero unless OPEN.")
    minimum_bid: money.Money = strawberry.field(
        description="The smallest bid; a bid that takes all that is left may be smaller."
    )
    lot: money.Money = strawberry.field(
        description="Bids are multiples of it; a bid that takes all that is left need not be."
    )
    lenders: int = strawberry.field(description="How many lenders have bids on it.")
    opens_at: datetime = strawberry.field(description="Since when lenders may bid, in business time.")
    deadline_at: datetime = strawberry.field(description="Until when lenders may bid, in business time.")
    decide_by: datetime | None = strawberry.field(
        description="Until when the borrower may take the smaller loan; null: that is not in question."
    )
    closes_not_before: datetime | None = strawberry.field(
        description="The loan closes after this and can be declined until then; null: it is not full."
    )

    @strawberry.field(description="How much of `committed` lenders could still withdraw.")
    async def revocable(self, info: Info) -> money.Money:
        """What could still be withdrawn."""
        minor = await info.context.batch("market.revocable", queries.revocable, self.row["id"])
        return money.minor(minor, self.row["currency"])

    @classmethod
    def from_row(cls, row: Row) -> "Funding":
        """The funding of a row of `LISTINGS`."""
        is_open = row["status"] == ListingStatus.OPEN
        amounts = {
            name: money.minor(row[f"{name}_minor"], row["currency"])
            for name in ("target", "threshold", "committed", "minimum_bid", "lot")
        }
        return cls(
            row=row,
            status=ListingStatus(row["status"]),
            sequence=row["sequence"],
            remaining=money.minor((row["target_minor"] - row["committed_minor"]) * is_open, row["currency"]),
            lenders=row["lender_count"],
            opens_at=row["opens_at"],
            deadline_at=row["deadline_at"],
            decide_by=row["decide_by"],
            closes_not_before=row["closes_not_before"],
            **amounts,
        )


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


@node("bid", BIDS)
@strawberry.type(description="A lender's binding offer of a part of a loan; its amount is held in their wallet.")
class Bid(Node):
    """A lender's offer of a part of a loan."""

    row: strawberry.Private[Row]
    amount: money.Money = strawberry.field(description="What was taken of it.")
    requested: money.Money | None = strawberry.field(description="What was asked for; for its lender and operators.")
    status: BidStatus = strawberry.field(description="What became of it.")
    origin: BidOrigin = strawberry.field(description="Who placed it.")
    placed_at: datetime = strawberry.field(description="When it was placed, in business time.")
    revocable_until: datetime | None = strawberry.field(
        description="Until when it may be withdrawn while the loan takes bids; null: it is binding."
    )
    ended_at: datetime | None = strawberry.field(
        description="When it was accepted, withdrawn or released; null: it is open."
    )
    client_reference: str | None = strawberry.field(
        description="The lender's own note, for its lender and operators; at most 80 characters."
    )

    @strawberry.field(description="The loan it is for.")
    async def loan(self, info: Info) -> LazyLoan | None:
        """The loan it is for."""
        loan: Loan | None = await load_node(info, show_id("loan", self.row["loan_id"]))
        return loan

    @strawberry.field(description="Who placed it, by pseudonym.")
    async def lender(self, info: Info) -> Member | None:
        """Who placed it."""
        row = await info.context.one(MEMBERS, self.row["lender_id"])
        return None if row is None else Member.from_row(row)

    @strawberry.field(description="The plan that placed it; for its lender and operators.")
    async def plan(self, info: Info) -> "AutoInvestPlan | None":
        """The plan that placed it."""
        row = await info.context.one(PLANS, self.row["plan_id"])
        return None if row is None else AutoInvestPlan.from_row(row)

    @strawberry.field(description="What it became when the loan closed; for its lender and operators.")
    async def note(self, info: Info) -> LazyNote | None:
        """What it became."""
        rows = await info.context.many(NOTES, self.row["id"], "bid_id")
        note: Note | None = await load_node(info, show_id("note", rows[0]["id"])) if rows else None
        return note

    @classmethod
    def from_row(cls, row: Row) -> "Bid":
        """The bid of a row of `BIDS`."""
        requested = row["requested_minor"]
        return cls(
            id=show_id("bid", row["id"]),
            row=row,
            amount=money.minor(row["amount_minor"], row["currency"]),
            requested=None if requested is None else money.minor(requested, row["currency"]),
            status=BidStatus(row["status"]),
            origin=BidOrigin(row["origin"]),
            placed_at=row["placed_at"],
            revocable_until=row["revocable_until"],
            ended_at=row["ended_at"],
            client_reference=row["client_reference"],
        )


@node("plan", PLANS)
@strawberry.type(
    description="A lender's standing rule: bid this much on every new loan that fits, but keep some cash. "
    "Who has waited longest for a loan is served first."
)
class AutoInvestPlan(Node):
    """A lender's standing rule."""

    name: str = strawberry.field(description="What its owner calls it.")
    status: PlanStatus = strawberry.field(description="Whether it bids.")
    grades: list[Grade] = strawberry.field(description="The grades it bids on; empty: all.")
    minimum_rate: Rate = strawberry.field(description="The lowest rate it bids on.")
    minimum_installments: int = strawberry.field(description="The shortest term, in periods of the loan's frequency.")
    maximum_installments: int = strawberry.field(description="The longest term, in periods of the loan's frequency.")
    amount: money.Money = strawberry.field(description="What it bids on a loan, as far as cash and the loan allow.")
    keep: money.Money = strawberry.field(description="The cash it never touches.")
    created_at: datetime = strawberry.field(description="When it was made, in business time.")
    served_at: datetime | None = strawberry.field(description="When it last placed a bid; null: never.")

    @classmethod
    def from_row(cls, row: Row) -> "AutoInvestPlan":
        """The plan of a row of `PLANS`."""
        return cls(
            id=show_id("plan", row["id"]),
            name=row["name"],
            status=PlanStatus(row["status"]),
            grades=[Grade(grade) for grade in row["grades"]],
            minimum_rate=Rate(row["minimum_rate_ppm"]),
            minimum_installments=row["minimum_installments"],
            maximum_installments=row["maximum_installments"],
            amount=money.minor(row["amount_minor"], row["currency"]),
            keep=money.minor(row["keep_minor"], row["currency"]),
            created_at=row["created_at"],
            served_at=row["served_at"],
        )


@strawberry.type
class MarketLoan:
    """How a loan is funded."""

    row: strawberry.Private[Row]

    @strawberry.field(description="How far its funding is; null before lenders may bid.")
    async def funding(self, info: Info) -> Funding | None:
        """How far its funding is."""
        # Whoever watches loans has read their listings with them.
        row = self.row.get("listing") or await info.context.one(LISTINGS, self.row["id"])
        return None if row is None else Funding.from_row(row)

    @strawberry.field(description="The bids on it, the latest first.")
    async def bids(
        self,
        info: Info,
        mine: Annotated[bool, strawberry.argument(description="Only your own.")] = False,
        first: First = 20,
        after: After = None,
    ) -> Connection[Bid]:
        """The bids on it."""
        where = "{t}.lender_id = {viewer}" if mine else "true"
        return await connect_children(info, BIDS, Bid.from_row, "loan_id", self.row["id"], first, after, where=where)

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
    async def bids(
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
        return await connect(info, BIDS, Bid.from_row, first, after, where=where, args=args)

    @strawberry.field(description="Your auto-invest plans, the oldest first; at most 20.")
    async def auto_invest_plans(self, info: Info) -> list[AutoInvestPlan]:
        """The viewer's plans."""
        user_id: UUID = self.row["id"]
        rows = await PLANS.select(
            info.context.viewer, "{t}.lender_id = $3", [user_id], "order by {t}.created_at, {t}.id"
        )
        return [AutoInvestPlan.from_row(row) for row in rows]
