"""Applying for a loan, by what is stored afterwards."""

import asyncio
import json
import re
from dataclasses import replace

import pytest

from domain.credit.queries import first_decision, priced_with, replayed, stored_decision
from domain.lending.commands.application import Party, apply_for_loan
from domain.lending.errors import AmountOutOfRange, MethodNotOffered, ProductNotOpen, TermNotOffered
from domain.lending.models import LoanStatus
from domain.lending.queries import products
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.underwriting import shape_from_json, underwrite
from domain.shared import clock, db, ids, policy
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, LimitReached, NotAllowed, NotFound, StepRequired
from tests.domain.lending.applying import (
    BAD,
    BUSINESS,
    DOUBTFUL,
    GOOD,
    PERSONAL,
    application,
    apply,
    borrowing,
    cny,
    contract_of,
    events,
    loan_row,
    person,
)


async def test_a_good_application_is_offered_at_once() -> None:
    user = await person()
    applied = await apply(user)
    loan = await loan_row(applied.loan_id)
    assert (applied.status, loan["status"]) == (LoanStatus.OFFERED, "OFFERED")
    assert loan["grade"] == "A"
    assert re.fullmatch(r"L\d{8}", loan["reference"])
    assert loan["effective_annual_rate_ppm"] > loan["annual_rate_ppm"] == 58_000
    assert loan["late_rate_ppm"] == 87_000
    assert loan["offer_expires_at"] == clock.end_of((await clock.today()).replace(day=13))
    assert await events(applied.loan_id) == ["loan.submitted", "loan.offered"]


async def test_the_contract_names_the_terms_and_is_for_the_parties_only() -> None:
    user, partner = await person(), await person(name="Charles Babbage")
    parties = [Party(name="Charles Babbage", user_id=partner), Party(name="Mary Somerville")]
    applied = await apply(user, co_borrowers=parties)
    loan, contract = await loan_row(applied.loan_id), await contract_of(applied.loan_id)
    for text in (loan["reference"], "Ada Lovelace and Charles Babbage and Mary Somerville", "10000.00 CNY", "5.8000 %"):
        assert text in contract["body"]
    assert "${" not in contract["body"]
    assert set(contract["readers"]) == {user, partner}
    rows = await db.fetch("select role, user_id from lending.loan_parties order by role, id")
    assert [row["role"] for row in rows] == ["BORROWER", "CO_BORROWER", "CO_BORROWER"]


async def test_a_doubtful_application_waits_and_a_bad_one_is_rejected_with_reasons() -> None:
    doubtful, bad = await apply(await person(), facts=DOUBTFUL), await apply(await person(), facts=BAD)
    assert (doubtful.status, bad.status) == (LoanStatus.UNDER_REVIEW, LoanStatus.REJECTED)
    assert (await loan_row(doubtful.loan_id))["annual_rate_ppm"] is None
    decision = await first_decision(bad.loan_id)
    assert decision["outcome"] == "REJECT"
    assert json.loads(decision["reasons"])[0]["code"] == "RATE_ABOVE_CEILING"
    assert (await loan_row(bad.loan_id))["ended_at"] is not None
    assert await events(bad.loan_id) == ["loan.submitted", "loan.rejected"]


async def test_a_decision_can_be_made_again_from_what_is_stored() -> None:
    for facts in (DOUBTFUL, BAD, GOOD):
        applied = await apply(await person(), facts=facts)
        row, loan = await first_decision(applied.loan_id), await loan_row(applied.loan_id)
        assert replayed(row) == stored_decision(row)
        inputs = priced_with(row)
        again = underwrite(
            replayed(row),
            shape_from_json(inputs["shape"]),
            await products.terms(loan["product_id"]),
            policy.profile(row["profile_code"]),
            clock.on(row["decided_at"]),
        )
        assert again.decision.outcome.value == row["outcome"]
        assert (again.contract.quote.annual_rate_ppm if again.contract else None) == row["annual_rate_ppm"]


async def test_what_the_product_does_not_offer_is_refused_with_what_it_does() -> None:
    user = await person()
    for changes, error in (
        ({"amount": cny(900)}, AmountOutOfRange),
        ({"amount": cny(200_100)}, AmountOutOfRange),
        ({"amount": replace(cny(10_000), amount_minor=1_000_050)}, AmountOutOfRange),
        ({"amount": replace(cny(10_000), currency="EUR")}, InvalidInput),
        ({"installment_count": 2}, TermNotOffered),
        ({"frequency": Frequency.WEEKLY, "installment_count": 13}, TermNotOffered),
        ({"method": RepaymentMethod.INTEREST_ONLY}, MethodNotOffered),
        ({"product_id": BUSINESS}, ProductNotOpen),
        ({"product_id": ids.new()}, NotFound),
        ({"bank_account_id": ids.new()}, NotFound),
        ({"mandate_id": ids.new()}, NotFound),
        ({"title": " "}, InvalidInput),
        ({"co_borrowers": [Party(name="x", user_id=ids.new())]}, NotFound),
        ({"co_borrowers": [Party(name="myself", user_id=user)]}, NotFound),
    ):
        with pytest.raises(error) as refusal:
            await apply_for_loan(borrowing(user), await application(user, **{"yuan": 10_000} | changes))
        assert refusal.value.path, changes
    assert await db.fetch_value("select count(*) from lending.loans") == 0


async def test_steps_come_first_and_the_scope_is_needed() -> None:
    stranger = await person(ready=False)
    with pytest.raises(StepRequired) as refusal:
        await apply(stranger)
    assert refusal.value.steps == ["VERIFY_EMAIL", "ACCEPT_TERMS", "IDENTITY_CHECK"]
    with pytest.raises(NotAllowed):
        await apply_for_loan(Actor(stranger, frozenset({Scope.READ})), await application(stranger))


async def test_the_limit_counts_what_is_applied_for_and_the_number_itself_is_allowed() -> None:
    user = await person()
    await apply(user, 150_000)
    with pytest.raises(LimitReached) as refusal:
        await apply(user, 50_100)
    assert (refusal.value.maximum, refusal.value.current) == (cny(200_000), cny(150_000))
    await apply(user, 50_000)


async def test_two_applications_at_once_do_not_share_what_is_left_of_the_limit() -> None:
    user = await person()
    requests = [await application(user, 150_000) for _ in range(4)]
    answers = await asyncio.gather(
        *(apply_for_loan(borrowing(user), request) for request in requests), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Application", *["LimitReached"] * 3]


async def test_a_repeat_is_the_same_answer_refusals_included() -> None:
    user = await person()
    request = await application(user)
    answers = await asyncio.gather(*(apply_for_loan(borrowing(user), request) for _ in range(20)))
    assert {answer.loan_id for answer in answers} == {answers[0].loan_id}
    assert [answer.replayed for answer in answers].count(False) == 1
    assert await db.fetch_value("select count(*) from lending.loans") == 1
    refused = await application(user, 199_000)
    for _ in range(2):
        with pytest.raises(LimitReached):
            await apply_for_loan(borrowing(user), refused)


async def test_an_organisation_is_looked_at_and_has_a_limit_of_its_own() -> None:
    company = await person("ORGANISATION", "Difference Engines Ltd.")
    applied = await apply(company, 800_000, product_id=BUSINESS, method=RepaymentMethod.INTEREST_ONLY)
    assert applied.status is LoanStatus.UNDER_REVIEW
    with pytest.raises(LimitReached) as refusal:
        await apply(company, 300_000, product_id=BUSINESS)
    assert refusal.value.limit == "borrower_limits.organisation"
    with pytest.raises(ProductNotOpen) as closed:
        await apply(company, 10_000, product_id=PERSONAL)
    assert closed.value.open_to == ["PERSON"]
