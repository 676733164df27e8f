"""The platform's figures, recomputed by hand from postings and installments."""

from typing import Any
from uuid import UUID

from domain.disclosure.figures import FigureCode as F
from domain.disclosure.figures import Ratio, ratio
from domain.disclosure.queries import platform_figures
from domain.disclosure.results import annual_return_ppm, results_by_grade
from domain.shared import clock, db
from domain.shared.money import Money
from tests.domain.disclosure.book import END, Book, make_book, overdue_by_hand, principal_by_hand
from tests.domain.lending.applying import assert_books_hold, funded, person
from tests.domain.lending.serving import SetClock, active


async def values() -> dict[F, Any]:
    """Every figure as a plain number: minor units, a count, millionths."""
    plain: dict[F, Any] = {}
    for code, figure in (await platform_figures()).figures.items():
        match figure.value:
            case Money(amount_minor=minor):
                plain[code] = minor
            case Ratio(ppm=ppm):
                plain[code] = ppm
            case count:
                plain[code] = count
    return plain


async def test_an_empty_platform_has_zeros_and_no_ratios() -> None:
    found = await values()
    assert found.keys() == set(F)
    assert {code for code, value in found.items() if value is None} == {
        F.TOP_TEN_SHARE, F.LARGEST_SHARE, F.OVERDUE_RATE, F.LOANS_OVERDUE_RATE,
    }  # fmt: skip
    assert not any(found.values())


async def test_figures_are_what_the_rows_add_up_to(set_clock: SetClock) -> None:
    book = await make_book(set_clock)
    await funded(await person(), [100_000])
    await assert_books_hold()
    found, owed = await values(), await _owed(book)
    living = [book.good, book.again, book.late, book.defaulted]
    outstanding = sum(owed[loan_id] for loan_id in living)
    assert (found[F.VOLUME], found[F.LOANS]) == (4_000_000, 5)
    assert (found[F.OUTSTANDING], found[F.LOANS_OUTSTANDING]) == (outstanding, 4)
    assert found[F.PRINCIPAL_REPAID] == 4_000_000 - sum(owed.values())
    overdue = {loan_id: await overdue_by_hand(loan_id, END) for loan_id in living}
    assert {loan_id for loan_id, minor in overdue.items() if minor} == {book.late, book.defaulted}
    assert (found[F.OVERDUE], found[F.LOANS_OVERDUE]) == (sum(overdue.values()), 2)
    assert found[F.OVERDUE_RATE] == ratio(sum(overdue.values()), outstanding)
    assert found[F.LOANS_OVERDUE_RATE] == 500_000
    assert (found[F.OVERDUE_90], found[F.LOANS_OVERDUE_90]) == (owed[book.defaulted], 1)
    assert (found[F.DEFAULTED], found[F.LOANS_DEFAULTED]) == (owed[book.defaulted], 1)
    assert (found[F.WRITTEN_OFF], found[F.LOANS_WRITTEN_OFF]) == (owed[book.written_off], 1)
    assert found[F.LARGEST_OUTSTANDING] == max(
        owed[book.good] + owed[book.again], owed[book.late], owed[book.defaulted]
    )
    assert (found[F.TOP_TEN_OUTSTANDING], found[F.TOP_TEN_SHARE]) == (outstanding, 1_000_000)


async def test_people_are_counted_once(set_clock: SetClock) -> None:
    await make_book(set_clock)
    found = await values()
    users = await db.fetch_value("select count(*) from identity.users")
    assert (found[F.REGISTERED_USERS], found[F.BORROWERS_EVER], found[F.BORROWERS_NOW]) == (users, 4, 3)
    assert (found[F.LENDERS_EVER], found[F.LENDERS_NOW]) == (9, 7)


async def test_more_than_ten_borrowers_have_a_top_ten() -> None:
    for number in range(12):
        await active([100_000 + 10_000 * number])
    found = await values()
    assert found[F.TOP_TEN_OUTSTANDING] == sum(100_000 + 10_000 * number for number in range(2, 12))
    assert found[F.LARGEST_OUTSTANDING] == 210_000


async def test_results_by_grade_are_what_lenders_received_for_what_they_lent(set_clock: SetClock) -> None:
    book = await make_book(set_clock)
    (result,) = await results_by_grade()
    owed = await _owed(book)
    notes = await db.fetch("select * from lending.notes")
    interest = sum(note["interest_received_minor"] + note["late_received_minor"] for note in notes)
    fees = sum(note["fees_paid_minor"] for note in notes)
    received = await db.fetch_value(
        """select sum(amount_minor - coalesce(principal_minor, 0))::bigint from ledger.postings
        where kind in ('REPAYMENT_SHARE', 'LATE_SHARE')"""
    )
    assert interest - fees == received
    assert (result.loans, result.volume.amount_minor, result.lost.amount_minor) == (
        5,
        4_000_000,
        owed[book.written_off],
    )
    assert (result.interest.amount_minor, result.fees.amount_minor) == (interest, fees)
    assert result.outstanding.amount_minor == sum(owed.values()) - owed[book.written_off]
    assert result.promised_ppm == 58_000
    income = received - owed[book.written_off]
    assert result.earned_ppm == annual_return_ppm(income, await _minor_days_by_hand())
    assert (await values())[F.INTEREST_RECEIVED] == interest


async def _owed(book: Book) -> dict[UUID, int]:
    ids = (book.good, book.again, book.late, book.defaulted, book.written_off)
    return {loan_id: await principal_by_hand(loan_id) for loan_id in ids}


async def _minor_days_by_hand() -> int:
    """Each day's outstanding principal of each loan, added up over all days until today."""
    rows = await db.fetch(
        """select p.amount_minor * case when a.id = p.credit_id then 1 else -1 end as minor, p.effective_on
        from ledger.postings p join ledger.accounts a on a.id in (p.debit_id, p.credit_id) and a.kind = 'PRINCIPAL'"""
    )
    today = await clock.today()
    return sum(row["minor"] * (today - row["effective_on"]).days for row in rows)
