"""Auto-invest plans: what fits, who is served, and that it happens once."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from domain.credit.rules.scorecard import Grade
from domain.marketplace.commands import (
    CreatePlan,
    create_plan,
    match_loan,
    match_loans,
    matching,
    pause_plan,
    resume_plan,
)
from domain.marketplace.errors import TooManyPlans
from domain.marketplace.rules.plans import MAX_PLANS, PlanTerms
from domain.shared import db, ids
from domain.shared.errors import InvalidInput, NotAllowed, NotFound, StepRequired
from tests.domain.marketplace import market

TERMS = PlanTerms(
    name="Steady",
    grades=(),
    minimum_rate_ppm=0,
    minimum_installments=1,
    maximum_installments=60,
    amount=market.cny(300),
    keep=market.cny(0),
)


async def plan(lender: UUID, **terms: Any) -> UUID:
    request = CreatePlan(terms=replace(TERMS, **terms), idempotency_key=str(ids.new()))
    return (await create_plan(market.lending(lender), request)).plan_id


async def served(loan: UUID) -> list[tuple[UUID, int]]:
    rows = await db.fetch(
        "select plan_id, amount_minor from marketplace.bids where loan_id = $1 and origin = 'AUTO_INVEST' order by id",
        loan,
    )
    return [(row["plan_id"], row["amount_minor"] // market.YUAN) for row in rows]


async def test_plans_that_fit_bid_once() -> None:
    lenders = await market.lenders(8, 1_000)
    loan = await market.list_loan(10_000, lenders[7], grade="C", annual_rate_ppm=100_000, installment_count=24)
    fitting = [
        await plan(lenders[0]),
        await plan(lenders[1], grades=(Grade.B, Grade.C), minimum_rate_ppm=100_000, maximum_installments=24),
        await plan(lenders[2], amount=market.cny(5_000), keep=market.cny(150)),
    ]
    await plan(lenders[3], grades=(Grade.A,))
    await plan(lenders[3], minimum_rate_ppm=100_001)
    await plan(lenders[3], minimum_installments=25)
    await plan(lenders[4], keep=market.cny(950))
    await plan(lenders[7])
    await pause_plan(market.lending(lenders[5]), await plan(lenders[5]))
    other_currency = await plan(lenders[6])
    await db.execute("update marketplace.auto_invest_plans set currency = 'EUR' where id = $1", other_currency)
    counts = await asyncio.gather(*(match_loan(loan) for _ in range(4)))
    assert sum(counts) == 3
    assert sorted(await served(loan)) == sorted(zip(fitting, [300, 300, 800], strict=True))
    assert await match_loan(loan) == 0
    assert await market.wallet(lenders[2]) == (200, 800)
    await market.verify()


async def test_who_waited_longest_comes_first_also_over_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "ROUND", 2)
    plans = [await plan(lender) for lender in await market.lenders(5, 10_000)]
    first, second = await market.list_loan(900), await market.list_loan(1_000)
    assert await match_loan(first) == 3
    assert [one for one, _ in await served(first)] == plans[:3]
    assert await market.loan_status(first) == "FUNDED"
    assert await match_loan(second) == 4
    assert await served(second) == [(plans[3], 300), (plans[4], 300), (plans[0], 300), (plans[1], 100)]
    await market.verify()


async def test_loans_that_list_together_are_shared_out_together() -> None:
    plans = [await plan(lender) for lender in await market.lenders(3, 700)]
    loans = [await market.list_loan(600) for _ in range(4)]
    counts = await asyncio.gather(match_loans(loans), match_loans(list(reversed(loans))), match_loans(loans[1:3]))
    # 700 each: two bids of 300, and a last one of 100.
    assert sum(counts) == 9
    bids = [one for loan in loans for one in await served(loan)]
    assert {chosen: sum(amount for one, amount in bids if one == chosen) for chosen in plans} == dict.fromkeys(
        plans, 700
    )
    await market.verify()


async def test_matching_and_people_meet() -> None:
    plans = [await plan(lender) for lender in await market.lenders(10, 1_000)]
    lenders, loan = await market.lenders(20, 1_000), await market.list_loan(4_050)
    outcomes = await asyncio.gather(
        match_loan(loan), match_loan(loan), *(market.bid(one, loan, 200) for one in lenders), return_exceptions=True
    )
    assert not [one for one in outcomes[:2] if isinstance(one, BaseException)]
    row = await market.listing(loan)
    assert (row["status"], row["committed_minor"]) == ("FULL", 405_000)
    assert len(await served(loan)) <= len(plans)
    await market.verify()


async def test_lenders_who_have_steps_to_do_are_passed_over() -> None:
    (lender,) = await market.lenders(1, 1_000)
    await plan(lender)
    await db.execute("update identity.identity_checks set status = 'REJECTED' where user_id = $1", lender)
    assert await match_loan(await market.list_loan(1_000)) == 0
    with pytest.raises(StepRequired):
        await plan(lender)


async def test_a_paused_plan_bids_again_when_it_is_resumed() -> None:
    (lender, stranger) = await market.lenders(2, 1_000)
    made = await plan(lender)
    await pause_plan(market.lending(lender), made)
    assert await match_loan(await market.list_loan(1_000)) == 0
    with pytest.raises(NotFound):
        await resume_plan(market.lending(stranger), made)
    with pytest.raises(NotAllowed):
        await resume_plan(market.borrowing(lender), made)
    await resume_plan(market.lending(lender), made)
    assert await match_loan(await market.list_loan(1_000)) == 1
    assert await match_loan(ids.new()) == 0


async def test_what_no_plan_may_say() -> None:
    lender = await market.lender(100)
    wrong: list[dict[str, Any]] = [
        {"name": " "}, {"minimum_rate_ppm": -1}, {"minimum_installments": 5, "maximum_installments": 4},
        {"amount": market.cny(0)}, {"keep": market.cny(-1)}, {"maximum_installments": 5_000},
    ]  # fmt: skip
    for terms in wrong:
        with pytest.raises(InvalidInput):
            await plan(lender, **terms)
    for _ in range(MAX_PLANS):
        await plan(lender)
    with pytest.raises(TooManyPlans):
        await plan(lender)
