"""What a stranger learns by trying addresses and passwords over the wire: nothing, and then that they have to wait."""

import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.conftest import World
from tests.support.people import PASSWORD, log_in, mail_to, registration, sign_up

WRONG = "not the password of anybody"
RESET = re.compile(r"resetPassword within an hour:\s+eyJ[\w.-]+")
LOG_IN = """mutation($input: LogInInput!) { logIn(input: $input) { __typename ... on LogInPayload { deviceToken }
    ... on UserError { code message path } ... on TooManyAttempts { retryAfterMs } } }"""


async def raw(world: World, query: str, input_: dict[str, Any], address: str = "192.0.2.1") -> httpx.Response:
    """An answer as it comes over the wire, to somebody at an address."""
    body = {"query": query, "variables": {"input": input_}}
    return await world.http.post(f"{world.platform.url}/graphql", json=body, headers={"x-forwarded-for": address})


@pytest.mark.parametrize("mutation", ["logIn", "register", "requestEmailConfirmation", "requestPasswordReset"])
async def test_known_and_unknown_addresses_are_answered_with_the_same_bytes(world: World, mutation: str) -> None:
    known, unknown = (f"{uuid4().hex}@known.example.com" for _ in range(2))
    await sign_up(world.api, world.http, world.sandbox_url, known)
    capital = mutation[0].upper() + mutation[1:]
    query = f"""mutation($input: {capital}Input!) {{ {mutation}(input: $input) {{ __typename
        ... on UserError {{ code message path }} }} }}"""
    inputs = {"logIn": {"password": WRONG}, "register": registration("")}
    answers = [
        await raw(world, query, inputs.get(mutation, {}) | {"email": email}, f"192.0.2.{number}")
        for number, email in enumerate((known, unknown))
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    names = [[name for name, _ in answer.headers.raw if name != b"date"] for answer in answers]
    assert names[0] == names[1]


@pytest.mark.parametrize("known", [True, False])
async def test_whoever_guesses_waits_and_the_owner_does_not(world: World, known: bool) -> None:
    email = f"{uuid4().hex}@guessed.example.com"
    address, home = f"2001:db8:{uuid4().int % 65536:x}:{int(known)}::1", f"2001:db8:{uuid4().int % 65536:x}:9::1"
    if known:
        await sign_up(world.api, world.http, world.sandbox_url, email)
    device = None
    if known:
        opened = (await raw(world, LOG_IN, {"email": email, "password": PASSWORD}, address)).json()
        device = opened["data"]["logIn"]["deviceToken"]
    guesses = [await raw(world, LOG_IN, {"email": email, "password": WRONG}, address) for _ in range(11)]
    answers = [guess.json()["data"]["logIn"] for guess in guesses]
    assert [answer["__typename"] for answer in answers] == ["InvalidCredentials"] * 10 + ["TooManyAttempts"]
    assert 0 < answers[-1].pop("retryAfterMs") <= 60_000
    assert answers[-1] == {
        "__typename": "TooManyAttempts", "code": "TooManyAttempts", "path": [],
        "message": "Too many attempts came from you; wait, then try again.",
    }  # fmt: skip
    if known:
        here = {"email": email, "password": PASSWORD, "deviceToken": device}
        for input_, place in (({"email": email, "password": PASSWORD}, home), (here, address)):
            assert (await raw(world, LOG_IN, input_, place)).json()["data"]["logIn"]["__typename"] == "LogInPayload"


async def test_a_forgotten_password_is_replaced_by_mail(world: World) -> None:
    email = f"{uuid4().hex}@forgot.example.com"
    person = await sign_up(world.api, world.http, world.sandbox_url, email)
    await world.api.mutate("requestPasswordReset", {"email": email}, "")
    mail = await mail_to(world.http, world.sandbox_url, email, RESET)
    token = mail.split()[-1]
    answer = await world.api.mutate("resetPassword", {"token": token, "password": WRONG}, "")
    assert answer["__typename"] == "ResetPasswordPayload"
    refreshed = await world.api.mutate("refreshSession", {"refreshToken": person.tokens["refreshToken"]}, "")
    assert refreshed["__typename"] == "InvalidToken"
    assert (await log_in(world.api, email, WRONG)).tokens["sessionId"] != person.tokens["sessionId"]
    again = await world.api.mutate("resetPassword", {"token": token, "password": PASSWORD}, "")
    assert again["__typename"] == "InvalidToken"
