"""A loan's whole life as its borrower, its lenders, an operator and a stranger live it."""

import asyncio
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.support.books import assert_whole
from tests.support.journey import DOUBTFUL, Journey, Party, cny, key, until, uuid_of
from tests.support.people import mail_to

SERVICING = """query($id: ID!) { loan(id: $id) { status servicing {
    outstanding { amount } overdue { amount } daysPastDue payoff { total { amount currency } }
    repayments(first: 100) { edges { node { id status source amount { amount } } } } } } }"""
SEEN = "query($id: ID!) { loan(id: $id) { status statusReason offer { expiresAt } decision { outcome } parties { name } } }"
NOTES = (
    "{ me { notes(first: 100) { edges { node { status principal { amount } outstanding { amount } loan { id } } } } } }"
)


async def servicing(party: Party, loan_id: str) -> dict[str, Any]:
    """How a loan is served, as somebody sees it."""
    found: dict[str, Any] = (await party.api.run(SERVICING, id=loan_id))["loan"]["servicing"]
    return found


async def repayments(journey: Journey, loan_id: str) -> list[tuple[str, str, int]]:
    """A loan's repayments by source and status, with their amounts in fen."""
    rows = await journey.world.books.fetch(
        "select source, status, amount_minor from lending.repayments where loan_id = $1 order by id", uuid_of(loan_id)
    )
    return [(row["source"], row["status"], row["amount_minor"]) for row in rows]


async def make_plan(lender: Party, grade: str) -> str:
    """A plan that puts 2,000 yuan into every loan of a grade."""
    made = await lender.do(
        "createAutoInvestPlan", "plan { id }", name="Two thousand", grades=[grade], minimumRate="0.010000",
        minimumInstallments=1, maximumInstallments=52, amount=cny(2_000), keep=cny(0), idempotencyKey=key(),
    )  # fmt: skip
    plan_id: str = made["plan"]["id"]
    return plan_id


async def test_from_the_first_mail_to_the_last_cent(journey: Journey) -> None:
    borrower, planner, one, other = await asyncio.gather(
        journey.borrower(), journey.lender(5_000), journey.lender(5_000), journey.lender(5_000)
    )
    loan_id = await journey.apply(borrower, 6_000, facts=DOUBTFUL)
    assert (await borrower.loan(loan_id))["status"] == "UNDER_REVIEW"
    assert (await journey.world.api.run(SEEN, id=loan_id))["loan"] is None
    decided = await journey.operator.do(
        "reviewApplication", "loan { status grade }", loanId=loan_id, outcome="APPROVE", reason="The papers fit."
    )
    plan_id = await make_plan(planner, decided["loan"]["grade"])
    await journey.accept(borrower, loan_id)
    await until(lambda: _committed(borrower, loan_id, 2_000), "the plan to bid")
    await planner.do("pauseAutoInvestPlan", "plan { status }", planId=plan_id)
    seen = (await journey.world.api.run(SEEN, id=loan_id))["loan"]
    assert seen == {"status": "LISTED", "statusReason": None, "offer": None, "decision": None, "parties": []}

    await asyncio.gather(journey.lend(one, loan_id, 2_500), journey.lend(other, loan_id, 1_500))
    assert (await borrower.loan(loan_id))["funding"]["status"] == "FULL"
    before = await journey.outside_yuan(borrower)
    loan = await journey.walk_until(borrower, loan_id, "ACTIVE", within_days=12)
    assert await journey.outside_yuan(borrower) - before == 5_970, "half a percent is the platform's"
    assert await one.wallet() == {"available": 2_500, "held": 0, "unsettled": 0, "leaving": 0}
    notes = (await planner.api.run(NOTES))["me"]["notes"]["edges"]
    assert [(edge["node"]["status"], edge["node"]["principal"]["amount"]) for edge in notes] == [("ACTIVE", "2000.00")]

    paid_before = await journey.outside_yuan(borrower)
    last_due = max(part["dueOn"] for part in loan["schedule"])
    await journey.walk_to(date.fromisoformat(last_due) + timedelta(days=1))
    loan = await borrower.loan(loan_id)
    assert loan["status"] == "CLOSED"
    assert [part["settledOn"] for part in loan["schedule"]] == [part["dueOn"] for part in loan["schedule"]]
    owed = sum(Decimal(part[kind]["amount"]) for part in loan["schedule"] for kind in ("principal", "interest"))
    assert paid_before - await journey.outside_yuan(borrower) == owed
    paid = await repayments(journey, loan_id)
    assert {(source, status) for source, status, _ in paid} == {("DIRECT_DEBIT", "APPLIED")}
    days = {part["dueOn"] for part in loan["schedule"]}  # two, when holidays move both to one day
    assert (len(paid), sum(minor for _, _, minor in paid)) == (len(days), owed * 100)
    await _earned_by_parts(loan, {planner: 2_000, one: 2_500, other: 1_500})
    await mail_to(journey.world.http, journey.world.sandbox_url, borrower.email, re.compile("repaid"))
    await assert_whole(journey.world)


async def _committed(party: Party, loan_id: str, yuan: int) -> bool:
    funding = (await party.loan(loan_id))["funding"]
    return Decimal(funding["committed"]["amount"]) == yuan


async def _earned_by_parts(loan: dict[str, Any], parts: dict[Party, int]) -> None:
    """Each has the principal back, and of the interest a part like their part of the loan, less five percent."""
    interest = sum((Decimal(part["interest"]["amount"]) for part in loan["schedule"]), Decimal(0))
    for lender, yuan in parts.items():
        earned = await lender.available() - 5_000
        assert abs(earned - interest * yuan / 6_000 * Decimal("0.95")) < Decimal("0.20"), (earned, yuan)


async def test_a_loan_is_settled_early(journey: Journey) -> None:
    borrower, lender = await asyncio.gather(journey.borrower(), journey.lender(3_000))
    loan_id = await journey.active(borrower, [(lender, 3_000)])
    await journey.walk(10)
    await journey.pay_in(borrower, 3_100)
    payoff = (await servicing(borrower, loan_id))["payoff"]["total"]
    settle = {"loanId": loan_id, "expected": payoff, "idempotencyKey": key()}
    wrong = settle | {"expected": cny(Decimal(payoff["amount"]) - 1), "idempotencyKey": key()}
    refused = await borrower.api.mutate("payOffLoan", wrong, "...on PayoffChanged { total { amount currency } }")
    assert (refused["__typename"], refused["total"]) == ("PayoffChanged", payoff)
    answers = await asyncio.gather(
        *(borrower.api.mutate("payOffLoan", settle, "...on PayOffLoanPayload { loan { status } }") for _ in range(5))
    )
    assert {(answer["__typename"], answer["loan"]["status"]) for answer in answers} == {("PayOffLoanPayload", "CLOSED")}
    assert await borrower.available() == 3_100 - Decimal(payoff["amount"])
    assert await lender.available() > 3_000
    assert (await repayments(journey, loan_id))[-1][:2] == ("PAYOFF", "APPLIED")
    await assert_whole(journey.world)


async def test_nobody_pays_until_the_collectors_find_something(journey: Journey) -> None:
    borrower, big, small = await asyncio.gather(journey.borrower(), journey.lender(2_000), journey.lender(1_000))
    loan_id = await journey.active(borrower, [(big, 2_000), (small, 1_000)])
    await journey.empty_outside(borrower)
    first_due = date.fromisoformat((await borrower.loan(loan_id))["schedule"][0]["dueOn"])
    await journey.walk_to(first_due + timedelta(days=90))
    late = await servicing(borrower, loan_id)
    assert (late["daysPastDue"], (await borrower.loan(loan_id))["status"]) == (90, "ACTIVE")
    await journey.walk(1)
    assert (await borrower.loan(loan_id))["status"] == "DEFAULTED"

    give_up = {"loanId": loan_id, "reason": "Nothing to be found.", "idempotencyKey": key()}
    assert (await big.api.mutate("writeOffLoan", give_up, ""))["__typename"] == "NotAllowed"
    await journey.operator.do("writeOffLoan", "loan { status }", **give_up)
    assert (await big.loan(loan_id))["status"] == "WRITTEN_OFF"
    notes = (await big.api.run(NOTES))["me"]["notes"]["edges"]
    assert [edge["node"]["status"] for edge in notes] == ["WRITTEN_OFF"]

    await journey.pay_in_from_elsewhere(borrower, 900)
    assert await borrower.available() == 900, "nothing is collected of its own accord any more"
    recovery = {"loanId": loan_id, "amount": cny(900), "idempotencyKey": key()}
    await asyncio.gather(*(journey.operator.do("recordRecovery", "loan { status }", **recovery) for _ in range(5)))
    assert await borrower.available() == 0
    assert (await repayments(journey, loan_id)) == [("RECOVERY", "APPLIED", 90_000)]
    received = await big.available(), await small.available()
    assert sum(received) > 850, "the rest is the platform's fee on interest"
    assert abs(received[0] - 2 * received[1]) < Decimal("0.20"), "by their parts of the loan"
    await assert_whole(journey.world)
