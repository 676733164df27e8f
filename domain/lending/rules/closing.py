"""What moves when a loan closes, and what moves back when its payout fails."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting, mirror


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedBid:
    """A bid that becomes a note; its money is in the lender's HELD account."""

    bid_id: UUID
    lender_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingNote:
    """A lender's part of the principal."""

    note_id: UUID
    bid_id: UUID
    lender_id: UUID
    principal_minor: int


def closing_postings(
    loan_id: UUID, borrower_id: UUID, currency: str, notes: Sequence[ClosingNote], fee_minor: int
) -> list[Posting]:
    """Holds become the loan's proceeds, one posting per note; the fee is kept from them; the claim is written beside.

    What stays in LEAVING is the net amount to be paid out.
    """
    proceeds = accounts.user(AccountKind.LEAVING, borrower_id, currency, loan_id)
    principal = sum(note.principal_minor for note in notes)
    assert fee_minor < principal, "a fee never takes the whole loan"
    funded = [
        Posting(
            kind="LOAN_FUNDED",
            debit=accounts.user(AccountKind.HELD, note.lender_id, currency),
            credit=proceeds,
            amount_minor=note.principal_minor,
            reference_id=note.bid_id,
            note_id=note.note_id,
            principal_minor=note.principal_minor,
        )
        for note in notes
    ]
    fee = Posting(
        kind="ORIGINATION_FEE",
        debit=proceeds,
        credit=accounts.platform(AccountKind.FEES, currency),
        amount_minor=fee_minor,
        reference_id=loan_id,
    )
    claim = Posting(
        kind="PRINCIPAL_LENT",
        debit=accounts.platform(AccountKind.LENT, currency),
        credit=accounts.loan(AccountKind.PRINCIPAL, loan_id, currency),
        amount_minor=principal,
        reference_id=loan_id,
    )
    return [*funded, fee, claim]


def unwinding_postings(
    loan_id: UUID, borrower_id: UUID, currency: str, notes: Sequence[ClosingNote], fee_minor: int
) -> list[Posting]:
    """The mirror of closing; lenders get their money back as AVAILABLE, because there is no bid left to hold it for."""
    undone = [
        mirror(posting, f"{posting.kind}_REVERSED")
        for posting in closing_postings(loan_id, borrower_id, currency, notes, fee_minor)
    ]
    return [
        posting._replace(credit=replace(posting.credit, kind=AccountKind.AVAILABLE))
        if posting.credit.kind is AccountKind.HELD
        else posting
        for posting in undone
    ]
