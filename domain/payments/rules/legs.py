"""What each step of a movement posts, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import PLATFORM_KINDS, USER_KINDS, Account, AccountKind
from domain.ledger.commands import Posting
from domain.payments.models import InstructionPurpose as P

K = AccountKind
DEPOSIT = "DEPOSIT"
UNKNOWN = "UNKNOWN"

Leg = tuple[str, AccountKind, AccountKind]
"""The posting's kind, the account debited and the one credited."""

LEGS: Mapping[tuple[str, str], tuple[Leg, ...]] = {
    (DEPOSIT, "received"): (("DEPOSIT", K.CUSTODY, K.UNSETTLED),),
    (DEPOSIT, "final"): (("DEPOSIT_FINAL", K.UNSETTLED, K.AVAILABLE),),
    (DEPOSIT, "bounced"): (("DEPOSIT_BOUNCED", K.UNSETTLED, K.CUSTODY),),
    (UNKNOWN, "received"): (("SUSPENSE_IN", K.CUSTODY, K.SUSPENSE),),
    (UNKNOWN, "bounced"): (("SUSPENSE_OUT", K.SUSPENSE, K.CUSTODY),),
    (P.WITHDRAWAL, "settled"): (("WITHDRAWAL_PAID", K.LEAVING, K.CUSTODY),),
    (P.WITHDRAWAL, "refused"): (("WITHDRAWAL_REFUSED", K.LEAVING, K.AVAILABLE),),
    (P.WITHDRAWAL, "returned"): (
        ("PAYOUT_RETURNED", K.CUSTODY, K.LEAVING),
        ("WITHDRAWAL_REFUSED", K.LEAVING, K.AVAILABLE),
    ),
    (P.DISBURSEMENT, "settled"): (("PAYOUT", K.LEAVING, K.CUSTODY),),
    (P.DISBURSEMENT, "returned"): (("PAYOUT_RETURNED", K.CUSTODY, K.LEAVING),),
    (P.COLLECTION, "settled"): (("DEBIT_COLLECTED", K.CUSTODY, K.COLLECTING),),
    (P.SUSPENSE, "settled"): (("SUSPENSE_OUT", K.SUSPENSE, K.CUSTODY),),
    (P.SUSPENSE, "returned"): (("SUSPENSE_IN", K.CUSTODY, K.SUSPENSE),),
}
"""A refused disbursement stays LEAVING until lending unwinds the loan. A returned debit is posted by `post_debit_return`,
when lending has undone its distribution."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose money a movement is and what it is for. `loan_id`: LEAVING and COLLECTING of that loan."""

    purpose: str
    amount_minor: int
    currency: str
    reference_id: UUID | None
    user_id: UUID | None = None
    loan_id: UUID | None = None


def postings(subject: Subject, step: str, entry_id: UUID) -> list[Posting]:
    """What a step posts."""
    return [
        Posting(
            kind=kind,
            debit=_account(debit, subject),
            credit=_account(credit, subject),
            amount_minor=subject.amount_minor,
            reference_id=subject.reference_id,
            entry_id=entry_id,
        )
        for kind, debit, credit in LEGS.get((subject.purpose, step), ())
    ]


def misfit(moved_minor: int, currency: str, entry_id: UUID) -> list[Posting]:
    """Custody follows the bank: money that moved for no reason we know is in SUSPENSE, or missing from it."""
    custody, suspense = accounts.platform(K.CUSTODY, currency), accounts.platform(K.SUSPENSE, currency)
    if moved_minor == 0:
        return []
    if moved_minor > 0:
        kind, debit, credit = "SUSPENSE_IN", custody, suspense
    else:
        kind, debit, credit = "SUSPENSE_OUT", suspense, custody
    return [Posting(kind=kind, debit=debit, credit=credit, amount_minor=abs(moved_minor), entry_id=entry_id)]


def _account(kind: AccountKind, subject: Subject) -> Account:
    if kind in PLATFORM_KINDS:
        return accounts.platform(kind, subject.currency)
    if kind in USER_KINDS:
        assert subject.user_id is not None, "a user's account has an owner"
        reference = subject.loan_id if kind is K.LEAVING else None
        return accounts.user(kind, subject.user_id, subject.currency, reference)
    assert subject.loan_id is not None, "COLLECTING belongs to a loan"
    return accounts.loan(kind, subject.loan_id, subject.currency)
