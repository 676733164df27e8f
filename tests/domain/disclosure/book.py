"""A small loan book with a good, a late, a defaulted and a written-off loan, and the books read row by row."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.lending import commands
from domain.shared import db
from tests.domain.lending.applying import person
from tests.domain.lending.serving import SetClock, active, bank_says, collect, collecting, go_to, key

STOPS, END = date(2025, 3, 20), date(2025, 7, 20)


@dataclass(frozen=True)
class Book:
    """The loans of a book. `late` has missed the last installments, `again` is the good borrower's second loan."""

    good: UUID
    again: UUID
    late: UUID
    defaulted: UUID
    written_off: UUID


async def make_book(set_clock: SetClock) -> Book:
    """Five loans paid out on 6 January 2025, served until 20 July."""
    ada = await person()
    good = await active([500_000, 300_000, 200_000], ada)
    again = await active([400_000], ada)
    late = await active([600_000, 600_000])
    defaulted = await active([900_000])
    written_off = await active([250_000, 250_000])
    book = Book(good, again, late, defaulted, written_off)
    await serve(set_clock, book)
    return book


async def serve(set_clock: SetClock, book: Book) -> None:
    """Half a year: `defaulted` and `written_off` pay until March, `late` until May."""
    paid_until = {book.late: date(2025, 5, 31), book.defaulted: STOPS, book.written_off: STOPS}
    while (day := await db.fetch_value("select min(next_collection_on) from lending.loans")) < END:
        for debit in await collect(set_clock, day):
            loan_id = await db.fetch_value("select loan_id from lending.collections where id = $1", debit)
            await bank_says("settled" if day <= paid_until.get(loan_id, END) else "refused", debit)
    await go_to(set_clock, END)
    await commands.default_due(100)
    await commands.write_off(
        collecting(), commands.WriteOffLoan(loan_id=book.written_off, reason="gone", idempotency_key=key())
    )


async def principal_by_hand(loan_id: UUID) -> int:
    """A loan's outstanding principal: what its postings say, one by one."""
    rows = await db.fetch(
        """select p.*, debit.kind as debit_kind, debit.reference_id as debit_loan, credit.kind as credit_kind,
            credit.reference_id as credit_loan
        from ledger.postings p join ledger.accounts debit on debit.id = p.debit_id
        join ledger.accounts credit on credit.id = p.credit_id"""
    )
    balance = 0
    for row in rows:
        if (row["credit_kind"], row["credit_loan"]) == ("PRINCIPAL", loan_id):
            balance += row["amount_minor"]
        if (row["debit_kind"], row["debit_loan"]) == ("PRINCIPAL", loan_id):
            balance -= row["amount_minor"]
    return balance


async def overdue_by_hand(loan_id: UUID, today: date) -> int:
    """Principal and interest of a loan that fell due before a day and are not paid."""
    rows = await db.fetch("select * from lending.installments where loan_id = $1", loan_id)
    return sum(
        row["principal_minor"] + row["interest_minor"] - row["paid_principal_minor"] - row["paid_interest_minor"]
        for row in rows
        if row["due_on"] < today
    )
