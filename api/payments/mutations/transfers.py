"""Deposits and withdrawals."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.engine import existing
from api.errors import Busy, IdempotencyConflict, InsufficientFunds, InvalidInput, NotAllowed, NotFound, StepRequired
from api.mutation import KEY, REPLAYED, mutation
from api.node import parse_id
from api.payments.types import Transfer
from api.payments.wallet import Wallet
from domain.payments import commands
from domain.payments.commands import OpenDeposit, RequestWithdrawal

CUSTODY_ACCOUNT_HOLDER = "Kalends, custody of clients' money"


@strawberry.input(description="A deposit you mean to make.")
class OpenDepositInput:
    """A deposit one means to make."""

    currency: money.Currency = strawberry.field(description="Its currency.")
    amount: money.MoneyInput | None = strawberry.field(
        default=None, description="What you mean to pay, if you know; what arrives is what counts."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="How to pay: transfer the money to the custody account with this reference.")
class OpenDepositPayload:
    """How to pay."""

    transfer: Transfer = strawberry.field(description="The deposit, EXPECTED until the money arrives.")
    custody_account_holder: str = strawberry.field(description="Whose account to pay to, at the custody bank.")
    reference: str = strawberry.field(
        description="Write this into the transfer; spaces do not matter. Check digits catch typing errors (ISO 11649)."
    )
    replayed: bool = strawberry.field(description=REPLAYED)


OpenDepositResult = Annotated[
    OpenDepositPayload | InvalidInput | NotAllowed | IdempotencyConflict | Busy,
    strawberry.union("OpenDepositResult", description="How to pay, or why not."),
]


@strawberry.input(description="What to pay out, and where.")
class RequestWithdrawalInput:
    """What to pay out, and where."""

    bank_account_id: strawberry.ID = strawberry.field(description="A bank account of your own.")
    amount: money.MoneyInput = strawberry.field(
        description="More than zero, at most what is available, in the bank account's currency."
    )
    idempotency_key: strawberry.ID = strawberry.field(description=KEY)


@strawberry.type(description="The money is set aside; the bank will pay it out.")
class RequestWithdrawalPayload:
    """The bank will pay it out."""

    transfer: Transfer = strawberry.field(description="The withdrawal.")
    wallet: Wallet = strawberry.field(description="Your wallet now.")
    replayed: bool = strawberry.field(description=REPLAYED)


RequestWithdrawalResult = Annotated[
    RequestWithdrawalPayload
    | InsufficientFunds
    | StepRequired
    | InvalidInput
    | NotFound
    | NotAllowed
    | IdempotencyConflict
    | Busy,
    strawberry.union("RequestWithdrawalResult", description="The bank will pay it out, or why not."),
]


@strawberry.type
class TransferMutation:
    """Deposits and withdrawals."""

    @mutation("Get a payment reference of your own for a transfer to the custody account.")
    async def open_deposit(self, info: Info, input: OpenDepositInput) -> OpenDepositResult:
        """Announce a deposit."""
        request = OpenDeposit(
            currency=input.currency.name,
            amount=None if input.amount is None else input.amount.positive("amount"),
            idempotency_key=input.idempotency_key,
        )
        opened = await commands.open_deposit(info.context.actor, request)
        return OpenDepositPayload(
            transfer=existing(info.context, Transfer, opened.transfer_id),
            custody_account_holder=CUSTODY_ACCOUNT_HOLDER,
            reference=opened.reference,
            replayed=opened.replayed,
        )

    @mutation("Pay money from your wallet out to a bank account of your own. Your identity must be verified.")
    async def request_withdrawal(self, info: Info, input: RequestWithdrawalInput) -> RequestWithdrawalResult:
        """Ask for a withdrawal."""
        actor = info.context.actor
        amount = input.amount.positive("amount")
        request = RequestWithdrawal(
            bank_account_id=parse_id("account", input.bank_account_id, "bankAccountId"),
            amount=amount,
            idempotency_key=input.idempotency_key,
        )
        requested = await commands.request_withdrawal(actor, request)
        return RequestWithdrawalPayload(
            transfer=existing(info.context, Transfer, requested.transfer_id),
            wallet=Wallet(user_id=actor.user_id, currency=money.Currency(amount.currency)),
            replayed=requested.replayed,
        )
