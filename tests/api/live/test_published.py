"""What everybody reads over HTTP: figures, fees, results, a loan's statement of facts and its timeline."""

from decimal import Decimal
from typing import Any

from tests.support.client import Client
from tests.support.journey import Journey, Party, uuid_of

FIGURES = """query($codes: [FigureCode!]) { disclosure { asOf figures(codes: $codes) {
    code label zh: label(locale: ZH) definition legalSource
    value { __typename ...on Money { amount currency } ...on Count { count } ...on Ratio { ratio numerator denominator } } } } }"""
PLATFORM = """{ platform {
    fees { product { code isOpen } fees { code formula payer rate amount { amount } } }
    gradeResults { grade loans volume { amount } outstanding { amount } interest { amount } serviceFees { amount } lost { amount }
        promisedRate expectedLossRate earnedRate } } }"""
LOAN = """query($id: ID!) { loan(id: $id) {
    disclosure { borrowerType repaymentSource method formula zh: formula(locale: ZH) annualRate effectiveAnnualRate
        expectedLossRate daysPastDue directDebit coBorrowers guarantors risks
        profile { employmentSince job installmentRatePercent creditHistory existingCredits otherInstallmentPlans savings property housing }
        record { otherLoans owed { amount } lateInstallments } }
    timeline { edges { node { kind facts { name text } } } } } }"""


async def figures(api: Client, *codes: str) -> dict[str, Any]:
    found = (await api.run(FIGURES, codes=codes or None))["disclosure"]["figures"]
    return {figure["code"]: figure for figure in found}


async def test_figures_say_what_they_are_in_their_own_unit(journey: Journey) -> None:
    found = await figures(journey.world.api)
    assert len(found) == 26
    assert {figure["value"]["__typename"] for figure in found.values()} == {"Money", "Count", "Ratio"}
    assert all(figure["zh"] and figure["definition"] and figure["legalSource"] for figure in found.values())
    volume, rate = found["VOLUME"], found["OVERDUE_RATE"]["value"]
    assert (volume["label"], volume["zh"]) == ("Volume since founding", "累计借贷金额")
    assert (rate["numerator"], rate["denominator"]) == ("OVERDUE", "OUTSTANDING")
    users = await journey.world.books.fetchval("select count(*) from identity.users where cardinality(roles) > 0")
    assert found["REGISTERED_USERS"]["value"] == {"__typename": "Count", "count": users}
    assert list(await figures(journey.world.api, "LOANS", "VOLUME")) == ["VOLUME", "LOANS"]


async def test_a_loan_that_is_paid_out_is_in_the_figures_at_once(
    journey: Journey, borrower: Party, lender: Party
) -> None:
    codes = ("VOLUME", "LOANS", "OUTSTANDING", "LENDERS_EVER", "BORROWERS_NOW")
    before = await figures(journey.world.api, *codes)
    await journey.active(borrower, [(lender, 2_000)])
    after = await figures(journey.world.api, *codes)
    assert after["LOANS"]["value"]["count"] >= before["LOANS"]["value"]["count"] + 1
    audit = await journey.world.books.fetchrow(
        """select sum(principal_outstanding) filter (where status in ('active', 'late', 'defaulted')) as outstanding,
            sum(asked) filter (where status in ('active', 'late', 'defaulted', 'repaid', 'written_off')) as volume
        from audit.loan"""
    )
    assert audit is not None
    assert Decimal(after["OUTSTANDING"]["value"]["amount"]) == audit["outstanding"]
    assert Decimal(after["VOLUME"]["value"]["amount"]) >= audit["volume"]
    results = (await journey.world.api.run(PLATFORM))["platform"]["gradeResults"]
    assert [(one["grade"], one["promisedRate"]) for one in results] == [("A", "0.058000")]
    assert sum(Decimal(one["volume"]["amount"]) for one in results) == Decimal(after["VOLUME"]["value"]["amount"])


async def test_the_fee_table_has_every_fee_with_its_formula(journey: Journey) -> None:
    fees = (await journey.world.api.run(PLATFORM))["platform"]["fees"]
    assert {one["product"]["code"] for one in fees} == {"personal", "business"}
    assert all(one["product"]["isOpen"] for one in fees)
    for one in fees:
        assert {fee["code"] for fee in one["fees"]} == {"ORIGINATION_FEE", "INSTALLMENT_FEE", "SERVICE_FEE"}
        assert all(fee["formula"] and (fee["rate"] or fee["amount"]) for fee in one["fees"])


async def test_a_listed_loan_tells_strangers_its_facts_and_the_public_part_of_its_life(
    journey: Journey, borrower: Party, lender: Party
) -> None:
    loan_id = await journey.listed(borrower, 1_000)
    await journey.lend(lender, loan_id, 400)
    loan = (await journey.world.api.run(LOAN, id=loan_id))["loan"]
    told = loan["disclosure"]
    assert (told["borrowerType"], told["repaymentSource"], told["annualRate"]) == ("PERSON", "WORK", "0.058000")
    assert (told["profile"]["job"], told["profile"]["housing"], told["directDebit"]) == ("SKILLED", "OWN", True)
    assert told["formula"].startswith("Each installment is P")
    assert told["zh"].startswith("等额本息")
    assert "Ada" not in str(told)
    kinds = [edge["node"]["kind"] for edge in loan["timeline"]["edges"]]
    assert kinds == ["bid.placed", "loan.listed"]
    facts = {fact["name"]: fact["text"] for fact in loan["timeline"]["edges"][0]["node"]["facts"]}
    assert facts.keys() == {"bid", "amount", "origin"}
    own = (await borrower.api.run(LOAN, id=loan_id))["loan"]["timeline"]["edges"]
    assert {edge["node"]["kind"] for edge in own} == {"loan.submitted", "loan.offered", *kinds}


async def test_what_is_not_listed_tells_strangers_nothing(journey: Journey, borrower: Party) -> None:
    loan_id = await journey.apply(borrower, 1_000)
    assert (await journey.world.api.run(LOAN, id=loan_id))["loan"] is None
    assert (await borrower.api.run(LOAN, id=loan_id))["loan"]["disclosure"]["guarantors"] == 0
    assert (
        await journey.world.books.fetchval("select status from lending.loans where id = $1", uuid_of(loan_id))
        == "OFFERED"
    )
