"""Bank accounts and mandates."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.engine import existing
from api.errors import Busy, InvalidInput, NotAllowed, NotFound, StepRequired
from api.mutation import mutation
from api.node import parse_id
from api.payments.types import BankAccount, Mandate
from domain.payments import commands


@strawberry.input(description="A bank account of your own.")
class AddBankAccountInput:
    """A bank account of one's own."""

    number: str = strawberry.field(
        description="6 to 34 letters and digits; spaces do not matter. An IBAN's check digits must be right."
    )
    holder: str = strawberry.field(description="Whose name it is in, 1 to 200 characters.")
    currency: money.Currency = strawberry.field(description="Its currency.")


@strawberry.type(description="The account is named; the same number again is the same account.")
class AddBankAccountPayload:
    """The account is named."""

    bank_account: BankAccount = strawberry.field(description="The account.")


AddBankAccountResult = Annotated[
    AddBankAccountPayload | InvalidInput | NotAllowed | Busy,
    strawberry.union("AddBankAccountResult", description="The account is named, or why not."),
]


@strawberry.input(description="Which account may be debited.")
class GiveMandateInput:
    """Which account may be debited."""

    bank_account_id: strawberry.ID = strawberry.field(description="A bank account of your own.")


@strawberry.type(description="The mandate is given; it is PENDING until the bank has answered.")
class GiveMandatePayload:
    """The mandate is given."""

    mandate: Mandate = strawberry.field(description="The mandate: a new one, or the living one of this account.")


GiveMandateResult = Annotated[
    GiveMandatePayload | StepRequired | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("GiveMandateResult", description="The mandate is given, or why not."),
]


@strawberry.input(description="The mandate to end.")
class RevokeMandateInput:
    """The mandate to end."""

    id: strawberry.ID = strawberry.field(description="A mandate of your own.")


@strawberry.type(description="The mandate is revoked; what the bank has not debited yet it will refuse.")
class RevokeMandatePayload:
    """The mandate is revoked."""

    mandate: Mandate = strawberry.field(description="The mandate.")


RevokeMandateResult = Annotated[
    RevokeMandatePayload | InvalidInput | NotFound | NotAllowed | Busy,
    strawberry.union("RevokeMandateResult", description="The mandate is revoked, or why not."),
]


@strawberry.type
class BankAccountMutation:
    """Bank accounts and mandates."""

    @mutation("Name a bank account of your own: withdrawals and loans are paid there, and debits come from there.")
    async def add_bank_account(self, info: Info, input: AddBankAccountInput) -> AddBankAccountResult:
        """Name a bank account."""
        account_id = await commands.add_bank_account(
            info.context.actor, number=input.number, holder=input.holder, currency=input.currency.name
        )
        return AddBankAccountPayload(bank_account=existing(info.context, BankAccount, account_id))

    @mutation(
        "Allow the platform to debit a bank account of yours for what you owe. Accept the document DEBIT_MANDATE first: "
        "without it the answer is `StepRequired` with ACCEPT_DEBIT_MANDATE."
    )
    async def give_mandate(self, info: Info, input: GiveMandateInput) -> GiveMandateResult:
        """Give a mandate."""
        mandate_id = await commands.give_mandate(
            info.context.actor, bank_account_id=parse_id("account", input.bank_account_id, "bankAccountId")
        )
        return GiveMandatePayload(mandate=existing(info.context, Mandate, mandate_id))

    @mutation("End a mandate of yours, from now on.")
    async def revoke_mandate(self, info: Info, input: RevokeMandateInput) -> RevokeMandateResult:
        """End a mandate."""
        mandate_id = await commands.revoke_mandate(info.context.actor, parse_id("mandate", input.id, "id"))
        return RevokeMandatePayload(mandate=existing(info.context, Mandate, mandate_id))
