"""A chunk that fails is split until only the guilty are left; they wait, and the others go on."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.shared import aside, clock, db, ids
from domain.shared.aside import Chunk, in_chunk, not_aside
from domain.shared.errors import Busy

STEP = "tests"


class Work:
    """Subjects to do, in a real table; each that is done is written down in the transaction that does it."""

    def __init__(self, count: int) -> None:
        self.subjects = ids_of(count)
        self.guilty: set[UUID] = set()
        self.chunks: list[int] = []

    async def done(self) -> list[UUID]:
        """Those that are done."""
        rows = await db.fetch("select event_id from shared.outbox order by event_id")
        return [row["event_id"] for row in rows]

    async def __call__(self, chunk: Chunk) -> None:
        """One chunk of what is not done yet."""
        await self._do(chunk)

    @db.atomic
    async def _do(self, chunk: Chunk) -> None:
        rows = await db.fetch(
            f"""select id from unnest($1::uuid[]) s(id)
            where not exists (select from shared.outbox o where o.event_id = s.id)
                and ($2::uuid[] is null or id = any($2)) and {not_aside(STEP, "s.id")} order by id limit $3""",
            self.subjects, chunk.only, chunk.limit,
        )  # fmt: skip
        chunk.taken = [row["id"] for row in rows]
        self.chunks.append(len(rows))
        for id_ in chunk.taken:
            await db.execute(
                """insert into shared.outbox (event_id, kind, dedupe_key, payload, happened_at)
                values ($1, 'tests.done', $2, case when $3 then null else '{}'::jsonb end, now())""",
                id_, str(id_), id_ in self.guilty,
            )  # fmt: skip


def ids_of(count: int) -> list[UUID]:
    """So many ids, in order."""
    return sorted(ids.new() for _ in range(count))


async def set_aside() -> list[db.Row]:
    """What is set aside."""
    return await db.fetch("select * from shared.set_aside order by subject_id")


async def make_due() -> None:
    """The next try of everything is now."""
    await db.execute("update shared.set_aside set retry_at = now() - interval '1 second'")


async def test_what_works_is_one_chunk() -> None:
    work = Work(10)
    assert await in_chunk(STEP, 64, work) == 10
    assert await in_chunk(STEP, 64, work) == 0
    assert (await work.done(), work.chunks, await set_aside()) == (work.subjects, [10, 0], [])


@pytest.mark.parametrize(
    "guilty", [lambda all_: {all_[0]}, lambda all_: {all_[-1]}, lambda all_: {all_[3], all_[4]}, set]
)
async def test_only_the_guilty_are_set_aside(guilty: Callable[[list[UUID]], set[UUID]]) -> None:
    work = Work(10)
    work.guilty = guilty(work.subjects)
    assert await in_chunk(STEP, 64, work) == 10
    assert await in_chunk(STEP, 64, work) == 0
    assert await work.done() == [id_ for id_ in work.subjects if id_ not in work.guilty]
    assert {row["subject_id"] for row in await set_aside()} == work.guilty
    assert {(row["attempts"], row["last_error"]) for row in await set_aside()} == {(1, "IntegrityError")}


async def test_all_others_of_many_chunks_are_done() -> None:
    work = Work(20)
    work.guilty = set(work.subjects[:4])
    while await in_chunk(STEP, 4, work):
        pass
    assert await work.done() == work.subjects[4:]


async def test_each_try_waits_longer_and_success_forgets() -> None:
    work = Work(3)
    work.guilty = {work.subjects[1]}
    waits = []
    for _ in range(4):
        before = clock.wall()
        assert await in_chunk(STEP, 64, work) > 0
        (row,) = await set_aside()
        waits.append(round((row["retry_at"] - before) / aside.FIRST_RETRY))
        await make_due()
    assert waits == [1, 2, 4, 8]
    work.guilty.clear()
    assert await in_chunk(STEP, 64, work) == 1
    assert (await work.done(), await set_aside()) == (work.subjects, [])


async def test_no_wait_is_longer_than_six_hours() -> None:
    work = Work(1)
    work.guilty = set(work.subjects)
    await db.execute(
        "insert into shared.set_aside values ($1, $2, 60, now() - interval '1 s', 'Fault')", STEP, work.subjects[0]
    )
    before = clock.wall()
    await in_chunk(STEP, 64, work)
    (row,) = await set_aside()
    assert timedelta(hours=6) <= row["retry_at"] - before < timedelta(hours=6, minutes=5)


async def test_a_fault_that_is_no_subject_s_is_the_caller_s() -> None:
    async def broken(chunk: Chunk) -> None:
        raise ZeroDivisionError

    async def busy(chunk: Chunk) -> None:
        chunk.taken = ids_of(2)
        raise Busy

    with pytest.raises(ZeroDivisionError):
        await in_chunk(STEP, 64, broken)
    with pytest.raises(Busy):
        await in_chunk(STEP, 64, busy)
    assert await set_aside() == []
