"""Asking the running API as everybody, and finding out whether all paths say the same."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from api.engine import row_type_by_prefix
from tests.api.authorisation.questions import Asked, Path, Seen, fields_of, own, portions, text

AT_ONCE = 4
ROOTS = ("me", "operations", "documents", "products", "quoteLoan", "loans", "disclosure", "platform")
"""The fields of Query that are asked for as such; `node`, `nodes` and `loan` by the ids of things."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who asks: a column of the table."""

    name: str
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Question:
    """Everything there is to ask of a type, and the selections that ask it."""

    asked: tuple[Asked, ...]
    selections: tuple[str, ...]

    @classmethod
    def about(cls, type_name: str, *, reach: bool) -> "Question":
        """The question about a type."""
        asked = fields_of(type_name, reach=reach)
        spreads = (f"...on {type_name} {{ id {text(portion)} }}" for portion in portions(asked))
        return cls(asked, tuple(spreads))


@dataclass
class API:
    """A server that is asked. `disagreements` collects what is said differently by different paths."""

    http: httpx.AsyncClient
    disagreements: list[str] = field(default_factory=list)
    _questions: dict[tuple[str, bool], Question] = field(default_factory=dict)
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def post(self, viewer: Viewer, query: str, **variables: Any) -> dict[str, Any]:
        """A GraphQL answer, whatever it says."""
        headers = {"authorization": f"Bearer {viewer.token}"} if viewer.token else {}
        async with self._turn:
            response = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer: dict[str, Any] = response.json()
        assert "data" in answer, answer
        return answer

    async def thing(self, viewer: Viewer, id_: str, *, reach: bool = True) -> Seen | None:
        """What somebody sees of a thing with an id; None: nothing. With `reach`, other nodes it leads to are looked into."""
        found, errors = await self._node(viewer, id_, reach)
        if found is None:
            return None
        seen = Seen()
        seen.look(self._question(type_of(id_), reach).asked, found, errors)
        if reach:
            await self._compare(viewer, seen)
            await self._others(viewer, id_, found)
        return seen

    async def root(self, viewer: Viewer, name: str, *, reach: bool = True) -> Seen:
        """What somebody sees of a field of Query."""
        asked = tuple(one for one in fields_of("Query", reach=reach) if one.name == f"Query.{name}")
        answer = await self.post(viewer, f"{{ {text(asked)} }}")
        seen = Seen()
        seen.look(asked, answer["data"], codes(answer))
        await self._compare(viewer, seen)
        return seen

    async def _node(
        self, viewer: Viewer, id_: str, reach: bool = False, by: str = "node(id: $id)"
    ) -> tuple[Any, dict[Path, str]]:
        """A thing as it is reached by a field of Query, and the codes of errors."""
        whole: Any = None
        errors: dict[Path, str] = {}
        for selection in self._question(type_of(id_), reach).selections:
            answer = await self.post(viewer, f"query($id: ID!) {{ found: {by} {{ {selection} }} }}", id=id_)
            errors |= {path[1:]: code for path, code in codes(answer).items()}
            found = answer["data"]["found"]
            found = found[0] if isinstance(found, list) else found
            whole = found if whole is None or found is None else whole | found
        return whole, errors

    def _question(self, type_name: str, reach: bool) -> Question:
        key = (type_name, reach)
        if key not in self._questions:
            self._questions[key] = Question.about(type_name, reach=reach)
        return self._questions[key]

    async def _compare(self, viewer: Viewer, seen: Seen) -> None:
        """What was reached in other nodes is what these say of themselves."""
        for by, id_, reached in seen.met:
            asked = self._question(type_of(id_), False).asked
            if own(asked, reached) != own(asked, await self._itself(viewer, id_)):
                self.disagreements.append(f"{viewer.name} sees {type_of(id_)} by {by} otherwise than by node")

    async def _itself(self, viewer: Viewer, id_: str) -> Any:
        key = (viewer.name, id_)
        if key not in self._known:
            self._known[key] = (await self._node(viewer, id_))[0]
        return self._known[key]

    async def _others(self, viewer: Viewer, id_: str, found: Any) -> None:
        """The other fields of Query that take ids."""
        fields = {"nodes": "nodes(ids: [$id])"} | ({"loan": "loan(id: $id)"} if type_of(id_) == "Loan" else {})
        for name, by in fields.items():
            if (await self._node(viewer, id_, reach=True, by=by))[0] != found:
                self.disagreements.append(f"{viewer.name} sees {type_of(id_)} by {name} otherwise than by node")


def type_of(id_: str) -> str:
    """The type of the thing with an id."""
    found = row_type_by_prefix(id_.rpartition("_")[0])
    assert found is not None, id_
    name: str = found.python_type.__strawberry_definition__.name  # type: ignore[attr-defined]  # as in the registry
    return name


def codes(answer: Mapping[str, Any]) -> dict[Path, str]:
    """The codes of an answer's errors, by path without the places in lists."""
    return {
        tuple(part for part in error["path"] if isinstance(part, str)): error["extensions"]["code"]
        for error in answer.get("errors", ())
    }
