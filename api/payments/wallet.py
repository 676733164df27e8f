"""The wallet: what is in it, and how it came about."""

from typing import Annotated
from uuid import UUID

import strawberry

from api import money
from api.context import Info
from api.engine import After, Connection, First, check_first, connection, decode, encode, page_of
from api.payments.enums import WalletAccount
from api.payments.types import Transfer, WalletEntry
from domain.ledger.accounts import AccountKind
from domain.payments import queries


@strawberry.type(description="A user's money at the custody bank, in one currency.")
class Wallet:
    """A user's money in one currency."""

    user_id: strawberry.Private[UUID]
    currency: money.Currency = strawberry.field(description="The currency.")

    async def _balance(self, info: Info, kind: AccountKind) -> money.Money:
        key = (self.user_id, self.currency.name)
        balances = await info.context.batch("payments.balances", queries.balances, key)
        return money.minor(balances[kind] if balances else 0, self.currency.name)

    @strawberry.field(description="May be bid, paid or withdrawn.")
    async def available(self, info: Info) -> money.Money:
        """May be bid, paid or withdrawn."""
        return await self._balance(info, AccountKind.AVAILABLE)

    @strawberry.field(description="Set aside for open bids.")
    async def held(self, info: Info) -> money.Money:
        """Set aside for open bids."""
        return await self._balance(info, AccountKind.HELD)

    @strawberry.field(description="Deposited, but not final yet.")
    async def unsettled(self, info: Info) -> money.Money:
        """Deposited, but not final yet."""
        return await self._balance(info, AccountKind.UNSETTLED)

    @strawberry.field(description="On its way to your bank: withdrawals, and proceeds of a loan.")
    async def leaving(self, info: Info) -> money.Money:
        """On its way to the user's bank."""
        return await self._balance(info, AccountKind.LEAVING)

    @strawberry.field(description="The statement of a part of the wallet with its running balance, the latest first.")
    async def entries(
        self,
        info: Info,
        account: Annotated[
            WalletAccount, strawberry.argument(description="Which part of the wallet.")
        ] = WalletAccount.AVAILABLE,
        first: First = 20,
        after: After = None,
    ) -> Connection[WalletEntry]:
        """The statement of a part of the wallet."""
        behind = None if after is None else decode(after, [int])
        page = await queries.statement(
            info.context.viewer,
            self.user_id,
            AccountKind(account.name),
            self.currency.name,
            check_first(first),
            None if behind is None else (behind[0],),
        )
        lines = [(encode(line.cursor), WalletEntry.of(line, self.currency.name)) for line in page.lines]
        return connection(lines, has_next=page.has_next, has_previous=after is not None)

    @strawberry.field(description="Deposits and withdrawals, the latest first.")
    def transfers(self, info: Info, first: First = 20, after: After = None) -> Connection[Transfer]:
        """Deposits and withdrawals."""
        return page_of(
            info.context, Transfer, first, after,
            where="{t}.user_id = $3 and {t}.currency = $4", args=[self.user_id, self.currency.name],
        )  # fmt: skip
