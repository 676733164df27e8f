"""Many who want the same thing at the same moment, over HTTP."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Any

from tests.support.books import assert_audit
from tests.support.journey import Journey, Party, key, uuid_of

PLACED = """...on PlaceBidPayload { partial replayed bid { id amount { amount } requested { amount } status }
    loan { status funding { status committed { amount } } } }
...on LoanNotOpen { state } ...on InsufficientFunds { available { amount } needed { amount } }
...on IdempotencyConflict { firstUsedAt }"""
LENDERS = 50


async def place(lender: Party, input_: dict[str, Any]) -> dict[str, Any]:
    """What a bid is answered, whatever it is."""
    return await lender.api.mutate("placeBid", input_, PLACED)


async def test_fifty_lenders_at_once_fill_a_loan_exactly(journey: Journey) -> None:
    borrower, lenders = await asyncio.gather(journey.borrower(), journey.lenders(LENDERS, 1_000))
    loan_id = await journey.listed(borrower, 20_000)
    answers = await asyncio.gather(*(place(lender, journey.bid(loan_id, 700)) for lender in lenders))

    kinds = Counter(answer["__typename"] for answer in answers)
    assert set(kinds) == {"PlaceBidPayload", "LoanNotOpen"}
    taken = [answer for answer in answers if answer["__typename"] == "PlaceBidPayload"]
    amounts = sorted(int(Decimal(answer["bid"]["amount"]["amount"])) for answer in taken)
    assert (sum(amounts), len(amounts), amounts[0]) == (20_000, 29, 400)
    assert [answer["partial"] for answer in taken].count(True) == 1
    assert {answer["state"] for answer in answers if answer["__typename"] == "LoanNotOpen"} <= {"FULL", "CLOSED"}

    row = await journey.world.books.fetchrow(
        """select target_minor, committed_minor, lender_count, status,
            (select count(*) from shared.outbox o where o.loan_id = l.id and kind = 'loan.funded') as funded,
            (select count(*) from shared.outbox o where o.loan_id = l.id and kind = 'bid.placed') as placed
        from marketplace.listings l where id = $1""",
        uuid_of(loan_id),
    )
    assert row is not None
    assert (row["committed_minor"], row["lender_count"], row["funded"], row["placed"]) == (2_000_000, 29, 1, 29)
    wallets = await asyncio.gather(*(lender.wallet() for lender in lenders))
    assert {wallet["available"] + wallet["held"] for wallet in wallets} == {Decimal(1_000)}
    assert sum(wallet["held"] for wallet in wallets) == 20_000
    await assert_audit(journey.world.books)


async def test_one_key_fifty_times_has_one_effect_and_one_answer(journey: Journey) -> None:
    borrower, lender = await asyncio.gather(journey.borrower(), journey.lender(1_000))
    loan_id = await journey.listed(borrower, 10_000)
    input_ = journey.bid(loan_id, 300)
    answers = await asyncio.gather(*(place(lender, input_) for _ in range(50)))
    assert [answer.pop("replayed") for answer in answers].count(False) == 1
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["bid"]["amount"]["amount"] == "300.00"
    assert (await lender.wallet())["held"] == 300

    conflict = await place(lender, input_ | {"amount": {"amount": "400.00", "currency": "CNY"}})
    assert (conflict["__typename"], conflict["path"]) == ("IdempotencyConflict", ["idempotencyKey"])
    assert (await lender.wallet())["held"] == 300


async def test_a_refusal_is_an_answer_too(journey: Journey) -> None:
    borrower, lender = await asyncio.gather(journey.borrower(), journey.lender(500))
    loan_id = await journey.listed(borrower, 10_000)
    input_ = journey.bid(loan_id, 600)
    answers = await asyncio.gather(*(place(lender, input_) for _ in range(50)))
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["__typename"], answers[0]["available"], answers[0]["needed"]) == (
        "InsufficientFunds", {"amount": "500.00"}, {"amount": "600.00"}
    )  # fmt: skip
    await journey.pay_in_from_elsewhere(lender, 500)
    assert await place(lender, input_) == answers[0], "the stored refusal stands, though the money is there now"
    assert (await place(lender, input_ | {"idempotencyKey": key()}))["__typename"] == "PlaceBidPayload"


async def test_bids_are_answered_one_by_one(journey: Journey) -> None:
    one, other, lender = await asyncio.gather(journey.borrower(), journey.borrower(), journey.lender(1_000))
    first, second = await journey.listed(one, 2_000), await journey.listed(other, 1_000)
    bids = [journey.bid(first, 800), journey.bid(second, 50), journey.bid(second, 300), journey.bid(second, 150)]
    for bid in bids:
        del bid["idempotencyKey"]
    selection = """...on PlaceBidsPayload { replayed results { __typename ...on UserError { path }
        ...on PlaceBidPayload { bid { amount { amount } } } ...on BidBelowMinimum { minimum { amount } }
        ...on BidNotInLots { lot { amount } } } }"""
    input_ = {"bids": bids, "idempotencyKey": key()}
    answers = await asyncio.gather(*(lender.api.mutate("placeBids", input_, selection) for _ in range(10)))
    assert all(answer["results"] == answers[0]["results"] for answer in answers)
    kinds = [result["__typename"] for result in answers[0]["results"]]
    assert kinds == ["PlaceBidPayload", "BidBelowMinimum", "InsufficientFunds", "BidNotInLots"]
    assert await lender.wallet() == {"available": 200, "held": 800, "unsettled": 0, "leaving": 0}
