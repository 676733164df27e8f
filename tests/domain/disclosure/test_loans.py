"""What is told about one loan: its facts, its borrower's record, and nothing that tells who they are."""

from dataclasses import asdict, replace
from datetime import date
from uuid import UUID

from domain.credit.rules import facts
from domain.disclosure.loans import LoanDisclosure, loan_disclosures
from domain.disclosure.rules import IncomeSource, income_source, rate_on_365_days, texts
from domain.identity.models import Locale
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod
from domain.shared import ids
from domain.shared.actor import STRANGER, Viewer
from domain.shared.money import Money
from tests.domain.disclosure.book import make_book, principal_by_hand
from tests.domain.lending.applying import apply, listed, person
from tests.domain.lending.serving import SetClock


async def disclosure(loan_id: UUID, viewer: Viewer = STRANGER) -> LoanDisclosure:
    return (await loan_disclosures(viewer, [loan_id]))[loan_id]


async def test_a_stranger_reads_classes_of_a_listed_loan_and_no_name() -> None:
    loan_id = await listed(await person(name="Ada Lovelace"), 10_000)
    found = await disclosure(loan_id)
    assert (found.income_source, found.facts.employment_since) == (
        IncomeSource.WORK,
        facts.EmploymentSince.FROM_4_TO_7_YEARS,
    )
    assert (found.annual_rate_365_ppm, found.direct_debit, found.days_past_due) == (58_000, True, 0)
    assert (found.loans_here, found.owed_here, found.late_installments) == (0, Money(0, "CNY"), 0)
    assert "Ada" not in str(asdict(found))


async def test_what_is_not_listed_is_disclosed_to_its_borrower_only() -> None:
    borrower = await person()
    loan_id = (await apply(borrower)).loan_id
    assert await loan_disclosures(STRANGER, [loan_id, ids.new()]) == {}
    assert (await disclosure(loan_id, Viewer(borrower))).guarantors == 0


async def test_a_record_counts_other_loans_and_late_installments(set_clock: SetClock) -> None:
    book = await make_book(set_clock)
    good, late = await disclosure(book.good), await disclosure(book.late)
    assert (good.loans_here, good.late_installments, good.days_past_due) == (1, 0, 0)
    assert good.owed_here == Money(await principal_by_hand(book.again), "CNY")
    assert (late.loans_here, late.owed_here.amount_minor, late.late_installments) == (0, 0, 2)
    assert late.days_past_due == (date(2025, 7, 20) - date(2025, 6, 6)).days


def test_rates_are_told_on_a_year_of_365_days() -> None:
    assert rate_on_365_days(120_000, DayCount.ACT_360) == 121_667
    assert rate_on_365_days(120_000, DayCount.ACT_365) == rate_on_365_days(120_000, DayCount.THIRTY_360) == 120_000


async def test_the_source_of_repayment_follows_from_the_facts() -> None:
    stated = (await disclosure(await listed(await person()))).facts
    unemployed = replace(stated, employment_since=facts.EmploymentSince.UNEMPLOYED)
    company = replace(unemployed, applicant_kind=facts.ApplicantKind.ORGANISATION)
    assert [income_source(one) for one in (stated, unemployed, company)] == [
        IncomeSource.WORK, IncomeSource.OTHER, IncomeSource.BUSINESS,
    ]  # fmt: skip


def test_every_text_is_there_in_every_language() -> None:
    for method in RepaymentMethod:
        assert set(texts().formulas[method]) == set(Locale)
    assert all(set(risk) == set(Locale) for risk in texts().risks)
