"""Users' money in and out: deposits they announce, withdrawals they ask for."""

from dataclasses import dataclass
from uuid import UUID

from domain.identity import queries as identity
from domain.identity.commands import require_alive
from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.payments import events
from domain.payments.commands.orders import instruct
from domain.payments.models import InstructionPurpose
from domain.payments.rules import references
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InsufficientFunds, InvalidInput, NotFound
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import CURRENCY_DIGITS, MAX_MINOR, Money

WITHDRAWAL_STEPS = ("IDENTITY_CHECK",)


@dataclass(frozen=True, kw_only=True)
class OpenDeposit(Request):
    """Announce a deposit. `amount`: what the user means to pay, if they know; what arrives is what counts."""

    currency: str
    amount: Money | None = None


@dataclass(frozen=True, kw_only=True)
class OpenedDeposit(Result):
    """The deposit and the payment reference by which it is recognised (ISO 11649)."""

    transfer_id: UUID
    reference: str


@idempotent(OpenedDeposit, Scope.MONEY)
async def open_deposit(actor: Actor, request: OpenDeposit) -> OpenedDeposit:
    """Give a user a payment reference of their own for a transfer to the custody account.

    Raises `NotAllowed`, `InvalidInput` for an unknown currency or an amount that is not positive.
    """
    if request.currency not in CURRENCY_DIGITS:
        raise InvalidInput(reason=f"Known currencies are {', '.join(sorted(CURRENCY_DIGITS))}.", path=("currency",))
    if request.amount is not None:
        _check(request.amount, request.currency)
    transfer_id, reference = ids.new(), references.new_reference()
    await db.execute(
        """insert into payments.transfers (id, user_id, kind, status, amount_minor, currency, reference, requested_at)
        values ($1, $2, 'DEPOSIT', 'EXPECTED', $3, $4, $5, $6)""",
        transfer_id, actor.user_id, request.amount.amount_minor if request.amount else None, request.currency,
        reference, await clock.now(),
    )  # fmt: skip
    return OpenedDeposit(transfer_id=transfer_id, reference=reference)


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawal(Request):
    """Pay an amount out to a bank account of the user's own, in the account's currency."""

    bank_account_id: UUID
    amount: Money


@dataclass(frozen=True, kw_only=True)
class RequestedWithdrawal(Result):
    """The withdrawal that waits for the bank."""

    transfer_id: UUID


@idempotent(RequestedWithdrawal, Scope.MONEY)
async def request_withdrawal(actor: Actor, request: RequestWithdrawal) -> RequestedWithdrawal:
    """Set money aside and have the bank pay it out, in one transaction.

    Raises `NotAllowed`, `CredentialEnded`, `StepRequired` without an identity check, `NotFound`, `InvalidInput`,
    `InsufficientFunds`.
    """
    await require_alive(actor)
    account = await db.fetch_one(
        "select id, currency from payments.bank_accounts where id = $1 and user_id = $2",
        request.bank_account_id, actor.user_id,
    )  # fmt: skip
    if account is None:
        raise NotFound(path=("bankAccountId",))
    _check(request.amount, account["currency"])
    await identity.require_steps(actor.user_id, WITHDRAWAL_STEPS)
    transfer_id, reference = ids.new(), references.new_reference()
    await _set_aside(actor.user_id, request.amount, transfer_id)
    await db.execute(
        """insert into payments.transfers (id, user_id, kind, status, amount_minor, currency, reference, bank_account_id,
            requested_at)
        values ($1, $2, 'WITHDRAWAL', 'REQUESTED', $3, $4, $5, $6, $7)""",
        transfer_id, actor.user_id, request.amount.amount_minor, request.amount.currency, reference, account["id"],
        await clock.now(),
    )  # fmt: skip
    await instruct(
        InstructionPurpose.WITHDRAWAL,
        actor.user_id,
        transfer_id,
        request.amount,
        reference=reference,
        bank_account_id=account["id"],
    )
    await outbox.record(
        [events.withdrawal_requested(transfer_id, actor.user_id, request.amount.amount_minor, request.amount.currency)]
    )
    return RequestedWithdrawal(transfer_id=transfer_id)


async def _set_aside(user_id: UUID, amount: Money, transfer_id: UUID) -> None:
    available = accounts.user(AccountKind.AVAILABLE, user_id, amount.currency)
    leaving = accounts.user(AccountKind.LEAVING, user_id, amount.currency)
    balances = await ledger.lock([available, leaving])
    if balances[available] < amount.amount_minor:
        raise InsufficientFunds(available=Money(balances[available], amount.currency), needed=amount, path=("amount",))
    posting = Posting(
        kind="WITHDRAWAL",
        debit=available,
        credit=leaving,
        amount_minor=amount.amount_minor,
        reference_id=transfer_id,
    )
    await ledger.post([posting])


def _check(amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise InvalidInput(reason=f"The amount has to be in {currency}.", path=("amount", "currency"))
    if not 0 < amount.amount_minor <= MAX_MINOR:
        raise InvalidInput(reason="The amount must be more than zero.", path=("amount",))
