"""Random queries over the whole schema: the compiled executor answers as graphql-core does, for whoever asks."""

import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from graphql import StringValueNode
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from api.context import Context
from api.documents import Refused
from api.errors import Code
from api.execution import Executor
from api.params import Params
from api.schema import schema
from domain.shared.actor import STRANGER, Scope, Viewer
from tests.domain.marketplace import market

EXAMPLES = 150
INSTANT = re.compile(rb'"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z"')
"""Business time passes between two answers."""

IDS = [UUID(int=0)]
"""What there is to ask for by id, filled by the fixture; in place, because strategies are made before."""


def _text(values: list[str]) -> st.SearchStrategy[StringValueNode]:
    return st.sampled_from(values).map(lambda value: StringValueNode(value=value))


SCALARS = {
    "ID": st.builds(
        lambda kind, number: StringValueNode(value=f"{kind}_{IDS[number % len(IDS)]}"),
        st.sampled_from(["loan", "member", "bid", "user", "plan", "nothing"]),
        st.integers(0, 20),
    ),
    "Decimal": _text(["100.00", "0.005", "-1", "1000000000"]),
    "Rate": _text(["0.094822", "0", "1"]),
    "Date": _text(["2025-01-06", "2025-02-28"]),
    "DateTime": _text(["2025-01-06T01:00:00Z", "2030-01-01T00:00:00+08:00"]),
}
ROOTS = [None, ["loans"], ["loan"], ["nodes"], ["me"], ["operations"]]
DOCUMENTS: st.SearchStrategy[str] = st.one_of(
    [queries(schema.as_str(), fields=fields, custom_scalars=SCALARS, allow_x00=False) for fields in ROOTS]
)


@pytest.fixture
async def viewers() -> dict[str, Viewer]:
    """A market with bids, and four who look at it: one without a name, a lender, a borrower, an operator."""
    lenders, loans = await market.lenders(4, 1_000), [await market.list_loan(10_000) for _ in range(3)]
    for lender in lenders:
        for loan in loans:
            await market.bid(lender, loan, 200)
    (borrower,) = await market.people(1, "BORROWER")
    IDS[:] = [*loans, *lenders, borrower]
    return {
        "stranger": STRANGER,
        "lender": Viewer(lenders[0], frozenset({Scope.READ, Scope.LEND})),
        "borrower": Viewer(borrower, frozenset({Scope.READ, Scope.BORROW})),
        "operator": Viewer(borrower, frozenset({Scope.READ, Scope.OPERATE})),
    }


def shown(answer: bytes) -> tuple[bytes, list[Any]]:
    """The bytes of the data, without instants, and the errors, in no order: graphql-core answers fields as they come."""
    data, found = answer, orjson.loads(answer).get("errors", ())
    if found:
        data = orjson.dumps(orjson.loads(answer)["data"])
    errors = [orjson.dumps(error, option=orjson.OPT_SORT_KEYS) for error in found]
    assert not any(Code.INTERNAL.value in str(error) for error in errors), errors
    return INSTANT.sub(b'"instant"', data), sorted(errors)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[*HealthCheck], derandomize=True, print_blob=False
)
@given(text=DOCUMENTS, who=st.sampled_from(["stranger", "lender", "borrower", "operator"]))
async def test_both_executors_answer_random_queries_alike(viewers: dict[str, Viewer], text: str, who: str) -> None:
    compiled, core = Executor(schema), Executor(schema, compiled=False)
    params, viewer = Params(text), viewers[who]
    try:
        operation = compiled.prepare(params, Context(viewer))
        ours = shown(await compiled.execute(operation, Context(viewer)))
    except Refused:
        assume(False)
    assert ours == shown(await core.execute(core.prepare(params, Context(viewer)), Context(viewer)))
