"""What loans cost, without a database: quotes, the ceiling, products, transitions."""

from datetime import date
from itertools import product as pairs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.credit.rules.facts import LoanPurpose
from domain.lending import events
from domain.lending.commands.products import shipped
from domain.lending.models import LoanStatus, Purpose
from domain.lending.rules import transitions
from domain.lending.rules.application import term_months
from domain.lending.rules.apr import xirr
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.lending.rules.terms import LoanShape, capped_rate_ppm, quote
from domain.lending.rules.underwriting import contract_terms
from domain.shared import policy
from domain.shared.calendar import calendar

PRODUCTS = {one.code: one for one in shipped()}
CHINA = calendar("CN")
START = date(2025, 1, 6)


def shape(
    count: int = 12, method: RepaymentMethod = RepaymentMethod.EQUAL_INSTALLMENTS, yuan: int = 10_000
) -> LoanShape:
    """A monthly loan."""
    return LoanShape(principal_minor=yuan * 100, installment_count=count, frequency=Frequency.MONTHLY, method=method)


def test_the_effective_rate_is_the_xirr_of_what_is_received_and_paid() -> None:
    personal = PRODUCTS["personal"].terms
    quoted = quote(shape(), personal, 90_000, START, CHINA)
    assert (quoted.origination_fee_minor, quoted.net_disbursed_minor) == (5_000, 995_000)
    flows = [(START, -995_000), *((part.due_on, part.total_minor) for part in quoted.installments)]
    assert quoted.effective_annual_rate_ppm == xirr(flows)
    assert quoted.total_cost_minor == sum(amount for _, amount in flows)
    assert quoted.fees_minor == 5_000


def test_a_fee_with_each_installment_counts() -> None:
    business = PRODUCTS["business"].terms
    quoted = quote(shape(), business, 90_000, START, CHINA)
    assert quoted.fees_minor == 8_000 + 12 * 200
    assert all(part.fees_minor == 200 for part in quoted.installments)


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(3, 48),
    method=st.sampled_from(
        [RepaymentMethod.EQUAL_INSTALLMENTS, RepaymentMethod.EQUAL_PRINCIPAL, RepaymentMethod.BULLET]
    ),
    yuan=st.integers(10, 2_000),
    wanted=st.integers(0, 300_000),
    start=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
)
def test_no_loan_costs_more_than_the_ceiling_and_none_is_cheaper_than_it_must_be(
    count: int, method: RepaymentMethod, yuan: int, wanted: int, start: date
) -> None:
    personal, ceiling = PRODUCTS["personal"].terms, 124_000
    asked = shape(count, method, yuan * 100)
    rate = capped_rate_ppm(asked, personal, wanted, ceiling, start, CHINA)
    assert rate is not None
    assert 0 <= rate <= wanted
    assert quote(asked, personal, rate, start, CHINA).effective_annual_rate_ppm <= ceiling
    if rate < wanted:
        dearer = capped_rate_ppm(asked, personal, rate + 500, ceiling, start, CHINA)
        assert dearer is not None
        assert dearer < rate + 500


def test_without_a_ceiling_the_rate_stays_and_fees_alone_can_exceed_one() -> None:
    personal = PRODUCTS["personal"].terms
    assert capped_rate_ppm(shape(), personal, 300_000, None, START, CHINA) == 300_000
    assert capped_rate_ppm(shape(3), personal, 50_000, 1_000, START, CHINA) is None


def test_late_interest_is_under_the_ceiling_too() -> None:
    contract = contract_terms(shape(), PRODUCTS["personal"].terms, 104_000, policy.profile("CN_2016"), START, START)
    assert contract is not None
    assert contract.late_rate_ppm == 124_000
    business = contract_terms(shape(), PRODUCTS["eu-business"].terms, 104_000, policy.profile("EU_ECSPR"), START, START)
    assert business is not None
    assert business.late_rate_ppm == 156_000


def test_the_shipped_products_offer_all_four_methods_in_both_profiles() -> None:
    for profile in ("CN_2016", "EU_ECSPR"):
        methods = {method for one in shipped() if one.profile == profile for method in one.terms.methods}
        assert methods == set(RepaymentMethod)
    personal = PRODUCTS["personal"].terms
    assert (personal.minimum_minor, personal.maximum_minor) == (100_000, 20_000_000)
    assert (personal.terms[Frequency.MONTHLY][0], personal.terms[Frequency.MONTHLY][-1]) == (3, 48)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"minimum_minor": 90_000_000}, "above the maximum"),
        ({"step_minor": 15_000}, "multiples of the lot"),
        ({"minimum_bid_minor": 15_000}, "minimum bid"),
        ({"waterfall": ["FEE", "INTEREST", "PRINCIPAL"]}, "waterfall"),
        ({"methods": []}, "methods"),
        ({"retry_days": [3, 1]}, "ascend"),
    ],
)
def test_a_product_that_contradicts_itself_is_refused(change: dict[str, object], reason: str) -> None:
    terms = PRODUCTS["personal"].terms
    with pytest.raises(ValidationError, match=reason):
        type(terms).model_validate(terms.model_dump() | change)


def test_the_threshold_is_whole_lots() -> None:
    personal = PRODUCTS["personal"].terms
    assert personal.threshold_minor(1_000_000) == 800_000
    assert personal.threshold_minor(1_230_000) == 990_000
    assert personal.threshold_minor(10_000) == 10_000


def test_terms_in_months() -> None:
    weekly = LoanShape(
        principal_minor=1, installment_count=26, frequency=Frequency.WEEKLY, method=RepaymentMethod.EQUAL_PRINCIPAL
    )
    assert term_months(weekly) == 6
    assert term_months(shape(7)) == 7


def test_every_status_has_its_transitions_and_its_event() -> None:
    assert set(transitions.NEXT) == set(events.ENTERED) == set(LoanStatus)
    legal = {(before, after) for before, afters in transitions.NEXT.items() for after in afters}
    for before, after in pairs(LoanStatus, LoanStatus):
        if (before, after) in legal:
            transitions.check(before, after)
        else:
            with pytest.raises(AssertionError, match="cannot become"):
                transitions.check(before, after)
    assert not transitions.NEXT[LoanStatus.REJECTED]


def test_loans_and_the_score_share_one_vocabulary_of_purposes() -> None:
    assert Purpose is LoanPurpose
