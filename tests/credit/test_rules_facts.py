"""What may be scored, and that the whole data set can be said in it."""

import csv
from collections.abc import Mapping
from dataclasses import fields
from importlib import resources

import pytest

from cli.demo import german_credit
from domain.credit.rules.facts import ApplicantFacts, ApplicantKind, Job
from domain.credit.rules.scorecard import scorecard

PROTECTED = (
    "sex",
    "gender",
    "marital",
    "personal_status",
    "age",
    "nationality",
    "foreign",
    "resident",
    "liable",
    "famil",
)

LEVELS: dict[str, Mapping[str, object]] = {
    "status_of_existing_checking_account": german_credit.CHECKING,
    "credit_history": german_credit.HISTORY,
    "purpose": german_credit.PURPOSES,
    "savings_account_and_bonds": german_credit.SAVINGS,
    "present_employment_since": german_credit.EMPLOYMENT,
    "other_debtors_or_guarantors": german_credit.DEBTORS,
    "property": german_credit.PROPERTY,
    "other_installment_plans": german_credit.PLANS,
    "housing": german_credit.HOUSING,
    "job": german_credit.JOBS,
    "telephone": german_credit.TELEPHONE,
    "creditability": german_credit.WENT_BAD,
}


def rows() -> list[dict[str, str]]:
    source = resources.files("cli.demo") / "data" / "german_credit.csv"
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def test_no_protected_attribute_can_be_told_or_scored() -> None:
    told = {field.name for field in fields(ApplicantFacts)}
    scored = {attribute.name for attribute in scorecard().attributes}
    words = {word for name in told | scored for word in (name, *name.split("_"))}
    assert words.isdisjoint(PROTECTED)
    assert scored - {"amount"} <= told


@pytest.mark.parametrize("column", LEVELS)
def test_the_levels_of_the_data_set_are_exactly_those_that_are_mapped(column: str) -> None:
    assert {row[column] for row in rows()} == set(LEVELS[column])


@pytest.mark.parametrize("column", ["personal_status_and_sex", "age_in_years", "foreign_worker"])
def test_facts_do_not_depend_on_a_protected_column(column: str) -> None:
    row = rows()[0]
    assert german_credit.facts_from_row(row) == german_credit.facts_from_row({**row, column: "something else"})


def test_non_residents_are_not_told_apart() -> None:
    assert german_credit.JOBS["unskilled - resident"] is Job.UNEMPLOYED_OR_UNSKILLED
    assert german_credit.JOBS["unemployed/ unskilled - non-resident"] is Job.UNEMPLOYED_OR_UNSKILLED


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(KeyError):
        german_credit.facts_from_row({**rows()[0], "housing": "on a boat"})


def test_the_applications_keep_businesses_co_applicants_and_guarantors() -> None:
    found = list(german_credit.applications())
    assert [row.row_number for row in found] == list(range(1, 1001))
    assert sum(row.went_bad for row in found) == 300
    assert sum(row.business for row in found) == 97
    assert sum(row.co_applicant for row in found) == 41
    assert sum(row.guarantor for row in found) == 52
    assert all((row.facts.applicant_kind is ApplicantKind.ORGANISATION) == row.business for row in found)
    assert {min(row.facts.amount_minor for row in found), max(row.facts.amount_minor for row in found)} == {
        250_000,
        18_424_000,
    }
