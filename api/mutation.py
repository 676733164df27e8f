"""How mutations answer: the payload, or a refusal that their union names."""

import typing
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Annotated, Any

import strawberry

from api import errors
from api.errors import Code, top_level
from domain.shared.errors import Busy, DomainError

Resolver = Callable[..., Awaitable[Any]]


def mutation(description: str) -> Callable[[Resolver], Any]:
    """Declare a mutation. Domain errors become members of its result union; one that is not a member is a bug."""

    def declare(resolver: Resolver) -> Any:
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

        return strawberry.mutation(resolver=answer, description=description)

    return declare


def _describe_input(resolver: Resolver) -> None:
    """Every mutation has one argument, `input`; say so in the schema once for all."""
    annotations = resolver.__annotations__
    if "input" in annotations:
        described = strawberry.argument(description="What is asked for.")
        annotations["input"] = Annotated[annotations["input"], described]


def members(resolver: Resolver) -> tuple[type, ...]:
    """The types of a resolver's result union."""
    union = typing.get_type_hints(resolver)["return"]
    return typing.get_args(union) or (union,)
