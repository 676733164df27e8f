"""The chart of accounts.

A posting moves a positive amount from one account (debit) to another (credit), so all balances together are always zero.
Money at the custody bank is the debit side: CUSTODY's balance is minus what the bank holds. Claims on borrowers are kept
beside the cash, as PRINCIPAL of the loan against LENT of the platform.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
from uuid import UUID

from domain.shared import ids


class AccountKind(StrEnum):
    """The kinds of accounts, each with its owner."""

    __hash__ = str.__hash__  # an enumeration's own is three times as slow

    CUSTODY = "CUSTODY"
    """Platform: minus the clients' money at the custody bank."""
    FEES = "FEES"
    """Platform: fees earned."""
    RESERVE = "RESERVE"
    """Platform: earmarked money of a reserve."""
    SUSPENSE = "SUSPENSE"
    """Platform: money received that belongs to nobody known yet."""
    LENT = "LENT"
    """Platform: minus the principal outstanding of all loans; the other side of PRINCIPAL."""
    CLAWBACK = "CLAWBACK"
    """Platform: minus what users owe back after a debit was returned whose money they had already spent."""
    AVAILABLE = "AVAILABLE"
    """User: may be bid, paid or withdrawn."""
    HELD = "HELD"
    """User: set aside for open bids."""
    LEAVING = "LEAVING"
    """User: on its way to their bank; with a loan as reference: proceeds of that loan."""
    UNSETTLED = "UNSETTLED"
    """User: deposited, but not final yet."""
    COLLECTING = "COLLECTING"
    """Loan: collected from the borrower, not distributed yet."""
    PRINCIPAL = "PRINCIPAL"
    """Loan: principal outstanding."""


PLATFORM_KINDS = frozenset(
    {
        AccountKind.CUSTODY,
        AccountKind.FEES,
        AccountKind.RESERVE,
        AccountKind.SUSPENSE,
        AccountKind.LENT,
        AccountKind.CLAWBACK,
    }
)
"""No floor and no stored balance: everybody posts to them, so they are summed, never a hot row."""

USER_KINDS = frozenset({AccountKind.AVAILABLE, AccountKind.HELD, AccountKind.LEAVING, AccountKind.UNSETTLED})


KNOWN = 50_000
"""So many accounts are remembered with their ids, which cost more to derive than to keep."""


@dataclass(frozen=True)
class Account:
    """One account, named by what it is for; its id follows from that."""

    kind: AccountKind
    currency: str
    owner_id: UUID | None = None
    reference_id: UUID | None = None

    @cached_property
    def id(self) -> UUID:
        """The account's id: derived, so that nobody has to look it up."""
        return ids.derived("account", self.kind, self.currency, self.owner_id, self.reference_id)

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def is_platform(self) -> bool:
        """Whether the platform owns it: no floor, no stored balance."""
        return self.kind in PLATFORM_KINDS


@lru_cache(KNOWN)
def platform(kind: AccountKind, currency: str) -> Account:
    """A platform account: CUSTODY, FEES, RESERVE, SUSPENSE, LENT or CLAWBACK."""
    assert kind in PLATFORM_KINDS
    return Account(kind, currency)


@lru_cache(KNOWN)
def user(kind: AccountKind, owner_id: UUID, currency: str, reference_id: UUID | None = None) -> Account:
    """A user's account: AVAILABLE, HELD, LEAVING (of a loan's proceeds: with the loan as reference) or UNSETTLED."""
    assert kind in USER_KINDS
    return Account(kind, currency, owner_id, reference_id)


@lru_cache(KNOWN)
def available_id(owner_id: UUID, currency: str) -> UUID:
    """The id of a user's AVAILABLE account: for those who pay thousands."""
    return user(AccountKind.AVAILABLE, owner_id, currency).id


@lru_cache(KNOWN)
def loan(kind: AccountKind, loan_id: UUID, currency: str) -> Account:
    """A loan's account: COLLECTING or PRINCIPAL."""
    assert kind in {AccountKind.COLLECTING, AccountKind.PRINCIPAL}
    return Account(kind, currency, None, loan_id)
