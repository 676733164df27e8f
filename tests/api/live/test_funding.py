"""Watching loans fill: the present state at once, then every change, whichever process it came through."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.api.live.conftest import Stage
from tests.api.live.watching import Socket
from tests.support.journey import Journey, Party

FUNDING = """subscription($ids: [ID!]!) { loanFunding(loanIds: $ids) { cause at
    loan { id status funding { sequence status committed { amount } remaining { amount } lenders } } } }"""
RUNG_S = 5.0
"""Enough for a ring on a busy machine; while Valkey is there, nobody looks unasked before 15 s."""


async def update(socket: Socket, patience_s: float = 10.0) -> dict[str, Any]:
    return await socket.next("loanFunding", patience_s)


def committed(found: dict[str, Any]) -> str:
    amount: str = found["loan"]["funding"]["committed"]["amount"]
    return amount


async def bid(stage: Stage, journey: Journey, lender: Party, loan_id: str, yuan: int, number: int = 0) -> None:
    """Bid through one of the processes."""
    through = Party(lender.email, stage.at(number, lender), lender.user_id, lender.outside, lender.bank_account)
    await journey.lend(through, loan_id, yuan)


async def test_a_stranger_hears_of_every_bid_through_another_process(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    first, second = [await journey.listed(borrower, 3_000) for _ in range(2)]
    await stage.everybody_listens()
    async with stage.watch(1) as socket:
        await socket.subscribe(FUNDING, ids=[first, second, first])
        present = [await update(socket), await update(socket)]
        assert [(one["loan"]["id"], one["cause"], committed(one)) for one in present] == [
            (first, "PRESENT", "0.00"), (second, "PRESENT", "0.00"),
        ]  # fmt: skip
        sequence = present[1]["loan"]["funding"]["sequence"]
        for number in range(1, 4):
            await bid(stage, journey, lender, second, 200, number % 2)
            heard = await update(socket, RUNG_S)
            assert (heard["loan"]["id"], heard["cause"], committed(heard)) == (
                second,
                "BID_PLACED",
                f"{200 * number}.00",
            )
            assert heard["loan"]["funding"]["sequence"] > sequence
            sequence = heard["loan"]["funding"]["sequence"]
        await bid(stage, journey, lender, first, 3_000)
        full = await update(socket, RUNG_S)
        assert (full["loan"]["id"], full["cause"], full["loan"]["status"]) == (first, "FULL", "FUNDED")
        assert full["loan"]["funding"]["remaining"]["amount"] == "0.00"


async def test_bids_at_once_end_in_the_state_they_led_to(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 10_000)
    async with stage.watch(0) as one, stage.watch(1) as two:
        for socket in (one, two):
            await socket.subscribe(FUNDING, ids=[loan_id])
            assert (await update(socket))["cause"] == "PRESENT"
        await asyncio.gather(*(bid(stage, journey, lender, loan_id, 100, number % 2) for number in range(20)))
        for socket in (one, two):
            amounts = [committed(await update(socket))]
            while amounts[-1] != "2000.00":
                amounts.append(committed(await update(socket, RUNG_S)))
            assert [float(amount) for amount in amounts] == sorted({float(amount) for amount in amounts})


async def test_a_loan_that_may_not_be_seen_stays_silent_until_it_is_listed(
    stage: Stage, journey: Journey, borrower: Party
) -> None:
    loan_id = await journey.apply(borrower, 1_000)
    through = Party(borrower.email, stage.at(0, borrower), borrower.user_id, "", "")
    async with stage.watch(1) as stranger, stage.watch(1, borrower) as own:
        await stranger.subscribe(FUNDING, ids=[loan_id, f"loan_{uuid4()}"])
        await own.subscribe(FUNDING, ids=[loan_id])
        seen = await update(own)
        assert (seen["cause"], seen["loan"]["status"], seen["loan"]["funding"]) == ("PRESENT", "OFFERED", None)
        await stranger.silence(0.3)
        await journey.accept(through, loan_id)
        for socket in (stranger, own):
            heard = await update(socket, RUNG_S)
            assert (heard["cause"], heard["loan"]["funding"]["status"]) == ("LISTED", "OPEN")


async def test_what_is_not_a_list_of_loans_is_refused(stage: Stage) -> None:
    for ids in ([], [f"loan_{uuid4()}"] * 101, ["user_1"]):
        async with stage.watch(0) as socket:
            await socket.subscribe(FUNDING, ids=ids)
            assert await socket.error() == "BAD_REQUEST"


async def test_without_valkey_changes_still_arrive_and_with_it_again_at_once(
    stage: Stage, journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 5_000)
    await stage.everybody_listens()
    async with stage.watch(1) as socket:
        await socket.subscribe(FUNDING, ids=[loan_id])
        await update(socket)
        await stage.bell.flush()
        await bid(stage, journey, lender, loan_id, 100)
        assert committed(await update(socket, RUNG_S)) == "100.00"
        await stage.bell.stop()
        await bid(stage, journey, lender, loan_id, 100)
        assert committed(await update(socket)) == "200.00"
        await stage.bell.start()
        await stage.everybody_listens()
        await bid(stage, journey, lender, loan_id, 100)
        assert committed(await update(socket, RUNG_S)) == "300.00"
