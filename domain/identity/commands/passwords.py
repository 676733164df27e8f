"""A forgotten password: whoever reads the mail of an account may choose a new one, and takes the account back with it."""

from uuid import UUID

from domain.identity import attempts, credentials, events, rules
from domain.identity.attempts import LOCAL, Client
from domain.identity.commands import sessions
from domain.identity.errors import InvalidToken
from domain.shared import clock, db, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.settings import settings

MARK = credentials.HASH_MARK.format(hash="password_hash")


async def request_password_reset(email: str, client: Client = LOCAL) -> None:
    """Send a mail to a confirmed account of this address, at most one an hour; neither the answer nor the work tells.

    Raises `InvalidInput`, `TooManyAttempts`.
    """
    address = rules.clean_email(email, sandbox=settings().is_sandbox)
    await attempts.ask_for_mail(client)
    await _ask(address)


@db.atomic
async def _ask(address: str) -> None:
    user_id = await db.fetch_value(
        "select id from identity.users where email = $1 and email_verified_at is not null", address
    )
    now = clock.wall()
    await outbox.record(
        [events.password_reset_requested(user_id, now) if user_id else events.nobody_asked(address, now)]
    )


async def reset_password(token: str, password: str) -> None:
    """Give an account a new password, and end its sessions and personal tokens: somebody else may have opened them.

    A token works for an hour, and once: it is for the password that was in force when its mail was sent. Raises
    `InvalidToken`, `InvalidInput`, `Busy`.
    """
    claim = credentials.reset_by(token)
    if claim is None:
        raise InvalidToken(path=("token",))
    secret = rules.clean_password(password)
    await _reset(*claim, await credentials.hash_password(secret))


@db.atomic
async def _reset(user_id: UUID, mark: str, password_hash: str) -> None:
    changed = await db.fetch_value(
        f"""update identity.users set password_hash = $3
        where id = $1 and {MARK} = $2 and email_verified_at is not null returning {MARK}""",  # noqa: S608 - a constant
        user_id, mark, password_hash,
    )  # fmt: skip
    if changed is None:
        raise InvalidToken(path=("token",))
    await sessions.revoke_sessions(Actor(user_id, frozenset({Scope.ACCOUNT})))
    await db.execute(
        "update identity.access_tokens set revoked_at = $2 where user_id = $1 and revoked_at is null",
        user_id, clock.wall(),
    )  # fmt: skip
    await outbox.record([events.password_changed(user_id, changed)])
