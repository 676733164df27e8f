"""Reads that wait share statements, and each has its own answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg
import pytest

from api.engine.folding import MOST, WIDTH, Folding
from domain.shared import db

DOUBLED = (
    "select asked.key * 2, asked.number from unnest($1::uuid[], $2::bigint[]) with ordinality asked(viewer, key, number)"
    " where asked.key >= 0"
)
DIVIDED = "select 12 / asked.key, asked.number from unnest($1::uuid[], $2::bigint[]) with ordinality asked(viewer, key, number)"


class Counted:
    """The database's reads, counted, and held back until they may go on."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def fetch(self, sql: str, *args: Any) -> Sequence[Any]:
        """As `db.records`."""
        self.sizes.append(len(args[0]))
        await self.go_on.wait()
        return await db.records(sql, *args)


async def ask(folding: Folding, *keys: int, sql: str = DOUBLED) -> list[list[int]]:
    """The first value of each record, for each key."""
    answers = await folding.ask(sql, [[None] * len(keys), list(keys)])
    return [[record[0] for record in records] for records in answers]


async def test_each_has_its_own_answer(shelf: None) -> None:
    counted = Counted()
    folding = Folding(counted.fetch)
    answers = await asyncio.gather(*(ask(folding, n, -1, n + 1) for n in range(500)))
    assert answers == [[[2 * n], [], [2 * n + 2]] for n in range(500)]
    assert len(counted.sizes) < 50
    assert max(counted.sizes) <= MOST


async def test_alone_nobody_waits(shelf: None) -> None:
    counted = Counted()
    folding = Folding(counted.fetch)
    for n in range(3):
        assert await ask(folding, n) == [[2 * n]]
    assert counted.sizes == [1, 1, 1]


async def test_who_waits_for_statements_that_run_goes_with_the_next_one(shelf: None) -> None:
    counted = Counted()
    counted.go_on.clear()
    folding = Folding(counted.fetch)
    asking = [asyncio.create_task(ask(folding, n)) for n in range(10)]
    for _ in range(3):
        await asyncio.sleep(0)
    assert sum(counted.sizes) <= 10
    assert len(counted.sizes) <= WIDTH
    counted.go_on.set()
    assert await asyncio.gather(*asking) == [[[2 * n]] for n in range(10)]
    assert sum(counted.sizes) == 10


async def test_more_than_fits_goes_alone(shelf: None) -> None:
    counted = Counted()
    keys = range(3 * MOST)
    assert await ask(Folding(counted.fetch), *keys) == [[2 * n] for n in keys]
    assert counted.sizes == [3 * MOST]


async def test_who_goes_away_takes_nobody_along(shelf: None) -> None:
    counted = Counted()
    counted.go_on.clear()
    folding = Folding(counted.fetch)
    asking = [asyncio.create_task(ask(folding, n)) for n in range(20)]
    await asyncio.sleep(0.01)
    for gone in asking[::2]:
        gone.cancel()
    await asyncio.sleep(0)
    counted.go_on.set()
    assert await asyncio.gather(*asking[1::2]) == [[[2 * n]] for n in range(1, 20, 2)]
    assert await ask(folding, 7) == [[14]]


async def test_a_statement_that_fails_fails_those_who_share_it_and_nobody_after(shelf: None) -> None:
    counted = Counted()
    counted.go_on.clear()
    folding = Folding(counted.fetch)
    asking = [asyncio.create_task(ask(folding, n, sql=DIVIDED)) for n in (1, 2, 3, 0)]
    other = asyncio.create_task(ask(folding, 5))
    await asyncio.sleep(0.01)
    counted.go_on.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(answers[-1], asyncpg.DivisionByZeroError)
    assert await other == [[10]]
    assert await ask(folding, 4, sql=DIVIDED) == [[3]]


@pytest.mark.parametrize("pause", [0, 1, 2, 3])
async def test_nobody_is_forgotten_who_asks_while_the_last_answer_is_given(shelf: None, pause: int) -> None:
    folding = Folding(db.records)

    async def again_and_again(number: int) -> None:
        for turn in range(100):
            assert await ask(folding, number + turn) == [[2 * (number + turn)]]
            for _ in range((number + turn) % 4 * pause):
                await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(*(again_and_again(number) for number in range(8)))
