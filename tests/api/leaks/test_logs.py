"""Everything personal and secret that a platform is told, by every way it can be told; and none of it in a log.

The search itself is at the end of the suite (`nothing_leaks` in `tests/conftest.py`), over the logs of all servers and
workers that the suite has started. Here is what it must not find, and that it would.
"""

import json
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from websockets.asyncio.client import connect

from domain.shared.logs import REDACTED, redact
from tests.api.conftest import World
from tests.support import planted
from tests.support.client import Client
from tests.support.journey import until
from tests.support.people import mail_to, registration

CLAIM = {"country": "CN", "identificationNumber": planted.IDENTIFICATION, "birthDate": "1990-05-17"}


async def test_a_whole_acquaintance_leaves_nothing_in_the_logs(world: World, log_folder: Path) -> None:
    api = await _join(world)
    answer = await api.mutate("requestIdentityCheck", CLAIM, "... on RequestIdentityCheckPayload { check { id } }")
    account = {"number": planted.BANK_ACCOUNT, "holder": planted.NAME, "currency": "CNY"}
    await api.mutate("addBankAccount", account, "")
    assert answer["__typename"] == "RequestIdentityCheckPayload"
    await _program(api)
    await _forget(world)
    await _by_other_ways(world)
    await until(lambda: _checked(api), "the identity check to be decided")
    assert list(planted.leaks(log_folder)) == []
    assert '"path": "/graphql"' in (log_folder / "api.log").read_text()


async def _join(world: World) -> Client:
    """Register, confirm, log in rightly and wrongly."""
    given = registration(planted.EMAIL, password=planted.PASSWORD, legalName=planted.NAME)
    await world.api.mutate("register", given, "")
    token = await mail_to(world.http, world.sandbox_url, planted.EMAIL)
    await world.api.mutate("confirmEmail", {"token": token, "password": planted.PASSWORD}, "")
    wrong = {"email": planted.EMAIL, "password": planted.PASSWORD + "x"}
    assert (await world.api.mutate("logIn", wrong, ""))["__typename"] == "InvalidCredentials"
    right = {"email": planted.EMAIL, "password": planted.PASSWORD}
    selection = "... on LogInPayload { session { accessToken refreshToken } }"
    session = (await world.api.mutate("logIn", right, selection))["session"]
    used = {"refreshToken": session["refreshToken"]}
    for expected in ("RefreshSessionPayload", "InvalidToken"):  # the second ends the session, and tells its owner
        assert (await world.api.mutate("refreshSession", used, ""))["__typename"] == expected
    session = (await world.api.mutate("logIn", right, selection))["session"]
    return world.api.as_user(session["accessToken"])


async def _program(api: Client) -> None:
    """A personal token, used rightly, and a wrong one."""
    ends_at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    wanted = {"name": planted.NAME, "scopes": ["READ"], "expiresAt": ends_at}
    made = await api.mutate("createAccessToken", wanted, "... on CreateAccessTokenPayload { secret }")
    assert (await api.as_user(made["secret"]).run("{ me { email } }"))["me"]["email"] == planted.EMAIL
    assert (await api.as_user(f"kpat_{planted.HEADER}").post("{ __typename }")).status_code == 401


async def _forget(world: World) -> None:
    """A new password is asked for, and not chosen."""
    await world.api.mutate("requestPasswordReset", {"email": planted.EMAIL}, "")
    await world.api.mutate("resetPassword", {"token": planted.HEADER, "password": planted.PASSWORD}, "")


async def _by_other_ways(world: World) -> None:
    """Mistakes in documents, variables, bodies, URLs, headers, and over a WebSocket."""
    url = world.platform.url
    for query in (
        f'{{ node(id: "{planted.DOCUMENT}") {{ id }} }}',
        f"{{ {planted.DOCUMENT} }}",
        f'{{ node(id: "{planted.DOCUMENT}',
    ):
        await world.http.post(f"{url}/graphql", json={"query": query})
    text = f"query {planted.OPERATION}($id: ID!) {{ node(id: $id) {{ id }} }}"
    for variables in ({"id": planted.VARIABLE}, {"id": [planted.VARIABLE]}, {planted.VARIABLE: 1}):
        await world.http.post(
            f"{url}/graphql", json={"query": text, "variables": variables, "operationName": planted.OPERATION}
        )
    await world.http.get(f"{url}/graphql", params={"query": f"{{ {planted.URL} }}", planted.URL: planted.URL})
    await world.http.get(f"{url}/graphql?query=%7B__typename%7D&variables=%7B%22{planted.URL}")
    await world.http.post(f"{url}/graphql", content=planted.DOCUMENT, headers={"content-type": "application/json"})
    await world.http.post(
        f"{url}/webhooks/bank", json={"secret": planted.DOCUMENT}, headers={"webhook-id": planted.HEADER}
    )
    cookies = {"kalends": planted.HEADER, "kalends-refresh": planted.HEADER}
    async with httpx.AsyncClient(base_url=url, cookies=cookies, headers={"kalends-csrf": "1"}) as browser:
        await browser.post("/session", json={"email": planted.EMAIL, "password": planted.PASSWORD})
        await browser.post("/session/refresh")
        await browser.post("/graphql", json={"query": "{ __typename }"})
    socket_url = url.replace("http://", "ws://") + f"/graphql?token={planted.URL}"
    async with connect(socket_url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]  # a name
        await socket.send(json.dumps({"type": "connection_init", "payload": {planted.VARIABLE: planted.VARIABLE}}))
        payload = {"query": text, "variables": {"id": planted.VARIABLE}}
        await socket.send(json.dumps({"id": planted.VARIABLE, "type": "subscribe", "payload": payload}))
        await socket.send(planted.DOCUMENT)


async def _checked(api: Client) -> bool:
    check = (await api.run("{ me { identityCheck { status } } }"))["me"]["identityCheck"]
    return check is not None and check["status"] in ("VERIFIED", "REVIEW", "REJECTED")


async def test_a_workers_fault_is_found_by_the_id_of_its_event(world: World, log_folder: Path) -> None:
    """A handler that fails names the event; what the event says stays out of the log."""
    payload = {"loan_id": str(uuid4()), "booked_on": f"not a day for {planted.EMAIL}", "token": planted.VARIABLE}
    event = await world.books.fetchval(
        """insert into shared.outbox (event_id, kind, dedupe_key, payload, audience, happened_at)
        values (gen_random_uuid(), 'payout.settled', $1, $2::jsonb, '{}', now()) returning id""",
        f"payout.settled:{uuid4()}", json.dumps(payload),
    )  # fmt: skip

    async def logged() -> str:
        logs = (path.read_text() for path in log_folder.glob("worker-*.log"))
        return next((line for text in logs for line in text.splitlines() if _is_about(line, event)), "")

    line = json.loads(await until(logged, "a worker to fail", 90))
    row = await world.books.fetchrow(
        "update shared.outbox set dispatched_at = now() where id = $1 returning attempts > 0 as again, last_error",
        event,
    )
    assert row is not None and dict(row) == {"again": True, "last_error": "ValueError"}, "it is tried again, later"
    assert (line["event"], line["level"]) == ("relay.event_failed", "error")
    assert "Traceback" in line["exception"] and planted.VARIABLE not in line["exception"]


def _is_about(line: str, event: int) -> bool:
    return line.startswith("{") and json.loads(line).get("outbox_id") == event


@pytest.mark.parametrize(
    "line",
    [
        f'{{"event": "x", "email": "{planted.EMAIL}"}}',
        f"{{ {planted.DOCUMENT} }}",
        "query($input: LogInInput!) { me { id } }",
        json.dumps({"event": "query Mine {\n  me { id }\n}"}),
        json.dumps({"event": "mutation Bid(\n  $input: PlaceBidInput!\n) { placeBid(input: $input) { __typename } }"}),
        f"number {planted.IDENTIFICATION}",
        f"holder of {planted.BANK_ACCOUNT}",
        "kref_" + "a" * 43,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.abcdefghijkl",
        "somebody@mail.example.com",
    ],
    ids=[
        "e-mail",
        "document",
        "variables",
        "named",
        "in JSON",
        "identification",
        "bank account",
        "refresh token",
        "access token",
        "any address",
    ],
)
def test_the_search_finds_what_leaks(line: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # not where the suite's own logs are
        (Path(folder) / "api.log").write_text(f"first\n{line}\n")
        [found] = planted.leaks(Path(folder))
    assert found.startswith("api.log:2:")


def test_the_search_does_not_take_a_traceback_for_a_document() -> None:
    with tempfile.TemporaryDirectory() as folder:
        line = json.dumps({"exception": "in execute\n    result = await self._protocol.query(query, timeout)\n"})
        (Path(folder) / "worker-1.log").write_text(line)
        assert list(planted.leaks(Path(folder))) == []


def test_values_in_a_drivers_errors_are_taken_out() -> None:
    text = "asyncpg.exceptions.DataError: invalid input for query argument $2: 'a secret' (expected str, got int)"
    assert redact(None, "", {"event": text}) == {"event": text.partition("'")[0] + REDACTED}
