"""People for tests; they say only what the test cares about."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from domain.identity import credentials, queries, rules
from domain.identity.commands import Registration, SessionTokens, confirm_email, create_operator, register
from domain.identity.models import PartyKind, Role
from domain.identity.rules import Identification
from domain.shared import db
from domain.shared.actor import Actor, Viewer

PASSWORD = "correct horse battery"
CLAIM = Identification(country="CN", birth_date=date(1990, 5, 17), identification_number="110101199005170011")


def registration(
    email: str = "ada@example.com", password: str = PASSWORD, roles: Collection[Role] = (Role.BORROWER,), **facts: str
) -> Registration:
    """A registration that is accepted."""
    return Registration(
        email=email,
        password=password,
        kind=PartyKind(facts.get("kind", PartyKind.PERSON)),
        legal_name=facts.get("legal_name", "Ada Lovelace"),
        roles=roles,
    )


async def user_id_of(email: str) -> UUID:
    """The id of a user."""
    id_: UUID = await db.fetch_value("select id from identity.users where email = $1", email)
    return id_


async def join(email: str = "ada@example.com", roles: Collection[Role] = (Role.BORROWER,)) -> SessionTokens:
    """Register and confirm, as somebody who reads their mail; returns the session that opens."""
    await register(registration(email, roles=roles))
    tokens = await confirm_email(credentials.confirmation_token(await user_id_of(email), email), PASSWORD)
    assert tokens is not None
    return tokens


def actor_of(tokens: SessionTokens) -> Actor:
    """Who acts in a session."""
    return Actor(tokens.user_id, tokens.scopes, session_id=tokens.session_id)


async def viewer(token: str) -> Viewer:
    """Who a token speaks for, which must be somebody."""
    found = await queries.viewer_of(token)
    assert found is not None
    return found


async def operator(email: str = "op@example.com") -> Actor:
    """An operator, as the command line makes them."""
    id_ = await create_operator(email=email, password=PASSWORD)
    row = await db.fetch_one("select roles, operator_scopes from identity.users where id = $1", id_)
    assert row is not None
    return Actor(id_, rules.scopes_of(row["roles"], row["operator_scopes"]))


async def events(kind: str) -> list[str]:
    """The keys of the events of a kind, in order."""
    rows = await db.fetch("select dedupe_key from shared.outbox where kind = $1 order by id", kind)
    return [row["dedupe_key"].partition(":")[2] for row in rows]
