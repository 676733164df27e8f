"""Sessions and personal access tokens over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.conftest import World
from tests.support.client import Client
from tests.support.people import log_in, sign_up

REFRESHED = "...on RefreshSessionPayload { session { accessToken refreshToken } }"
MADE = "...on CreateAccessTokenPayload { secret accessToken { id name scopes } }"


async def refresh(api: Client, token: str) -> dict[str, Any]:
    return await api.mutate("refreshSession", {"refreshToken": token}, REFRESHED)


def token_input(*scopes: str, days: float = 30) -> dict[str, Any]:
    ends_at = datetime.now(UTC) + timedelta(days=days)
    return {"name": "my robot", "scopes": scopes, "expiresAt": ends_at.isoformat()}


async def test_reuse_of_a_rotated_token_ends_the_session(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "rotation@sessions.example.com")
    second = await refresh(world.api, ada.tokens["refreshToken"])
    third = await refresh(world.api, second["session"]["refreshToken"])
    client = world.api.as_user(third["session"]["accessToken"])
    assert (await client.run("{ me { email } }"))["me"]["email"] == ada.email
    for token in (ada.tokens["refreshToken"], third["session"]["refreshToken"]):
        assert (await refresh(world.api, token))["code"] == "InvalidToken"


async def test_sessions_are_listed_and_revoked(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "list@sessions.example.com")
    other = await log_in(world.api, ada.email)
    listed = (await ada.api.run("{ me { sessions { id createdAt expiresAt } } }"))["me"]["sessions"]
    assert {session["id"] for session in listed} == {ada.tokens["sessionId"], other.tokens["sessionId"]}
    answer = await ada.api.mutate(
        "revokeSessions", {"sessionIds": [other.tokens["sessionId"]]}, "...on RevokeSessionsPayload { count }"
    )
    assert answer["count"] == 1
    assert (await refresh(world.api, other.tokens["refreshToken"]))["code"] == "InvalidToken"
    await world.api.mutate("logOut", {"refreshToken": ada.tokens["refreshToken"]}, "...on LogOutPayload { done }")
    assert (await refresh(world.api, ada.tokens["refreshToken"]))["code"] == "InvalidToken"


async def test_a_session_that_ended_makes_nothing_that_lasts(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "ended@sessions.example.com")
    account = {"number": "621700000000000001", "holder": "Ada Lovelace", "currency": "CNY"}
    added = await ada.api.mutate("addBankAccount", account, "...on AddBankAccountPayload { bankAccount { id } }")
    await world.api.mutate("logOut", {"refreshToken": ada.tokens["refreshToken"]}, "")
    withdrawal = {
        "bankAccountId": added["bankAccount"]["id"],
        "amount": {"amount": "1.00", "currency": "CNY"},
        "idempotencyKey": "w",
    }
    for name, input_ in (
        ("createAccessToken", token_input("MONEY")),
        ("addBankAccount", account),
        ("requestWithdrawal", withdrawal),
        ("addRole", {"role": "LENDER"}),
    ):
        document = f"mutation($input: {name[0].upper()}{name[1:]}Input!) {{ {name}(input: $input) {{ __typename }} }}"
        body = (await ada.api.post(document, {"input": input_})).json()
        assert body["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}, name
    assert (await ada.api.run("{ me { email } }"))["me"] == {"email": ada.email}, (
        "what it may see ends with its minutes"
    )


async def test_a_personal_token_does_what_its_scopes_say_until_it_is_revoked(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "robot@sessions.example.com")
    made = await ada.api.mutate("createAccessToken", token_input("BORROW"), MADE)
    assert made["accessToken"]["scopes"] == ["BORROW", "READ"]
    robot = world.api.as_user(made["secret"])
    assert (await robot.run("{ me { scopes } }"))["me"]["scopes"] == ["BORROW", "READ"]
    refused = await robot.mutate("createAccessToken", token_input("BORROW"), "...on NotAllowed { requirement }")
    assert (refused["code"], refused["requirement"]) == ("NotAllowed", "the scope ACCOUNT")

    revoked = await ada.api.mutate(
        "revokeAccessToken",
        {"id": made["accessToken"]["id"]},
        "...on RevokeAccessTokenPayload { me { accessTokens { id } } }",
    )
    assert revoked["me"]["accessTokens"] == []
    assert (await robot.post("{ me { id } }")).status_code == 401


async def test_a_personal_token_has_no_more_than_its_maker(world: World) -> None:
    ada = await sign_up(world.api, world.http, world.sandbox_url, "limits@sessions.example.com")
    for scopes in (["LEND"], ["OPERATE"], ["READ", "REVIEW"]):
        assert (await ada.api.mutate("createAccessToken", token_input(*scopes), MADE))["code"] == "NotAllowed"
    assert (await ada.api.mutate("createAccessToken", token_input(days=400), MADE))["path"] == ["expiresAt"]
