"""Enumerations of the payments context."""

from enum import Enum

import strawberry

from api.enums import describe
from domain.payments.models import MandateStatus, SuspenseStatus, TransferKind, TransferStatus
from domain.payments.rules.differences import DifferenceKind

describe(
    TransferKind,
    "Which way a user's money goes.",
    DEPOSIT="Into the wallet.",
    WITHDRAWAL="Out of the wallet, to a bank account of the user's own.",
)
describe(
    TransferStatus,
    "How far a transfer is.",
    EXPECTED="A deposit was announced; nothing has arrived.",
    RECEIVED="The deposit has arrived, but could still bounce: the money is unsettled.",
    REQUESTED="A withdrawal waits for the bank: the money is leaving.",
    SETTLED="Done: the deposit is available, the withdrawal was paid out.",
    BOUNCED="The payer's bank took the deposit back.",
    REFUSED="The bank did not pay the withdrawal out; the money is available again.",
)
describe(
    MandateStatus,
    "Whether a bank account may be debited.",
    PENDING="The bank has not answered yet.",
    ACTIVE="The account may be debited.",
    REFUSED="The bank does not know the account.",
    REVOKED="Revoked by its owner.",
)
describe(
    SuspenseStatus,
    "What became of money that belonged to nobody known.",
    OPEN="An operator has to decide.",
    ASSIGNED="Given to its owner.",
    RETURNING="The bank was told to send it back.",
    RETURNED="Back where it came from.",
)
describe(
    DifferenceKind,
    "Kinds of differences between the bank and the books.",
    MISSING_IN_LEDGER="The bank booked an entry the books did not have; applied from the statement.",
    MISSING_AT_BANK="The books have an entry that the statement has not.",
    OTHER_AMOUNT="Both have the entry, with different amounts.",
    RETURN_NOT_POSTED="The bank took back a debit whose distribution is not undone yet.",
    UNEXPLAINED="What the balances differ by beyond the entries named.",
)


@strawberry.enum(description="The parts of a wallet.")
class WalletAccount(Enum):
    """The parts of a wallet."""

    AVAILABLE = strawberry.enum_value("AVAILABLE", description="May be bid, paid or withdrawn.")
    HELD = strawberry.enum_value("HELD", description="Set aside for open bids.")
    UNSETTLED = strawberry.enum_value("UNSETTLED", description="Deposited, but not final yet.")
    LEAVING = strawberry.enum_value(
        "LEAVING", description="On its way to the user's bank: withdrawals, and proceeds of a loan."
    )
