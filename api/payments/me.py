"""What payments add to `Me`."""

from typing import Annotated

import strawberry

from api import money
from api.context import Info
from api.payments.types import BankAccount, Mandate
from api.payments.wallet import Wallet
from domain.payments import queries
from domain.shared import policy
from domain.shared.db import Row

MOST_MANDATES = 100


@strawberry.type
class PaymentsMe:
    """One's own money."""

    row: strawberry.Private[Row]

    @strawberry.field(description="Your money at the custody bank.")
    def wallet(
        self,
        currency: Annotated[
            money.Currency | None, strawberry.argument(description="Of which currency; null: the platform's own.")
        ] = None,
    ) -> Wallet:
        """One's money in a currency."""
        return Wallet(user_id=self.row["id"], currency=currency or money.Currency(policy.active().currency))

    @strawberry.field(description="Your own bank accounts, at most 20.")
    async def bank_accounts(self, info: Info) -> list[BankAccount]:
        """One's own bank accounts."""
        found = await info.context.rows(queries.BANK_ACCOUNTS, "user_id", self.row["id"])
        return [BankAccount(row=row) for row in found]

    @strawberry.field(description=f"Your mandates, the latest first, at most {MOST_MANDATES}.")
    async def mandates(self, info: Info) -> list[Mandate]:
        """One's mandates."""
        found = await queries.MANDATES.select(
            info.context.viewer, "{t}.user_id = $3", [self.row["id"]], f"order by {{t}}.id desc limit {MOST_MANDATES}"
        )
        return [Mandate(row=row) for row in found]
