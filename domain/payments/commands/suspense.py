"""Money in suspense: an operator finds its owner or has it sent back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.payments import events
from domain.payments.commands.entries import lock_bank
from domain.payments.commands.orders import instruct
from domain.payments.models import InstructionPurpose, SuspenseStatus
from domain.payments.rules import lifecycle
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotFound, WrongState
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money


@dataclass(frozen=True, kw_only=True)
class AssignSuspense(Request):
    """Give a suspense item to the user it belongs to."""

    item_id: UUID
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class AssignedSuspense(Result):
    """The user's deposit that the item has become."""

    item_id: UUID
    transfer_id: UUID


@idempotent(AssignedSuspense)
async def assign_suspense(actor: Actor, request: AssignSuspense) -> AssignedSuspense:
    """Make an unknown deposit the deposit of a user: available if it is final, else unsettled until it is.

    Raises `NotAllowed` without the scope FINANCE, `NotFound`, `WrongState` when it was decided before, `InvalidInput` for
    money that is missing from custody.
    """
    item = await _open_item(actor, request.item_id)
    if not await db.fetch_one("select id from identity.users where id = $1", request.user_id):
        raise NotFound(path=("userId",))
    now = await clock.now()
    kinds = await db.fetch(
        "select kind from payments.bank_entries where movement_id = $1 and kind like 'deposit.%'", item["movement_id"]
    )
    taken = lifecycle.taken({row["kind"] for row in kinds})
    final = not taken or "final" in taken
    transfer_id = await _make_transfer(item, request.user_id, final, now)
    target = AccountKind.AVAILABLE if final else AccountKind.UNSETTLED
    posting = Posting(
        kind="SUSPENSE_OUT",
        debit=accounts.platform(AccountKind.SUSPENSE, item["currency"]),
        credit=accounts.user(target, request.user_id, item["currency"]),
        amount_minor=item["amount_minor"],
        reference_id=transfer_id,
    )
    await ledger.post([posting])
    await _decide(item["id"], SuspenseStatus.ASSIGNED, actor, now, request.user_id)
    step = "final" if final else "received"
    await outbox.record(
        [events.deposit(transfer_id, request.user_id, step, item["amount_minor"], item["currency"], None)]
    )
    return AssignedSuspense(item_id=item["id"], transfer_id=transfer_id)


async def _make_transfer(item: db.Row, user_id: UUID, final: bool, now: datetime) -> UUID:
    """The deposit, under the bank's id of it, so that the bank's further news find it; unless another one has that id."""
    transfer_id = ids.new()
    await db.execute(
        """insert into payments.transfers (id, user_id, kind, status, amount_minor, currency, reference, deposit_id,
            requested_at, settled_at)
        values ($1, $2, 'DEPOSIT', $3, $4, $5, $6, case when exists (
            select from payments.transfers where deposit_id = $7) then null else $7 end, $8, $9)""",
        transfer_id, user_id, "SETTLED" if final else "RECEIVED", item["amount_minor"], item["currency"],
        str(item["id"]), item["movement_id"], now, now if final else None,
    )  # fmt: skip
    return transfer_id


@dataclass(frozen=True, kw_only=True)
class ReturnSuspense(Request):
    """Send a suspense item back to the account it came from."""

    item_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReturningSuspense(Result):
    """The instruction that sends it back."""

    item_id: UUID
    instruction_id: UUID


@idempotent(ReturningSuspense)
async def return_suspense(actor: Actor, request: ReturnSuspense) -> ReturningSuspense:
    """Have the bank send an item back; it stays in SUSPENSE until the bank has paid, and opens again if that fails.

    Raises as `assign_suspense`, and `InvalidInput` when the bank did not say where it came from.
    """
    item = await _open_item(actor, request.item_id)
    if item["account_number"] is None:
        raise InvalidInput(reason="The bank did not say which account it came from.", path=("itemId",))
    instruction_id = await instruct(
        InstructionPurpose.SUSPENSE,
        actor.user_id,
        item["id"],
        Money(item["amount_minor"], item["currency"]),
        reference=item["reference"] or str(item["id"]),
        account_number=item["account_number"],
    )
    await _decide(item["id"], SuspenseStatus.RETURNING, actor, await clock.now(), None)
    return ReturningSuspense(item_id=item["id"], instruction_id=instruction_id)


async def _open_item(actor: Actor, item_id: UUID) -> db.Row:
    actor.require(Scope.FINANCE)
    await lock_bank()
    item = (await db.lock("payments.suspense_items", [item_id])).get(item_id)
    if item is None:
        raise NotFound(path=("itemId",))
    if item["status"] != SuspenseStatus.OPEN:
        raise WrongState(state=item["status"], allowed=[SuspenseStatus.OPEN.value])
    if item["amount_minor"] < 0:
        raise InvalidInput(
            reason="This money is missing from the custody account: there is nothing to give.", path=("itemId",)
        )
    return item


async def _decide(item_id: UUID, status: SuspenseStatus, actor: Actor, now: datetime, user_id: UUID | None) -> None:
    await db.execute(
        "update payments.suspense_items set status = $2, decided_by = $3, decided_at = $4, user_id = $5 where id = $1",
        item_id, status.value, actor.user_id, now, user_id,
    )  # fmt: skip
