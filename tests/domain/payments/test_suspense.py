"""Money without an owner: it waits in SUSPENSE until an operator decides."""

import pytest

from domain.ledger.accounts import AccountKind
from domain.payments import commands
from domain.payments.commands import AssignSuspense, ReturnSuspense
from domain.shared import db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InsufficientFunds, InvalidInput, NotAllowed, NotFound, WrongState
from tests.domain.payments import bank

SUSPENSE, UNSETTLED = AccountKind.SUSPENSE, AccountKind.UNSETTLED
STRAY = {"movement": "dep_x", "reference": "for Ada, thanks"}


async def stray(*steps: str) -> db.Row:
    """A deposit nobody can be found for."""
    await bank.tell(*(bank.entry(f"deposit.{step}", 600, **STRAY) for step in steps))
    row = await db.fetch_one("select * from payments.suspense_items")
    assert row is not None
    return row


@pytest.mark.parametrize("steps", [("received", "final"), ("final", "received"), ("final",), ("received",)])
async def test_an_unknown_deposit_waits_in_suspense(steps: tuple[str, ...]) -> None:
    item = await stray(*steps)
    assert (item["status"], item["amount_minor"], item["reference"]) == ("OPEN", 600, "for Ada, thanks")
    assert (await bank.at_bank(), await bank.at_bank(SUSPENSE)) == (-600, 600)
    assert await bank.breaks() == []


@pytest.mark.parametrize("steps", [("received", "bounced"), ("bounced", "received"), ("bounced",)])
async def test_an_unknown_deposit_that_bounces_leaves_nothing(steps: tuple[str, ...]) -> None:
    item = await stray(*steps)
    assert item["status"] == "RETURNED"
    assert (await bank.at_bank(), await bank.at_bank(SUSPENSE)) == (0, 0)
    assert await bank.breaks() == []


async def test_an_operator_finds_the_owner() -> None:
    ada, clerk = await bank.person(), await bank.operator()
    item = await stray("received", "final")
    request = AssignSuspense(item_id=item["id"], user_id=ada.user_id, idempotency_key="a")
    first = await commands.assign_suspense(clerk, request)
    assert (await commands.assign_suspense(clerk, request)).transfer_id == first.transfer_id
    assert (await bank.in_wallet(ada), await bank.at_bank(SUSPENSE)) == (600, 0)
    assert await bank.events("deposit") == ["deposit.settled"]
    with pytest.raises(WrongState):
        await commands.return_suspense(clerk, ReturnSuspense(item_id=item["id"], idempotency_key="b"))
    assert await bank.breaks() == []


@pytest.mark.parametrize("then", ["final", "bounced"])
async def test_an_assigned_deposit_that_is_not_final_is_unsettled_until_the_bank_says_more(then: str) -> None:
    ada, clerk = await bank.person(), await bank.operator()
    item = await stray("received")
    await commands.assign_suspense(clerk, AssignSuspense(item_id=item["id"], user_id=ada.user_id, idempotency_key="a"))
    assert (await bank.in_wallet(ada), await bank.in_wallet(ada, UNSETTLED)) == (0, 600)
    await bank.tell(bank.entry(f"deposit.{then}", 600, **STRAY))
    assert await bank.in_wallet(ada, UNSETTLED) == 0
    assert await bank.in_wallet(ada) == (600 if then == "final" else 0)
    assert await bank.breaks() == []


async def test_an_item_is_sent_back_and_opens_again_when_that_fails() -> None:
    clerk = await bank.operator()
    item = await stray("received", "final")
    sent = await commands.return_suspense(clerk, ReturnSuspense(item_id=item["id"], idempotency_key="a"))
    await bank.tell(bank.entry("payout.refused", 600, movement=sent.instruction_id))
    assert (await stray())["status"] == "OPEN"
    sent = await commands.return_suspense(clerk, ReturnSuspense(item_id=item["id"], idempotency_key="b"))
    batch = await commands.claim_batch()
    assert batch is not None and batch.instructions[0].account_number == "XS00PAYER"
    assert (await stray())["status"] == "RETURNING"
    await bank.tell(bank.entry("payout.settled", 600, movement=sent.instruction_id))
    assert (await stray())["status"] == "RETURNED"
    assert (await bank.at_bank(), await bank.at_bank(SUSPENSE)) == (0, 0)
    assert await bank.breaks() == []


async def bounced_late() -> tuple[Actor, db.Row]:
    """A deposit of somebody's that bounced after it was final; it is missing from custody."""
    ada = await bank.person()
    movement = await bank.pay_in(ada, 600)
    await bank.tell(bank.entry("deposit.bounced", 600, movement=movement))
    item = await db.fetch_one("select * from payments.suspense_items")
    assert item is not None and (item["status"], item["amount_minor"]) == ("OPEN", -600)
    assert await bank.at_bank(SUSPENSE) == -600
    return ada, item


async def test_a_deposit_that_bounced_after_it_was_final_is_taken_from_the_wallet() -> None:
    (ada, item), clerk = await bounced_late(), await bank.operator()
    request = AssignSuspense(item_id=item["id"], user_id=ada.user_id, idempotency_key="a")
    assert (await commands.assign_suspense(clerk, request)).transfer_id is None
    assert (await commands.assign_suspense(clerk, request)).replayed
    assert (await bank.in_wallet(ada), await bank.at_bank(SUSPENSE), await bank.at_bank()) == (0, 0, 0)
    row = await db.fetch_one("select status, user_id from payments.suspense_items")
    assert row == {"status": "ASSIGNED", "user_id": ada.user_id}
    assert await bank.breaks() == []


async def test_what_the_wallet_lacks_of_it_the_platform_can_bear() -> None:
    (ada, item), clerk = await bounced_late(), await bank.operator()
    await bank.withdraw(ada, await bank.account_of(ada), 500)
    with pytest.raises(InsufficientFunds) as refused:
        await commands.assign_suspense(
            clerk, AssignSuspense(item_id=item["id"], user_id=ada.user_id, idempotency_key="a")
        )
    assert (refused.value.available.amount_minor, refused.value.needed.amount_minor) == (100, 600)
    await commands.assign_suspense(clerk, AssignSuspense(item_id=item["id"], user_id=None, idempotency_key="b"))
    assert (await bank.in_wallet(ada), await bank.at_bank(SUSPENSE)) == (100, 0)
    assert await bank.at_bank(AccountKind.FEES) == -600
    assert await bank.breaks() == []


async def test_only_finance_decides_and_only_what_is_there() -> None:
    ada, clerk = await bank.person(), await bank.operator()
    item = await stray("received")
    with pytest.raises(NotAllowed):
        await commands.assign_suspense(
            ada, AssignSuspense(item_id=item["id"], user_id=ada.user_id, idempotency_key="a")
        )
    for item_id, user_id in ((item["id"], ids.new()), (ids.new(), ada.user_id)):
        with pytest.raises(NotFound):
            await commands.assign_suspense(
                clerk, AssignSuspense(item_id=item_id, user_id=user_id, idempotency_key=str(item_id))
            )
    with pytest.raises(InvalidInput):
        await commands.assign_suspense(clerk, AssignSuspense(item_id=item["id"], user_id=None, idempotency_key="p"))
    await bank.tell(bank.entry("payout.settled", 7, movement=ids.new()))
    missing = await db.fetch_value("select id from payments.suspense_items where amount_minor < 0")
    with pytest.raises(InvalidInput):
        await commands.return_suspense(clerk, ReturnSuspense(item_id=missing, idempotency_key="m"))


async def test_nobody_decides_about_their_own_money() -> None:
    clerk, other = await bank.operator(), await bank.operator()
    item = await stray("received", "final")
    to_clerk = AssignSuspense(item_id=item["id"], user_id=clerk.user_id, idempotency_key="own")
    with pytest.raises(NotAllowed, match="another operator"):
        await commands.assign_suspense(clerk, to_clerk)
    await commands.assign_suspense(other, to_clerk)
    assert await bank.in_wallet(clerk) == 600


async def test_nobody_sends_back_what_came_from_their_own_account() -> None:
    clerk, other = await bank.operator(), await bank.operator()
    item = await stray("received", "final")
    holder = Actor(clerk.user_id, bank.MONEY)
    await commands.add_bank_account(holder, number=item["account_number"], holder="Ada Lovelace", currency="CNY")
    back = ReturnSuspense(item_id=item["id"], idempotency_key="own")
    with pytest.raises(NotAllowed, match="another operator"):
        await commands.return_suspense(clerk, back)
    assert (await commands.return_suspense(other, back)).item_id == item["id"]


async def test_nobody_has_the_platform_bear_what_is_missing_of_their_own_deposit() -> None:
    ada, item = await bounced_late()
    clerk = Actor(ada.user_id, frozenset({Scope.OPERATE, Scope.FINANCE}))
    for user_id in (None, ids.new()):
        with pytest.raises(NotAllowed, match="another operator"):
            await commands.assign_suspense(
                clerk, AssignSuspense(item_id=item["id"], user_id=user_id, idempotency_key=str(user_id))
            )
    assert await bank.at_bank(AccountKind.FEES) == 0
