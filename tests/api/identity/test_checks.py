"""Identity checks through the real worker and the sandbox's identity provider."""

import asyncio
from typing import Any

import pytest

from tests.api.conftest import World
from tests.support.people import PATIENCE_S, Person, create_operator, log_in, sign_up

CHECK = "{ me { nextSteps(goal: BORROW) { kind } identityCheck { id status reason applicant { legalName } } } }"


async def ask(person: Person, number: str) -> dict[str, Any]:
    """Ask for a check; returns `me` once the provider has answered."""
    claim = {"country": "CN", "identificationNumber": number, "birthDate": "1990-01-01"}
    await person.api.mutate("requestIdentityCheck", claim, "...on RequestIdentityCheckPayload { check { id } }")
    return await decided(person, "PENDING", "SUBMITTED")


async def decided(person: Person, *before: str) -> dict[str, Any]:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        if (await person.api.run(CHECK))["me"]["identityCheck"]["status"] not in before:
            # The parts of an answer are read moments apart: what follows from the decision is in the next one.
            me: dict[str, Any] = (await person.api.run(CHECK))["me"]
            return me
        await asyncio.sleep(0.05)
    raise AssertionError("the provider did not answer")


@pytest.mark.parametrize(("number", "status"), [("110101199001010011", "VERIFIED"), ("110101199001010099", "REJECTED")])
async def test_the_provider_decides(world: World, number: str, status: str) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, f"{status.lower()}@checks.example.com")
    me = await ask(ada, number)
    assert me["identityCheck"]["status"] == status
    assert ({"kind": "IDENTITY_CHECK"} in me["nextSteps"]) is (status == "REJECTED")
    stored = await world.books.fetch("select identification_number from identity.identity_checks")
    assert all(row["identification_number"] is None for row in stored)


async def test_an_operator_from_the_command_line_decides_the_rest(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "review@checks.example.com")
    assert (await ask(ada, "110101199001010000"))["identityCheck"]["status"] == "REVIEW"
    await create_operator(world.platform.environment, "op@checks.example.com")
    operator = await log_in(world.api, "op@checks.example.com")
    queue = "{ operations { identityChecks(first: 100) { edges { node { id applicant { email } } } } } }"
    edges = (await operator.api.run(queue))["operations"]["identityChecks"]["edges"]
    [check] = [edge["node"] for edge in edges if edge["node"]["applicant"]["email"] == ada.email]

    decision = {"id": check["id"], "approve": True, "reason": "Seen in person."}
    selection = "...on DecideIdentityCheckPayload { check { status reason } }"
    assert (await ada.api.mutate("decideIdentityCheck", decision, selection))["code"] == "NotAllowed"
    answer = await operator.api.mutate("decideIdentityCheck", decision, selection)
    assert answer["check"] == {"status": "VERIFIED", "reason": "Seen in person."}
    assert {"kind": "IDENTITY_CHECK"} not in (await decided(ada, "REVIEW"))["nextSteps"]
