"""A lender's wallet as the market sees it: bids move money between two accounts."""

from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.commands import Posting, mirror
from domain.shared.money import Money


@dataclass(frozen=True)
class Wallet:
    """What a lender may bid, and what is set aside for their open bids, in one currency."""

    available: Account
    held: Account

    @staticmethod
    @lru_cache(accounts.KNOWN)
    def of(lender_id: UUID, currency: str) -> "Wallet":
        """The wallet of a lender."""
        return Wallet(
            accounts.user(AccountKind.AVAILABLE, lender_id, currency),
            accounts.user(AccountKind.HELD, lender_id, currency),
        )


def hold(bid_id: UUID, lender_id: UUID, amount: Money, entry_id: UUID | None = None) -> Posting:
    """Set money aside for a bid. `entry_id`: its own, if holds of several bids are posted at once."""
    wallet = Wallet.of(lender_id, amount.currency)
    return Posting(
        kind="HOLD",
        debit=wallet.available,
        credit=wallet.held,
        amount_minor=amount.amount_minor,
        reference_id=bid_id,
        entry_id=entry_id,
    )


def release(bid_id: UUID, lender_id: UUID, amount: Money) -> Posting:
    """Give back what was set aside for a bid."""
    return mirror(hold(bid_id, lender_id, amount), "HOLD_RELEASED")
