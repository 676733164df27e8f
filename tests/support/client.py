"""A GraphQL client for tests: what a front end would send, and answers that say why when they are not what was hoped."""

from dataclasses import dataclass
from typing import Any

import httpx


@dataclass
class Client:
    """Speaks to one API as one user, or as a stranger."""

    url: str
    http: httpx.AsyncClient
    token: str | None = None

    def as_user(self, token: str | None) -> "Client":
        """The same API, with another credential."""
        return Client(self.url, self.http, token)

    async def post(self, query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        """The raw answer to an operation."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return await self.http.post(
            f"{self.url}/graphql", json={"query": query, "variables": variables or {}}, headers=headers, timeout=30
        )

    async def run(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an operation that must not have top-level errors."""
        answer = (await self.post(query, variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def mutate(self, name: str, input_: dict[str, Any], selection: str) -> dict[str, Any]:
        """The result of a mutation: its `__typename`, the selection, and of a refusal message, code and path."""
        input_type = f"{name[0].upper()}{name[1:]}Input!"
        query = f"mutation($input: {input_type}) {{ {name}(input: $input) {{ __typename {selection} ...on UserError {{ message code path }} }} }}"
        result: dict[str, Any] = (await self.run(query, input=input_))[name]
        return result
