"""The queue before a transaction: who shares an answer, whose turn it is, who is told to come again, who may leave."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from domain.shared import db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.errors import Busy, IdempotencyConflict, InsufficientFunds, InvalidInput, NotAllowed
from domain.shared.fold import MOST, ROOM, Fold
from domain.shared.idempotency import Call, Operation, Request, Result
from domain.shared.money import Money


@dataclass(frozen=True, kw_only=True)
class Add(Request):
    """A number to write down."""

    number: int


@dataclass(frozen=True, kw_only=True)
class Added(Result):
    """It is written down."""

    number: int


ADD = Operation("add", Added, Scope.LEND)
ME = Actor(ids.new(), frozenset({Scope.LEND}))
TOO_MANY = 5_000
FAULTY = 6_000
NOT_NOW = 7_000


class Desk:
    """A fold whose batches can be seen and held up: what arrives while one is held makes up the next."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.open, self.taken = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.fold: Fold[Add, Added] = Fold(self.work)

    async def work(self, calls: Sequence[Call[Add, Added]]) -> list[Added | InsufficientFunds | Busy]:
        numbers = [call.request.number for call in calls]
        self.batches.append(numbers)
        self.taken.set()
        await self.open.wait()
        assert FAULTY not in numbers
        return [
            InsufficientFunds(available=Money(0, "CNY"), needed=Money(number, "CNY"))
            if number == TOO_MANY
            else Busy()
            if number == NOT_NOW
            else Added(number=number)
            for number in numbers
        ]

    def add(self, number: int, key: str | None = None, lane: str = "", size: int = 1) -> "asyncio.Task[Added]":
        call = Call(ADD, ME, Add(number=number, idempotency_key=key or str(ids.new())))
        return asyncio.create_task(self.fold.submit(call, lane, size))

    async def hold(self) -> "asyncio.Task[Added]":
        """Hold the first batch up, once it is taken."""
        self.open.clear()
        first = self.add(0, "first")
        await self.taken.wait()
        return first


async def stored() -> int:
    count: int = await db.fetch_value("select count(*) from shared.idempotency")
    return count


async def test_what_waits_is_one_transaction_in_the_order_of_arrival() -> None:
    desk = Desk()
    await desk.hold()
    waiting = [desk.add(number) for number in range(1, 51)]
    await asyncio.sleep(0)
    desk.open.set()
    assert [(await one).number for one in waiting] == list(range(1, 51))
    assert desk.batches == [[0], list(range(1, 51))]
    assert await stored() == 51


async def test_equal_calls_in_flight_share_one_answer_and_others_are_refused() -> None:
    desk = Desk()
    await desk.hold()
    one, same, other = desk.add(1, "key"), desk.add(1, "key"), desk.add(2, "key")
    with pytest.raises(IdempotencyConflict):
        await other
    desk.open.set()
    assert (await one, await same) == (Added(number=1), Added(number=1, replayed=True))
    assert await desk.add(1, "key") == Added(number=1, replayed=True)
    with pytest.raises(IdempotencyConflict):
        await desk.add(2, "key")
    assert desk.batches == [[0], [1]]


async def test_a_refusal_is_the_answer_for_ever() -> None:
    desk = Desk()
    refused = await asyncio.gather(*(desk.add(TOO_MANY, "key") for _ in range(3)), return_exceptions=True)
    again = await asyncio.gather(desk.add(TOO_MANY, "key"), return_exceptions=True)
    assert [one.needed for one in (*refused, *again) if isinstance(one, InsufficientFunds)] == [
        Money(TOO_MANY, "CNY")
    ] * 4
    assert len(set(map(id, refused))) == 3, "who raises an exception writes into it: each has their own"
    assert desk.batches == [[TOO_MANY]]


async def test_a_refusal_that_passes_is_the_answer_to_nothing() -> None:
    desk = Desk()
    await desk.hold()
    waiting = [desk.add(1, "one"), desk.add(NOT_NOW, "two")]
    await asyncio.sleep(0)
    desk.open.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in outcomes] == [Added, Busy]
    assert await desk.add(2, "two") == Added(number=2)
    assert await stored() == 3


async def test_a_key_is_nothing_to_who_lacks_the_scope() -> None:
    desk = Desk()
    added = await desk.add(1, "key")
    for number, key in ((1, "key"), (2, "key"), (3, "another"), (4, "")):
        with pytest.raises(NotAllowed, match="LEND"):
            Call(ADD, Actor(ME.user_id, frozenset({Scope.READ})), Add(number=number, idempotency_key=key))
    assert added == Added(number=1) and await stored() == 1


async def test_a_key_must_be_one() -> None:
    for key in ("", "k" * 201):
        with pytest.raises(InvalidInput):
            Call(ADD, ME, Add(number=1, idempotency_key=key))


async def test_lanes_take_turns() -> None:
    desk = Desk()
    await desk.hold()
    hot = [desk.add(number, lane="hot") for number in range(1, 2 * MOST)]
    quiet = [desk.add(1000 + number, lane=str(number)) for number in range(3)]
    await asyncio.sleep(0)
    desk.open.set()
    await asyncio.gather(*hot, *quiet)
    assert desk.batches[1] == [*range(1, MOST - 2), 1000, 1001, 1002]
    assert len(desk.batches[2]) == MOST


async def test_a_call_counts_for_as_many_items_as_it_has() -> None:
    desk = Desk()
    await desk.hold()
    waiting = [desk.add(number, size=100) for number in range(1, 5)]
    await asyncio.sleep(0)
    desk.open.set()
    await asyncio.gather(*waiting)
    assert desk.batches == [[0], [1, 2], [3, 4]]


async def test_a_full_queue_says_so_and_goes_on() -> None:
    desk = Desk()
    await desk.hold()
    large = [desk.add(number, size=ROOM // 4) for number in range(1, 5)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await desk.add(5, "late")
    desk.open.set()
    await asyncio.gather(*large)
    assert await desk.add(5, "late") == Added(number=5)


async def test_who_leaves_before_the_turn_was_never_there() -> None:
    desk = Desk()
    await desk.hold()
    gone, shared, stays = desk.add(1, "gone"), desk.add(2, "shared"), desk.add(2, "shared")
    await asyncio.sleep(0)
    gone.cancel()
    shared.cancel()
    await asyncio.sleep(0)
    other = desk.add(3, "gone")
    await asyncio.sleep(0)
    desk.open.set()
    assert (await stays, await other) == (Added(number=2, replayed=True), Added(number=3))
    assert desk.batches == [[0], [2, 3]]


async def test_who_leaves_later_leaves_the_answer_behind() -> None:
    desk = Desk()
    first = await desk.hold()
    first.cancel()
    await asyncio.sleep(0)
    desk.open.set()
    assert await desk.add(0, "first") == Added(number=0, replayed=True)
    assert desk.batches == [[0]]


async def test_only_the_guilty_err() -> None:
    desk = Desk()
    await desk.hold()
    waiting = [desk.add(number) for number in (1, FAULTY, 2, TOO_MANY)]
    await asyncio.sleep(0)
    desk.open.set()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(one) for one in outcomes] == [Added, AssertionError, Added, InsufficientFunds]
    assert desk.batches == [[0], [1, FAULTY, 2, TOO_MANY], [1], [FAULTY], [2], [TOO_MANY]]
    assert await stored() == 4
