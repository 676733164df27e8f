"""What subscribers are measured with: a document of the schema that everybody may share."""

from pathlib import Path

from graphql import build_schema, parse, validate

from api.context import Context
from api.engine import Sharing
from api.execution import Executor
from api.params import Params
from api.schema import schema
from bench import live, watchers


def test_the_document_is_valid_and_may_be_shared() -> None:
    served = build_schema((Path(__file__).parents[2] / "schema.graphql").read_text())
    assert validate(served, parse(watchers.QUERY)) == []
    executor = Executor(schema)
    assert executor.sharing(executor.prepare(Params(watchers.QUERY, {"ids": []}), Context())) is Sharing.EVERYBODY


def test_the_peer_s_time_and_our_own_have_goals() -> None:
    found = {
        "kalends": [{"served_ms": 60.0, "came_s": 2.0, "kb_each": 31.0}],
        "graphql-ws": [{"served_ms": 90.0, "came_s": 4.0, "kb_each": 62.0}],
    }
    told = [(row.contender, row.figure, row.ratio, row.goal, row.verdict) for row in live.rows(found)]
    assert told == [
        ("kalends", 60.0, None, "≤ 80 ms", "reached"),
        ("graphql-ws", 90.0, 1.5, "≥ 1.8 ×", "missed"),
        ("kalends", 2.0, None, "", ""),
        ("graphql-ws", 4.0, 2.0, "", ""),
        ("kalends", 31.0, None, "≤ 30 kB", "missed"),
        ("graphql-ws", 62.0, 2.0, "", ""),
    ]
