"""Deposits: recognised by their reference, unsettled until final, in whatever order the bank tells of them."""

from itertools import permutations

import pytest

from domain.ledger.accounts import AccountKind
from domain.payments import commands
from domain.payments.commands import OpenDeposit
from domain.shared import db
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotAllowed
from domain.shared.money import Money
from tests.domain.payments import bank

UNSETTLED = AccountKind.UNSETTLED


async def announced(actor: Actor, key: str = "d1") -> str:
    """The payment reference of a new deposit."""
    return (await commands.open_deposit(actor, OpenDeposit(currency="CNY", idempotency_key=key))).reference


async def test_a_deposit_is_unsettled_until_it_is_final() -> None:
    ada = await bank.person()
    reference = await announced(ada)
    await bank.tell(bank.entry("deposit.received", 5_000, movement="dep_1", reference=reference))
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, UNSETTLED), await bank.at_bank()) == (0, 5_000, -5_000)
    await bank.tell(bank.entry("deposit.final", 5_000, movement="dep_1", reference=reference))
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, UNSETTLED), await bank.at_bank()) == (5_000, 0, -5_000)
    assert await bank.kinds() == ["DEPOSIT", "DEPOSIT_FINAL"]
    assert await bank.events("deposit") == ["deposit.received", "deposit.settled"]
    assert await bank.breaks() == []


async def test_a_bounced_deposit_leaves_nothing() -> None:
    ada = await bank.person()
    reference = await announced(ada)
    await bank.tell(bank.entry("deposit.received", 5_000, movement="dep_1", reference=reference))
    await bank.tell(bank.entry("deposit.bounced", 5_000, movement="dep_1", reference=reference, reason="recalled"))
    assert (await bank.in_wallet(ada, UNSETTLED), await bank.at_bank()) == (0, 0)
    row = await db.fetch_one("select status, reason, amount_minor from payments.transfers")
    assert row == {"status": "BOUNCED", "reason": "recalled", "amount_minor": 5_000}
    assert await bank.breaks() == []


ORDERS = [
    (last, order)
    for last in ("final", "bounced")
    for order in sorted({*permutations(["received", last]), *permutations(["received", "received", last, last])})
]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("last", "order"), ORDERS)
async def test_any_order_and_repetition_ends_in_the_same_books(
    last: str, order: tuple[str, ...], together: bool
) -> None:
    ada = await bank.person()
    reference = await announced(ada)
    news = [bank.entry(f"deposit.{step}", 700, movement="dep_1", reference=reference) for step in order]
    if together:
        await bank.tell(*news)
    else:
        for each in news:
            await bank.tell(each)
    final = last == "final"
    assert await bank.in_wallet(ada) == (700 if final else 0)
    assert await bank.in_wallet(ada, UNSETTLED) == 0
    assert await bank.at_bank() == (-700 if final else 0)
    assert await bank.kinds() == ["DEPOSIT", "DEPOSIT_FINAL" if final else "DEPOSIT_BOUNCED"]
    assert await db.fetch_value("select count(*) from payments.bank_entries") == 2
    assert await db.fetch_value("select status from payments.transfers") == ("SETTLED" if final else "BOUNCED")
    assert await bank.breaks() == []


async def test_a_deposit_whose_first_entry_is_lost_is_there_all_the_same() -> None:
    ada = await bank.person()
    reference = await announced(ada)
    await bank.tell(bank.entry("deposit.final", 700, movement="dep_1", reference=reference))
    assert (await bank.in_wallet(ada), await bank.at_bank()) == (700, -700)
    assert await bank.breaks() == []


async def test_paying_twice_with_one_reference_makes_two_deposits() -> None:
    ada = await bank.person()
    reference = await announced(ada)
    spaced = f"{reference[:4]} {reference[4:8].lower()}-{reference[8:]} thanks"[:-7]
    await bank.tell(
        bank.entry("deposit.received", 500, movement="dep_1", reference=reference),
        bank.entry("deposit.received", 300, movement="dep_2", reference=spaced),
        bank.entry("deposit.final", 300, movement="dep_2", reference=spaced),
    )
    rows = await db.fetch(
        "select deposit_id, status, amount_minor, user_id from payments.transfers order by deposit_id"
    )
    assert [(row["deposit_id"], row["status"], row["amount_minor"]) for row in rows] == [
        ("dep_1", "RECEIVED", 500),
        ("dep_2", "SETTLED", 300),
    ]
    assert {row["user_id"] for row in rows} == {ada.user_id}
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, UNSETTLED)) == (300, 500)
    assert await bank.breaks() == []


async def test_five_hundred_deposits_come_in_one_batch() -> None:
    people = [await bank.person() for _ in range(5)]
    references = [await announced(somebody, f"d{number}") for number in range(100) for somebody in people]
    news = [
        bank.entry(f"deposit.{step}", 100 + number, movement=f"dep_{number}", reference=reference)
        for number, reference in enumerate(references[:250])
        for step in ("final", "received")
    ]
    await bank.tell(*news)
    assert sum([await bank.in_wallet(somebody) for somebody in people]) == sum(range(100, 350))
    assert await db.fetch_value("select count(distinct entry_id) from ledger.postings") == 250
    assert await bank.breaks() == []


async def test_announcing_a_deposit() -> None:
    ada = await bank.person()
    request = OpenDeposit(currency="CNY", amount=Money(100, "CNY"), idempotency_key="one")
    first = await commands.open_deposit(ada, request)
    again = await commands.open_deposit(ada, request)
    assert (again.reference, again.replayed) == (first.reference, True)
    for wrong in (
        OpenDeposit(currency="ZZZ", idempotency_key="two"),
        OpenDeposit(currency="CNY", amount=Money(0, "CNY"), idempotency_key="three"),
        OpenDeposit(currency="CNY", amount=Money(5, "EUR"), idempotency_key="four"),
    ):
        with pytest.raises(InvalidInput):
            await commands.open_deposit(ada, wrong)
    reader = Actor(ada.user_id, frozenset({Scope.READ}))
    with pytest.raises(NotAllowed):
        await commands.open_deposit(reader, OpenDeposit(currency="CNY", idempotency_key="five"))
