"""Money in suspense: an operator finds its owner or has it sent back; for missing money, who bears it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.identity.commands import require_alive
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
from domain.shared.errors import InsufficientFunds, InvalidInput, NotAllowed, NotFound, WrongState
from domain.shared.idempotency import Request, Result, idempotent
from domain.shared.money import Money


@dataclass(frozen=True, kw_only=True)
class AssignSuspense(Request):
    """Give a suspense item to the user it belongs to; missing money to who bears it, None: the platform."""

    item_id: UUID
    user_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class AssignedSuspense(Result):
    """The user's deposit that the item has become; None: the item was missing money."""

    item_id: UUID
    transfer_id: UUID | None


@idempotent(AssignedSuspense, Scope.FINANCE)
async def assign_suspense(actor: Actor, request: AssignSuspense) -> AssignedSuspense:
    """Make an unknown deposit the deposit of a user: available if it is final, else unsettled until it is.

    Money that is missing from custody (a deposit the bank took back after it was final) is taken from the user's wallet, or
    from the platform's fees. Raises `NotAllowed` without the scope FINANCE and about one's own money, `NotFound`,
    `WrongState` when it was decided before, `InvalidInput` for money there is and no user, `InsufficientFunds` when the
    wallet lacks what is missing, `CredentialEnded`.
    """
    item = await _open_item(actor, request.item_id, request.user_id)
    if request.user_id and not await db.fetch_one("select id from identity.users where id = $1", request.user_id):
        raise NotFound(path=("memberId",))
    transfer_id = await (_take if item["amount_minor"] < 0 else _give)(item, request.user_id)
    await _decide(item["id"], SuspenseStatus.ASSIGNED, actor, await clock.now(), request.user_id)
    return AssignedSuspense(item_id=item["id"], transfer_id=transfer_id)


async def _take(item: db.Row, user_id: UUID | None) -> None:
    """Missing money: from whoever bears it back into suspense."""
    currency, missing = item["currency"], Money(-item["amount_minor"], item["currency"])
    if user_id is None:
        bearer = accounts.platform(AccountKind.FEES, currency)
    else:
        bearer = accounts.user(AccountKind.AVAILABLE, user_id, currency)
        available = Money((await ledger.lock([bearer]))[bearer], currency)
        if available < missing:
            raise InsufficientFunds(available=available, needed=missing, path=("itemId",))
    posting = Posting(
        kind="SUSPENSE_IN",
        debit=bearer,
        credit=accounts.platform(AccountKind.SUSPENSE, currency),
        amount_minor=missing.amount_minor,
        reference_id=item["id"],
    )
    await ledger.post([posting])


async def _give(item: db.Row, user_id: UUID | None) -> UUID:
    """An unknown deposit: it becomes the user's."""
    if user_id is None:
        raise InvalidInput(reason="Only missing money can be borne by the platform.", path=("memberId",))
    now = await clock.now()
    kinds = await db.fetch(
        "select kind from payments.bank_entries where movement_id = $1 and kind like 'deposit.%'", item["movement_id"]
    )
    taken = lifecycle.taken({row["kind"] for row in kinds})
    final = not taken or "final" in taken
    transfer_id = await _make_transfer(item, user_id, final, now)
    target = AccountKind.AVAILABLE if final else AccountKind.UNSETTLED
    posting = Posting(
        kind="SUSPENSE_OUT",
        debit=accounts.platform(AccountKind.SUSPENSE, item["currency"]),
        credit=accounts.user(target, user_id, item["currency"]),
        amount_minor=item["amount_minor"],
        reference_id=transfer_id,
    )
    await ledger.post([posting])
    step = "final" if final else "received"
    await outbox.record([events.deposit(transfer_id, user_id, step, item["amount_minor"], item["currency"], None)])
    return transfer_id


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


@idempotent(ReturningSuspense, Scope.FINANCE)
async def return_suspense(actor: Actor, request: ReturnSuspense) -> ReturningSuspense:
    """Have the bank send an item back; it stays in SUSPENSE until the bank has paid, and opens again if that fails.

    Raises `NotAllowed` without the scope FINANCE and about one's own money, `NotFound`, `WrongState` when it was decided
    before, `InvalidInput` for money that is missing from custody, or when the bank did not say where it came from,
    `CredentialEnded`.
    """
    item = await _open_item(actor, request.item_id)
    if item["amount_minor"] < 0:
        raise InvalidInput(
            reason="This money is missing from the custody account: there is nothing to return.", path=("itemId",)
        )
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


async def _open_item(operator: Actor, item_id: UUID, user_id: UUID | None = None) -> db.Row:
    """An item to decide about, locked; nobody gives to themselves, or decides what came from or is missing of their own."""
    await require_alive(operator)
    await lock_bank()
    item = (await db.lock("payments.suspense_items", [item_id])).get(item_id)
    if item is None:
        raise NotFound(path=("itemId",))
    is_own = user_id == operator.user_id or await db.fetch_value(
        """select exists (select from payments.bank_accounts where user_id = $1 and number = $2)
            or exists (select from payments.transfers where user_id = $1 and deposit_id = $3)""",
        operator.user_id, item["account_number"], item["movement_id"],
    )  # fmt: skip
    if is_own:
        raise NotAllowed(requirement="another operator: nobody decides about their own money or debt")
    if item["status"] != SuspenseStatus.OPEN:
        raise WrongState(state=item["status"], allowed=[SuspenseStatus.OPEN.value])
    return item


async def _decide(item_id: UUID, status: SuspenseStatus, actor: Actor, now: datetime, user_id: UUID | None) -> None:
    await db.execute(
        "update payments.suspense_items set status = $2, decided_by = $3, decided_at = $4, user_id = $5 where id = $1",
        item_id, status.value, actor.user_id, now, user_id,
    )  # fmt: skip
