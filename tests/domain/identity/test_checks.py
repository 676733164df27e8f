"""Identity checks: asked for, answered by the provider, decided by an operator."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.identity import queries
from domain.identity.commands import (
    Outcome,
    apply_identity_outcomes,
    checks_to_ask,
    claim_checks_to_submit,
    decide_identity_check,
    mark_checks_submitted,
    request_identity_check,
)
from domain.identity.models import IdentityCheckStatus
from domain.shared import db
from domain.shared.actor import Actor, Viewer
from domain.shared.db import Row
from domain.shared.errors import NotAllowed, NotFound, WrongState
from tests.domain.conftest import START
from tests.domain.identity.people import CLAIM, actor_of, events, join, operator

SetClock = Callable[[datetime], Awaitable[None]]


async def check(check_id: UUID) -> Row:
    row = await db.fetch_one("select * from identity.identity_checks where id = $1", check_id)
    assert row is not None
    return row


async def submitted(actor: Actor) -> UUID:
    check_id = await request_identity_check(actor, CLAIM)
    await mark_checks_submitted([check_id])
    return check_id


def outcome(check_id: UUID, status: str, reason: str | None = None) -> Outcome:
    return Outcome(check_id=check_id, status=IdentityCheckStatus(status), reason=reason)


async def test_the_number_is_forgotten_when_the_provider_has_it() -> None:
    ada = actor_of(await join())
    check_id = await request_identity_check(ada, CLAIM)
    assert await request_identity_check(ada, CLAIM) == check_id
    [due] = await claim_checks_to_submit()
    assert (due.id, due.identification_number, due.name) == (check_id, CLAIM.identification_number, "Ada Lovelace")
    assert CLAIM.identification_number not in repr(due)
    for _ in range(2):
        await mark_checks_submitted([check_id])
    row = await check(check_id)
    assert row["status"] == "SUBMITTED" and row["identification_number"] is None and len(row["number_hash"]) == 64
    assert await claim_checks_to_submit() == []


async def test_simultaneous_requests_make_one_check() -> None:
    ada = actor_of(await join())
    answers = await asyncio.gather(*(request_identity_check(ada, CLAIM) for _ in range(10)))
    assert len(set(answers)) == 1
    assert len(await events("identity.check_requested")) == 1


async def test_a_verified_identity_completes_the_step_and_only_the_first_answer_counts() -> None:
    ada = actor_of(await join())
    check_id = await submitted(ada)
    assert await apply_identity_outcomes([outcome(check_id, "VERIFIED"), outcome(uuid4(), "VERIFIED")]) == 1
    assert await apply_identity_outcomes([outcome(check_id, "REJECTED", "late")]) == 0
    assert (await check(check_id))["status"] == "VERIFIED"
    assert await queries.missing_steps([ada.user_id], ["IDENTITY_CHECK"]) == {ada.user_id: []}
    assert await events("identity.verified") == [str(check_id)]
    assert await events("identity.rejected") == []
    with pytest.raises(WrongState):
        await request_identity_check(ada, replace(CLAIM, identification_number="110101199005170022"))


async def test_checks_without_an_answer_for_a_day_of_business_time_are_to_be_asked_about(set_clock: SetClock) -> None:
    ada, bob, cat = [actor_of(await join(f"{name}@example.com")) for name in ("ada", "bob", "cat")]
    decided, waiting = await submitted(ada), await submitted(bob)
    await apply_identity_outcomes([outcome(decided, "REVIEW")])
    await set_clock(START + timedelta(hours=23))
    await request_identity_check(cat, CLAIM)
    assert await checks_to_ask(timedelta(days=1)) == []
    await set_clock(START + timedelta(hours=25))
    assert await checks_to_ask(timedelta(days=1)) == [waiting]


async def test_an_answer_may_come_before_the_submission_is_written_down() -> None:
    check_id = await request_identity_check(actor_of(await join()), CLAIM)
    assert await apply_identity_outcomes([outcome(check_id, "VERIFIED")]) == 1
    await mark_checks_submitted([check_id])
    row = await check(check_id)
    assert row["status"] == "VERIFIED" and row["identification_number"] is None


async def test_after_a_rejection_a_new_claim_is_possible() -> None:
    ada = actor_of(await join())
    check_id = await submitted(ada)
    await apply_identity_outcomes([outcome(check_id, "REJECTED", "The number does not exist." * 40)])
    assert len((await check(check_id))["reason"]) == 300
    again = await request_identity_check(ada, replace(CLAIM, identification_number="110101199005170022"))
    assert again != check_id


async def test_an_operator_decides_what_the_provider_could_not() -> None:
    ada, op = actor_of(await join()), await operator()
    check_id = await submitted(ada)
    with pytest.raises(WrongState):
        await decide_identity_check(op, check_id, approve=True, reason="early")
    await apply_identity_outcomes([outcome(check_id, "REVIEW", "The photo is blurred.")])
    with pytest.raises(NotAllowed):
        await decide_identity_check(ada, check_id, approve=True, reason="it is me")
    for _ in range(2):
        await decide_identity_check(op, check_id, approve=True, reason="Seen in person.")
    row = await check(check_id)
    assert (row["status"], row["decided_by"], row["reason"]) == ("VERIFIED", op.user_id, "Seen in person.")
    with pytest.raises(WrongState):
        await decide_identity_check(op, check_id, approve=False, reason="changed my mind")
    with pytest.raises(NotFound):
        await decide_identity_check(op, uuid4(), approve=True, reason="who?")
    assert await events("identity.review") == await events("identity.verified") == [str(check_id)]


async def test_operators_do_not_decide_about_themselves() -> None:
    op = await operator()
    check_id = await submitted(op)
    await apply_identity_outcomes([outcome(check_id, "REVIEW")])
    with pytest.raises(NotAllowed):
        await decide_identity_check(op, check_id, approve=True, reason="it is me")


async def test_a_check_is_seen_by_its_user_and_operators_without_the_number() -> None:
    ada, bob, op = actor_of(await join()), actor_of(await join("bob@example.com")), await operator()
    check_id = await request_identity_check(ada, CLAIM)
    for actor, count in ((ada, 1), (bob, 0), (op, 1)):
        rows = await queries.IDENTITY_CHECKS.by_ids(Viewer(actor.user_id, actor.scopes), [check_id])
        assert len(rows) == count
        assert all(not {"identification_number", "number_hash"} & set(row) for row in rows)
