"""The documents that are asked of everybody, and how far Kalends wants to be ahead."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import get_introspection_query

PAGE = """query Page($after: String) {
  loans(first: 20, after: $after) {
    edges { cursor node {
      id reference title purpose status installmentCount frequency method annualRate grade
      amount { amount currency }
      borrowers { id pseudonym }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
DEEP = """query Deep($after: String) {
  loans(first: 20, after: $after) {
    edges { node {
      id title amount { amount currency }
      borrowers { id pseudonym }
      bids(first: 10) {
        edges { node { id placedAt amount { amount currency } lender { id pseudonym } } }
        pageInfo { hasNextPage endCursor }
      }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
ONE = """query One($id: ID!) {
  loan(id: $id) { id reference title purpose status installmentCount annualRate submittedAt }
}"""

Variables = Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """A document, which variable differs from request to request, and by contender the least ratio that is the goal."""

    name: str
    meaning: str
    query: str
    goals: Mapping[str, float]
    varies: str = ""
    connections: int = 32

    @property
    def title(self) -> str:
        """How the page calls it."""
        return f"{self.name}: {self.meaning}"

    def comparable(self, answer: bytes) -> bytes:
        """The bytes that must be equal: all of them; of an introspection all but what the GraphQL library says of itself."""
        if self.varies:
            return answer
        data = json.loads(answer)
        schema = data["data"]["__schema"]
        schema["types"] = [one for one in schema["types"] if not one["name"].startswith("__")]
        schema["directives"] = []
        return json.dumps(data).encode()

    def bodies(self, variables: Sequence[Variables]) -> list[bytes]:
        """What is posted, one after the other."""
        return [json.dumps({"query": self.query, "variables": one}).encode() for one in variables]


CASES = {
    case.name: case
    for case in (
        Case("A", "one loan by id, 8 scalars", ONE, {"postgraphile": 1.4, "mercurius": 0.6}, "id"),
        Case("B", "page of 20 loans, 10 scalars, borrower", PAGE, {"postgraphile": 2.2, "mercurius": 1.5}, "after"),
        Case(
            "C",
            "20 loans, borrower, first 10 bids, each lender",
            DEEP,
            {"postgraphile": 2.5, "mercurius": 2.5, "pgbench": 0.45, "graphql-core": 25},
            "after",
        ),
        Case("D", "full introspection", get_introspection_query(), {"mercurius": 8}, connections=4),
    )
}
