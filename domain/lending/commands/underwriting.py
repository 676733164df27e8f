"""What a decision makes of a loan, and deciding by hand."""

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from domain.credit.commands import record_decision
from domain.credit.queries import first_decision, stored_decision
from domain.credit.rules.decision import DecisionOutcome
from domain.identity.commands import require_alive
from domain.identity.rules import clean_text
from domain.lending.commands.conflicts import forbid_own
from domain.lending.commands.contract import publish_contract
from domain.lending.commands.transitions import lock_loan, move, require
from domain.lending.errors import RateAboveCeiling
from domain.lending.models import LoanStatus
from domain.lending.queries import products
from domain.lending.queries.loans import shape_of
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.underwriting import Contract, Underwriting, shape_to_json, underwrite
from domain.shared import clock, db, policy
from domain.shared.actor import Actor, Scope
from domain.shared.db import Row

MAX_REASON = 300
MAX_NOTE = 1000

STATUS_OF = {
    DecisionOutcome.APPROVE: LoanStatus.OFFERED,
    DecisionOutcome.REVIEW: LoanStatus.UNDER_REVIEW,
    DecisionOutcome.REJECT: LoanStatus.REJECTED,
}


class ReviewOutcome(StrEnum):
    """What an operator may decide."""

    APPROVE = "APPROVE"
    REJECT = "REJECT"


@db.atomic
async def review_application(
    actor: Actor, loan_id: UUID, outcome: ReviewOutcome, reason: str, note: str | None = None
) -> LoanStatus:
    """Decide about an application under review; returns OFFERED or REJECTED.

    `reason` (1 to 300 characters) is told to the applicant, `note` (at most 1,000) stays with the operators. The scorecard
    keeps the rate. Raises `NotAllowed` (also about one's own application), `CredentialEnded`, `NotFound`, `WrongState`, `InvalidInput`,
    and `RateAboveCeiling` when the ceiling of today leaves no rate that covers expected losses.
    """
    actor.require(Scope.REVIEW)
    await require_alive(actor)
    told = clean_text(reason, MAX_REASON, "reason")
    kept = clean_text(note, MAX_NOTE, "note") if note else None
    loan = await lock_loan(loan_id)
    await forbid_own(actor, loan_id)
    require(loan, LoanStatus.UNDER_REVIEW)
    stored = stored_decision(await first_decision(loan_id))
    product = await products.terms(loan["product_id"])
    on = await clock.today()
    decision = replace(stored, outcome=DecisionOutcome(outcome.value))
    profile = policy.profile(loan["profile_code"])
    underwriting = underwrite(decision, shape_of(loan), product, profile, on)
    if outcome is ReviewOutcome.APPROVE and underwriting.contract is None:
        raise RateAboveCeiling(ceiling_ppm=profile.ceiling_ppm(on) or 0, path=("outcome",))
    return await settle(loan, product, underwriting, on, decided_by=actor.user_id, reason=told, note=kept)


async def settle(
    loan: Row,
    product: ProductTerms,
    underwriting: Underwriting,
    on: date,
    *,
    decided_by: UUID | None = None,
    reason: str | None = None,
    note: str | None = None,
) -> LoanStatus:
    """Write a decision down and do what follows from it: an offer with its contract, a place in the queue, or a rejection."""
    decision, contract = underwriting.decision, underwriting.contract
    priced_with = {
        "product_id": str(loan["product_id"]),
        "shape": shape_to_json(shape_of(loan)),
        "on": on.isoformat(),
        "wanted_rate_ppm": decision.annual_rate_ppm,
    }
    rate = contract.quote.annual_rate_ppm if contract else None
    await record_decision(loan["id"], decision, priced_with, rate, decided_by=decided_by, note=note)
    to, audience = STATUS_OF[decision.outcome], list[UUID]()
    if to is LoanStatus.OFFERED:
        assert contract is not None, "nothing is offered without terms"
        await _offer(loan, product, underwriting, contract, on)
        audience = await _parties(loan["id"])  # all of them must accept the contract
    await move([loan], to, reason=reason, audience=audience)
    return to


async def _offer(loan: Row, product: ProductTerms, underwriting: Underwriting, contract: Contract, on: date) -> None:
    await db.execute(
        """update lending.loans set annual_rate_ppm = $2, late_rate_ppm = $3, effective_annual_rate_ppm = $4, grade = $5,
            expected_loss_ppm = $6, offer_expires_at = $7 where id = $1""",
        loan["id"], contract.quote.annual_rate_ppm, contract.late_rate_ppm, contract.quote.effective_annual_rate_ppm,
        underwriting.decision.grade.value, underwriting.decision.expected_loss_ppm,
        clock.end_of(on + timedelta(days=product.offer_valid_days)),
    )  # fmt: skip
    await publish_contract(loan, product, contract)


async def _parties(loan_id: UUID) -> list[UUID]:
    rows = await db.fetch(
        "select user_id from lending.loan_parties where loan_id = $1 and user_id is not null order by id", loan_id
    )
    return [row["user_id"] for row in rows]
