"""Reads of the marketplace context: listings, bids, plans, the market's loans, and what a bid would bring."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.lending.queries import products
from domain.lending.queries.loans import LOANS, schedules
from domain.marketplace.commands.desk import look
from domain.marketplace.rules.bidding import BidRequest, Desk, Running, objections
from domain.marketplace.rules.preview import BidPreview, Prospect, prospect
from domain.shared import clock, db
from domain.shared.actor import Scope, Viewer
from domain.shared.errors import NotAllowed
from domain.shared.money import Money
from domain.shared.relations import ALL, Relation, plain

LISTINGS = Relation(
    "marketplace.listings",
    visible="true",
    columns=ALL
    | {"remaining_minor": "case when {t}.status = 'OPEN' then {t}.target_minor - {t}.committed_minor else 0 end"},
)
"""How far the funding of loans is; a listed loan is public."""

OWN = "({t}.lender_id = {viewer} or {staff})"
BIDS = Relation(
    "marketplace.bids",
    visible="true",
    columns=plain(
        "id",
        "loan_id",
        "lender_id",
        "amount_minor",
        "currency",
        "status",
        "origin",
        "placed_at",
        "revocable_until",
        "ended_at",
    )
    | {name: f"case when {OWN} then {{t}}.{name} end" for name in ("requested_minor", "client_reference", "plan_id")},
)
"""Amount, time and the lender's pseudonym are public; what was asked for and the lender's own note are theirs."""

PLANS = Relation("marketplace.auto_invest_plans", visible="{t}.lender_id = {viewer} or {staff}")

MARKET_LOANS = Relation(
    f"""(select loan.*, listing.deadline_at, {LISTINGS.expression("remaining_minor").format(t="listing")} as remaining_minor
        from lending.loans loan join marketplace.listings listing on listing.id = loan.id
        where loan.listed_at is not null)""",  # noqa: S608 - constants
    visible=LOANS.visible,
    columns=LOANS.columns,
)
"""The loans that came to the market, as rows of `lending.loans` with what the market knows of them.

That each was listed is said again so that the planner finds the indexes of listed loans.
"""


@dataclass(frozen=True, kw_only=True)
class LoanFilter:
    """Conditions on the market's loans, all of which must hold; None: any. Amounts are in minor units of `currency`."""

    statuses: Sequence[str] | None = None
    grades: Sequence[str] | None = None
    purposes: Sequence[str] | None = None
    product_codes: Sequence[str] | None = None
    minimum_rate_ppm: int | None = None
    maximum_rate_ppm: int | None = None
    minimum_installments: int | None = None
    maximum_installments: int | None = None
    minimum_remaining: Money | None = None
    deadline_before: datetime | None = None

    def where(self) -> tuple[str, list[object]]:
        """The condition in SQL, and its arguments from $3 on."""
        remaining = self.minimum_remaining
        wanted: Mapping[str, object] = {
            "{t}.status = any(%s)": self.statuses,
            "{t}.grade = any(%s)": self.grades,
            "{t}.purpose = any(%s)": self.purposes,
            "{t}.product_id in (select p.id from lending.products p where p.code = any(%s))": self.product_codes,
            "{t}.annual_rate_ppm >= %s": self.minimum_rate_ppm,
            "{t}.annual_rate_ppm <= %s": self.maximum_rate_ppm,
            "{t}.installment_count >= %s": self.minimum_installments,
            "{t}.installment_count <= %s": self.maximum_installments,
            "{t}.remaining_minor >= %s": remaining.amount_minor if remaining else None,
            "{t}.currency = %s": remaining.currency if remaining else None,
            "{t}.deadline_at < %s": self.deadline_before,
        }
        given = {text: value for text, value in wanted.items() if value is not None}
        parts = [text % f"${number}" for number, text in enumerate(given, start=3)]
        return " and ".join(parts) or "true", list(given.values())


async def revocable(viewer: Viewer, loan_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How much of what is committed could still be withdrawn, in minor units, by loan. The caller has seen the loans."""
    rows = await db.fetch(
        """select b.loan_id, sum(b.amount_minor)::bigint as minor from marketplace.bids b
            join marketplace.listings l on l.id = b.loan_id and l.status = 'OPEN'
        where b.loan_id = any($1) and b.status = 'ACTIVE' and b.revocable_until > $2 group by b.loan_id""",
        list(loan_ids),
        await clock.now(),
    )
    return dict.fromkeys(loan_ids, 0) | {row["loan_id"]: row["minor"] for row in rows}


@dataclass(frozen=True, slots=True)
class WantedBid:
    """A bid somebody thinks about."""

    loan_id: UUID
    amount: Money


async def preview_bids(viewer: Viewer, wanted: Sequence[WantedBid]) -> dict[WantedBid, BidPreview]:
    """What would come of bids, each alone, by the rules of bidding: everything that stands against it, and what it would earn.

    Nothing is locked or written. The documents are taken as acknowledged; loans that the viewer may not see are unknown.
    """
    visible = {row["id"] for row in await LOANS.by_ids(viewer, [one.loan_id for one in wanted])}
    requests = {one: _request(viewer, one) for one in wanted if one.loan_id in visible}
    desk = await look(list(requests.values()))
    prospects = await _prospects(viewer, desk)
    now = await clock.now()
    return {
        one: _preview(viewer, desk, prospects.get(one.loan_id), requests.get(one, _request(viewer, one)), now)
        for one in wanted
    }


NOBODY = UUID(int=0)


def _request(viewer: Viewer, wanted: WantedBid) -> BidRequest:
    return BidRequest(lender_id=viewer.user_id or NOBODY, loan_id=wanted.loan_id, amount=wanted.amount)


def _preview(viewer: Viewer, desk: Desk, whole: Prospect | None, request: BidRequest, now: datetime) -> BidPreview:
    running, currency = Running.of(desk), request.amount.currency
    acknowledged = BidRequest(
        lender_id=request.lender_id, loan_id=request.loan_id, amount=request.amount, acknowledged=desk.required
    )
    if Scope.LEND in viewer.scopes:
        refusals = objections(desk, running, acknowledged, now)
    else:
        refusals = [NotAllowed(requirement=f"the scope {Scope.LEND.value}")]
    listing = desk.listings.get(request.loan_id)
    room = running.room.get(request.loan_id, 0)
    amount = min(max(request.amount.amount_minor, 0), room) if listing and listing.currency == currency else 0
    interest, loss = whole.part(amount) if whole else (0, 0)
    return BidPreview(
        placeable=Money(0 if refusals else amount, currency),
        refusals=refusals,
        expected_interest=Money(interest, currency),
        expected_loss=Money(loss, currency),
    )


async def _prospects(viewer: Viewer, desk: Desk) -> dict[UUID, Prospect]:
    loans = await LOANS.by_ids(viewer, list(desk.listings))
    planned = await schedules(viewer, [loan["id"] for loan in loans])
    terms = await products.terms_of([loan["product_id"] for loan in loans])
    today = await clock.today()
    return {
        loan["id"]: prospect(
            loan["principal_minor"] or loan["asked_minor"],
            planned[loan["id"]],
            loan["disbursed_on"] or today,
            terms[loan["product_id"]].lender_service_fee_ppm,
            loan["expected_loss_ppm"],
        )
        for loan in loans
    }
