"""Money in and out over the API, through real workers and the sandbox's bank."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.api.conftest import World
from tests.support.people import PATIENCE_S, Person, create_operator, log_in, sign_up

WALLET = """{ me { wallet { available { amount } unsettled { amount } leaving { amount }
    entries { edges { node { kind amount { amount } balanceAfter { amount } } } }
    transfers { edges { node { kind status amount { amount } reason } } } } } }"""


async def until(look: Callable[[], Awaitable[Any]], enough: Callable[[Any], bool]) -> Any:
    """Look again until it is enough, at most 20 s; then once more, because parts of one answer are read moments apart."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        seen = await look()
        if enough(seen):
            return await look()
        await asyncio.sleep(0.05)
    raise AssertionError(f"it never came to that; the last seen: {seen}")


async def wallet(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.api.run(WALLET))["me"]["wallet"]
    return found


async def until_available(person: Person, amount: str) -> dict[str, Any]:
    async def look() -> dict[str, Any]:
        return await wallet(person)

    seen: dict[str, Any] = await until(look, lambda seen: seen["available"]["amount"] == amount)
    return seen


async def outside_account(world: World, balance_minor: int) -> str:
    """An account at the sandbox's bank; returns its number."""
    body = {"holder": "Ada Lovelace", "currency": "CNY", "balance_minor": balance_minor, "income": None}
    answer = await world.http.post(f"{world.sandbox_url}/bank/customers/accounts", json=body)
    number: str = answer.json()["number"]
    return number


async def transfer(world: World, account: str, reference: str, amount_minor: int) -> None:
    """Somebody pays the platform at their bank."""
    body = {"account": account, "reference": reference, "amount_minor": amount_minor, "currency": "CNY"}
    answer = await world.http.post(f"{world.sandbox_url}/bank/customers/transfers", json=body)
    answer.raise_for_status()


async def somebody(world: World, balance_minor: int = 100_000) -> tuple[Person, str, str]:
    """A user, the number of their bank account, and its id on the platform."""
    email = f"{uuid4().hex[:12]}@money.example.com"
    person = await sign_up(world.api, world.http, world.sandbox_url, email, ["LENDER"])
    number = await outside_account(world, balance_minor)
    added = await person.api.mutate(
        "addBankAccount",
        {"number": number, "holder": "Ada Lovelace", "currency": "CNY"},
        "...on AddBankAccountPayload { bankAccount { id number } }",
    )
    assert added["bankAccount"]["number"] == number
    return person, number, added["bankAccount"]["id"]


async def pay_in(world: World, person: Person, number: str, amount_minor: int) -> None:
    opened = await person.api.mutate(
        "openDeposit",
        {"currency": "CNY", "idempotencyKey": uuid4().hex},
        "...on OpenDepositPayload { reference custodyAccountHolder transfer { status } }",
    )
    assert opened["transfer"]["status"] == "EXPECTED"
    await transfer(world, number, opened["reference"], amount_minor)


async def verify(person: Person) -> None:
    claim = {
        "country": "CN",
        "identificationNumber": f"11010119900101{uuid4().int % 89 + 10:02d}11",
        "birthDate": "1990-01-01",
    }
    await person.api.mutate("requestIdentityCheck", claim, "...on RequestIdentityCheckPayload { check { id } }")

    async def look() -> Any:
        return (await person.api.run("{ me { identityCheck { status } } }"))["me"]["identityCheck"]["status"]

    await until(look, lambda status: status == "VERIFIED")


def withdrawal(account_id: str, amount: str, key: str) -> dict[str, Any]:
    return {"bankAccountId": account_id, "amount": {"amount": amount, "currency": "CNY"}, "idempotencyKey": key}


WITHDRAWN = """...on RequestWithdrawalPayload { transfer { id status } wallet { available { amount } } replayed }
    ...on InsufficientFunds { available { amount } needed { amount } } ...on StepRequired { steps }"""


async def test_a_deposit_and_a_withdrawal_through_the_bank(world: World) -> None:
    ada, number, account_id = await somebody(world)
    await pay_in(world, ada, number, 50_000)
    await until_available(ada, "500.00")
    refused = await ada.api.mutate("requestWithdrawal", withdrawal(account_id, "1.00", "w0"), WITHDRAWN)
    assert (refused["__typename"], refused["steps"]) == ("StepRequired", ["IDENTITY_CHECK"])
    await verify(ada)
    poor = await ada.api.mutate("requestWithdrawal", withdrawal(account_id, "500.01", "w1"), WITHDRAWN)
    assert poor["__typename"] == "InsufficientFunds"
    assert (poor["available"]["amount"], poor["needed"]["amount"]) == ("500.00", "500.01")
    paid, again = [
        await ada.api.mutate("requestWithdrawal", withdrawal(account_id, "120.50", "w2"), WITHDRAWN) for _ in range(2)
    ]
    assert (paid["replayed"], again["replayed"]) == (False, True)
    assert paid["transfer"]["id"] == again["transfer"]["id"]

    async def look() -> dict[str, Any]:
        return await wallet(ada)

    seen = await until(look, lambda seen: seen["transfers"]["edges"][0]["node"]["status"] == "SETTLED")
    assert (seen["available"]["amount"], seen["leaving"]["amount"]) == ("379.50", "0.00")
    lines = [edge["node"] for edge in seen["entries"]["edges"]]
    assert [(each["kind"], each["amount"]["amount"], each["balanceAfter"]["amount"]) for each in lines] == [
        ("WITHDRAWAL", "-120.50", "379.50"),
        ("DEPOSIT_FINAL", "500.00", "500.00"),
    ]
    account = (await world.http.get(f"{world.sandbox_url}/bank/customers/accounts/{number}")).json()
    assert account["balance_minor"] == 62_050


async def test_a_mandate_asks_for_consent_and_the_bank_answers(world: World) -> None:
    ada, _, account_id = await somebody(world)
    give = {"bankAccountId": account_id}
    selection = "...on GiveMandatePayload { mandate { id status } } ...on StepRequired { steps }"
    first = await ada.api.mutate("giveMandate", give, selection)
    assert first["steps"] == ["ACCEPT_DEBIT_MANDATE"]
    steps = "{ me { nextSteps(goal: GIVE_MANDATE) { kind mutation documents { id kind } } } }"
    (step,) = (await ada.api.run(steps))["me"]["nextSteps"]
    assert (step["kind"], step["mutation"]) == ("ACCEPT_DEBIT_MANDATE", "acceptDocuments")
    assert [document["kind"] for document in step["documents"]] == ["DEBIT_MANDATE"]
    accepted = {"documentIds": [document["id"] for document in step["documents"]]}
    await ada.api.mutate("acceptDocuments", accepted, "...on AcceptDocumentsPayload { me { id } }")
    assert (await ada.api.run(steps))["me"]["nextSteps"] == []
    given = await ada.api.mutate("giveMandate", give, selection)

    async def look() -> Any:
        (mandate,) = (await ada.api.run("{ me { mandates { id status bankAccount { id } } } }"))["me"]["mandates"]
        return mandate

    seen = await until(look, lambda mandate: mandate["status"] == "ACTIVE")
    assert (seen["id"], seen["bankAccount"]["id"]) == (given["mandate"]["id"], account_id)
    revoked = await ada.api.mutate(
        "revokeMandate", {"id": seen["id"]}, "...on RevokeMandatePayload { mandate { status } }"
    )
    assert revoked["mandate"]["status"] == "REVOKED"


async def test_an_operator_finds_the_owner_of_an_unknown_deposit(world: World) -> None:
    ada, number, _ = await somebody(world)
    email = f"{uuid4().hex[:12]}@finance.example.com"
    await create_operator(world.platform.environment, email)
    clerk = await log_in(world.api, email)
    note = f"for Ada {uuid4().hex[:6]}"
    await transfer(world, number, note, 7_700)
    queue = "{ operations { suspense(first: 100) { edges { node { id reference amount { amount } } } } } }"

    async def look() -> list[Any]:
        edges = (await clerk.api.run(queue))["operations"]["suspense"]["edges"]
        return [edge["node"] for edge in edges if edge["node"]["reference"] == note]

    (item,) = await until(look, lambda found: len(found) == 1)
    member = (await ada.api.run("{ me { member { id } } }"))["me"]["member"]["id"]
    assign = {"itemId": item["id"], "memberId": member, "idempotencyKey": uuid4().hex}
    stolen = await ada.api.mutate("assignSuspense", assign, "...on AssignSuspensePayload { item { id } }")
    assert stolen["__typename"] == "NotAllowed"
    assigned = await clerk.api.mutate(
        "assignSuspense", assign, "...on AssignSuspensePayload { item { status member { id } } }"
    )
    assert assigned["item"] == {"status": "ASSIGNED", "member": {"id": member}}
    await until_available(ada, "77.00")


async def test_money_is_nobody_elses_business(world: World) -> None:
    ada, _, account_id = await somebody(world)
    eve, _, _ = await somebody(world)
    node = "query($id: ID!) { node(id: $id) { id } operations { suspense { edges { node { id } } } } }"
    assert await eve.api.run(node, id=account_id) == {"node": None, "operations": None}
    assert (await ada.api.run(node, id=account_id))["node"] == {"id": account_id}
    theft = await eve.api.mutate("requestWithdrawal", withdrawal(account_id, "1.00", "t"), WITHDRAWN)
    assert theft["__typename"] == "NotFound"
    bad = await eve.api.mutate("requestWithdrawal", withdrawal("account_1", "1.00", "t"), WITHDRAWN)
    assert (bad["__typename"], bad["path"]) == ("InvalidInput", ["bankAccountId"])
    stranger = await world.api.post('mutation { revokeMandate(input: {id: "x"}) { __typename } }')
    assert stranger.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
