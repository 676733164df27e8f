"""How a program talks to the platform: GraphQL over HTTP as a user, and the sandbox as that user's outside world."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cli.demo.wire import AT_ONCE, Wire

PAGE = 100
BUSY_PAUSE_S = 0.2
JSON = {"Content-Type": "application/json"}

T = TypeVar("T")
Answer = dict[str, Any]
Step = tuple[str, str, dict[str, Any]]
"""A mutation's name, what is wanted of its payload, and its input."""


class DemoError(Exception):
    """The story cannot go on; the message is one line for people."""


class Refused(DemoError):
    """A typed answer of a mutation that is not its payload."""

    def __init__(self, mutation: str, answer: Answer) -> None:
        super().__init__(f"{mutation} was refused with {answer['__typename']}: {answer['message']}")
        self.kind: str = answer["__typename"]


@dataclass(frozen=True)
class Api:
    """The GraphQL API as one user sees it, or a stranger (no token)."""

    url: str
    wire: Wire
    token: str | None = None

    def as_user(self, token: str) -> "Api":
        """The same API with a user's access token."""
        return replace(self, token=token)

    async def ask(self, query: str, **variables: Any) -> Answer:
        """The data of an operation. Raises DemoError for top-level errors: this client's operations are well-formed."""
        headers = JSON | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        body = json.dumps({"query": query, "variables": variables}).encode()
        _, answered = await self.wire.send("POST", f"{self.url}/graphql", body, headers)
        answer: Answer = json.loads(answered)
        if answer.get("errors"):
            error = answer["errors"][0]
            raise DemoError(f"the API answered {error['message']!r} at {error.get('path')}")
        data: Answer = answer["data"]
        return data

    async def do(self, mutation: str, selection: str, **fields: Any) -> Answer:
        """The payload of one mutation. Raises Refused."""
        return (await self.do_all((mutation, selection, fields)))[0]

    async def do_all(self, *steps: Step) -> list[Answer]:
        """The payloads of several mutations, done one after the other in one request. Raises Refused for the first.

        Every mutation has one `input` and answers with one union, so one text serves them all. A platform that is busy
        is asked again; the idempotency keys in the inputs make that safe.
        """
        text = _text(steps)
        variables = {f"input{number}": fields for number, (_, _, fields) in enumerate(steps)}
        while True:
            data = await self.ask(text, **variables)
            answers: list[Answer] = [data[f"step{number}"] for number in range(len(steps))]
            refused = [
                (mutation, answer)
                for (mutation, _, _), answer in zip(steps, answers, strict=True)
                if answer["__typename"] != f"{_capital(mutation)}Payload"
            ]
            if not refused:
                return answers
            mutation, answer = refused[0]
            if answer["__typename"] != "Busy":
                raise Refused(mutation, answer)
            await asyncio.sleep(BUSY_PAUSE_S)

    async def pages(self, query: str, *path: str, **variables: Any) -> AsyncIterator[Answer]:
        """The nodes of a connection at `path`, page by page; the query takes `$first` and `$after`."""
        after: str | None = None
        while True:
            found: Any = await self.ask(query, first=PAGE, after=after, **variables)
            for name in path:
                found = found[name]
            for edge in found["edges"]:
                yield edge["node"]
            if not found["pageInfo"]["hasNextPage"]:
                return
            after = found["pageInfo"]["endCursor"]


def _text(steps: Sequence[Step]) -> str:
    """The text of some mutations. Equal steps have equal texts, which the API parses once."""
    inputs = ", ".join(f"$input{number}: {_capital(name)}Input!" for number, (name, _, _) in enumerate(steps))
    fields = (
        f"""step{number}: {name}(input: $input{number}) {{
            __typename ... on {_capital(name)}Payload {{ {selection} }} ... on UserError {{ code message }}
        }}"""
        for number, (name, selection, _) in enumerate(steps)
    )
    return f"mutation Demo({inputs}) {{ {' '.join(fields)} }}"


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


@dataclass(frozen=True)
class Outside:
    """What is not the platform: the customers' own banks, and their mailboxes."""

    url: str
    wire: Wire

    async def open_accounts(self, accounts: Sequence[Answer]) -> list[str]:
        """Open accounts at the customers' banks; returns their numbers in the same order."""
        opened = (await self._call("POST", "/bank/customers/accounts", {"accounts": list(accounts)}))["accounts"]
        return [account["number"] for account in opened]

    async def pay_in(self, transfers: Sequence[Answer]) -> None:
        """Customers' transfers to the platform's custody account, all or none."""
        if transfers:
            await self._call("POST", "/bank/customers/transfers", {"transfers": list(transfers)})

    async def change(self, number: str, **change: Any) -> None:
        """Another income for an account (None: no more), or `adjust_minor` of money put on or taken off."""
        await self._call("PATCH", f"/bank/customers/accounts/{number}", change)

    async def balance_minor(self, number: str) -> int:
        """What is on a customer's account."""
        balance: int = (await self._call("GET", f"/bank/customers/accounts/{number}"))["balance_minor"]
        return balance

    async def misbehave(self, **behaviour: Any) -> None:
        """Tell the bank to return, bounce, refuse or delay somebody's next movement."""
        await self._call("POST", "/bank/control/behaviours", behaviour)

    async def mails(self, after: int) -> list[Answer]:
        """The next mails anybody got, oldest first, at most 1,000; `after` is the last id seen."""
        mails: list[Answer] = await self._call("GET", f"/mail?after={after}")
        return mails

    async def _call(self, method: str, path: str, body: Answer | None = None) -> Any:
        status, answered = await self.wire.send(
            method, f"{self.url}{path}", None if body is None else json.dumps(body).encode(), JSON
        )
        if status >= 400:
            raise DemoError(f"the sandbox answered {status} to {method} {path}: {answered[:200]!r}")
        return json.loads(answered)


async def together(items: Iterable[T], act: Callable[[T], Awaitable[object]], done: Callable[[], object]) -> None:
    """Do something for each, `AT_ONCE` at a time, telling `done` after each. The first failure ends all."""
    waiting = iter(list(items))

    async def next_ones() -> None:
        for item in waiting:
            await act(item)
            done()

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(next_ones())
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from None
