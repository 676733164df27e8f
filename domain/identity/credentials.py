"""Secrets: passwords, access tokens that are verified without a query, and opaque tokens kept as hashes.

Passwords are hashed with argon2id at OWASP's floor (19 MiB, two passes, one lane), off the event loop, in a pool of
two threads. Credentials live by the wall clock.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.shared import clock, ids
from domain.shared.actor import Scope, Viewer
from domain.shared.errors import Busy
from domain.shared.settings import settings

R = TypeVar("R")

ALGORITHM = "HS256"
ACCESS = "kalends:access"
CONFIRM_EMAIL = "kalends:confirm-email"
RESET = "kalends:reset-password"
DEVICE = "kalends:device"
CONFIRMATION_HOURS = 24
RESET_MINUTES = 60
DEVICE_DAYS = 365
REFRESH_PREFIX = "kref_"
PERSONAL_PREFIX = "kpat_"
MAX_WAITING = 400
"""Passwords that may wait for a thread; beyond, `Busy` is kinder than a timeout."""

UNKNOWN = "$argon2id$v=19$m=19456,t=2,p=1$ZvWx0tCyeRfb6yLe7D4z+w$PsgAgN/NkXY+qJoB52hNmpOpAb2MDcH71cMZj8dtpVY"
"""The hash of a password nobody knows: verified for unknown e-mails, so that they take as long as known ones."""

hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_waiting = 0


async def hash_password(password: str) -> str:
    """The argon2id hash of a password. Raises `Busy` when too many wait."""
    return await _off_the_loop(lambda: hasher.hash(password))


async def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is the hash's; None never fits, after the same work. Raises `Busy` when too many wait."""
    fits = await _off_the_loop(lambda: _verify(password_hash or UNKNOWN, password))
    return fits and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def _off_the_loop(work: Callable[[], R]) -> R:
    global _waiting
    if _waiting >= MAX_WAITING:
        raise Busy(retry_after_ms=2_000)
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1


def opaque(prefix: str) -> tuple[str, str]:
    """A random secret of 256 bits with its prefix, and the SHA-256 that is stored of it."""
    secret = prefix + secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """What is stored of an opaque secret: enough to know it again, useless to whoever reads the table."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def number_hash(identification_number: str) -> str:
    """A keyed hash of an identification number: such numbers are few enough to be guessed from a plain one."""
    return hmac.new(_key().encode(), f"identification:{identification_number}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class SignedToken:
    """A signed access token and when it ends."""

    token: str
    expires_at: datetime


def access_token(user_id: UUID, session_id: UUID, scopes: frozenset[Scope]) -> SignedToken:
    """A token for some minutes; whoever has it has the scopes until then, also after the session was revoked.

    But for what lasts longer, or takes money out (`domain.identity.commands.require_alive`).
    """
    now = clock.wall()
    expires_at = now + timedelta(minutes=settings().access_token_minutes)
    claims = {
        "aud": ACCESS,
        "sub": str(user_id),
        "sid": str(session_id),
        "scopes": sorted(scope.value for scope in scopes),
        "iat": now,
        "exp": expires_at,
    }
    return SignedToken(jwt.encode(claims, _key(), algorithm=ALGORITHM), expires_at.replace(microsecond=0))


def viewer_of_access_token(token: str) -> Viewer | None:
    """Who an access token speaks for, without a query; None if it is not ours or has expired."""
    claims = _claims(token, ACCESS)
    if claims is None:
        return None
    scopes = frozenset(Scope(name) for name in claims["scopes"] if name in Scope.__members__)
    expires_at = datetime.fromtimestamp(claims["exp"], UTC)
    return Viewer(ids.parse(claims["sub"]), scopes, expires_at, session_id=ids.parse(claims["sid"]))


def confirmation_token(user_id: UUID, email: str) -> str:
    """Proves for 24 hours that somebody reads the mail of an address. Made when the mail is sent, stored nowhere."""
    expires_at = clock.wall() + timedelta(hours=CONFIRMATION_HOURS)
    claims = {"aud": CONFIRM_EMAIL, "sub": str(user_id), "email": email, "exp": expires_at}
    return jwt.encode(claims, _key(), algorithm=ALGORITHM)


def confirmed_by(token: str) -> tuple[UUID, str] | None:
    """The user and the address a confirmation token was made for; None if it is not ours or has expired."""
    claims = _claims(token, CONFIRM_EMAIL)
    return None if claims is None else (UUID(claims["sub"]), claims["email"])


def reset_token(user_id: UUID, password_mark: str) -> str:
    """Lets whoever reads a user's mail choose a new password: for an hour, and until the password is another."""
    expires_at = clock.wall() + timedelta(minutes=RESET_MINUTES)
    claims = {"aud": RESET, "sub": str(user_id), "pwd": password_mark, "exp": expires_at}
    return jwt.encode(claims, _key(), algorithm=ALGORITHM)


def reset_by(token: str) -> tuple[UUID, str] | None:
    """The user and the mark of the password that a reset token was made for; None if it is not ours or has expired."""
    claims = _claims(token, RESET)
    return None if claims is None else (UUID(claims["sub"]), claims["pwd"])


HASH_MARK = "substr(encode(sha256(convert_to({hash}, 'UTF8')), 'hex'), 1, 16)"
"""In SQL: tells a password hash from the next one, and nothing about the password."""


def device_token(user_id: UUID, device_id: UUID) -> str:
    """Says that a user has logged in on a device; good for nothing but being counted apart from others at its address."""
    expires_at = clock.wall() + timedelta(days=DEVICE_DAYS)
    claims = {"aud": DEVICE, "sub": str(user_id), "jti": str(device_id), "exp": expires_at}
    return jwt.encode(claims, _key(), algorithm=ALGORITHM)


def device_of(token: str) -> tuple[UUID | None, UUID | None]:
    """The user and the device of a device token; nobody and none if it is not ours or has expired."""
    claims = _claims(token, DEVICE)
    return (None, None) if claims is None else (UUID(claims["sub"]), UUID(claims["jti"]))


def _claims(token: str, audience: str) -> dict[str, Any] | None:
    try:
        return jwt.decode(
            token, _key(), algorithms=[ALGORITHM], audience=audience, options={"require": ["sub", "exp", "aud"]}
        )
    except (jwt.InvalidTokenError, UnicodeError):
        return None


def _key() -> str:
    key = settings().secret_key.get_secret_value()
    assert key, "KALENDS_SECRET_KEY is set: an empty key would sign tokens that anybody can sign"
    return key
