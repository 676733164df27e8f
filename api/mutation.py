"""How mutations, and queries that can be refused, answer: the payload, or a refusal that their union names."""

import typing
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import strawberry

from api import errors
from api.errors import Code, top_level
from domain.identity.errors import CredentialEnded
from domain.shared.errors import Busy, DomainError

KEY = "1 to 200 characters of your choice: a repeat with the same key acts once and gets the same answer."
REPLAYED = "Whether this is the answer to an earlier, equal request."
"""What every mutation that can be repeated says of its `idempotencyKey` and its `replayed`."""

Resolver = Callable[..., Awaitable[Any]]


def mutation(description: str) -> Callable[[Resolver], Any]:
    """Declare a mutation. Domain errors become members of its result union; one that is not a member is a bug.

    Whose credential has ended is answered like a stranger.
    """
    return lambda resolver: strawberry.mutation(resolver=_answering(resolver), description=description)


def query(description: str) -> Callable[[Resolver], Any]:
    """Declare a query that takes an input and can be refused, like a mutation that writes nothing."""
    return lambda resolver: strawberry.field(resolver=_answering(resolver), description=description)


def _answering(resolver: Resolver) -> Resolver:
    _describe_input(resolver)

    @wraps(resolver)
    async def answer(*args: Any, **kwargs: Any) -> Any:
        try:
            return await resolver(*args, **kwargs)
        except DomainError as refusal:
            shown = errors.show(refusal)
            if isinstance(shown, members(resolver)):
                return shown
            if isinstance(refusal, Busy):
                raise top_level(Code.BUSY, refusal.message) from refusal
            raise
        except CredentialEnded as ended:
            raise top_level(Code.UNAUTHENTICATED, "The access token is not valid, or no longer.") from ended

    return answer


def _describe_input(resolver: Resolver) -> None:
    """Each of them has one argument, `input`; say so in the schema once for all."""
    annotations = resolver.__annotations__
    if "input" in annotations:
        described = strawberry.argument(description="What is asked for.")
        annotations["input"] = Annotated[annotations["input"], described]


def members(resolver: Resolver) -> tuple[type, ...]:
    """The types of a resolver's result union."""
    union = typing.get_type_hints(resolver)["return"]
    return typing.get_args(union) or (union,)
