"""Writes that can be repeated safely.

A command's answer, refusals included, is stored under (actor, operation, key) in the command's own transaction. The key's
row is taken first, so that simultaneous repeats queue behind the first and read its answer. Calls that are folded into one
transaction take their keys last, together (`each_once`): whoever finds one taken by then begins again, and reads its answer.

The scope is asked for before any key: a credential of the same actor neither reads nor leaves answers to what it may not do.
"""

import hashlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import TypeAdapter

from domain.shared import clock, db, errors
from domain.shared.actor import Actor, Scope
from domain.shared.db import Record, Write
from domain.shared.errors import DomainError, IdempotencyConflict, InvalidInput

MAX_KEY = 200
NOT_ASKED = {"idempotency_key"}


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
Identity = tuple[UUID, str, str]
_adapters: dict[type[Request], TypeAdapter[Any]] = {}


class KeyTaken(Exception):
    """Another transaction has stored an answer under one of the keys since this one looked."""


class Operation(Generic[R]):
    """A command that can be repeated: its name in the register, how its answers are stored, and the scope it needs."""

    def __init__(self, name: str, result: type[R], scope: Scope) -> None:
        self.name = name
        self.scope = scope
        self._answer = TypeAdapter(result)

    def dump(self, outcome: R | DomainError) -> str:
        """An answer as it is stored."""
        if isinstance(outcome, DomainError):
            return orjson.dumps({"refusal": errors.dump(outcome)}).decode()
        return f'{{"result":{self._answer.dump_json(outcome).decode()}}}'

    def load(self, stored: str) -> R | DomainError:
        """The answer that `dump` wrote, as a repeat gets it."""
        data = orjson.loads(stored)
        if "refusal" in data:
            return errors.load(data["refusal"])
        return replace(self._answer.validate_python(data["result"]), replayed=True)


class Call(Generic[Q, R]):
    """One use of an operation. Raises `NotAllowed` without its scope, `InvalidInput` for a key that is empty or too long.

    `identity`: what its answer is stored under (actor, operation, key). `request_hash`: of what it asks for, without the
    key; equal requests, equal hash.
    """

    __slots__ = ("actor", "identity", "operation", "request", "request_hash")

    def __init__(self, operation: Operation[R], actor: Actor, request: Q) -> None:
        actor.require(operation.scope)
        if not 1 <= len(request.idempotency_key) <= MAX_KEY:
            raise InvalidInput(reason=f"An idempotency key has 1 to {MAX_KEY} characters.", path=("idempotencyKey",))
        self.operation = operation
        self.actor = actor
        self.request = request
        self.identity: Identity = (actor.user_id, operation.name, request.idempotency_key)
        asked = _adapter(type(request)).dump_json(request, exclude=NOT_ASKED)
        self.request_hash = hashlib.sha256(asked).hexdigest()

    def replay(self, stored: Record) -> R | DomainError:
        """The answer of its key's row; `IdempotencyConflict` if that was given to another input."""
        if stored["request_hash"] != self.request_hash:
            return IdempotencyConflict(first_used_at=stored["created_at"], path=("idempotencyKey",))
        return self.operation.load(stored["answer"])


Work = Callable[[Sequence[Call[Q, R]]], Awaitable[Sequence[R | DomainError]]]


def _adapter(request: type[Request]) -> TypeAdapter[Any]:
    if request not in _adapters:
        _adapters[request] = TypeAdapter(request)
    return _adapters[request]


def idempotent(
    result: type[R], scope: Scope
) -> Callable[[Callable[[Actor, Q], Awaitable[R]]], Callable[[Actor, Q], Coroutine[Any, Any, R]]]:
    """Make `command(actor, request)` a transaction that can be repeated; the operation is the command's name.

    Raises `NotAllowed` without the scope, what the command raises (again, on a repeat), `IdempotencyConflict` for another
    input under a used key, and `InvalidInput` for a key that is empty or too long.
    """

    def decorate(command: Callable[[Actor, Q], Awaitable[R]]) -> Callable[[Actor, Q], Coroutine[Any, Any, R]]:
        operation = Operation(command.__name__, result, scope)

        @wraps(command)
        async def wrapper(actor: Actor, request: Q) -> R:
            outcome = await _once(Call(operation, actor, request), command)
            if isinstance(outcome, DomainError):
                raise outcome
            return outcome

        return wrapper

    return decorate


@db.atomic
async def _once(call: Call[Q, R], command: Callable[[Actor, Q], Awaitable[R]]) -> R | DomainError:
    if not await db.fetch(f"{TAKE} returning 1", *_rows([call], [None])):
        (stored,) = (await _stored([call])).values()
        return call.replay(stored)
    outcome: R | DomainError
    try:
        async with db.savepoint():
            outcome = await command(call.actor, call.request)
    except DomainError as refusal:
        if not _lasts(refusal):
            raise
        outcome = refusal
    await db.execute(
        "update shared.idempotency set answer = $4::jsonb where actor_id = $1 and operation = $2 and key = $3",
        *call.identity, call.operation.dump(outcome),
    )  # fmt: skip
    return outcome


async def each_once(calls: Sequence[Call[Q, R]], work: Work[Q, R]) -> list[R | DomainError]:
    """The outcome of each call, in the caller's transaction; the calls have different keys.

    `work` does those that have no answer yet, all at once, and returns their outcomes, refusals included, in order. When
    another transaction has answered one of them meanwhile, the transaction ends with `KeyTaken`: begin again.
    """
    stored = await _stored(calls)
    fresh = [call for call in calls if call.identity not in stored] if stored else calls
    outcomes = await work(fresh) if fresh else ()
    lasting = [(call, outcome) for call, outcome in zip(fresh, outcomes, strict=True) if _lasts(outcome)]
    if lasting:
        answers = [call.operation.dump(outcome) for call, outcome in lasting]
        keys = _rows([call for call, _ in lasting], answers)
        await db.write(Write("keys", TAKE, keys, rows=len(lasting), missed=KeyTaken))
    if not stored:
        return list(outcomes)
    done = iter(outcomes)
    return [call.replay(stored[call.identity]) if call.identity in stored else next(done) for call in calls]


def _lasts(outcome: Result | DomainError) -> bool:
    """Whether an outcome is the lasting answer to its key."""
    return not isinstance(outcome, DomainError) or outcome.stored


TAKE = """insert into shared.idempotency (actor_id, operation, key, request_hash, answer, created_at)
    select actor_id, operation, key, request_hash, answer::jsonb, $6
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
        c(actor_id, operation, key, request_hash, answer)
    on conflict do nothing"""


def _rows(calls: Sequence[Call[Q, R]], answers: Sequence[str | None]) -> tuple[object, ...]:
    """The arguments of `TAKE`: keys are taken sorted, so that transactions that take the same ones queue instead of deadlocking."""
    ordered = sorted((call.identity, call.request_hash, answer) for call, answer in zip(calls, answers, strict=True))
    return (
        [actor_id for (actor_id, _, _), _, _ in ordered],
        [operation for (_, operation, _), _, _ in ordered],
        [key for (_, _, key), _, _ in ordered],
        [request_hash for _, request_hash, _ in ordered],
        [answer for _, _, answer in ordered],
        clock.wall(),
    )


async def _stored(calls: Sequence[Call[Q, R]]) -> dict[Identity, Record]:
    """The rows of the keys that are taken. They are never deleted while they can be repeated."""
    identities = [call.identity for call in calls]
    rows = await db.fetch_records(
        """select i.actor_id, i.operation, i.key, i.request_hash, i.answer, i.created_at
        from unnest($1::uuid[], $2::text[], $3::text[]) c(actor_id, operation, key)
        join shared.idempotency i on i.actor_id = c.actor_id and i.operation = c.operation and i.key = c.key""",
        [actor_id for actor_id, _, _ in identities],
        [operation for _, operation, _ in identities],
        [key for _, _, key in identities],
    )
    return {(row["actor_id"], row["operation"], row["key"]): row for row in rows}
