"""Joining: what strangers learn (nothing), and what is to be done next."""

import re

from tests.api.conftest import World
from tests.support.people import PASSWORD, log_in, mail_to, registration, sign_up

REGISTER = """mutation($input: RegisterInput!) {
  register(input: $input) { __typename ...on RegisterPayload { email } ...on UserError { message code path } } }"""
LOG_IN = """mutation($input: LogInInput!) {
  logIn(input: $input) { __typename ...on LogInPayload { session { sessionId } } ...on UserError { message code path } } }"""
STEPS = "query($goal: Goal!) { me { nextSteps(goal: $goal) { kind mutation documents { id kind } } } }"


async def test_registering_and_logging_in_tell_a_stranger_nothing(world: World) -> None:
    known, unknown = "known@accounts.example.com", "unknown@accounts.example.com"
    credentials = {"input": {"email": known, "password": PASSWORD}}
    first = (await world.api.post(REGISTER, {"input": registration(known)})).content
    unconfirmed = (await world.api.post(LOG_IN, credentials)).content
    again = (await world.api.post(REGISTER, {"input": registration(known)})).content
    await sign_up(world.api, world.http, world.sandbox_url, known)
    confirmed = (await world.api.post(REGISTER, {"input": registration(known)})).content
    assert first == again == confirmed

    nobody = (await world.api.post(LOG_IN, {"input": {"email": unknown, "password": PASSWORD}})).content
    wrong = (await world.api.post(LOG_IN, {"input": {"email": known, "password": "not the password"}})).content
    assert unconfirmed == nobody == wrong and b"InvalidCredentials" in nobody
    assert (await log_in(world.api, known)).tokens["scopes"] == ["ACCOUNT", "BORROW", "MONEY", "READ"]


async def test_the_owner_of_a_known_address_is_told(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "told@accounts.example.com")
    await world.api.mutate("register", registration(ada.email, password="another password"), "")
    await mail_to(world.http, world.sandbox_url, ada.email, re.compile("has an account already"))


async def test_steps_follow_what_was_done(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "steps@accounts.example.com", ["LENDER"])
    steps = (await ada.api.run(STEPS, goal="LEND"))["me"]["nextSteps"]
    assert [(step["kind"], step["mutation"]) for step in steps] == [
        ("ACCEPT_TERMS", "acceptDocuments"),
        ("IDENTITY_CHECK", "requestIdentityCheck"),
        ("ACCEPT_RISK_WARNING", "acceptDocuments"),
    ]
    ids = [document["id"] for step in steps for document in step["documents"]]
    assert len(ids) == 2
    selection = "...on AcceptDocumentsPayload { me { nextSteps(goal: LEND) { kind } consents { edges { node { acceptedAt document { id } } } } } }"
    for _ in range(2):
        answer = await ada.api.mutate("acceptDocuments", {"documentIds": ids}, selection)
        assert answer["me"]["nextSteps"] == [{"kind": "IDENTITY_CHECK"}]
        assert {edge["node"]["document"]["id"] for edge in answer["me"]["consents"]["edges"]} == set(ids)


async def test_refusals_name_the_field(world: World) -> None:
    answer = await world.api.mutate("register", registration("nobody", []), "")
    assert (answer["code"], answer["path"]) == ("InvalidInput", ["email"])
    ada = await sign_up(world.api, world.http, world.sandbox_url, "fields@accounts.example.com")
    answer = await ada.api.mutate("acceptDocuments", {"documentIds": ["loan_1"]}, "")
    assert (answer["code"], answer["path"]) == ("InvalidInput", ["documentIds", "0"])
    answer = await world.api.mutate("confirmEmail", {"token": "x", "password": "x"}, "")
    assert (answer["code"], answer["path"]) == ("InvalidToken", ["token"])


async def test_a_stranger_has_no_account_and_cannot_act(world: World) -> None:
    assert await world.api.run("{ me { id } operations { __typename } }") == {"me": None, "operations": None}
    body = (await world.api.post("mutation { addRole(input: {role: LENDER}) { __typename } }")).json()
    assert body["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_ids_of_others_lead_nowhere(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "hidden@accounts.example.com")
    eve = await sign_up(world.api, world.http, world.sandbox_url, "eve@accounts.example.com")
    claim = {"country": "CN", "identificationNumber": "110101199001010011", "birthDate": "1990-01-01"}
    answer = await ada.api.mutate("requestIdentityCheck", claim, "...on RequestIdentityCheckPayload { check { id } }")
    seen = await ada.api.run("{ me { id member { id pseudonym since } legalName } platform { today } }")
    me = seen["me"]
    query = "query($id: ID!) { node(id: $id) { __typename id } }"
    for id_ in (me["id"], answer["check"]["id"]):
        assert (await ada.api.run(query, id=id_))["node"]["id"] == id_
        assert (await eve.api.run(query, id=id_))["node"] is None
        assert (await world.api.run(query, id=id_))["node"] is None
    assert (await world.api.run(query, id=me["member"]["id"]))["node"]["id"] == me["member"]["id"]
    assert "Ada" not in me["member"]["pseudonym"]
    assert me["member"]["since"] == seen["platform"]["today"]


async def test_documents_are_public_with_their_hashes(world: World) -> None:
    documents = (await world.api.run("{ documents { id kind version sha256 body } }"))["documents"]
    assert [document["kind"] for document in documents] == ["DEBIT_MANDATE", "LOAN_CONTRACT", "RISK_WARNING", "TERMS"]
    one = (await world.api.run("{ documents(kinds: [TERMS]) { kind sha256 } }"))["documents"]
    assert one == [{"kind": "TERMS", "sha256": documents[-1]["sha256"]}]


async def test_a_role_is_added_and_its_scope_comes_with_the_next_refresh(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "roles@accounts.example.com")
    answer = await ada.api.mutate("addRole", {"role": "LENDER"}, "...on AddRolePayload { me { roles scopes } }")
    assert answer["me"]["roles"] == ["BORROWER", "LENDER"] and "LEND" not in answer["me"]["scopes"]
    renewed = await world.api.mutate(
        "refreshSession",
        {"refreshToken": ada.tokens["refreshToken"]},
        "...on RefreshSessionPayload { session { scopes } }",
    )
    assert "LEND" in renewed["session"]["scopes"]
