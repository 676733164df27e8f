"""The worked postings of docs/how-money-moves.md are those of the books."""

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from domain.ledger.accounts import AccountKind
from domain.shared import db
from tests.domain import books_story
from tests.domain.books_story import COLUMNS, LENT_YUAN, Posted, Story, yuan
from tests.domain.lending import serving
from tests.domain.lending.applying import assert_books_hold
from tests.domain.lending.serving import SetClock

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "how-money-moves.md").read_text(encoding="utf-8")
TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
Line = dict[str, str]


def tables(heading: str) -> list[list[Line]]:
    """The tables of a chapter, a line for each row, by the names of the columns."""
    chapter = re.search(rf"^### {re.escape(heading)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert chapter, heading
    return [rows(found) for found in TABLE.findall(chapter[1])]


def rows(table: str) -> list[Line]:
    names, _, *lines = ([cell.strip() for cell in line.strip("|\n").split("|")] for line in table.splitlines())
    return [dict(zip(names, line, strict=True)) for line in lines]


def said(lines: Iterable[Line]) -> list[Line]:
    """What a page's rows say of postings."""
    return [{name: cell for name, cell in line.items() if name in COLUMNS} for line in lines]


def same(posted: list[Posted], lines: list[Line]) -> None:
    """What was posted is what the page shows, as far as its table has columns for it; notes have no order."""
    names = said(lines)[0].keys()
    assert sorted([posting[name] for name in names] for posting in posted) == sorted(
        [*line.values()] for line in said(lines)
    )


@pytest.fixture
async def story(set_clock: SetClock) -> Story:
    async def go_to(day: date) -> None:
        await serving.go_to(set_clock, day)

    told = Story(go_to)
    await told.begin()
    return told


async def test_deposits_suspense_and_withdrawals(story: Story) -> None:
    (deposit,) = tables("Deposit")
    await story.deposit("Ada", 5_000, "received", "final")
    same(await story.posted(), deposit[:2])
    await story.deposit("Ada", 5_000, "received", "bounced")
    same(await story.posted(), [deposit[0], deposit[2]])
    (suspense,) = tables("Money of somebody unknown")
    await story.assign(await story.stray_deposit())
    same(await story.posted(), suspense)
    (withdrawal,) = tables("Withdrawal")
    await story.withdraw("Ada", 100_00)
    same(await story.posted(), withdrawal)
    await assert_books_hold()


async def until_paid_out(story: Story) -> None:
    for name, amount in LENT_YUAN.items():
        await story.deposit(name, amount, "final")
    await story.list_loan()
    await story.posted()
    await story.bid()
    same(await story.posted(), tables("Bid")[0])
    closing, payout = tables("Funding and disbursement")
    await story.close()
    same(await story.posted(), closing)
    await story.pay_out()
    same(await story.posted(), payout)


async def test_from_the_first_bid_to_the_recovery(story: Story) -> None:
    await until_paid_out(story)
    debit = await story.collect(books_story.FIRST_DUE_ON)
    same(await story.posted(), tables("An installment")[0])

    got = await serving.wallet(story.people["Bo"])
    await story.withdraw("Bo", got - 100_00, booked_on=books_story.FIRST_DUE_ON)
    await story.posted()
    await story.go_to(books_story.RETURNED_ON)
    await serving.bank_says("returned", debit)
    same(await story.posted(), tables("The debit is returned")[0])

    await story.collect(books_story.PAID_LATE_ON)
    same(await story.posted(), tables("Paid late, with what Bo owes")[0])

    await story.default_and_write_off()
    assert await story.posted() == [], "default and write-off are states"
    await story.recover()
    same(await story.posted(), tables("Default, write-off, recovery")[0])
    lost = -await serving.platform(AccountKind.LENT)
    assert f"\n{yuan(lost)} of principal are still outstanding" in PAGE
    await assert_books_hold()


async def test_settled_early(story: Story) -> None:
    await until_paid_out(story)
    await story.collect(books_story.FIRST_DUE_ON)
    total = await story.settle()
    same(await story.posted(), tables("Settled early")[0])
    assert f"26 February, {total} would have done" in PAGE
    await assert_books_hold()


async def test_where_the_odd_cents_go(story: Story) -> None:
    await until_paid_out(story)
    await story.collect(books_story.FIRST_DUE_ON)
    first = await db.fetch_one("select * from lending.installments where loan_id = $1 and number = 1", story.loan)
    assert first
    notes = {row["lender_id"]: row for row in await serving.notes_of(story.loan)}
    for line in tables("An installment")[1]:
        name = line["lender"]
        note, share = notes[story.people[name]], Fraction(LENT_YUAN[name], sum(LENT_YUAN.values()))
        cells = list(line.values())[1:]
        assert cells == [
            exactly(first["principal_minor"] * share, 3), yuan(note["principal_received_minor"]),
            exactly(first["interest_minor"] * share, 3), yuan(note["interest_received_minor"]),
            exactly(note["interest_received_minor"] * Fraction(5, 100), 4), yuan(note["fees_paid_minor"]),
        ]  # fmt: skip


def exactly(minor: Fraction, places: int) -> str:
    """An exact amount in yuan; it must have no more places."""
    scaled = minor / 100 * 10**places
    assert scaled.denominator == 1, minor
    return f"{scaled.numerator // 10**places}.{scaled.numerator % 10**places:0{places}}"
