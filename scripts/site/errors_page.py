"""The page of errors: every refusal, code, status and close code, with its cause and what to do, from api/errors.toml."""

import tomllib
from pathlib import Path
from typing import Any

from graphql import GraphQLUnionType

from domain.shared.errors import DomainError
from scripts.site.schema import FOLDER, link, refusals, root, schema, sentence

FILE = Path(__file__).resolve().parents[2] / "api" / "errors.toml"
Entries = dict[str, dict[str, dict[str, str]]]
ABOUT = """# Errors

What can go wrong, why, and what to do. There are two kinds.

**Refusals** are answers of the business. They are types of the schema that implement
[`UserError`](reference/schema/interfaces.md#usererror), and come in `data` where the payload would have been: `message` is a
sentence for a person, `code` the name of the type, `path` the input field it is about, and the other fields are the facts
that would have made it right.

**Top-level errors** stand in `errors` and mean that the request could not be answered as it is: see
[codes](#codes). `extensions.code` says which.

| you see | do |
|---|---|
| a refusal that is stored | show it; after a change send a new request with a **new** idempotency key |
| [`Busy`](#busy), `BUSY`, a lost connection, a timeout | repeat the same request with the **same** key: nothing is done twice |
| `UNAUTHENTICATED` | refresh the session, repeat once |
| anything else | mend the request; it fails the same each time |
"""


def entries() -> Entries:
    """What api/errors.toml says: for each kind of error, by name, its cause and its remedy."""
    with FILE.open("rb") as file:
        return tomllib.load(file)


def page() -> str:
    """The text of the page."""
    told = entries()
    types = "\n".join(_refusal(name, told["refusals"][name]) for name in refusals())
    return (
        f"{ABOUT}\n## Refusals\n\n{types}\n{_codes(told['codes'])}{_statuses(told['http'])}{_closes(told['websocket'])}"
    )


def domain_errors() -> dict[str, type[DomainError]]:
    """The domain's refusals by name, as far as the API shows them."""
    return {error.__name__: error for error in DomainError.__subclasses__()}


def _refusal(name: str, told: dict[str, str]) -> str:
    shown, error = refusals()[name], domain_errors()[name]
    facts = (
        f"| `{fact}` | {link(field.type, '')} | {sentence(field.description)} |"
        for fact, field in shown.fields.items()
        if fact not in ("message", "code", "path")
    )
    table = "\n".join(("| fact | type | |", "|---|---|---|", *rows)) if (rows := tuple(facts)) else ""
    stored = (
        "Stored: a repeat under the same key gets it again."
        if error.stored
        else "Never stored: repeat under the same key."
    )
    answers = ", ".join(_answering(name))
    return (
        f"### {name} {{ #{name.lower()} }}\n\n{shown.description}\n\n> {error.text}\n\n**Cause.** {told['cause']}\n\n"
        f"**Remedy.** {told['remedy']}\n\n{table}\n\n{stored} Answers {answers}.\n"
    )


def _answering(name: str) -> list[str]:
    """The operations that may be refused so, each leading to its explanation."""
    found = []
    for operation, at in (("Query", "queries.md"), ("Mutation", "mutations.md")):
        for field, of in root(operation).items():
            members = _members(of.type)
            if name in members:
                found.append(f"[`{field}`]({FOLDER}/{at}#{field.lower()})")
    return found


def _members(of: Any) -> set[str]:
    """The members of an operation's union, and of the unions in its payload (`placeBids` answers for each bid)."""
    named = schema().type_map[str(of).strip("[]!")]
    if not isinstance(named, GraphQLUnionType):
        return set()
    names = {each.name for each in named.types}
    for payload in named.types:
        inner = (schema().type_map[str(field.type).strip("[]!")] for field in payload.fields.values())
        names |= {each.name for union in inner if isinstance(union, GraphQLUnionType) for each in union.types}
    return names


def _codes(told: dict[str, dict[str, str]]) -> str:
    rows = "\n".join(f"| `{code}` | {each['cause']} | {each['remedy']} |" for code, each in told.items())
    return f"\n## Codes {{ #codes }}\n\nIn `errors[].extensions.code`.\n\n| code | cause | remedy |\n|---|---|---|\n{rows}\n"


def _statuses(told: dict[str, dict[str, str]]) -> str:
    rows = "\n".join(f"| {status} | {each['cause']} | {each['remedy']} |" for status, each in told.items())
    return (
        "\n## HTTP statuses { #http }\n\nThe body has GraphQL's shape in every case. An operation that ran is a 200, also when it "
        f"was refused.\n\n| status | cause | remedy |\n|---|---|---|\n{rows}\n"
    )


def _closes(told: dict[str, dict[str, str]]) -> str:
    rows = "\n".join(f"| {code} | {each['cause']} | {each['remedy']} |" for code, each in told.items())
    return f"\n## WebSocket close codes {{ #websocket }}\n\n| code | cause | remedy |\n|---|---|---|\n{rows}\n"
