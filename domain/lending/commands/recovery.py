"""Loans given up, and what is recovered of them all the same."""

from dataclasses import dataclass
from uuid import UUID

from domain.identity.commands import require_alive
from domain.identity.rules import clean_text
from domain.lending.commands.conflicts import forbid_own
from domain.lending.commands.repayment import Repaid, open_owing, pay_from_wallet
from domain.lending.commands.transitions import lock_loan, move, require
from domain.lending.models import LoanStatus, NoteStatus, RepaymentSource
from domain.lending.rules.servicing import payable
from domain.shared import clock, db
from domain.shared.actor import Actor, Scope
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money

MAX_REASON = 300


@dataclass(frozen=True, kw_only=True)
class WriteOffLoan(Request):
    """Give up a loan in default; the borrower and operators read the reason."""

    loan_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class WrittenOff(Result):
    """A loan that was written off."""

    loan_id: UUID


@dataclass(frozen=True, kw_only=True)
class RecordRecovery(Request):
    """Money that was recovered for a loan; it is in the borrower's wallet (from suspense: assign it first)."""

    loan_id: UUID
    amount: Money


@idempotent(WrittenOff, Scope.COLLECT)
async def write_off(actor: Actor, request: WriteOffLoan) -> WrittenOff:
    """DEFAULTED → WRITTEN_OFF: nothing is collected automatically any more; the claim stays, and recoveries reduce it.

    Raises `NotAllowed` without the scope COLLECT and about one's own loan, `InvalidInput` for a reason that is empty or
    too long, `NotFound`, `WrongState`, `CredentialEnded`.
    """
    await require_alive(actor)
    reason = clean_text(" ".join(request.reason.split()), MAX_REASON, "reason")
    loan = await lock_loan(request.loan_id)
    await forbid_own(actor, loan["id"])
    require(loan, LoanStatus.DEFAULTED)
    rows = await db.fetch(
        "update lending.notes set status = $2 where loan_id = $1 and status = $3 returning lender_id",
        loan["id"], NoteStatus.WRITTEN_OFF.value, NoteStatus.ACTIVE.value,
    )  # fmt: skip
    await db.execute(
        "update lending.loans set written_off_on = $2, next_collection_on = null where id = $1",
        loan["id"], await clock.today(),
    )  # fmt: skip
    await move([loan], LoanStatus.WRITTEN_OFF, reason=reason, audience=[row["lender_id"] for row in rows])
    return WrittenOff(loan_id=loan["id"])


@idempotent(Repaid, Scope.COLLECT)
async def record_recovery(actor: Actor, request: RecordRecovery) -> Repaid:
    """Distribute recovered money of a loan in default or written off: what is due first, then principal to come.

    What the loan does not owe, or what is too little for a part prepayment, stays in the borrower's wallet: the answer
    says what was distributed. Raises `NotAllowed` without the scope COLLECT and about one's own loan,
    `CredentialEnded`, and what `repay_loan` raises.
    """
    await require_alive(actor)
    loan = await lock_loan(request.loan_id)
    await forbid_own(actor, loan["id"])
    require(loan, LoanStatus.DEFAULTED, LoanStatus.WRITTEN_OFF)
    desk, today = await open_owing(loan, loan["borrower_id"])
    amount = Money(payable(desk.loans[loan["id"]], request.amount.amount_minor, today), request.amount.currency)
    return await pay_from_wallet(desk, loan["borrower_id"], amount, RepaymentSource.RECOVERY, today)
