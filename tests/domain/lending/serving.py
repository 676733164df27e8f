"""Loans that are being repaid, the bank as their tests play it, and days that pass."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.lending import commands
from domain.lending.queries.servicing import serviced_loans
from domain.lending.rules.servicing import ServicedLoan, as_of
from domain.shared import clock, db
from domain.shared.actor import Actor, Scope
from tests.domain.lending.applying import cny, funded, loan_row, person
from tests.domain.payments.bank import entry, tell

SetClock = Callable[[datetime], Awaitable[None]]
CUSTODY = accounts.platform(AccountKind.CUSTODY, "CNY")
keys = count(1)


def key() -> str:
    """A fresh idempotency key."""
    return f"serving-{next(keys)}"


def collecting() -> Actor:
    """An operator who collects."""
    return Actor(UUID(int=1), frozenset({Scope.OPERATE, Scope.COLLECT}))


async def active(amounts_minor: Sequence[int], borrower: UUID | None = None, **changes: Any) -> UUID:
    """A loan, lent in these parts and paid out today."""
    loan_id, bids = await funded(borrower or await person(), list(amounts_minor), **changes)
    await commands.close(loan_id, bids)
    payout = await db.fetch_one(
        "select * from payments.instructions where reference_id = $1 and kind = 'PAYOUT'", loan_id
    )
    assert payout is not None
    today = await clock.today()
    await tell(entry("payout.settled", payout["amount_minor"], movement=payout["id"], booked_on=today.isoformat()))
    await commands.activate(loan_id, today)
    return loan_id


async def loan_of(loan_id: UUID) -> ServicedLoan:
    """The loan as the rules see it, with late interest up to today."""
    loans = await serviced_loans([await loan_row(loan_id)])
    return as_of(loans[loan_id], await clock.today())


@db.atomic
async def earn(user_id: UUID, amount_minor: int) -> None:
    """Money from outside comes into a wallet."""
    wallet = accounts.user(AccountKind.AVAILABLE, user_id, "CNY")
    await ledger.post([Posting(kind="DEPOSIT", debit=CUSTODY, credit=wallet, amount_minor=amount_minor)])


@db.atomic
async def spend(user_id: UUID, amount_minor: int) -> None:
    """Money leaves a wallet."""
    wallet = accounts.user(AccountKind.AVAILABLE, user_id, "CNY")
    await ledger.post([Posting(kind="WITHDRAWAL", debit=wallet, credit=CUSTODY, amount_minor=amount_minor)])


async def debits() -> list[UUID]:
    """The direct debits the bank has not answered, oldest first."""
    rows = await db.fetch(
        "select id from payments.instructions where kind = 'DEBIT' and status in ('CREATED', 'SUBMITTED') order by id"
    )
    return [row["id"] for row in rows]


async def bank_says(answer: str, instruction_id: UUID) -> None:
    """The bank tells what became of a debit (settled, refused, returned), and lending hears of it."""
    amount = await db.fetch_value("select amount_minor from payments.instructions where id = $1", instruction_id)
    today = await clock.today()
    await tell(entry(f"debit.{answer}", amount, movement=instruction_id, booked_on=today.isoformat()))
    match answer:
        case "settled":
            await commands.collections_settled([instruction_id])
        case "refused":
            await commands.collections_refused([instruction_id])
        case "returned":
            await commands.collection_returned(instruction_id)


async def go_to(set_clock: SetClock, day: date) -> None:
    """09:00 in Shanghai on a day; nothing has happened in between."""
    await set_clock(datetime(day.year, day.month, day.day, 1, tzinfo=UTC))


async def collect(set_clock: SetClock, day: date, answer: str | None = None) -> list[UUID]:
    """A day comes, what is due is collected, and the bank answers all debits; returns these."""
    await go_to(set_clock, day)
    while await commands.collect_due(day, 150):
        pass
    asked = await debits()
    if answer is not None:
        for instruction_id in asked:
            await bank_says(answer, instruction_id)
    return asked


async def walk(set_clock: SetClock, start: date, end: date, answer: str = "settled") -> None:
    """Every day from one to another, both included."""
    day = start
    while day <= end:
        await collect(set_clock, day, answer)
        while await commands.default_due(150):
            pass
        day += timedelta(days=1)


async def wallet(user_id: UUID) -> int:
    """What is available, in minor units."""
    return (await ledger.balance(accounts.user(AccountKind.AVAILABLE, user_id, "CNY"))).amount_minor


async def platform(kind: AccountKind) -> int:
    """A platform account's balance, in minor units."""
    return (await ledger.balance(accounts.platform(kind, "CNY"))).amount_minor


async def notes_of(loan_id: UUID) -> list[db.Row]:
    """A loan's notes."""
    return await db.fetch("select * from lending.notes where loan_id = $1 order by id", loan_id)


async def repayments_of(loan_id: UUID) -> list[db.Row]:
    """A loan's repayments, oldest first."""
    return await db.fetch("select * from lending.repayments where loan_id = $1 order by id", loan_id)


__all__ = ["SetClock", "active", "cny", "collect", "loan_row", "person", "walk"]
