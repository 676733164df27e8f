"""Money of loans: payouts that lending waits for, debits that land in COLLECTING and may be taken back."""

from itertools import permutations
from uuid import UUID

import pytest

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.payments import commands
from domain.payments.commands import DebitOrder
from domain.shared import db, ids
from domain.shared.actor import Actor
from domain.shared.money import Money
from tests.domain.payments import bank


async def collecting(loan_id: UUID) -> int:
    return (await ledger.balance(accounts.loan(AccountKind.COLLECTING, loan_id, "CNY"))).amount_minor


async def proceeds(actor: Actor, loan_id: UUID) -> int:
    return (await ledger.balance(accounts.user(AccountKind.LEAVING, actor.user_id, "CNY", loan_id))).amount_minor


async def debit(amount_minor: int = 800) -> tuple[Actor, UUID, UUID]:
    """A borrower, a loan and a collection the bank was told about."""
    bob = await bank.person()
    mandate_id = await bank.mandate_of(bob, await bank.account_of(bob))
    loan_id, collection_id = ids.new(), ids.new()
    await commands.instruct_debits(
        [
            DebitOrder(
                collection_id=collection_id,
                loan_id=loan_id,
                user_id=bob.user_id,
                mandate_id=mandate_id,
                amount=Money(amount_minor, "CNY"),
            )
        ]
    )
    return bob, loan_id, collection_id


async def payout() -> tuple[Actor, UUID, UUID]:
    """A borrower, a loan and the instruction that pays it out; the money came from a lender."""
    lender, bob = await bank.person(), await bank.person()
    await bank.pay_in(lender, 5_000)
    loan_id, account_id = ids.new(), await bank.account_of(bob)

    @db.atomic
    async def close() -> UUID:
        funded = Posting(
            kind="LOAN_FUNDED",
            debit=accounts.user(AccountKind.AVAILABLE, lender.user_id, "CNY"),
            credit=accounts.user(AccountKind.LEAVING, bob.user_id, "CNY", loan_id),
            amount_minor=5_000,
        )
        await ledger.post([funded])
        return await commands.instruct_payout(
            loan_id=loan_id, user_id=bob.user_id, amount=Money(5_000, "CNY"), bank_account_id=account_id
        )

    return bob, loan_id, await close()


async def test_a_payout_settles() -> None:
    bob, loan_id, instruction_id = await payout()
    await bank.tell(bank.entry("payout.settled", 5_000, movement=instruction_id))
    assert (await proceeds(bob, loan_id), await bank.at_bank()) == (0, 0)
    row = await db.fetch_one("select payload, loan_id from shared.outbox where kind = 'payout.settled'")
    assert row is not None and row["loan_id"] == loan_id and f'"{instruction_id}"' in row["payload"]
    assert await bank.breaks() == []


@pytest.mark.parametrize(
    "order", [("refused",), *sorted({*permutations(["settled", "returned"]), *permutations(["returned", "returned"])})]
)
async def test_a_payout_that_fails_waits_for_lending_to_unwind(order: tuple[str, ...]) -> None:
    bob, loan_id, instruction_id = await payout()
    for step in order:
        await bank.tell(bank.entry(f"payout.{step}", 5_000, movement=instruction_id, reason="account_closed"))
    assert (await proceeds(bob, loan_id), await bank.at_bank()) == (5_000, -5_000)
    assert (await bank.events("payout"))[-1] in ("payout.refused", "payout.returned")
    assert await bank.breaks() == []


async def test_a_debit_lands_where_nobody_can_withdraw_it() -> None:
    bob, loan_id, collection_id = await debit()
    batch = await commands.claim_batch()
    assert batch is not None and [each.id for each in batch.instructions] == [collection_id]
    assert batch.instructions[0].mandate_id is not None
    await bank.tell(bank.entry("debit.settled", 800, movement=collection_id))
    assert (await collecting(loan_id), await bank.in_wallet(bob), await bank.at_bank()) == (800, 0, -800)
    assert await bank.events("debit") == ["debit.settled"]
    assert await bank.breaks() == []


async def test_a_refused_debit_moves_nothing() -> None:
    _, loan_id, collection_id = await debit()
    await bank.tell(bank.entry("debit.refused", 800, movement=collection_id, reason="insufficient_funds"))
    assert (await collecting(loan_id), await bank.at_bank(), await bank.kinds()) == (0, 0, [])
    payload = await db.fetch_value("select payload->>'reason' from shared.outbox where kind = 'debit.refused'")
    assert payload == "insufficient_funds"


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", sorted({*permutations(["settled", "settled", "returned", "returned"])}))
async def test_a_returned_debit_leaves_nothing_in_any_order(order: tuple[str, ...], together: bool) -> None:
    _, loan_id, collection_id = await debit()
    news = [bank.entry(f"debit.{step}", 800, movement=collection_id) for step in order]
    for part in [news] if together else [[each] for each in news]:
        await bank.tell(*part)
    assert (await collecting(loan_id), await bank.at_bank()) == (800, -800)
    assert (await bank.events("debit"))[-1] == "debit.returned"
    for _ in range(2):
        await commands.post_debit_return(collection_id)
    assert (await collecting(loan_id), await bank.at_bank()) == (0, 0)
    assert await bank.kinds(collection_id) == ["DEBIT_COLLECTED", "DEBIT_RETURNED"]
    assert await bank.breaks() == []


async def test_nothing_is_returned_before_the_bank_says_so() -> None:
    _, loan_id, collection_id = await debit()
    await bank.tell(bank.entry("debit.settled", 800, movement=collection_id))
    await commands.post_debit_return(collection_id)
    assert await collecting(loan_id) == 800


async def test_money_that_does_not_fit_an_instruction_goes_to_suspense() -> None:
    _, loan_id, collection_id = await debit()
    await bank.tell(
        bank.entry("debit.settled", 900, movement=collection_id),
        bank.entry("debit.settled", 77, movement=ids.new()),
        bank.entry("payout.settled", 7, movement="what?"),
    )
    assert (await collecting(loan_id), await bank.at_bank()) == (0, -970)
    assert await bank.at_bank(AccountKind.SUSPENSE) == 970
    rows = await db.fetch("select amount_minor from payments.suspense_items order by amount_minor")
    assert [row["amount_minor"] for row in rows] == [-7, 77, 900]
    assert await bank.breaks() == []
