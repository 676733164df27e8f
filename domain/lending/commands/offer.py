"""What a borrower does with an application and an offer, and what happens to an offer nobody accepts."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.identity.commands import record_consents
from domain.identity.queries import require_steps
from domain.lending.commands.transitions import lock_loan, move, require
from domain.lending.errors import ConsentRequired, MandateRequired, OfferExpired
from domain.lending.models import LoanStatus
from domain.lending.queries import products
from domain.lending.queries.applicants import has_active_mandate
from domain.lending.rules.product import ProductTerms
from domain.shared import aside, clock, db, policy
from domain.shared.actor import Actor, Scope
from domain.shared.aside import Chunk
from domain.shared.calendar import calendar
from domain.shared.db import Row
from domain.shared.errors import NotFound
from domain.shared.idempotency import Request

EXPIRE = "expire_offers"


@dataclass(frozen=True, kw_only=True)
class AcceptOffer(Request):
    """The borrower's acceptance. `accepted_document_ids`: must name the loan's contract in its latest version.

    `mandate_id`: the mandate to collect by, if it is another than the application named.
    """

    loan_id: UUID
    accepted_document_ids: list[UUID] = field(default_factory=list)
    mandate_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AcceptedOffer:
    """What a listing is made from. Amounts in minor units; `deadline_at`: 24:00 of the last day on which lenders may bid."""

    loan_id: UUID
    borrower_id: UUID
    currency: str
    amount_minor: int
    threshold_minor: int
    minimum_bid_minor: int
    lot_minor: int
    opens_at: datetime
    deadline_at: datetime


@db.atomic
async def accept_offer(actor: Actor, request: AcceptOffer) -> AcceptedOffer:
    """Accept an offer: the loan becomes LISTED. The caller, who asks for the scope BORROW, makes the listing in the same transaction.

    Raises `NotFound`, `WrongState`, `OfferExpired`, `StepRequired`, `ConsentRequired` (also while a
    co-borrower or guarantor with an account has not accepted), `DocumentsOutdated`, `MandateRequired`.
    """
    loan = await _own_loan(actor, request.loan_id)
    require(loan, LoanStatus.OFFERED)
    now = await clock.now()
    if loan["offer_expires_at"] <= now:
        raise OfferExpired(path=("loanId",))
    profile = policy.profile(loan["profile_code"])
    product = await products.terms(loan["product_id"])
    await require_steps(actor.user_id, profile.borrower_steps)
    await _require_mandate(actor, loan, request.mandate_id, product)
    if request.accepted_document_ids:
        await record_consents(actor.user_id, request.accepted_document_ids)
    await _require_consents(loan)
    await move([loan], LoanStatus.LISTED)
    last_day = calendar(profile.country).add_working_days(clock.on(now), profile.funding_working_days)
    return AcceptedOffer(
        loan_id=loan["id"],
        borrower_id=loan["borrower_id"],
        currency=loan["currency"],
        amount_minor=loan["asked_minor"],
        threshold_minor=product.threshold_minor(loan["asked_minor"]),
        minimum_bid_minor=product.minimum_bid_minor,
        lot_minor=product.lot_minor,
        opens_at=now,
        deadline_at=clock.end_of(last_day),
    )


async def _own_loan(actor: Actor, loan_id: UUID) -> Row:
    loan = await lock_loan(loan_id)
    if loan["borrower_id"] != actor.user_id:
        raise NotFound(path=("loanId",))
    return loan


async def _require_mandate(actor: Actor, loan: Row, mandate_id: UUID | None, product: ProductTerms) -> None:
    chosen = mandate_id or loan["mandate_id"]
    if not await has_active_mandate(actor.user_id, chosen):
        if product.mandate_required or mandate_id is not None:
            raise MandateRequired(path=("mandateId",))
        return
    if chosen != loan["mandate_id"]:
        await db.execute("update lending.loans set mandate_id = $2 where id = $1", loan["id"], chosen)


async def _require_consents(loan: Row) -> None:
    """Everybody who signs the contract and has an account must have accepted its latest version."""
    rows = await db.fetch(
        """select d.id as document_id, p.user_id, p.name
        from (select id from identity.documents where loan_id = $1 and kind = 'LOAN_CONTRACT'
              order by version desc limit 1) d
        cross join lending.loan_parties p
        where p.loan_id = $1 and p.user_id is not null and not exists (
            select 1 from identity.consents c where c.document_id = d.id and c.user_id = p.user_id)
        order by p.role, p.id""",
        loan["id"],
    )
    if rows:
        raise ConsentRequired(
            contract_id=rows[0]["document_id"],
            waiting_for=[row["name"] for row in rows if row["user_id"] != loan["borrower_id"]],
            path=("acceptedDocumentIds",),
        )


@db.atomic
async def decline_offer(actor: Actor, loan_id: UUID) -> None:
    """Decline an offer; again changes nothing. Raises `NotFound`, `NotAllowed`, `WrongState`."""
    actor.require(Scope.BORROW)
    loan = await _own_loan(actor, loan_id)
    if loan["status"] == LoanStatus.DECLINED and loan["listed_at"] is None:
        return
    require(loan, LoanStatus.OFFERED)
    await move([loan], LoanStatus.DECLINED, reason="The borrower declined the offer.")


@db.atomic
async def withdraw_application(actor: Actor, loan_id: UUID) -> None:
    """Withdraw an application before its offer is accepted; again changes nothing. Raises as `decline_offer`."""
    actor.require(Scope.BORROW)
    loan = await _own_loan(actor, loan_id)
    if loan["status"] == LoanStatus.WITHDRAWN:
        return
    require(loan, LoanStatus.UNDER_REVIEW, LoanStatus.OFFERED)
    await move([loan], LoanStatus.WITHDRAWN, reason="The borrower withdrew the application.")


async def expire_offers(limit: int = 500) -> int:
    """Expire offers whose time has passed, at most `limit`; returns how many. One that fails is set aside. Raises `Busy`."""
    return await aside.in_chunk(EXPIRE, limit, _expire)


@db.atomic
async def _expire(chunk: Chunk) -> None:
    expired = await db.fetch(
        f"""select * from lending.loans l where status = 'OFFERED' and offer_expires_at <= $1
            and ($3::uuid[] is null or id = any($3)) and {aside.not_aside(EXPIRE, "l.id")}
        order by id limit $2 for no key update skip locked""",  # noqa: S608 - our own literals
        await clock.now(), chunk.limit, chunk.only,
    )  # fmt: skip
    chunk.taken = [row["id"] for row in expired]
    if expired:
        await move(expired, LoanStatus.EXPIRED, reason="The offer was not accepted in time.")
