"""The desk: everything a batch of bids is decided on, loaded set by set.

Lock order: listings by id, the loans of those that the batch may fill by id, accounts by id. Requests of several lenders
on several loans are one batch, so that many waiting callers can share a transaction.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.identity import queries as identity
from domain.identity.models import DocumentKind
from domain.ledger import commands as ledger
from domain.marketplace.models import ListingStatus
from domain.marketplace.rules.bidding import WHOLE_PPM, BidRequest, Desk, OpenLoan
from domain.marketplace.wallets import Wallet
from domain.shared import db, policy

LISTINGS = """select l.id, l.status, l.deadline_at, l.currency, l.target_minor, l.committed_minor, l.minimum_bid_minor, l.lot_minor,
        l.borrower_id, array(select p.user_id from lending.loan_parties p
            where p.loan_id = l.id and p.user_id is not null) as party_ids
    from marketplace.listings l where l.id = any($1) order by l.id"""
OPEN_BIDS = "marketplace.bids b where b.loan_id = r.loan_id and b.lender_id = r.lender_id and b.status = 'ACTIVE'"
FACTS = f"""select r.loan_id, r.lender_id, exists (select from {OPEN_BIDS}) as has_bid,
        case when $4 then (select sum(b.amount_minor)::bigint from {OPEN_BIDS}) end as committed_minor,
        (select d.id from identity.documents d where d.loan_id is null and d.kind = $3
            order by d.version desc limit 1) as document_id
    from unnest($1::uuid[], $2::uuid[]) r(loan_id, lender_id)"""  # noqa: S608 - a constant


async def load(requests: Sequence[BidRequest]) -> Desk:
    """Lock and read what the requests are about. Unknown loans are left out."""
    listings = await _listings(f"{LISTINGS} for no key update of l", requests)
    fillable = _fillable(listings, requests)
    if fillable:
        await db.lock("lending.loans", fillable)
    wallets = {key: Wallet.of(*key) for key in _lenders(listings, requests)}
    balances = await ledger.lock(account for one in wallets.values() for account in (one.available, one.held))
    available = {key: balances[one.available] for key, one in wallets.items()}
    return await _desk(listings, requests, available)


async def look(requests: Sequence[BidRequest]) -> Desk:
    """As `load`, without a lock: for previews."""
    listings = await _listings(LISTINGS, requests)
    owners = {Wallet.of(*key).available.id: key for key in _lenders(listings, requests)}
    rows = await db.fetch("select id, balance_minor from ledger.accounts where id = any($1)", list(owners))
    return await _desk(listings, requests, {owners[row["id"]]: row["balance_minor"] for row in rows})


async def _listings(sql: str, requests: Sequence[BidRequest]) -> dict[UUID, OpenLoan]:
    rows = await db.fetch_records(sql, sorted({request.loan_id for request in requests}))
    return {
        row["id"]: OpenLoan(
            status=ListingStatus(row["status"]),
            deadline_at=row["deadline_at"],
            currency=row["currency"],
            target_minor=row["target_minor"],
            committed_minor=row["committed_minor"],
            minimum_bid_minor=row["minimum_bid_minor"],
            lot_minor=row["lot_minor"],
            party_ids=frozenset((row["borrower_id"], *row["party_ids"])),
        )
        for row in rows
    }


def _fillable(listings: Mapping[UUID, OpenLoan], requests: Sequence[BidRequest]) -> list[UUID]:
    """The loans that these bids would fill if all were taken."""
    wanted: dict[UUID, int] = {}
    for request in requests:
        wanted[request.loan_id] = wanted.get(request.loan_id, 0) + request.amount.amount_minor
    return [
        id_
        for id_, one in listings.items()
        if one.status is ListingStatus.OPEN and one.committed_minor + wanted[id_] >= one.target_minor
    ]


def _lenders(listings: Mapping[UUID, OpenLoan], requests: Sequence[BidRequest]) -> set[tuple[UUID, str]]:
    """Whose wallets matter: those who bid on a loan that takes bids, in its currency."""
    return {
        (request.lender_id, listing.currency)
        for request in requests
        if (listing := listings.get(request.loan_id)) and listing.status is ListingStatus.OPEN
    }


async def _desk(
    listings: Mapping[UUID, OpenLoan], requests: Sequence[BidRequest], available: Mapping[tuple[UUID, str], int]
) -> Desk:
    profile = policy.active()
    pairs = {(request.loan_id, request.lender_id) for request in requests}
    facts = await db.fetch_records(
        FACTS,
        [loan_id for loan_id, _ in pairs],
        [lender_id for _, lender_id in pairs],
        DocumentKind.RISK_WARNING.value,
        profile.lender_loan_share_ppm < WHOLE_PPM,
    )
    return Desk(
        listings=listings,
        available=available,
        lenders=frozenset((row["loan_id"], row["lender_id"]) for row in facts if row["has_bid"]),
        committed={
            (row["loan_id"], row["lender_id"]): row["committed_minor"] for row in facts if row["committed_minor"]
        },
        missing_steps=await identity.missing_steps([*{lender_id for _, lender_id in pairs}], profile.lender_steps),
        required=frozenset(row["document_id"] for row in facts if row["document_id"]),
        lender_share_ppm=profile.lender_loan_share_ppm,
        revocable_hours=profile.bid_revocable_hours,
    )
