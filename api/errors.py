"""Refusals on the wire: one GraphQL type for each domain error, with its facts."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError

from api import money
from domain.shared import errors
from domain.shared.money import Money as DomainMoney

T = TypeVar("T", bound=type)
_types: dict[type[errors.DomainError], type["UserError"]] = {}


@strawberry.interface(description="Why a request was refused, and what would have been right.")
class UserError:
    """Why a request was refused, and what would have been right."""

    message: str = strawberry.field(description="A sentence for a person.")
    code: str = strawberry.field(description="The stable name of the error: that of its type.")
    path: list[str] = strawberry.field(
        description="The input field it is about, from the input object inwards; empty: the whole request."
    )


def refusal(error: type[errors.DomainError]) -> Callable[[T], T]:
    """Declare the GraphQL type of a domain error. Its fields are named as the facts they show."""

    def register(graphql_type: T) -> T:
        _types[error] = graphql_type
        return graphql_type

    return register


def show(error: errors.DomainError) -> "UserError":
    """The GraphQL object of a domain error."""
    graphql_type = _types[type(error)]
    names = {f.name for f in fields(graphql_type)} - {"message", "code", "path"}
    facts = {f.name: _fact(getattr(error, f.name)) for f in fields(error) if f.name in names}
    return graphql_type(message=error.message, code=error.code, path=list(error.path), **facts)


def _fact(value: Any) -> Any:
    if isinstance(value, DomainMoney):
        return money.show(value)
    if isinstance(value, list | tuple):
        return [_fact(item) for item in value]
    return value


class Code(StrEnum):
    """Codes of top-level errors, in `extensions.code`."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_REQUEST = "BAD_REQUEST"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    UNKNOWN_DOCUMENT = "UNKNOWN_DOCUMENT"
    UNTRUSTED_DOCUMENT = "UNTRUSTED_DOCUMENT"
    RATE_LIMITED = "RATE_LIMITED"
    BUSY = "BUSY"
    INTERNAL = "INTERNAL"


def top_level(code: Code, message: str) -> GraphQLError:
    """An error outside the schema: malformed requests, missing authentication, exceeded limits, bugs."""
    return GraphQLError(message, extensions={"code": code.value})


@refusal(errors.InvalidInput)
@strawberry.type(description="A value cannot be right, whoever asks; the message says what would have been.")
class InvalidInput(UserError):
    """A value cannot be right."""


@refusal(errors.NotFound)
@strawberry.type(description="Nothing has this id, or it is not yours to see.")
class NotFound(UserError):
    """Nothing has this id."""


@refusal(errors.NotAllowed)
@strawberry.type(description="The account lacks the role, or the token lacks the scope.")
class NotAllowed(UserError):
    """The account lacks the role, or the token the scope."""

    requirement: str = strawberry.field(description="What is needed, in words: a scope, or another operator.")


@refusal(errors.IdempotencyConflict)
@strawberry.type(description="The idempotency key was used for another input; take a new key for a new request.")
class IdempotencyConflict(UserError):
    """The key was used for another input."""

    first_used_at: datetime = strawberry.field(description="When the key was first used.")


@refusal(errors.Busy)
@strawberry.type(
    description="Too much is waiting, or the database was away. Repeat with the same idempotency key: nothing is done twice."
)
class Busy(UserError):
    """Repeat with the same key."""

    retry_after_ms: int = strawberry.field(description="How long to wait, in milliseconds.")


@refusal(errors.InsufficientFunds)
@strawberry.type(description="The wallet does not hold what the command needs.")
class InsufficientFunds(UserError):
    """The wallet does not hold enough."""

    available: money.Money = strawberry.field(description="What is available.")
    needed: money.Money = strawberry.field(description="What is needed.")


@refusal(errors.StepRequired)
@strawberry.type(description="Something must be done first.")
class StepRequired(UserError):
    """Something must be done first."""

    steps: list[str] = strawberry.field(description="What, as in `me.nextSteps`, in order.")


@refusal(errors.WrongState)
@strawberry.type(description="The thing is not in a state that allows the command.")
class WrongState(UserError):
    """Not in this state."""

    state: str = strawberry.field(description="Its state.")
    allowed: list[str] = strawberry.field(description="The states in which the command is possible.")


@refusal(errors.LimitReached)
@strawberry.type(description="A limit of the regulatory profile or of the product would be exceeded.")
class LimitReached(UserError):
    """A limit would be exceeded."""

    limit: str = strawberry.field(description="The name of the limit.")
    maximum: money.Money = strawberry.field(description="The limit; the number itself is allowed.")
    current: money.Money = strawberry.field(description="What is in use.")
