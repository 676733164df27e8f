"""The daily comparison: each difference named once, and what was lost taken from the statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from domain.ledger.accounts import AccountKind
from domain.payments import commands
from domain.payments.commands import DebitOrder, Reconciled
from domain.shared import db, ids
from domain.shared.actor import Actor
from domain.shared.money import Money
from tests.domain.payments import bank


@dataclass(frozen=True)
class Line:
    """A line of the bank's statement."""

    entry_id: str
    kind: str
    amount_minor: int
    instruction_id: str | None = None
    deposit_id: str | None = None
    reference: str = ""
    account: str = "XS00PAYER"
    currency: str = "CNY"
    booked_on: date = bank.TODAY


@dataclass(frozen=True)
class Statement:
    """A day's statement; its closing balance is the sum of its entries unless told otherwise."""

    entries: Sequence[Line] = ()
    closing_minor: dict[str, int] = field(default_factory=dict)


def statement(*lines: Line, closing: int | None = None) -> Statement:
    total = sum(line.amount_minor for line in lines)
    return Statement(lines, {"CNY": total if closing is None else closing})


async def reconcile(*lines: Line, closing: int | None = None) -> Reconciled:
    (result,) = await commands.reconcile(bank.TODAY, statement(*lines, closing=closing))
    return result


def named(result: Reconciled) -> list[tuple[str, int]]:
    return [(each.kind.value, each.amount_minor) for each in result.found]


async def rows(table: str) -> list[dict[str, Any]]:
    return await db.fetch(f"select * from payments.{table} order by id")


async def deposited(amount_minor: int = 500) -> tuple[Actor, Line]:
    ada = await bank.person()
    movement = await bank.pay_in(ada, amount_minor)
    line = Line(f"be_{movement}_deposit.received", "deposit.received", amount_minor, deposit_id=movement)
    return ada, line


async def test_a_day_that_agrees() -> None:
    _, line = await deposited()
    result = await reconcile(line)
    assert (result.bank_balance_minor, result.ledger_balance_minor, result.found) == (500, 500, ())
    assert await bank.events("reconciliation") == []


async def test_a_lost_entry_is_named_and_applied_from_the_statement() -> None:
    ada, line = await deposited()
    clerk = await bank.operator()
    account_id = await bank.account_of(ada)
    transfer_id = await bank.withdraw(ada, account_id, 200)
    instruction_id = await db.fetch_value("select id from payments.instructions")
    lost = Line("be_lost", "payout.settled", -200, instruction_id=str(instruction_id))
    result = await reconcile(line, lost)
    assert named(result) == [("MISSING_IN_LEDGER", -200)]
    assert result.found[0].bank_entry_id == "be_lost"
    assert result.bank_balance_minor - result.ledger_balance_minor == -200
    assert await bank.at_bank() == -300
    assert await db.fetch_value("select status from payments.transfers where id = $1", transfer_id) == "SETTLED"
    assert await bank.events("reconciliation") == ["reconciliation.differs"]
    audience = await db.fetch_value("select audience from shared.outbox where kind = 'reconciliation.differs'")
    assert audience == [clerk.user_id]
    await bank.tell(bank.entry("payout.settled", 200, movement=instruction_id, entry_id="be_lost"))
    assert await bank.at_bank() == -300
    assert await bank.breaks() == []


async def test_running_it_again_changes_nothing() -> None:
    _, line = await deposited()
    unknown = Line("be_new", "deposit.received", 40, deposit_id="dep_new", reference="?")
    await reconcile(line, unknown)
    before = (await rows("reconciliations"), await rows("reconciliation_differences"))
    again = await reconcile(line, unknown)
    assert again.found == ()
    assert (await rows("reconciliations"), await rows("reconciliation_differences")) == before
    assert await bank.at_bank(AccountKind.SUSPENSE) == 40
    assert await bank.events("reconciliation") == ["reconciliation.differs"]
    assert await bank.breaks() == []


async def test_what_the_bank_does_not_have_and_what_it_has_otherwise() -> None:
    ada, line = await deposited(500)
    movement = await bank.pay_in(ada, 70)
    other = Line(f"be_{movement}_deposit.received", "deposit.received", 75, deposit_id=movement)
    result = await reconcile(other)
    assert named(result) == [("OTHER_AMOUNT", 5), ("MISSING_AT_BANK", -500)]
    assert result.found[1].bank_entry_id == line.entry_id
    assert result.bank_balance_minor - result.ledger_balance_minor == -495


async def test_a_balance_nobody_can_explain() -> None:
    _, line = await deposited(500)
    assert named(await reconcile(line, closing=490)) == [("UNEXPLAINED", -10)]


async def test_an_entry_of_a_kind_we_do_not_know_goes_to_suspense() -> None:
    fee = Line("be_fee", "fee.charged", -3)
    assert named(await reconcile(fee)) == [("MISSING_IN_LEDGER", -3)]
    assert (await bank.at_bank(), await bank.at_bank(AccountKind.SUSPENSE)) == (3, -3)
    assert (await reconcile(fee)).found == ()
    assert await bank.breaks() == []


async def test_a_returned_debit_is_pending_until_lending_has_undone_it() -> None:
    bob = await bank.person()
    mandate_id = await bank.mandate_of(bob, await bank.account_of(bob))
    collection_id, loan_id = ids.new(), ids.new()
    order = DebitOrder(
        collection_id=collection_id,
        loan_id=loan_id,
        user_id=bob.user_id,
        mandate_id=mandate_id,
        amount=Money(80, "CNY"),
    )
    await commands.instruct_debits([order])
    lines = [
        Line(f"be_{collection_id}_debit.{step}", f"debit.{step}", amount, instruction_id=str(collection_id))
        for step, amount in (("settled", 80), ("returned", -80))
    ]
    for step in ("settled", "returned"):
        await bank.tell(bank.entry(f"debit.{step}", 80, movement=collection_id))
    assert named(await reconcile(*lines)) == [("RETURN_NOT_POSTED", -80)]
    await commands.post_debit_return(collection_id)
    assert (await reconcile(*lines)).found == ()
    assert await bank.breaks() == []


async def test_the_days_to_reconcile_catch_up(set_clock) -> None:  # type: ignore[no-untyped-def]
    assert await commands.days_to_reconcile() == []
    _, line = await deposited()
    assert await commands.days_to_reconcile() == []
    await set_clock(datetime(2025, 1, 9, 1, tzinfo=UTC))
    assert await commands.days_to_reconcile() == [date(2025, 1, day) for day in (6, 7, 8)]
    await reconcile(line)
    assert await commands.days_to_reconcile() == [date(2025, 1, day) for day in (7, 8)]
