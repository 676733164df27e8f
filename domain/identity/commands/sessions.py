"""Sessions: a short access token, and a refresh token that works once and is replaced by the next of its family."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from domain.identity import credentials, events, rules
from domain.identity.attempts import LOCAL, Client, Guess
from domain.identity.errors import CredentialEnded, InvalidCredentials, InvalidToken
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.db import Row
from domain.shared.errors import InvalidInput
from domain.shared.settings import settings


@dataclass(frozen=True, kw_only=True)
class SessionTokens:
    """What a client keeps of a session; the refresh token is shown here only. `session_id` names the family."""

    session_id: UUID
    user_id: UUID
    scopes: frozenset[Scope]
    access_token: str
    access_expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    device_token: str | None = None
    """Says at the next log-in from there that this user has logged in there before; of a session that somebody opened."""


async def log_in(email: str, password: str, client: Client = LOCAL) -> SessionTokens:
    """Open a session for a confirmed account.

    Raises `InvalidCredentials`, after the same work, for an unknown or unconfirmed e-mail or a wrong password;
    `TooManyAttempts`, known or unknown; `Busy`.
    """
    try:
        address = rules.clean_email(email, sandbox=settings().is_sandbox)
        secret = rules.clean_password(password)
    except InvalidInput:
        address, secret = "", "impossible"
    user = await db.fetch_one("select * from identity.users where email = $1", address)
    guess = await Guess.begin(address, user["id"] if user else None, client)
    fits = await credentials.password_fits(user["password_hash"] if user else None, secret)
    if user is None or not fits or user["email_verified_at"] is None:
        await guess.failed()
        raise InvalidCredentials
    await guess.succeeded()
    return await start(user, client)


@db.atomic
async def start(user: Row, client: Client = LOCAL) -> SessionTokens:
    """Begin a family for a user (row of identity.users) who has shown the password.

    Raises `InvalidCredentials` if it has become another meanwhile.
    """
    locked = (await db.lock("identity.users", [user["id"]]))[user["id"]]
    if locked["password_hash"] != user["password_hash"]:
        raise InvalidCredentials
    owner, device = credentials.device_of(client.device or "")
    known = device if owner == user["id"] and device is not None else ids.new()
    return replace(await _issue(locked, ids.new()), device_token=credentials.device_token(user["id"], known))


async def _issue(user: Row, family_id: UUID) -> SessionTokens:
    now = clock.wall()
    secret, token_hash = credentials.opaque(credentials.REFRESH_PREFIX)
    expires_at = now + timedelta(days=settings().refresh_token_days)
    await db.execute(
        """insert into identity.sessions (id, user_id, family_id, token_hash, created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6)""",
        ids.new(), user["id"], family_id, token_hash, now, expires_at,
    )  # fmt: skip
    scopes = rules.scopes_of(user["roles"], user["operator_scopes"])
    access = credentials.access_token(user["id"], family_id, scopes)
    return SessionTokens(
        session_id=family_id,
        user_id=user["id"],
        scopes=scopes,
        access_token=access.token,
        access_expires_at=access.expires_at,
        refresh_token=secret,
        refresh_expires_at=expires_at,
    )


async def refresh_session(refresh_token: str) -> SessionTokens:
    """Replace a refresh token by the next one, with the scopes the user has now.

    Raises `InvalidToken`. A token that was already replaced revokes its whole family, since the thief and the owner
    cannot be told apart; that is committed although the call is refused.
    """
    tokens = await _rotate(credentials.digest(refresh_token))
    if tokens is None:
        raise InvalidToken(path=("refreshToken",))
    return tokens


@db.atomic
async def _rotate(token_hash: str) -> SessionTokens | None:
    user, now = await _lock_user_of(token_hash), clock.wall()
    if user is None:
        return None
    rotated = await db.fetch_one(
        """update identity.sessions set rotated_at = $2
        where token_hash = $1 and rotated_at is null and revoked_at is null and expires_at > $2 returning id""",
        token_hash, now,
    )  # fmt: skip
    if rotated is not None:
        return await _issue(user, user["family_id"])
    reused = await db.fetch_one(
        "select id from identity.sessions where token_hash = $1 and rotated_at is not null", token_hash
    )
    if reused is not None and await _revoke([user["family_id"]], now):
        await outbox.record([events.session_compromised(user["id"], user["family_id"])])
    return None


async def _lock_user_of(token_hash: str) -> Row | None:
    """The user of a refresh token, locked, with its `family_id`; None for an unknown token.

    Whatever begins, goes on with or ends sessions locks their user first, and looks at them by its next statement: so
    none goes on behind the back of who ends it.
    """
    return await db.fetch_one(
        """select u.*, s.family_id from identity.users u join identity.sessions s on s.user_id = u.id
        where s.token_hash = $1 for no key update of u""",
        token_hash,
    )


async def _revoke(family_ids: list[UUID], now: datetime) -> int:
    """Revoke families, whose user is locked; returns how many of them were alive."""
    rows = await db.fetch(
        """update identity.sessions set revoked_at = $2 where family_id = any($1) and revoked_at is null
        returning family_id, rotated_at is null and expires_at > $2 as alive""",
        family_ids, now,
    )  # fmt: skip
    return len({row["family_id"] for row in rows if row["alive"]})


@db.atomic
async def log_out(refresh_token: str) -> None:
    """End the session a refresh token belongs to; nothing for an unknown one. Access tokens run out by themselves."""
    user = await _lock_user_of(credentials.digest(refresh_token))
    if user is not None:
        await _revoke([user["family_id"]], clock.wall())


@db.atomic
async def revoke_sessions(actor: Actor, session_ids: list[UUID] | None = None) -> int:
    """End these sessions of the actor, or all; returns how many were alive. Those of others are ignored."""
    actor.require(Scope.ACCOUNT)
    await db.lock("identity.users", [actor.user_id])
    rows = await db.fetch(
        """select distinct family_id from identity.sessions
        where user_id = $1 and revoked_at is null and ($2::uuid[] is null or family_id = any($2))""",
        actor.user_id, session_ids,
    )  # fmt: skip
    return await _revoke([row["family_id"] for row in rows], clock.wall())


async def require_alive(actor: Actor) -> None:
    """Raises `CredentialEnded` if the session or personal token that the actor acts by was ended; none ends until the commit.

    For what outlives the credential or takes money out: an access token works some minutes longer than its session. Locks
    the actor's user, so it comes before every lock but the idempotency key's.
    """
    await db.lock("identity.users", [actor.user_id])
    ended = await db.fetch_value(
        """select $2::uuid is not null and not exists (select from identity.sessions where user_id = $1
                and family_id = $2 and rotated_at is null and revoked_at is null and expires_at > $4)
            or $3::uuid is not null and not exists (select from identity.access_tokens where user_id = $1
                and id = $3 and revoked_at is null and expires_at > $4)""",
        actor.user_id, actor.session_id, actor.token_id, clock.wall(),
    )  # fmt: skip
    if ended:
        raise CredentialEnded
