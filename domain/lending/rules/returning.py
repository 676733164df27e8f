"""Undoing what a returned repayment gave to the notes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.ledger.accounts import Account
from domain.ledger.commands import Posting
from domain.lending.rules.sharing import Notes
from domain.lending.rules.waterfall import DueKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """What a wallet lacks of what has to be given back, in minor units. `note_id`: whose share it was; None: a borrower's excess."""

    wallet: Account
    note_id: UUID | None
    amount_minor: int


def undone(notes: Notes, share: Posting) -> None:
    """Take a posted share from what its note has received; what is nobody's share changes nothing."""
    if share.note_id is None:
        return
    at = notes.ids.index(share.note_id)
    if share.kind == "LATE_SHARE":
        notes.received_minor[DueKind.LATE_INTEREST][at] -= share.amount_minor
        return
    principal, fee = share.principal_minor or 0, share.fee_minor or 0
    notes.received_minor[DueKind.PRINCIPAL][at] -= principal
    notes.received_minor[DueKind.INTEREST][at] -= share.amount_minor - principal + fee
    notes.fees_paid_minor[at] -= fee


def shortages(shares: Sequence[Posting], balances: Mapping[Account, int]) -> list[Shortage]:
    """What lenders' wallets lack to give posted shares back; a lender with several notes gives for the first ones first."""
    left: dict[Account, int] = {}
    lacking: dict[tuple[Account, UUID], int] = {}
    for share in shares:
        if share.note_id is not None:
            wallet = share.credit
            has = left.get(wallet, balances[wallet])
            left[wallet] = has - min(has, share.amount_minor)
            key = (wallet, share.note_id)
            lacking[key] = lacking.get(key, 0) + share.amount_minor - min(has, share.amount_minor)
    return [
        Shortage(wallet=wallet, note_id=note_id, amount_minor=minor)
        for (wallet, note_id), minor in lacking.items()
        if minor
    ]


def shortage(wallet: Account, excess_minor: int, balance_minor: int) -> list[Shortage]:
    """What a borrower's wallet lacks to give an excess back, if anything."""
    lacking = excess_minor - min(excess_minor, balance_minor)
    return [Shortage(wallet=wallet, note_id=None, amount_minor=lacking)] if lacking else []
