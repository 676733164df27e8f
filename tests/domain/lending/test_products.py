"""Publishing products, and who sees which loan."""

import pytest

from domain.credit.rules.scorecard import Grade
from domain.lending.commands.closing import close
from domain.lending.commands.products import publish_products, shipped
from domain.lending.errors import RateAboveCeiling
from domain.lending.queries import loans
from domain.lending.queries.loans import CONTRACTS, DECISIONS, INSTALLMENTS, LOANS, PARTIES
from domain.lending.queries.products import OPEN, PRODUCTS
from domain.lending.queries.quotes import quote_loan
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.terms import LoanShape
from domain.shared import ids
from domain.shared.actor import STRANGER, Scope, Viewer
from domain.shared.errors import InvalidInput
from tests.domain.lending.applying import PERSONAL, apply, funded, listed, person

STAFF = Viewer(ids.new(), frozenset({Scope.OPERATE}))


async def test_publishing_again_changes_nothing_and_a_changed_definition_is_an_error() -> None:
    before = await PRODUCTS.select(STRANGER, tail="order by {t}.code")
    assert [row["code"] for row in before] == ["business", "personal"]
    await publish_products()
    assert await PRODUCTS.select(STRANGER, tail="order by {t}.code") == before
    changed = [
        one.model_copy(update={"terms": one.terms.model_copy(update={"grace_days": 9})})
        for one in shipped()
        if one.code == "personal"
    ]
    with pytest.raises(ValueError, match="give the changed definition a new version"):
        await publish_products(changed)


async def test_a_new_version_takes_the_place_of_the_old_one() -> None:
    [personal] = [one for one in shipped() if one.code == "personal"]
    newer = personal.model_copy(
        update={"version": 2, "terms": personal.terms.model_copy(update={"origination_fee_ppm": 4_000})}
    )
    await publish_products([personal, newer])
    rows = await PRODUCTS.select(STRANGER, OPEN)
    assert [(row["code"], row["version"]) for row in rows] == [("personal", 2)]
    assert len(await PRODUCTS.select(STRANGER)) == 3


async def test_who_sees_a_loan_before_and_after_it_is_listed() -> None:
    user, other = await person(), await person()
    offered, public = (await apply(user)).loan_id, await listed(user)
    for viewer, seen in (
        (STRANGER, {public}),
        (Viewer(other), {public}),
        (Viewer(user), {offered, public}),
        (STAFF, {offered, public}),
    ):
        assert {row["id"] for row in await LOANS.by_ids(viewer, [offered, public])} == seen
        private = {offered, public} if viewer.user_id == user or viewer.is_staff else set()
        for relation in (DECISIONS, PARTIES, CONTRACTS):
            assert {row["loan_id"] for row in await relation.select(viewer, "{t}.loan_id is not null")} == private


async def test_the_schedule_is_planned_until_closing_and_stored_after() -> None:
    user = await person()
    loan_id, bids = await funded(user, [1_000_000])
    planned = (await loans.schedules(STRANGER, [loan_id]))[loan_id]
    await close(loan_id, bids)
    stored = (await loans.schedules(STRANGER, [loan_id]))[loan_id]
    assert [row["id"] for row in planned] == [None] * 12
    assert [(row["due_on"], row["interest_minor"]) for row in planned] == [
        (row["due_on"], row["interest_minor"]) for row in stored
    ]
    assert await INSTALLMENTS.select(STRANGER) != []
    hidden = (await apply(user)).loan_id
    assert (await loans.schedules(STRANGER, [hidden]))[hidden] == []
    assert len((await loans.schedules(Viewer(user), [hidden]))[hidden]) == 12


async def test_a_quote_needs_a_grade_or_a_rate_that_may_be_charged() -> None:
    wanted = LoanShape(
        principal_minor=1_000_000, installment_count=12, frequency=Frequency.MONTHLY, method=RepaymentMethod.BULLET
    )
    by_grade = await quote_loan(PERSONAL, wanted, "CNY", grade=Grade.A)
    assert by_grade == await quote_loan(PERSONAL, wanted, "CNY", annual_rate_ppm=58_000)
    assert len(by_grade.installments) == 1
    assert (await quote_loan(PERSONAL, wanted, "CNY", annual_rate_ppm=900_000)).effective_annual_rate_ppm <= 124_000
    with pytest.raises(RateAboveCeiling):
        await quote_loan(PERSONAL, wanted, "CNY", grade=Grade.G)
    with pytest.raises(InvalidInput):
        await quote_loan(PERSONAL, wanted, "CNY")
    with pytest.raises(InvalidInput):
        await quote_loan(PERSONAL, wanted, "CNY", grade=Grade.A, annual_rate_ppm=1)
