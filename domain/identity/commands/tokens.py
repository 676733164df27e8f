"""Personal access tokens: for programs, with the scopes that were chosen, until a date."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.identity import credentials, rules
from domain.identity.commands.sessions import require_alive
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotAllowed, NotFound

MAX_TOKENS = 50


@dataclass(frozen=True, kw_only=True)
class NewAccessToken:
    """A token with its secret, which is shown here only."""

    id: UUID
    secret: str


@db.atomic
async def create_access_token(
    actor: Actor, name: str, scopes: Collection[Scope], expires_at: datetime
) -> NewAccessToken:
    """Make a token with at most the actor's scopes (READ comes with every token), for at most a year.

    Raises `NotAllowed` for a scope the actor lacks and for a personal token, `InvalidInput` for a wrong name or end or a
    51st token in use, `CredentialEnded`.
    """
    actor.require(Scope.ACCOUNT)
    if actor.token_id is not None:
        raise NotAllowed(requirement="a session: a personal access token makes no others")
    await require_alive(actor)
    now = clock.wall()
    label = rules.clean_text(name, rules.MAX_TOKEN_NAME, "name")
    granted = rules.token_scopes(scopes, actor.scopes)
    ends_at = rules.token_expiry(expires_at, now)
    in_use = await db.fetch_value(
        "select count(*) from identity.access_tokens where user_id = $1 and revoked_at is null and expires_at > $2",
        actor.user_id, now,
    )  # fmt: skip
    if in_use >= MAX_TOKENS:
        raise InvalidInput(reason=f"At most {MAX_TOKENS} tokens can be in use; revoke one first.")
    secret, token_hash = credentials.opaque(credentials.PERSONAL_PREFIX)
    token_id = ids.new()
    await db.execute(
        """insert into identity.access_tokens (id, user_id, name, token_hash, scopes, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7)""",
        token_id, actor.user_id, label, token_hash, sorted(scope.value for scope in granted), now, ends_at,
    )  # fmt: skip
    return NewAccessToken(id=token_id, secret=secret)


@db.atomic
async def revoke_access_token(actor: Actor, token_id: UUID) -> None:
    """End one of the actor's tokens, from now on; again changes nothing. Raises `NotFound`."""
    actor.require(Scope.ACCOUNT)
    found = await db.fetch_one(
        """update identity.access_tokens set revoked_at = coalesce(revoked_at, $3)
        where id = $1 and user_id = $2 returning id""",
        token_id, actor.user_id, clock.wall(),
    )  # fmt: skip
    if found is None:
        raise NotFound(path=("id",))
