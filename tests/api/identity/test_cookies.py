"""Browsers keep their session in cookies: no script reads them, no other page uses them."""

import asyncio
from collections.abc import AsyncIterator
from http.cookies import Morsel, SimpleCookie
from typing import Any, cast
from uuid import uuid4

import httpx
import orjson
import pytest
from websockets.asyncio.client import connect

from api.cookies import Cookies, ForeignPage
from domain.shared.settings import Settings
from tests.api.conftest import World
from tests.support.people import PASSWORD, sign_up

CSRF = {"kalends-csrf": "1"}
WHO = "{ me { email } }"


@pytest.fixture
async def browser(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Keeps cookies, and sends what a page of the API's own origin would."""
    headers = CSRF | {"origin": world.platform.url}
    async with httpx.AsyncClient(base_url=world.platform.url, headers=headers) as client:
        yield client


@pytest.fixture
async def email(world: World) -> str:
    """Somebody's address."""
    address = f"{uuid4().hex}@browser.example.com"
    await sign_up(world.api, world.http, world.sandbox_url, address)
    return address


async def log_in(browser: httpx.AsyncClient, email: str, password: str = PASSWORD) -> httpx.Response:
    return await browser.post("/session", json={"email": email, "password": password})


async def me(browser: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await browser.post("/graphql", json={"query": WHO}, headers=headers)


def morsels(response: httpx.Response) -> dict[str, "Morsel[str]"]:
    """The cookies that a response sets, with their attributes."""
    found: dict[str, Morsel[str]] = {}
    for line in response.headers.get_list("set-cookie"):
        found |= SimpleCookie(line)
    return found


async def test_a_session_in_cookies_from_the_first_to_the_last(browser: httpx.AsyncClient, email: str) -> None:
    opened = await log_in(browser, email)
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "no-store")
    session = opened.json()["session"]
    assert session.keys() == {"sessionId", "scopes", "accessExpiresAt", "refreshExpiresAt"}
    assert "eyJ" not in opened.text and "kref_" not in opened.text, "tokens travel in cookies only"
    assert (await me(browser)).json() == {"data": {"me": {"email": email}}}

    before = dict(browser.cookies)
    renewed = await browser.post("/session/refresh")
    assert renewed.json()["session"]["sessionId"] == session["sessionId"]
    assert browser.cookies["kalends-refresh"] != before["kalends-refresh"]
    assert (await me(browser)).json() == {"data": {"me": {"email": email}}}

    ended = await browser.delete("/session")
    assert (ended.status_code, ended.content) == (204, b"")
    assert browser.cookies.keys() == {"kalends-device"}
    assert (await me(browser)).json() == {"data": {"me": None}}
    assert (await browser.post("/session/refresh")).status_code == 401


async def test_cookies_are_kept_from_scripts_and_other_sites(browser: httpx.AsyncClient, email: str) -> None:
    found = morsels(await log_in(browser, email))
    paths = {"kalends": "/", "kalends-refresh": "/session", "kalends-device": "/session"}
    assert {name: one["path"] for name, one in found.items()} == paths
    assert all(one["httponly"] and one["samesite"] == "Strict" and not one["domain"] for one in found.values())
    assert int(found["kalends"]["max-age"]) <= 600 < int(found["kalends-refresh"]["max-age"])


def test_in_production_they_go_over_tls_only() -> None:
    cookies = Cookies(Settings(public_url="https://api.example.com"))
    names = [cookies.access, cookies.refresh, cookies.device]
    assert names == ["__Host-kalends", "__Secure-kalends-refresh", "__Secure-kalends-device"]
    made = SimpleCookie(cookies.make(cookies.access, "x", "/", 600))
    assert made["__Host-kalends"]["secure"]


def test_front_ends_elsewhere_use_no_cookies() -> None:
    cookies = Cookies(
        Settings(
            public_url="https://api.example.com", cors_origins=["https://front.example", "https://www.example.com"]
        )
    )
    for origin in ("https://front.example", "https://www.example.com", "https://api.example.com", None):
        headers = [(b"kalends-csrf", b"1"), (b"cookie", b"__Host-kalends=token")]
        headers += [] if origin is None else [(b"origin", origin.encode())]
        for kind, is_own in (
            ("http", origin in ("https://api.example.com", None)),
            ("websocket", origin == "https://api.example.com"),
        ):
            scope = {"type": kind, "headers": headers}
            if is_own:
                assert cookies.authorization(scope) == "Bearer token"
            else:
                with pytest.raises(ForeignPage):
                    cookies.authorization(scope)


@pytest.mark.parametrize(
    "headers",
    [{"kalends-csrf": ""}, {"origin": "https://evil.example"}, {"origin": "null"}],
    ids=["without the header", "another origin", "no origin of its own"],
)
async def test_a_cookie_alone_is_refused(
    world: World, browser: httpx.AsyncClient, email: str, headers: dict[str, str]
) -> None:
    """As if another page had the browser send it."""
    await log_in(browser, email)
    given = {name: value for name, value in (dict(browser.headers) | headers).items() if value}
    async with httpx.AsyncClient(base_url=world.platform.url, cookies=browser.cookies) as other:
        for method, path, more in (
            ("POST", "/graphql", {"json": {"query": WHO}}),
            ("GET", "/graphql", {"params": {"query": WHO}}),
            ("POST", "/session", {"json": {"email": email, "password": PASSWORD}}),
            ("POST", "/session/refresh", {}),
            ("DELETE", "/session", {}),
        ):
            refused = await other.request(method, path, headers=given, **cast("Any", more))
            assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")
    assert (await me(browser)).json() == {"data": {"me": {"email": email}}}, "nothing was ended or renewed"


async def test_a_token_needs_no_header_and_comes_before_a_cookie(
    world: World, browser: httpx.AsyncClient, email: str
) -> None:
    other = await sign_up(world.api, world.http, world.sandbox_url, f"{uuid4().hex}@token.example.com")
    await log_in(browser, email)
    async with httpx.AsyncClient(base_url=world.platform.url, cookies=browser.cookies) as plain:
        shown = await me(plain, authorization=f"Bearer {other.api.token}", origin="https://elsewhere.example")
    assert shown.json() == {"data": {"me": {"email": other.email}}}


async def test_bodies_a_form_could_send_are_refused(browser: httpx.AsyncClient, email: str) -> None:
    body = orjson.dumps({"email": email, "password": PASSWORD})
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        for path in ("/session", "/graphql"):
            answer = await browser.post(path, content=body, headers={"content-type": kind})
            assert answer.status_code == 415, (path, kind)


async def test_a_refresh_cookie_that_is_used_again_ends_the_session(browser: httpx.AsyncClient, email: str) -> None:
    await log_in(browser, email)
    stolen = browser.cookies["kalends-refresh"]
    assert (await browser.post("/session/refresh")).status_code == 200
    latest = browser.cookies["kalends-refresh"]
    browser.cookies.clear()
    again = await browser.post("/session/refresh", headers={"cookie": f"kalends-refresh={stolen}"})
    assert (again.status_code, again.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert morsels(again)["kalends-refresh"].value == "", "the browser forgets it"
    assert (await browser.post("/session/refresh", headers={"cookie": f"kalends-refresh={latest}"})).status_code == 401


async def test_wrong_passwords_are_401_then_429_but_not_on_a_known_device(
    browser: httpx.AsyncClient, email: str
) -> None:
    place = {"x-forwarded-for": f"2001:db8:{uuid4().int % 65536:x}::1"}
    browser.headers.update(place)
    await log_in(browser, email)
    device = browser.cookies["kalends-device"]
    browser.cookies.clear()
    statuses = [(await log_in(browser, email, "not the password of anybody")).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    refused = await log_in(browser, email)
    error = refused.json()["errors"][0]["extensions"]
    assert error["code"] == "RATE_LIMITED" and 0 < error["retryAfterMs"] <= int(refused.headers["retry-after"]) * 1_000
    body = {"email": email, "password": PASSWORD}
    known = await browser.post("/session", json=body, headers={"cookie": f"kalends-device={device}"})
    assert known.status_code == 200


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"email": "a@b.example"}', b'{"email": 1, "password": 2}', b"x" * 5_000]
)
async def test_other_bodies_are_no_log_ins(browser: httpx.AsyncClient, body: bytes) -> None:
    answer = await browser.post("/session", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")


async def asked_by_socket(world: World, cookie: str, **headers: str) -> Any:
    """What a WebSocket with a cookie is told of `me`; the code it is closed with, if it is."""
    url = world.platform.url.replace("http://", "ws://") + "/graphql"
    protocol: Any = "graphql-transport-ws"
    more = {"cookie": f"kalends={cookie}"} | headers
    async with connect(url, subprotocols=[protocol], additional_headers=more) as socket:
        await socket.send('{"type":"connection_init"}')
        await socket.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": {"query": WHO}}).decode())
        try:
            messages = [orjson.loads(await asyncio.wait_for(socket.recv(), 10)) for _ in range(2)]
        except Exception:  # noqa: BLE001 - closed, with a code
            return socket.close_code
    return messages[1]["payload"]["data"]["me"]


async def test_a_websocket_takes_the_cookie_from_our_pages_only(
    world: World, browser: httpx.AsyncClient, email: str
) -> None:
    await log_in(browser, email)
    cookie = browser.cookies["kalends"]
    assert await asked_by_socket(world, cookie, origin=world.platform.url) == {"email": email}
    assert await asked_by_socket(world, cookie, origin="https://evil.example") == 4403
    assert await asked_by_socket(world, cookie) == 4403
    assert await asked_by_socket(world, "nonsense", origin=world.platform.url) == 4403
