"""Batches: written down before the call, the same again when nobody answered, done once whatever the bank repeats."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from domain.ledger.accounts import AccountKind
from domain.payments import commands
from domain.payments.commands import Batch, InstructionState
from domain.shared import db
from domain.shared.actor import Actor
from tests.domain.payments import bank

LEAVING = AccountKind.LEAVING


async def three_withdrawals() -> Actor:
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    await bank.pay_in(ada, 10_000)
    for amount in (1_000, 2_000, 3_000):
        await bank.withdraw(ada, account_id, amount)
    return ada


async def lease_ends() -> None:
    await db.execute("update payments.instructions set claimed_at = claimed_at - interval '1 minute'")


async def claimed() -> Batch:
    batch = await commands.claim_batch()
    assert batch is not None
    return batch


def ids_of(batch: Batch) -> list[UUID]:
    return [instruction.id for instruction in batch.instructions]


async def test_a_batch_is_taken_once_and_answered() -> None:
    await three_withdrawals()
    batch = await claimed()
    assert [each.amount_minor for each in batch.instructions] == [1_000, 2_000, 3_000]
    assert await commands.claim_batch() is None
    await commands.batch_answered(batch.id, ids_of(batch), {})
    rows = await db.fetch("select distinct status, batch_id from payments.instructions")
    assert rows == [{"status": "SUBMITTED", "batch_id": batch.id}]
    await lease_ends()
    assert await commands.claim_batch() is None


async def test_after_a_kill_between_claim_and_answer_the_same_batch_comes_again() -> None:
    ada = await three_withdrawals()
    first = await claimed()
    await bank.withdraw(ada, await bank.account_of(ada), 500)
    await lease_ends()
    assert await claimed() == first
    assert [each.amount_minor for each in (await claimed()).instructions] == [500]


async def test_a_batch_whose_instruction_settled_before_the_answer_stays_the_same() -> None:
    ada = await three_withdrawals()
    first = await claimed()
    await bank.tell(bank.entry("payout.settled", 1_000, movement=first.instructions[0].id))
    await lease_ends()
    again = await claimed()
    assert again == first
    await commands.batch_answered(again.id, ids_of(again), {})
    rows = await db.fetch("select status from payments.instructions order by id")
    assert [row["status"] for row in rows] == ["SETTLED", "SUBMITTED", "SUBMITTED"]
    assert await bank.in_wallet(ada, LEAVING) == 5_000


async def test_refused_at_once_is_refused_as_later() -> None:
    ada = await three_withdrawals()
    batch = await claimed()
    one, two, three = ids_of(batch)
    for _ in range(2):
        await commands.batch_answered(batch.id, [one, three], {two: "unknown_account"})
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING)) == (6_000, 4_000)
    rows = await db.fetch("select status, reason from payments.instructions order by id")
    assert [(row["status"], row["reason"]) for row in rows] == [
        ("SUBMITTED", None),
        ("REFUSED", "unknown_account"),
        ("SUBMITTED", None),
    ]
    assert await bank.events("withdrawal.refused") == ["withdrawal.refused"]
    assert await bank.breaks() == []


async def test_the_limit_of_a_batch() -> None:
    await three_withdrawals()
    first, second = await commands.claim_batch(limit=2), await commands.claim_batch(limit=2)
    assert first is not None and second is not None
    assert (len(first.instructions), len(second.instructions)) == (2, 1)


async def test_lost_webhooks_are_made_good_by_asking(set_clock) -> None:  # type: ignore[no-untyped-def]
    ada = await three_withdrawals()
    batch = await claimed()
    await commands.batch_answered(batch.id, ids_of(batch), {})
    assert await commands.instructions_to_ask(timedelta(hours=1)) == []
    await set_clock(datetime(2025, 1, 6, 3, tzinfo=UTC))
    one, two, three = await commands.instructions_to_ask(timedelta(hours=1))
    states = [
        InstructionState(one, "settled", bank.TODAY),
        InstructionState(two, "refused", bank.TODAY, "account_closed"),
        InstructionState(three, "pending"),
    ]
    assert [await commands.apply_statuses(states) for _ in range(2)] == [2, 0]
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, LEAVING), await bank.at_bank()) == (
        6_000,
        3_000,
        -9_000,
    )
    await bank.tell(bank.entry("payout.settled", 1_000, movement=one))
    assert await bank.at_bank() == -9_000
    names = await db.fetch("select bank_entry_id from payments.bank_entries where movement_id = $1", str(one))
    assert [row["bank_entry_id"] for row in names] == [f"be_{one}_payout.settled"]
    assert await bank.breaks() == []
