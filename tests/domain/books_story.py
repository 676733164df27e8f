"""The story that docs/how-money-moves.md tells, played on real books: who is who, what happens, and what was posted by it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.lending import commands as lending
from domain.lending.commands.recovery import RecordRecovery, WriteOffLoan, record_recovery, write_off
from domain.lending.commands.repayment import PayOffLoan, pay_off
from domain.lending.rules.servicing import payoff_figure
from domain.marketplace import commands as market
from domain.payments import commands as payments
from domain.payments.commands import AssignSuspense, OpenDeposit
from domain.shared import db
from domain.shared.actor import Actor, Scope
from domain.shared.money import Money
from tests.domain.lending import applying, serving
from tests.domain.marketplace.market import bid as place_bid
from tests.domain.payments import bank

LENT_YUAN = {"Ada": 5_000, "Bo": 3_000, "Cai": 2_000}
PAID_OUT_ON = date(2025, 1, 6)
FIRST_DUE_ON = date(2025, 2, 6)
RETURNED_ON = date(2025, 2, 16)
PAID_LATE_ON = date(2025, 2, 20)
SETTLED_ON = date(2025, 2, 26)
RECOVERED_ON = date(2025, 6, 20)
COLUMNS = ("kind", "from", "to", "amount", "of it principal", "fee kept")
Posted = dict[str, str]
"""One posting by `COLUMNS`; empty where it has none."""


def yuan(minor: int | None) -> str:
    """An amount as the page writes it."""
    return "" if minor is None else f"{minor // 100:,}.{minor % 100:02}"


@dataclass
class Story:
    """Ada, Bo and Cai lend to Dora. `go_to` moves business time to a day."""

    go_to: Callable[[date], Awaitable[None]]
    people: dict[str, UUID] = field(default_factory=dict)
    loan_id: UUID | None = None
    seen: int = 0

    def actor(self, name: str) -> Actor:
        """Somebody who acts, with every scope an account may have."""
        scopes = {Scope.READ, Scope.BORROW, Scope.LEND, Scope.MONEY, Scope.ACCOUNT}
        return Actor(self.people[name], frozenset(scopes))

    @property
    def loan(self) -> UUID:
        """Dora's loan."""
        assert self.loan_id
        return self.loan_id

    async def posted(self) -> list[Posted]:
        """What was posted since the last look, with accounts by name."""
        rows = await db.fetch("select * from ledger.postings where id > $1 order by id", self.seen)
        self.seen = max([self.seen, *(row["id"] for row in rows)])
        return [dict(zip(COLUMNS, await self._cells(row), strict=True)) for row in rows]

    async def _cells(self, row: db.Row) -> tuple[str, ...]:
        accounts = [await self._named(row[side]) for side in ("debit_id", "credit_id")]
        return row["kind"], *accounts, *(yuan(row[each]) for each in ("amount_minor", "principal_minor", "fee_minor"))

    async def _named(self, account_id: UUID) -> str:
        row = await db.fetch_one("select * from ledger.accounts where id = $1", account_id)
        assert row is not None
        names = {user_id: name for name, user_id in self.people.items()}
        whose = [names[row["owner_id"]]] if row["owner_id"] else []
        whose += ["this loan"] if row["reference_id"] else []
        return f"{row['kind']} ({', '.join(whose)})" if whose else str(row["kind"])

    async def begin(self) -> None:
        """They join."""
        for name in (*LENT_YUAN, "Dora"):
            self.people[name] = await applying.person(name=name)

    async def deposit(self, name: str, amount: int, *news: str) -> None:
        """Somebody announces and transfers yuan, and the bank tells so much of it."""
        request = OpenDeposit(currency="CNY", idempotency_key=serving.key())
        opened = await payments.open_deposit(self.actor(name), request)
        movement = f"dep_{serving.key()}"
        for each in news:
            entry = bank.entry(f"deposit.{each}", amount * 100, movement=movement, reference=opened.reference)
            await bank.tell(entry)

    async def stray_deposit(self) -> UUID:
        """Money comes with a reference nobody knows; returns the item that waits for an operator."""
        for each in ("received", "final"):
            await bank.tell(bank.entry(f"deposit.{each}", 100_00, movement="dep_stray", reference="for Ada, thanks"))
        item: UUID = await db.fetch_value("select id from payments.suspense_items")
        return item

    async def assign(self, item: UUID) -> None:
        """An operator finds out that it is Ada's."""
        clerk = await bank.operator()
        request = AssignSuspense(item_id=item, user_id=self.people["Ada"], idempotency_key="assign")
        await payments.assign_suspense(clerk, request)

    async def withdraw(self, name: str, amount_minor: int, *, booked_on: date = PAID_OUT_ON) -> None:
        """Somebody withdraws, and the bank pays."""
        account = await bank.account_of(self.actor(name))
        await bank.withdraw(self.actor(name), account, amount_minor)
        await self._bank_pays(booked_on)

    async def list_loan(self) -> None:
        """Dora's loan of 10,000 yuan over twelve months takes bids."""
        applied = await applying.apply(self.people["Dora"], 10_000)
        self.loan_id = applied.loan_id
        contract = await applying.contract_of(self.loan)
        offer = market.AcceptOffer(idempotency_key="a", loan_id=self.loan, accepted_document_ids=[contract["id"]])
        await market.accept_offer(self.actor("Dora"), offer)

    async def bid(self) -> None:
        """Three bids fill it."""
        for name, amount in LENT_YUAN.items():
            await place_bid(self.people[name], self.loan, amount)

    async def close(self) -> None:
        """It closes."""
        assert await market.close_funded() == 1

    async def pay_out(self) -> None:
        """The bank pays it out, and interest runs."""
        await self._bank_pays(PAID_OUT_ON)
        await lending.activate(self.loan, PAID_OUT_ON)

    async def _bank_pays(self, on: date) -> None:
        row = await db.fetch_one("select * from payments.instructions where kind = 'PAYOUT' and status = 'CREATED'")
        assert row is not None
        paid = bank.entry("payout.settled", row["amount_minor"], movement=row["id"], booked_on=on.isoformat())
        await bank.tell(paid)

    async def collect(self, day: date, answer: str = "settled") -> UUID:
        """A day comes, what is due is debited, and the bank answers; returns the debit."""
        await self.go_to(day)
        while await lending.collect_due(day, 150):
            pass
        (debit,) = await serving.debits()
        await serving.bank_says(answer, debit)
        return debit

    async def settle(self) -> str:
        """Dora settles the whole loan from her wallet; returns what it takes."""
        await self.go_to(SETTLED_ON)
        await serving.earn(self.people["Dora"], 10_000_00)
        await self.posted()
        total = payoff_figure(await serving.loan_of(self.loan), SETTLED_ON).total_minor
        request = PayOffLoan(idempotency_key="off", loan_id=self.loan, expected=Money(total, "CNY"))
        await pay_off(self.actor("Dora"), request)
        return yuan(total)

    async def default_and_write_off(self) -> None:
        """Ninety days pass without a cent, and the collectors give up."""
        await self.go_to(date(2025, 6, 10))
        assert await lending.default_due(150) == 1
        reason = WriteOffLoan(idempotency_key="off", loan_id=self.loan, reason="Nothing to be found.")
        await write_off(serving.collecting(), reason)

    async def recover(self) -> None:
        """2,000 yuan come into Dora's wallet and are distributed."""
        await self.go_to(RECOVERED_ON)
        await serving.earn(self.people["Dora"], 2_000_00)
        await self.posted()
        recovery = RecordRecovery(idempotency_key="found", loan_id=self.loan, amount=applying.cny(2_000))
        await record_recovery(serving.collecting(), recovery)
