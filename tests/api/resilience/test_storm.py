"""Two thousand operations whose clients go away at once."""

import asyncio
import contextlib
import json
from urllib.parse import urlsplit

from websockets.asyncio.client import connect

from tests.api.resilience.conftest import Ground
from tests.support.books import assert_audit
from tests.support.journey import Journey, Party, cny, key, until

QUERY = "{ loans(first: 20) { edges { node { id bids(first: 5) { edges { node { id } } } } } } me { id } }"
MUTATION = "mutation($input: OpenDepositInput!) { openDeposit(input: $input) { __typename } }"
SOCKETS = 10
PER_SOCKET = 100
REQUESTS = 1_000
AFTERWARDS = 40


async def over_websocket(ground: Ground, party: Party) -> None:
    """Operations that are begun and completed by the client in one breath; then the client is gone."""
    url = ground.platform.url.replace("http://", "ws://") + "/graphql"
    async with connect(url, subprotocols=["graphql-transport-ws"]) as socket:  # type: ignore[list-item]
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {party.api.token}"}}
        await socket.send(json.dumps(init))
        assert json.loads(await socket.recv())["type"] == "connection_ack"
        for number in range(PER_SOCKET):
            begin = {"id": str(number), "type": "subscribe", "payload": {"query": QUERY}}
            await socket.send(json.dumps(begin))
            await socket.send(json.dumps({"id": str(number), "type": "complete"}))
        socket.transport.abort()


async def over_http(ground: Ground, party: Party, number: int) -> None:
    """A request whose client does not wait for the answer: every second one writes, half of them as a stream of events.

    Whoever leaves a stream has its operation cancelled, in the middle of whatever it does.
    """
    input_ = {"currency": "CNY", "amount": cny(1), "idempotencyKey": key()}
    asked = {"query": MUTATION, "variables": {"input": input_}} if number % 2 else {"query": QUERY}
    body = json.dumps(asked).encode()
    address = urlsplit(ground.platform.url)
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {party.api.token}\r\nContent-Length: {len(body)}\r\n"
        f"Accept: {'text/event-stream' if number // 2 % 2 else 'application/json'}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(head.encode() + body)
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    await asyncio.sleep(number % 25 / 1_000)  # there is nothing to wait for: it shall happen at any moment
    writer.transport.abort()


async def test_the_pool_is_whole_after_a_storm(ground: Ground, journey: Journey) -> None:
    party = await journey.lender(1_000)
    turn = asyncio.Semaphore(100)

    async def request(number: int) -> None:
        async with turn:
            await over_http(ground, party, number)

    sockets = [over_websocket(ground, party) for _ in range(SOCKETS)]
    await asyncio.gather(*sockets, *(request(number) for number in range(REQUESTS)))

    async with asyncio.timeout(30):
        answers = await asyncio.gather(*(party.api.run(QUERY) for _ in range(AFTERWARDS)))
    assert {answer["me"]["id"] for answer in answers} == {f"user_{party.user_id}"}
    await until(lambda: _nobody_holds_anything(ground), "every transaction to end")
    payloads = await asyncio.gather(*(journey.announce(party, 1) for _ in range(AFTERWARDS)))
    assert len(set(payloads)) == AFTERWARDS
    await assert_audit(ground.books)


async def _nobody_holds_anything(ground: Ground) -> bool:
    """Whether no connection of the platform is inside a transaction."""
    held = await ground.books.fetchval(
        "select count(*) from pg_stat_activity where application_name = 'kalends' and xact_start is not null"
    )
    return bool(held == 0)
