"""Writes that can be repeated safely.

A command's answer, refusals included, is stored under (actor, operation, key) in the command's own transaction. The key's
row is taken first, so that simultaneous repeats queue behind the first and read its answer.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from domain.shared import clock, db, errors
from domain.shared.actor import Actor
from domain.shared.errors import DomainError, IdempotencyConflict, InvalidInput

MAX_KEY = 200


@dataclass(frozen=True, kw_only=True)
class Request:
    """The input of a command that can be repeated. `idempotency_key`: any string of 1 to 200 characters, chosen by the caller."""

    idempotency_key: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """The stored answer of a command: ids and facts, never rows. `replayed`: it was the answer to an earlier, equal request."""

    replayed: bool = False


Q = TypeVar("Q", bound=Request)
R = TypeVar("R", bound=Result)


def idempotent(
    result: type[R],
) -> Callable[[Callable[[Actor, Q], Awaitable[R]]], Callable[[Actor, Q], Coroutine[Any, Any, R]]]:
    """Make `command(actor, request)` a transaction that can be repeated; the operation is the command's name.

    Raises what the command raises (again, on a repeat), `IdempotencyConflict` for another input under a used key, and
    `InvalidInput` for a key that is empty or too long.
    """
    answer = TypeAdapter(result)

    def decorate(command: Callable[[Actor, Q], Awaitable[R]]) -> Callable[[Actor, Q], Coroutine[Any, Any, R]]:
        @wraps(command)
        async def wrapper(actor: Actor, request: Q) -> R:
            outcome = await _once(answer, command, actor, request)
            if isinstance(outcome, DomainError):
                raise outcome
            return outcome

        return wrapper

    return decorate


@db.atomic
async def _once(
    answer: TypeAdapter[R], command: Callable[[Actor, Q], Awaitable[R]], actor: Actor, request: Q
) -> R | DomainError:
    key = request.idempotency_key
    if not 1 <= len(key) <= MAX_KEY:
        raise InvalidInput(reason=f"An idempotency key has 1 to {MAX_KEY} characters.", path=("idempotencyKey",))
    operation = command.__name__
    stored = await _claim(actor.user_id, operation, key, fingerprint(request))
    if stored is not None:
        return _replay(answer, json.loads(stored))
    outcome: R | DomainError
    try:
        async with db.savepoint():
            outcome = await command(actor, request)
    except DomainError as refusal:
        if not refusal.stored:
            raise
        outcome = refusal
    data = (
        {"refusal": errors.dump(outcome)}
        if isinstance(outcome, DomainError)
        else {"result": answer.dump_python(outcome, mode="json")}
    )
    await db.execute(
        "update shared.idempotency set answer = $4::jsonb where actor_id = $1 and operation = $2 and key = $3",
        actor.user_id, operation, key, json.dumps(data),
    )  # fmt: skip
    return outcome


async def _claim(actor_id: UUID, operation: str, key: str, request_hash: str) -> str | None:
    """Take the key, or read the answer that is stored under it."""
    taken = await db.fetch_one(
        """insert into shared.idempotency (actor_id, operation, key, request_hash, created_at)
        values ($1, $2, $3, $4, $5) on conflict do nothing returning key""",
        actor_id, operation, key, request_hash, clock.wall(),
    )  # fmt: skip
    if taken:
        return None
    row = await db.fetch_one(
        "select request_hash, answer, created_at from shared.idempotency where actor_id = $1 and operation = $2 and key = $3",
        actor_id, operation, key,
    )  # fmt: skip
    assert row is not None, "keys are never deleted while they can be repeated"
    if row["request_hash"] != request_hash:
        raise IdempotencyConflict(first_used_at=row["created_at"], path=("idempotencyKey",))
    stored: str = row["answer"]
    return stored


def fingerprint(request: Request) -> str:
    """The hash of a request without its key: equal requests, equal hash."""
    data = TypeAdapter(type(request)).dump_python(request, mode="json")
    del data["idempotency_key"]
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _replay(answer: TypeAdapter[R], stored: dict[str, Any]) -> R | DomainError:
    if "refusal" in stored:
        return errors.load(stored["refusal"])
    return replace(answer.validate_python(stored["result"]), replayed=True)
