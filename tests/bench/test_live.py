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


def test_the_median_of_all_commits_counts() -> None:
    rounds = [{"ms": [9.0, 1.0, 5.0], "came_s": 2.0, "kb_each": 20.0, "cpu": 0.5}] * 2
    assert live.summary(rounds) == {
        "served_ms": 5.0, "p95_ms": 9.0, "slowest_ms": 9.0, "came_s": 2.0, "kb_each": 20.0, "load_cpu": 0.5,
    }  # fmt: skip
