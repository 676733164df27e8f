"""Who reads what of a loan's life, and when an event is there to be read."""

import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from domain.disclosure.timeline import NEWS, TIMELINE
from domain.shared import activity, db, ids
from domain.shared.actor import STRANGER, Scope, Viewer
from domain.shared.outbox import Event, record
from tests.domain.lending.applying import apply, person
from tests.domain.lending.serving import SetClock, active, collect

HAPPENED = "{t}.kind = 'test.happened'"
STAFF = Viewer(UUID(int=1), frozenset({Scope.OPERATE}))


async def kinds(viewer: Viewer, loan_id: UUID) -> list[str]:
    return [row["kind"] for row in await _timeline(viewer, loan_id)]


async def _timeline(viewer: Viewer, loan_id: UUID) -> list[db.Row]:
    return await TIMELINE.select(viewer, "{t}.loan_id = $3", [loan_id], "order by {t}.id")


async def test_strangers_read_the_public_part_from_the_listing_on(set_clock: SetClock) -> None:
    borrower = await person()
    loan_id = await active([300_000, 200_000], borrower)
    due_on = await db.fetch_value("select next_collection_on from lending.loans where id = $1", loan_id)
    await collect(set_clock, due_on, "settled")
    everything = await kinds(Viewer(borrower), loan_id)
    assert await kinds(STAFF, loan_id) == everything
    public = [kind for kind in everything if kind.split(".")[0] not in ("payout", "debit")]
    assert {"loan.submitted", "loan.offered", "payout.settled", "debit.settled"} <= set(everything)
    assert await kinds(STRANGER, loan_id) == [kind for kind in public if kind not in ("loan.submitted", "loan.offered")]


async def test_amounts_of_repayments_are_for_those_concerned(set_clock: SetClock) -> None:
    loan_id = await active([500_000])
    due_on = await db.fetch_value("select next_collection_on from lending.loans where id = $1", loan_id)
    await collect(set_clock, due_on, "settled")
    lender = await db.fetch_value("select lender_id from lending.notes where loan_id = $1", loan_id)

    async def repayment(viewer: Viewer) -> object:
        rows = await _timeline(viewer, loan_id)
        return next(json.loads(row["payload"]) for row in rows if row["kind"] == "repayment.distributed")

    assert await repayment(STRANGER) == await repayment(Viewer(await person())) == {}
    assert await repayment(Viewer(lender)) == await repayment(STAFF) != {}
    active_event = next(row for row in await _timeline(STRANGER, loan_id) if row["kind"] == "loan.active")
    assert json.loads(active_event["payload"]).keys() == {"loan_id", "reference", "disbursed_on"}


async def test_a_loan_that_was_never_listed_has_no_public_life() -> None:
    borrower = await person()
    loan_id = (await apply(borrower)).loan_id
    assert await kinds(STRANGER, loan_id) == await kinds(Viewer(await person()), loan_id) == []
    assert await kinds(Viewer(borrower), loan_id) == ["loan.submitted", "loan.offered"]


@db.atomic
async def happen(user_id: UUID, names: Sequence[str]) -> None:
    await record([Event(kind="test.happened", key=name, payload={"name": name}, audience=(user_id,)) for name in names])


async def test_an_event_waits_for_a_transaction_that_could_come_before_it(
    owner: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    ada = await person()
    start = await activity.latest_of_user(ada)
    async with owner.transaction():
        await owner.execute(
            """insert into shared.outbox (event_id, kind, dedupe_key, payload, audience, happened_at)
            values ($1, 'test.happened', 'early', '{"name": "early"}', array[$2::uuid], now())""",
            ids.new(), ada,
        )  # fmt: skip
        await happen(ada, ["late"])
        assert await activity.of_user(ada, start, 10) == activity.News([], unsettled=True)
        assert await NEWS.select(Viewer(ada), HAPPENED) == []
    news = await activity.of_user(ada, start, 10)
    assert ([event.facts["name"] for event in news.events], news.unsettled) == (["early", "late"], False)
    assert len(await NEWS.select(Viewer(ada), HAPPENED)) == 2


async def test_news_go_on_behind_a_cursor_and_are_one_s_own() -> None:
    ada, eve = await person(), await person()
    before = await activity.latest_of_user(ada)
    await happen(ada, [str(number) for number in range(5)])
    first = await activity.of_user(ada, before, 2)
    cursor = (first.events[-1].txid, first.events[-1].number)
    rest = await activity.of_user(ada, cursor, 10)
    assert [event.facts["name"] for event in [*first.events, *rest.events]] == ["0", "1", "2", "3", "4"]
    assert await activity.latest_of_user(ada) == (rest.events[-1].txid, rest.events[-1].number)
    assert await activity.of_user(eve, await activity.latest_of_user(eve), 10) == activity.News([], unsettled=False)
    assert await NEWS.select(STRANGER) == []
