"""The schema changes by addition: nothing that a released client relies on goes away."""

from pathlib import Path

from graphql import build_schema
from graphql.utilities import find_breaking_changes

RELEASED = Path(__file__).with_name("released.graphql")
"""The schema of the last release, copied when it is made."""
SERVED = Path(__file__).parents[3] / "schema.graphql"
DECIDED: frozenset[str] = frozenset()
"""What breaks clients all the same, as graphql-core words it; each needs a page in docs/decisions/."""


def broken(released: str, served: str) -> list[str]:
    """What breaks clients of a schema in another one."""
    return [change.description for change in find_breaking_changes(build_schema(released), build_schema(served))]


def test_no_client_of_the_last_release_is_broken() -> None:
    assert set(broken(RELEASED.read_text(), SERVED.read_text())) - DECIDED == set()


def test_a_field_that_goes_away_is_found() -> None:
    released = SERVED.read_text()
    served = released.replace("  pseudonym: String!", "  alias: String!", 1)
    assert broken(released, served) == ["Field Member.pseudonym was removed."]
