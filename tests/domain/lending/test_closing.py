"""Closing, payout and unwinding, by rows, postings and balances."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from uuid import UUID

import pytest

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.lending.commands.closing import activate, close, mark_funded, unlist, unwind
from domain.lending.models import LoanStatus
from domain.lending.rules.closing import AcceptedBid
from domain.lending.rules.schedule import RepaymentMethod
from domain.shared import clock, db, ids
from tests.domain.lending.applying import (
    assert_books_hold,
    balance,
    contract_of,
    events,
    funded,
    held_bids,
    listed,
    loan_row,
    person,
)

SetClock = Callable[[datetime], Awaitable[None]]
THIRTY = [10_000 * (number % 7 + 1) for number in range(30)]


async def installments(loan_id: UUID) -> list[db.Row]:
    """A loan's stored schedule."""
    return await db.fetch("select * from lending.installments where loan_id = $1 order by number", loan_id)


async def test_thirty_lenders_to_the_cent() -> None:
    user, principal = await person(), sum(THIRTY)
    loan_id, bids = await funded(user, THIRTY)
    await close(loan_id, bids)
    fee = principal * 5_000 // 1_000_000
    assert await balance(AccountKind.LEAVING, user, loan_id) == principal - fee
    assert (await ledger.balance(accounts.platform(AccountKind.FEES, "CNY"))).amount_minor == fee
    claim = accounts.loan(AccountKind.PRINCIPAL, loan_id, "CNY")
    assert (await ledger.balance(claim)).amount_minor == principal
    assert [await balance(AccountKind.HELD, bid.lender_id) for bid in bids] == [0] * 30
    notes = await db.fetch("select * from lending.notes where loan_id = $1 order by id", loan_id)
    assert [(note["bid_id"], note["lender_id"], note["principal_minor"]) for note in notes] == [
        (bid.bid_id, bid.lender_id, bid.amount_minor) for bid in bids
    ]
    postings = await db.fetch(
        "select kind, count(*) as n, sum(amount_minor)::bigint as amount from ledger.postings where kind <> 'DEPOSIT' group by kind order by kind"
    )
    assert [(row["kind"], row["n"], row["amount"]) for row in postings] == [
        ("LOAN_FUNDED", 30, principal),
        ("ORIGINATION_FEE", 1, fee),
        ("PRINCIPAL_LENT", 1, principal),
    ]
    payout = await db.fetch_one("select * from payments.instructions where reference_id = $1", loan_id)
    assert payout is not None
    assert (payout["kind"], payout["amount_minor"], payout["user_id"]) == ("PAYOUT", principal - fee, user)
    await assert_books_hold()


async def test_the_stored_schedule_repays_the_principal_and_the_contract_is_for_the_lenders_too() -> None:
    user = await person()
    loan_id, bids = await funded(user, [300_000, 700_000])
    await close(loan_id, bids)
    rows = await installments(loan_id)
    assert sum(row["principal_minor"] for row in rows) == 1_000_000
    assert [row["number"] for row in rows] == list(range(1, 13))
    assert rows[0]["nominal_on"] == date(2025, 2, 6)
    contract = await contract_of(loan_id)
    assert (contract["version"], set(contract["readers"])) == (2, {user, *(bid.lender_id for bid in bids)})
    assert "| 7000.00 |" in contract["body"]
    loan = await loan_row(loan_id)
    assert (loan["status"], clock.on(loan["closed_at"])) == ("DISBURSING", date(2025, 1, 6))
    audience = await db.fetch_value("select audience from shared.outbox where kind = 'loan.disbursing'")
    assert set(audience) == {user, *(bid.lender_id for bid in bids)}


async def test_bids_that_are_not_what_was_funded_are_a_bug() -> None:
    loan_id, bids = await funded(await person(), [300_000, 700_000])
    with pytest.raises(AssertionError, match="to the cent"):
        await close(loan_id, bids[:1])
    await close(loan_id, bids)
    with pytest.raises(AssertionError, match="cannot become"):
        await close(loan_id, bids)


async def test_a_smaller_loan_closes_with_what_was_funded() -> None:
    user = await person()
    loan_id = await listed(user, 10_000)
    await mark_funded(loan_id, 850_000)
    await close(loan_id, await held_bids([850_000]))
    assert sum(row["principal_minor"] for row in await installments(loan_id)) == 850_000
    assert await balance(AccountKind.LEAVING, user, loan_id) == 850_000 - 4_250


async def test_interest_runs_from_the_payout() -> None:
    user = await person()
    loan_id, bids = await funded(user, [1_000_000])
    await close(loan_id, bids)
    before = await installments(loan_id)
    await activate(loan_id, date(2025, 1, 8))
    after, loan = await installments(loan_id), await loan_row(loan_id)
    assert [row["id"] for row in after] == [row["id"] for row in before]
    assert (after[0]["nominal_on"], after[0]["due_on"]) == (date(2025, 2, 8), date(2025, 2, 8))  # a worked Saturday
    assert (loan["status"], loan["disbursed_on"], loan["next_collection_on"]) == (
        "ACTIVE",
        date(2025, 1, 8),
        date(2025, 2, 8),
    )
    assert sum(row["principal_minor"] for row in after) == 1_000_000
    await activate(loan_id, date(2025, 1, 9))
    assert await installments(loan_id) == after
    assert await events(loan_id) == [
        "loan.submitted", "loan.offered", "loan.listed", "loan.funded", "loan.disbursing", "loan.active",
    ]  # fmt: skip


async def test_a_lower_ceiling_on_the_day_of_the_contract_lowers_the_rate(set_clock: SetClock) -> None:
    await set_clock(datetime.fromisoformat("2025-05-16T09:00:00+08:00"))
    loan_id, bids = await funded(await person(), [1_000_000], installment_count=3, method=RepaymentMethod.BULLET)
    dear = 98_000
    await db.execute("update lending.loans set annual_rate_ppm = $2 where id = $1", loan_id, dear)
    await set_clock(datetime.fromisoformat("2025-05-20T09:00:00+08:00"))
    await close(loan_id, bids)
    loan = await loan_row(loan_id)
    assert loan["annual_rate_ppm"] < dear
    assert 119_000 < loan["effective_annual_rate_ppm"] <= 120_000
    assert loan["late_rate_ppm"] == 120_000


async def pay_out(loan_id: UUID, user: UUID) -> None:
    """As payments does when the bank has paid."""
    await _move_proceeds(loan_id, user, back=False)


@db.atomic
async def _move_proceeds(loan_id: UUID, user: UUID, *, back: bool) -> None:
    proceeds = accounts.user(AccountKind.LEAVING, user, "CNY", loan_id)
    amount = await db.fetch_value("select amount_minor from payments.instructions where reference_id = $1", loan_id)
    posting = Posting(
        kind="PAYOUT",
        debit=proceeds,
        credit=accounts.platform(AccountKind.CUSTODY, "CNY"),
        amount_minor=amount,
    )
    await ledger.post([ledger.mirror(posting, "PAYOUT_RETURNED") if back else posting])


async def assert_unwound(loan_id: UUID, user: UUID, bids: list[AcceptedBid]) -> None:
    """Lenders have their money, nobody owes anything, the books hold."""
    assert [await balance(AccountKind.AVAILABLE, bid.lender_id) for bid in bids] == [bid.amount_minor for bid in bids]
    assert await balance(AccountKind.LEAVING, user, loan_id) == 0
    assert (await ledger.balance(accounts.platform(AccountKind.FEES, "CNY"))).amount_minor == 0
    assert (await ledger.balance(accounts.platform(AccountKind.LENT, "CNY"))).amount_minor == 0
    statuses = await db.fetch("select distinct status from lending.notes where loan_id = $1", loan_id)
    assert [row["status"] for row in statuses] == ["CANCELLED"]
    await assert_books_hold()


async def test_a_refused_payout_restores_every_balance() -> None:
    user = await person()
    loan_id, bids = await funded(user, THIRTY)
    await close(loan_id, bids)
    for _ in range(2):
        await unwind(loan_id, "The account is closed.")
    loan = await loan_row(loan_id)
    assert (loan["status"], loan["status_reason"]) == ("DECLINED", "The account is closed.")
    await assert_unwound(loan_id, user, bids)


async def test_a_payout_that_comes_back_restores_every_balance() -> None:
    user = await person()
    loan_id, bids = await funded(user, THIRTY)
    await close(loan_id, bids)
    await pay_out(loan_id, user)
    await activate(loan_id, date(2025, 1, 6))
    await _move_proceeds(loan_id, user, back=True)
    await unwind(loan_id, "Returned.")
    assert (await loan_row(loan_id))["next_collection_on"] is None
    await assert_unwound(loan_id, user, bids)
    await activate(loan_id, date(2025, 1, 6))
    assert (await loan_row(loan_id))["status"] == "DECLINED"


async def test_a_payout_that_comes_back_after_a_repayment_goes_to_the_wallet() -> None:
    user = await person()
    loan_id, bids = await funded(user, [1_000_000])
    await close(loan_id, bids)
    await pay_out(loan_id, user)
    await activate(loan_id, date(2025, 1, 6))
    await db.execute(
        """insert into lending.collections (id, loan_id, attempt, amount_minor, status, due_on, requested_at)
        values ($1, $2, 1, 100, 'PENDING', '2025-02-06', now())""",
        ids.new(), loan_id,
    )  # fmt: skip
    await _move_proceeds(loan_id, user, back=True)
    for _ in range(2):
        await unwind(loan_id, "Returned.")
    assert (await loan_row(loan_id))["status"] == "ACTIVE"
    assert await balance(AccountKind.AVAILABLE, user) == 995_000
    assert await balance(AccountKind.LEAVING, user, loan_id) == 0


@pytest.mark.parametrize("to", [LoanStatus.EXPIRED, LoanStatus.DECLINED, LoanStatus.WITHDRAWN])
async def test_a_listing_that_does_not_come_about_ends_the_loan(to: LoanStatus) -> None:
    loan_id = await listed(await person())
    await unlist(loan_id, to, "Not enough bids.")
    loan = await loan_row(loan_id)
    assert (loan["status"], loan["status_reason"]) == (to.value, "Not enough bids.")
    with pytest.raises(AssertionError):
        await mark_funded(loan_id, 1_000_000)
