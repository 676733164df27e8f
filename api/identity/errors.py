"""Refusals of the identity context on the wire."""

import strawberry

from api.errors import UserError, refusal
from domain.identity import errors


@refusal(errors.InvalidCredentials)
@strawberry.type(
    description="E-mail and password do not open an account: unknown, wrong, or not confirmed yet; which one is not told."
)
class InvalidCredentials(UserError):
    """E-mail and password do not open an account."""


@refusal(errors.InvalidToken)
@strawberry.type(description="The token is unknown, expired, revoked or already used.")
class InvalidToken(UserError):
    """The token is unknown, expired, revoked or already used."""


@refusal(errors.TooManyAttempts)
@strawberry.type(
    description="Too many wrong passwords, or requests for mails, came from your address or device. It is told alike for "
    "addresses with and without an account."
)
class TooManyAttempts(UserError):
    """Too many attempts came from there."""

    retry_after_ms: int = strawberry.field(description="How long to wait before the next attempt.")


@refusal(errors.DocumentsOutdated)
@strawberry.type(description="A newer version is published; read the current `documents` and accept those.")
class DocumentsOutdated(UserError):
    """A newer version is published."""

    kinds: list[str] = strawberry.field(description="The kinds of which a newer version is published.")
