"""From a quote to an offer over HTTP: what a borrower, a stranger and an operator do and see."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.api.conftest import World
from tests.support.people import Person, create_operator, log_in, mail_to, sign_up

FACTS = {
    "checkingAccount": "NONE", "creditHistory": "CRITICAL_OR_CREDITS_ELSEWHERE", "savings": "LARGE",
    "employmentSince": "FROM_4_TO_7_YEARS", "installmentRatePercent": 2, "residenceYears": 4, "property": "REAL_ESTATE",
    "otherInstallmentPlans": "NONE", "housing": "OWN", "existingCredits": 1, "job": "SKILLED", "telephone": True,
}  # fmt: skip
DOUBTFUL = FACTS | {"creditHistory": "NO_CREDITS_OR_ALL_PAID", "existingCredits": 2}
PRODUCTS = (
    "{ products { id code name minimum { amount } terms { frequency installmentCounts } fees { code rate payer } } }"
)
LOAN = """id reference status title purpose amount { amount currency } annualRate effectiveAnnualRate grade statusReason
product { code } borrowers { pseudonym } schedule { number dueOn principal { amount } paid { amount } }
parties { name role } decision { outcome byOperator note points reasons { code message } facts { housing } }
offer { expiresAt originationFee { amount } documents { kind title body } }"""
APPLIED = f"...on ApplyForLoanPayload {{ replayed loan {{ {LOAN} }} }}"


async def personal(world: World) -> str:
    """The id of the personal loan."""
    found: str = next(one["id"] for one in (await world.api.run(PRODUCTS))["products"] if one["code"] == "personal")
    return found


async def borrower(world: World, name: str) -> tuple[Person, str]:
    """Somebody who may apply, and the id of their bank account."""
    ada = await sign_up(world.api, world.http, world.sandbox_url, f"{name}@origination.example.com")
    user_id = await world.books.fetchval("select id from identity.users where email = $1", ada.email)
    await world.books.execute(
        """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at, decided_at)
        values (gen_random_uuid(), $1, 'VERIFIED', 'CN', '', now(), now())""",
        user_id,
    )
    account = await world.books.fetchval(
        """insert into payments.bank_accounts (id, user_id, number, holder, currency, added_at)
        values (gen_random_uuid(), $1, $2, 'Ada', 'CNY', now()) returning id""",
        user_id, name,
    )  # fmt: skip
    documents = (await world.api.run("{ documents(kinds: [TERMS]) { id } }"))["documents"]
    accepted = {"documentIds": [document["id"] for document in documents]}
    await ada.api.mutate("acceptDocuments", accepted, "...on AcceptDocumentsPayload { me { id } }")
    return ada, f"account_{account}"


async def application(world: World, account: str, key: str, **changes: Any) -> dict[str, Any]:
    """The input of an application that is taken."""
    return {
        "productId": await personal(world), "amount": {"amount": "10000", "currency": "CNY"}, "installmentCount": 12,
        "frequency": "MONTHLY", "method": "EQUAL_INSTALLMENTS", "purpose": "EDUCATION", "title": "A course", "facts": FACTS,
        "bankAccountId": account, "idempotencyKey": key,
    } | changes  # fmt: skip


async def test_a_stranger_reads_products_and_quotes(world: World) -> None:
    quote = """query($input: QuoteLoanInput!) { quoteLoan(input: $input) { __typename
        ...on QuoteLoanPayload { quote { annualRate effectiveAnnualRate totalCost { amount } netDisbursed { amount }
            schedule { number principal { amount } } } }
        ...on AmountOutOfRange { code path minimum { amount } } ...on TermNotOffered { installmentCounts } ...on RateAboveCeiling { ceiling } } }"""
    input_ = {
        "productId": await personal(world), "amount": {"amount": "10000.00", "currency": "CNY"}, "installmentCount": 12,
        "frequency": "MONTHLY", "method": "EQUAL_PRINCIPAL", "grade": "A",
    }  # fmt: skip
    found = (await world.api.run(quote, input=input_))["quoteLoan"]["quote"]
    assert sum(Decimal(part["principal"]["amount"]) for part in found["schedule"]) == 10_000
    assert (found["annualRate"], found["netDisbursed"]["amount"]) == ("0.058000", "9950.00")
    assert found["effectiveAnnualRate"] > found["annualRate"]

    refused = (await world.api.run(quote, input=input_ | {"amount": {"amount": "1", "currency": "CNY"}}))["quoteLoan"]
    assert refused == {
        "__typename": "AmountOutOfRange", "code": "AmountOutOfRange", "path": ["amount"], "minimum": {"amount": "1000.00"}
    }  # fmt: skip
    refused = (await world.api.run(quote, input=input_ | {"grade": "G"}))["quoteLoan"]
    ceiling = (await world.api.run("{ platform { profile { rateCeiling } } }"))["platform"]["profile"]["rateCeiling"]
    assert refused == {"__typename": "RateAboveCeiling", "ceiling": ceiling}


async def test_steps_are_named_before_anything_else(world: World) -> None:
    eve = await sign_up(world.api, world.http, world.sandbox_url, "eve@origination.example.com")
    refused = await eve.api.mutate(
        "applyForLoan", await application(world, f"account_{UUID(int=0)}", "1"), "...on StepRequired { steps }"
    )
    assert (refused["__typename"], refused["steps"]) == ("StepRequired", ["ACCEPT_TERMS", "IDENTITY_CHECK"])


async def test_an_application_is_offered_seen_by_its_borrower_and_declined(world: World) -> None:
    ada, account = await borrower(world, "ada")
    input_ = await application(world, account, "1", coBorrowers=[{"name": "Charles Babbage"}])
    answer = await ada.api.mutate("applyForLoan", input_, APPLIED)
    loan = answer["loan"]
    assert (loan["status"], loan["grade"], loan["annualRate"], answer["replayed"]) == (
        "OFFERED",
        "A",
        "0.058000",
        False,
    )
    assert [party["role"] for party in loan["parties"]] == ["BORROWER", "CO_BORROWER"]
    assert (len(loan["schedule"]), len(loan["borrowers"])) == (12, 1)
    assert loan["reference"] in loan["offer"]["documents"][0]["body"]
    assert (loan["decision"]["outcome"], loan["decision"]["points"], loan["decision"]["facts"]) == (
        "APPROVE", None, {"housing": "OWN"},
    )  # fmt: skip
    again = await ada.api.mutate("applyForLoan", input_, APPLIED)
    assert (again["replayed"], again["loan"]["id"]) == (True, loan["id"])
    other = await ada.api.mutate("applyForLoan", input_ | {"title": "Another"}, APPLIED)
    assert other["__typename"] == "IdempotencyConflict"

    query = f"query($id: ID!) {{ loan(id: $id) {{ {LOAN} }} node(id: $id) {{ id }} }}"
    assert await world.api.run(query, id=loan["id"]) == {"loan": None, "node": None}
    mine = (await ada.api.run("{ me { loans { edges { node { id offer { expiresAt } } } } } }"))["me"]["loans"]["edges"]
    assert [edge["node"]["id"] for edge in mine] == [loan["id"]]

    declined = await ada.api.mutate(
        "declineOffer", {"loanId": loan["id"]}, f"...on DeclineOfferPayload {{ loan {{ {LOAN} }} }}"
    )
    assert (declined["loan"]["status"], declined["loan"]["offer"]) == ("DECLINED", None)
    state = "...on WrongState { state allowed }"
    refused = await ada.api.mutate("withdrawApplication", {"loanId": loan["id"]}, state)
    assert (refused["__typename"], refused["state"]) == ("WrongState", "DECLINED")


async def test_who_owes_or_guarantees_too_is_told_and_finds_the_contract(world: World) -> None:
    ada, account = await borrower(world, "asks")
    others = [await sign_up(world.api, world.http, world.sandbox_url, f"{name}@origination.example.com")
              for name in ("owes-too", "guarantees")]  # fmt: skip
    members = [(await other.api.run("{ me { member { id } } }"))["me"]["member"]["id"] for other in others]
    input_ = await application(
        world,
        account,
        "1",
        coBorrowers=[{"name": "Charles Babbage", "memberId": members[0]}],
        guarantors=[{"name": "Mary Somerville", "memberId": members[1]}],
    )
    loan = (await ada.api.mutate("applyForLoan", input_, APPLIED))["loan"]
    events = "{ me { events(first: 1) { edges { node { kind loan { id contract { id } } } } } } }"
    for other in others:
        told = await mail_to(world.http, world.sandbox_url, other.email, re.compile("(?<=guarantees loan )L[0-9]{8}"))
        assert told == loan["reference"]
        latest = (await other.api.run(events))["me"]["events"]["edges"][0]["node"]
        assert (latest["kind"], latest["loan"]["id"]) == ("loan.offered", loan["id"])
        accepted = await other.api.mutate(
            "acceptDocuments",
            {"documentIds": [latest["loan"]["contract"]["id"]]},
            "...on AcceptDocumentsPayload { me { id } }",
        )
        assert accepted["__typename"] == "AcceptDocumentsPayload"


async def test_an_operator_decides_what_waits(world: World) -> None:
    ada, account = await borrower(world, "review")
    answer = await ada.api.mutate("applyForLoan", await application(world, account, "1", facts=DOUBTFUL), APPLIED)
    loan_id = answer["loan"]["id"]
    assert (answer["loan"]["status"], answer["loan"]["annualRate"], answer["loan"]["schedule"]) == (
        "UNDER_REVIEW",
        None,
        [],
    )
    assert answer["loan"]["decision"]["reasons"][0]["code"] == "CONFLICTING_FACTS"

    await create_operator(world.platform.environment, "op@origination.example.com")
    operator = await log_in(world.api, "op@origination.example.com")
    queue = f"{{ operations {{ reviews(first: 50) {{ edges {{ node {{ {LOAN} }} }} }} }} }}"
    edges = (await operator.api.run(queue))["operations"]["reviews"]["edges"]
    [waiting] = [edge["node"] for edge in edges if edge["node"]["id"] == loan_id]
    assert waiting["decision"]["points"] > 0

    decision = {"loanId": loan_id, "outcome": "APPROVE", "reason": "Proof was shown.", "note": "Seen."}
    selection = f"...on ReviewApplicationPayload {{ loan {{ {LOAN} }} }}"
    assert (await ada.api.mutate("reviewApplication", decision, selection))["code"] == "NotAllowed"
    decided = (await operator.api.mutate("reviewApplication", decision, selection))["loan"]
    assert (decided["status"], decided["decision"]["note"], decided["decision"]["byOperator"]) == (
        "OFFERED",
        "Seen.",
        True,
    )
    told = (await ada.api.run(f"query($id: ID!) {{ loan(id: $id) {{ {LOAN} }} }}", id=loan_id))["loan"]
    assert (told["statusReason"], told["decision"]["note"]) == ("Proof was shown.", None)
