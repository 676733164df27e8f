"""What mutations and subscriptions answer to everybody."""

import asyncio
import json
import re
from collections.abc import Collection, Mapping
from typing import Any, cast
from uuid import UUID, uuid4

import orjson
from websockets.asyncio.client import connect

from api.engine import encode
from tests.api.authorisation.asking import API, Viewer
from tests.api.authorisation.cases import Case, Input
from tests.api.authorisation.questions import Seen, fields_of, text
from tests.api.authorisation.world import World
from tests.api.schema.served import TYPES

PROTOCOL = "graphql-transport-ws"
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOTHING = "nothing"
"""A mutation that was done, but to nothing of the owner's."""
SILENT = "silent"
PATIENCE_S = 20.0


class Writing:
    """Asks one server to write. `told` collects what of a payload was shown to whoever may have it."""

    def __init__(self, api: API, url: str, world: World) -> None:
        self._api, self._url, self._world, self._home = api, url, world, world.homes[0]
        self.told = Seen()

    async def row(self, case: Case, viewers: list[Viewer]) -> dict[str, str]:
        """What each viewer is answered; a new thing is made ready whenever somebody has had their way with the last."""
        given: Input | None = None
        answers = {}
        for viewer in viewers:
            given = given or await case.make(self._home)
            result, code = await self._ask(viewer, case, given | fresh_key(given))
            answers[viewer.name] = code or self._judged(case, result)
            if code is None and result["__typename"].endswith("Payload"):
                given = None
        return answers

    async def tells_hidden_from_unknown(self, case: Case, viewer: Viewer) -> str | None:
        """How the answer about what is somebody else's differs from that about what does not exist; None: not at all."""
        given = await case.make(self._home)
        answers = []
        for input_ in (given, unknown(given, set(self._world.platform.values()))):
            result, code = await self._ask(viewer, case, input_ | fresh_key(input_))
            answers.append(UUID_TEXT.sub("id", json.dumps([result, code], sort_keys=True)))
        if answers[0] == answers[1] or "Payload" in answers[0]:
            return None
        return (
            f"{case.name} tells {viewer.name} {answers[0]} for what is not theirs, {answers[1]} for what does not exist"
        )

    async def _ask(self, viewer: Viewer, case: Case, input_: Input) -> tuple[Any, str | None]:
        capital = f"{case.name[0].upper()}{case.name[1:]}"
        payload = f"{capital}Payload"
        selection = f"...on {payload} {{ {text(fields_of(payload))} }} ...on UserError {{ code message path }}"
        query = f"mutation($input: {capital}Input!) {{ {case.name}(input: $input) {{ __typename {selection} }} }}"
        answer = await self._api.post(viewer, query, input=input_)
        if "errors" in answer:
            return None, str(answer["errors"][0]["extensions"]["code"])
        return answer["data"][case.name], None

    def _judged(self, case: Case, result: Mapping[str, Any]) -> str:
        name: str = result["__typename"]
        if not name.endswith("Payload"):
            return name
        self.told.look(fields_of(name), result, {}, (name,))
        if result.get("count") == 0:
            return NOTHING
        if "results" in result:  # each bid of several has an answer of its own
            inner: str = result["results"][0]["__typename"]
            return inner if not inner.endswith("Payload") else "done"
        return "done"

    async def funding(self, viewer: Viewer, loan_id: str, public_id: str) -> str:
        """What `loanFunding` says of a loan: its state at once, or nothing before that of the public loan behind it."""
        query = f"subscription($ids: [ID!]!) {{ loanFunding(loanIds: $ids) {{ {text(fields_of('FundingUpdate'))} }} }}"
        first = await self._first(viewer, query, {"ids": [loan_id, public_id]})
        if isinstance(first, str):
            return first
        return "value" if first["loanFunding"]["loan"]["id"] == loan_id else SILENT

    async def events(self, viewer: Viewer) -> str:
        """What `myEvents` says from the beginning."""
        query = f"subscription($after: String) {{ myEvents(after: $after) {{ {text(fields_of('ActivityEvent'))} }} }}"
        first = await self._first(viewer, query, {"after": encode([0, 0])})
        return first if isinstance(first, str) else "value"

    async def _first(self, viewer: Viewer, query: str, variables: Mapping[str, Any]) -> Any:
        """The data of the first message, or the code of an error."""
        async with connect(self._url, subprotocols=[cast("Any", PROTOCOL)]) as socket:

            async def send(message: Mapping[str, Any]) -> None:
                await socket.send(orjson.dumps(message).decode())

            async def receive() -> Any:
                return orjson.loads(await asyncio.wait_for(socket.recv(), PATIENCE_S))

            token = {"Authorization": f"Bearer {viewer.token}"} if viewer.token else {}
            await send({"type": "connection_init", "payload": token})
            assert (await receive())["type"] == "connection_ack"
            await send({"id": "1", "type": "subscribe", "payload": {"query": query, "variables": variables}})
            message = await receive()
            if message["type"] == "error":
                return str(message["payload"][0]["extensions"]["code"])
            assert message["type"] == "next", message
            if "errors" in message["payload"]:
                return str(message["payload"]["errors"][0]["extensions"]["code"])
            return message["payload"]["data"]


def unknown(value: Any, kept: Collection[str]) -> Any:
    """The same input with ids that nothing has, but for what is everybody's (`kept`)."""
    if isinstance(value, dict):
        return {name: unknown(inner, kept) for name, inner in value.items()}
    if isinstance(value, list):
        return [unknown(inner, kept) for inner in value]
    if isinstance(value, str) and value not in kept and UUID_TEXT.fullmatch(value.rpartition("_")[2]):
        return f"{value.rpartition('_')[0]}_{UUID(int=0)}"
    return value


def fresh_key(input_: Input) -> Input:
    """Another idempotency key, where one is given."""
    return {"idempotencyKey": uuid4().hex} if "idempotencyKey" in input_ else {}


def mutations() -> set[str]:
    """Every mutation the schema has."""
    return set(TYPES["Mutation"].fields)  # type: ignore[attr-defined]  # an object type
