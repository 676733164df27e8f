"""Money that was there and is taken back: by the depositor's bank, or by the borrower's."""

import asyncio
import re
from datetime import date, timedelta
from decimal import Decimal

from tests.support.books import assert_audit, assert_whole
from tests.support.journey import Journey, Party, cny, key, until, uuid_of
from tests.support.people import mail_to

TRANSFERS = "{ me { wallet { transfers(first: 10) { edges { node { kind status amount { amount } } } } } } }"


async def transfers(party: Party) -> list[tuple[str, str]]:
    """The kinds and statuses of somebody's deposits and withdrawals, the latest first."""
    edges = (await party.api.run(TRANSFERS))["me"]["wallet"]["transfers"]["edges"]
    return [(edge["node"]["kind"], edge["node"]["status"]) for edge in edges]


async def withdraw(party: Party, yuan: Decimal) -> None:
    """Take money out, and wait until the bank has paid."""
    input_ = {"bankAccountId": party.bank_account, "amount": cny(yuan), "idempotencyKey": key()}
    await party.do("requestWithdrawal", "transfer { status }", **input_)

    async def paid() -> bool:
        return (await party.wallet())["leaving"] == 0

    await until(paid, "the withdrawal to be paid")


async def test_a_bounced_deposit_never_was_available(journey: Journey) -> None:
    borrower = await journey.borrower()
    lender = await journey.ready(await journey.join("LENDER", opening=1_000), "LEND")
    loan_id = await journey.listed(borrower, 5_000)
    await journey.misbehave(lender, "deposit", "bounce", days=2)
    await journey.transfer(lender, 1_000, await journey.announce(lender, 1_000))

    async def arrived() -> bool:
        return (await lender.wallet())["unsettled"] == 1_000

    await until(arrived, "the deposit to arrive")
    assert await transfers(lender) == [("DEPOSIT", "RECEIVED")]
    refused = await lender.api.mutate(
        "placeBid", journey.bid(loan_id, 500), "...on InsufficientFunds { available { amount } }"
    )
    assert (refused["__typename"], refused["available"]) == ("InsufficientFunds", {"amount": "0.00"})
    for _ in range(14):
        await journey.walk(1)
        if (await transfers(lender))[0][1] == "BOUNCED":
            break
    assert await lender.wallet() == {"available": 0, "held": 0, "unsettled": 0, "leaving": 0}
    assert await transfers(lender) == [("DEPOSIT", "BOUNCED")]
    assert await journey.outside_yuan(lender) == 1_000
    await mail_to(journey.world.http, journey.world.sandbox_url, lender.email, re.compile("1,?000.00"))
    await assert_audit(journey.world.books)


async def test_a_debit_is_returned_after_a_lender_has_withdrawn(journey: Journey) -> None:
    borrower, gone, stays = await asyncio.gather(journey.borrower(), journey.lender(2_000), journey.lender(2_000))
    loan_id = await journey.active(borrower, [(gone, 2_000), (stays, 2_000)])
    await journey.misbehave(borrower, "debit", "return", days=3)
    schedule = (await borrower.loan(loan_id))["schedule"]
    await journey.walk_to(date.fromisoformat(schedule[0]["dueOn"]))
    share = await stays.available()
    assert abs(await gone.available() - share) <= Decimal("0.01")
    assert share > 150, "a twelfth of 2,000 yuan, with interest"
    await withdraw(gone, await gone.available())
    assert await gone.available() == 0

    books, id_ = journey.world.books, uuid_of(loan_id)
    for _ in range(14):
        await journey.walk(1)
        if await books.fetchval(
            "select count(*) from lending.repayments where loan_id = $1 and status = 'REVERSED'", id_
        ):
            break
    assert await stays.available() < share
    debt = await books.fetchrow("select * from lending.clawbacks where user_id = $1", gone.user_id)
    assert debt is not None
    assert debt["amount_minor"] > 15_000
    assert await gone.available() == 0
    await assert_whole(journey.world)

    last = date.fromisoformat(schedule[-1]["dueOn"])
    await journey.walk_to(last + timedelta(days=14))
    assert (await borrower.loan(loan_id))["status"] == "CLOSED"
    debt = await books.fetchrow("select * from lending.clawbacks where user_id = $1", gone.user_id)
    assert debt is not None
    assert debt["recovered_minor"] == debt["amount_minor"], "netted from the next receipts"
    both = await gone.available() + share, await stays.available()
    assert abs(both[0] - both[1]) <= Decimal("0.05"), "in the end both lenders got the same"
    await assert_whole(journey.world)
