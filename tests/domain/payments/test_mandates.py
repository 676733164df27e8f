"""Bank accounts and mandates: what users say, and what the bank is told and answers."""

import asyncio
from uuid import UUID

import pytest

from domain.payments import commands, queries
from domain.shared import db, ids
from domain.shared.actor import Actor, Scope, Viewer
from domain.shared.errors import InvalidInput, NotFound, StepRequired
from tests.domain.payments import bank

STAFF = Viewer(ids.new(), frozenset({Scope.OPERATE}))
NUMBER = "DE89370400440532013000"


async def mandate(mandate_id: UUID) -> tuple[str, bool]:
    """A mandate's status, and whether the bank knows of it."""
    row = await db.fetch_one("select status, told_at from payments.mandates where id = $1", mandate_id)
    assert row is not None
    return row["status"], row["told_at"] is not None


async def test_a_bank_account_is_named_once() -> None:
    ada = await bank.person()
    adding = (
        commands.add_bank_account(ada, number="DE89 3704 0044 0532 0130 00", holder="Ada", currency="EUR")
        for _ in range(10)
    )
    assert len(set(await asyncio.gather(*adding))) == 1
    with pytest.raises(InvalidInput):
        await commands.add_bank_account(ada, number=NUMBER, holder="Ada", currency="ZZZ")


async def test_only_the_owner_sees_the_whole_number() -> None:
    ada, eve = await bank.person(), await bank.person()
    id_ = await commands.add_bank_account(ada, number=NUMBER, holder="Ada", currency="EUR")
    (own,) = await queries.BANK_ACCOUNTS.by_ids(Viewer(ada.user_id), [id_])
    (staff,) = await queries.BANK_ACCOUNTS.by_ids(STAFF, [id_])
    assert (own["number"], staff["number"]) == (NUMBER, "…3000")
    assert await queries.BANK_ACCOUNTS.by_ids(Viewer(eve.user_id), [id_]) == []
    assert await queries.BANK_ACCOUNTS.by_ids(Viewer(), [id_]) == []


async def test_a_mandate_needs_consent_and_the_banks_answer() -> None:
    ada, eve = await bank.person(), await bank.person()
    account_id = await bank.account_of(ada)
    with pytest.raises(StepRequired) as refused:
        await commands.give_mandate(ada, bank_account_id=account_id)
    assert refused.value.steps == ["ACCEPT_DEBIT_MANDATE"]
    with pytest.raises(NotFound):
        await commands.give_mandate(eve, bank_account_id=account_id)
    mandate_id = await bank.mandate_of(ada, account_id)
    assert await mandate(mandate_id) == ("ACTIVE", True)
    assert await commands.give_mandate(ada, bank_account_id=account_id) == mandate_id
    assert await bank.events("mandate") == ["mandate.activated"]


async def pending() -> tuple[Actor, UUID]:
    """A mandate the bank does not know of yet."""
    ada = await bank.person()
    account_id = await bank.account_of(ada)
    first = await bank.mandate_of(ada, account_id)
    await commands.revoke_mandate(ada, first)
    await commands.mandate_answered(first, False)
    return ada, await commands.give_mandate(ada, bank_account_id=account_id)


async def test_the_bank_is_told_until_it_has_answered() -> None:
    _, mandate_id = await pending()
    for _ in range(2):
        (told,) = await commands.claim_mandates()
        assert (told.id, told.revoked, told.holder) == (mandate_id, False, "Ada Lovelace")
        assert await commands.claim_mandates() == [], "another worker leaves it to the first"
        await db.execute("update payments.mandates set leased_until = leased_until - interval '1 minute'")
    for _ in range(2):
        await commands.mandate_answered(mandate_id, False, "unknown_account")
    assert await mandate(mandate_id) == ("REFUSED", True)
    assert await commands.claim_mandates() == []
    assert await bank.events("mandate") == ["mandate.activated", "mandate.refused"]


async def test_a_mandate_revoked_while_the_bank_opens_it_is_cancelled() -> None:
    ada, mandate_id = await pending()
    await commands.claim_mandates()
    await commands.revoke_mandate(ada, mandate_id)
    await commands.mandate_answered(mandate_id, True)
    assert await mandate(mandate_id) == ("REVOKED", False)
    (told,) = await commands.claim_mandates()
    assert told.revoked
    await commands.mandate_answered(mandate_id, False)
    await commands.revoke_mandate(ada, mandate_id)
    assert await mandate(mandate_id) == ("REVOKED", True)
    with pytest.raises(NotFound):
        await commands.revoke_mandate(await bank.person(), mandate_id)
