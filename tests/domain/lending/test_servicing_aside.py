"""One bad loan among many: the others are served, and it is served when it is mended."""

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.lending import commands
from domain.shared import db
from tests.domain.lending.applying import assert_books_hold
from tests.domain.lending.serving import SetClock, active, earn, go_to, loan_row, notes_of, repayments_of, wallet
from workers import waiting

DUE = date(2025, 2, 6)
LATE = date(2025, 2, 20)
Curse = Callable[[UUID], Awaitable[None]]


async def no_late_rate(loan_id: UUID) -> None:
    """What its contract says of late interest is lost: deciding fails."""
    await db.execute("update lending.loans set late_rate_ppm = null where id = $1", loan_id)


async def late_rate_again(loan_id: UUID) -> None:
    """It was found again."""
    await db.execute("update lending.loans set late_rate_ppm = 100000 where id = $1", loan_id)


async def lenders_nobody_knows(loan_id: UUID) -> None:
    """Its notes belong to users without accounts: the database refuses to post."""
    await db.execute("update lending.notes set lender_id = bid_id where loan_id = $1", loan_id)


async def lenders_known_again(loan_id: UUID) -> None:
    """They have accounts."""
    await _open([note["lender_id"] for note in await notes_of(loan_id)])


@db.atomic
async def _open(user_ids: list[UUID]) -> None:
    await ledger.open_accounts(accounts.user(AccountKind.AVAILABLE, id_, "CNY") for id_ in user_ids)


@pytest.mark.parametrize(
    ("spoil", "mend"),
    [(no_late_rate, late_rate_again), (lenders_nobody_knows, lenders_known_again)],
    ids=["decides", "writes"],
)
async def test_one_bad_loan_holds_up_no_other(set_clock: SetClock, spoil: Curse, mend: Curse) -> None:
    loans = [await active([300_000, 200_000]) for _ in range(6)]
    for loan_id in loans:
        await earn((await loan_row(loan_id))["borrower_id"], 1_000_000)
    bad = loans[2]
    await spoil(bad)
    await go_to(set_clock, LATE)
    assert await commands.collect_due(LATE, 150) == 6
    assert await commands.collect_due(LATE, 150) == 0
    assert [len(await repayments_of(loan_id)) for loan_id in loans] == [1, 1, 0, 1, 1, 1]
    assert (await loan_row(bad))["next_collection_on"] == DUE
    assert await wallet((await loan_row(bad))["borrower_id"]) == 1_000_000
    (row,) = await db.fetch("select * from shared.set_aside")
    assert (row["step"], row["subject_id"], row["attempts"]) == ("collect", bad, 1)
    assert "collect" not in await waiting.steps(), "the day may end without it"

    await mend(bad)
    assert await commands.collect_due(LATE, 150) == 0, "its time has not come"
    await db.execute("update shared.set_aside set retry_at = now()")
    assert "collect" in await waiting.steps()
    assert await commands.collect_due(LATE, 150) == 1
    assert len(await repayments_of(bad)) == 1
    assert await db.fetch("select * from shared.set_aside") == []
    await assert_books_hold()


async def test_one_bad_loan_holds_up_no_other_s_default(set_clock: SetClock) -> None:
    loans = [await active([300_000]) for _ in range(4)]
    bad, other = loans[1], loans[0]
    await db.execute("update lending.notes set loan_id = $2 where loan_id = $1", bad, other)  # nobody to tell
    await go_to(set_clock, date(2025, 6, 20))
    assert await commands.default_due(150) == 4
    assert [(await loan_row(loan_id))["status"] for loan_id in loans] == [
        "DEFAULTED",
        "ACTIVE",
        "DEFAULTED",
        "DEFAULTED",
    ]
    assert await commands.default_due(150) == 0
    (note,) = [note for note in await notes_of(other) if note["principal_minor"] == 300_000][1:]
    await db.execute("update lending.notes set loan_id = $2 where id = $1", note["id"], bad)
    await db.execute("update shared.set_aside set retry_at = now()")
    assert await commands.default_due(150) == 1
    assert (await loan_row(bad))["status"] == "DEFAULTED"
