"""Whatever is paid, refused, returned, withdrawn and given up, in whatever order: the books hold after every step."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.lending import commands
from domain.lending.commands import PayOffLoan, RecordRecovery, RepayLoan, WriteOffLoan
from domain.lending.rules.schedule import RepaymentMethod
from domain.lending.rules.servicing import payoff_figure
from domain.shared import clock, db
from domain.shared.errors import DomainError
from domain.shared.money import Money
from tests.domain.lending.applying import assert_books_hold, borrowing
from tests.domain.lending.serving import (
    SetClock,
    active,
    bank_says,
    collect,
    collecting,
    debits,
    earn,
    go_to,
    key,
    loan_of,
    loan_row,
    notes_of,
    spend,
    wallet,
)

START = date(2025, 1, 6)
ACTIONS = (
    "collect",
    "settle",
    "refuse",
    "return",
    "earn",
    "repay",
    "pay off",
    "lenders withdraw",
    "default",
    "give up",
    "recover",
)


@dataclass
class Story:
    """One loan and the day it is."""

    loan_id: UUID
    borrower_id: UUID
    day: date

    async def repay(self, percent: int) -> None:
        """Pay a part of everything by hand."""
        owed = (await loan_of(self.loan_id)).open_minor()
        amount = Money(max(owed * percent // 100, 1), "CNY")
        request = RepayLoan(idempotency_key=key(), loan_id=self.loan_id, amount=amount)
        await commands.repay_loan(borrowing(self.borrower_id), request)

    async def pay_off(self) -> None:
        """Settle it."""
        figure = payoff_figure(await loan_of(self.loan_id), await clock.today())
        expected = Money(figure.total_minor, "CNY")
        request = PayOffLoan(idempotency_key=key(), loan_id=self.loan_id, expected=expected)
        await commands.pay_off(borrowing(self.borrower_id), request)

    async def recover(self, percent: int) -> None:
        """A part of what is open is recovered."""
        amount = (await loan_of(self.loan_id)).open_minor() * percent // 100
        request = RecordRecovery(idempotency_key=key(), loan_id=self.loan_id, amount=Money(amount, "CNY"))
        await commands.record_recovery(collecting(), request)

    async def give_back(self, number: int) -> None:
        """The bank returns one of the debits that were settled."""
        rows = await db.fetch(
            "select id from lending.collections where loan_id = $1 and status = 'SETTLED' order by id", self.loan_id
        )
        if rows:
            await bank_says("returned", rows[number % len(rows)]["id"])

    async def withdraw(self, percent: int) -> None:
        """Lenders withdraw a part of what they have."""
        for note in await notes_of(self.loan_id):
            amount = await wallet(note["lender_id"]) * percent // 100
            if amount:
                await spend(note["lender_id"], amount)


async def act(story: Story, action: str, percent: int, set_clock: SetClock) -> None:
    """One step; what is refused changes nothing."""
    match action:
        case "collect":
            await collect(set_clock, story.day)
        case "settle" | "refuse":
            for debit in await debits():
                await bank_says("settled" if action == "settle" else "refused", debit)
        case "return":
            await story.give_back(percent)
        case "earn":
            await earn(story.borrower_id, percent * 5_000)
        case "repay":
            await story.repay(percent)
        case "pay off":
            await story.pay_off()
        case "lenders withdraw":
            await story.withdraw(percent)
        case "default":
            await commands.default_due(10)
        case "give up":
            await commands.write_off(
                collecting(), WriteOffLoan(idempotency_key=key(), loan_id=story.loan_id, reason="Given up.")
            )
        case "recover":
            await story.recover(percent)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    parts=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    method=st.sampled_from(
        [RepaymentMethod.EQUAL_INSTALLMENTS, RepaymentMethod.EQUAL_PRINCIPAL, RepaymentMethod.BULLET]
    ),
    steps=st.lists(
        st.tuples(st.sampled_from(ACTIONS), st.integers(0, 40), st.integers(1, 100)), min_size=4, max_size=14
    ),
)
async def test_the_books_hold_after_every_step(
    set_clock: SetClock, parts: list[int], method: RepaymentMethod, steps: list[tuple[str, int, int]]
) -> None:
    await go_to(set_clock, START)
    await _retire_earlier_stories()
    loan_id = await active([part * 100_000 for part in parts], method=method, installment_count=6)
    story = Story(loan_id, (await loan_row(loan_id))["borrower_id"], START)
    for action, days, percent in steps:
        story.day += timedelta(days=days)
        await go_to(set_clock, story.day)
        try:
            await act(story, action, percent, set_clock)
        except DomainError:
            continue
        await assert_books_hold()
    loan = await loan_of(loan_id)
    assert all(0 <= one.paid_minor[kind] <= one.due_minor[kind] for one in loan.installments for kind in one.due_minor)
    assert ((await loan_row(loan_id))["status"] == "CLOSED") == (loan.open_minor() == 0)


async def _retire_earlier_stories() -> None:
    """Every example shares the database: leave the books as they are, but serve only its own loan."""
    await db.execute("update lending.loans set status = 'DECLINED', next_collection_on = null")
    await db.execute("update payments.instructions set status = 'REFUSED' where status <> 'RETURNED'")
