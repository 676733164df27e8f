"""The documents that are asked of everybody, and how far Kalends wants to be ahead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from graphql import get_introspection_query

from bench.data import LOAN, made

PAGE = """query Page {
  loans(first: 20) {
    edges { cursor node {
      id reference title purpose status installmentCount frequency method annualRate grade
      amount { amount currency }
      borrowers { id pseudonym }
    } }
    pageInfo { hasNextPage endCursor }
  }
}"""
DEEP = """query Deep {
  loans(first: 20) {
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


@dataclass(frozen=True)
class Case:
    """A document, and the least ratio to each peer that is the goal."""

    name: str
    meaning: str
    query: str
    goals: Mapping[str, float]
    variables: Mapping[str, object] = field(default_factory=dict)
    connections: int = 32
    introspection: bool = False

    def comparable(self, answer: bytes) -> bytes:
        """The bytes that must be equal: all of them; of an introspection all but what the GraphQL library says of itself."""
        if not self.introspection:
            return answer
        data = json.loads(answer)
        schema = data["data"]["__schema"]
        schema["types"] = [one for one in schema["types"] if not one["name"].startswith("__")]
        schema["directives"] = []
        return json.dumps(data).encode()

    @cached_property
    def body(self) -> bytes:
        """What is posted."""
        return json.dumps({"query": self.query, "variables": self.variables}).encode()


CASES = {
    case.name: case
    for case in (
        Case("A", "one loan by id, 8 scalars", ONE, {"mercurius": 0.6}, {"id": f"loan_{made(LOAN, 42)}"}),
        Case("B", "page of 20 loans, 10 scalars, borrower", PAGE, {"mercurius": 1.5}),
        Case("C", "20 loans, borrower, first 10 bids, each lender", DEEP, {"mercurius": 2.5, "graphql-core": 25}),
        Case("D", "full introspection", get_introspection_query(), {"mercurius": 8}, connections=4, introspection=True),
    )
}
