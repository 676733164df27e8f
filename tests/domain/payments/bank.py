"""The bank as these tests play it, and the people who have money there."""

from collections.abc import Sequence
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.verify import CHECKS as LEDGER_CHECKS
from domain.payments import commands
from domain.payments.checks import CHECKS
from domain.payments.commands import OpenDeposit, RequestWithdrawal
from domain.shared import db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.money import Money

TODAY = date(2025, 1, 6)
MONEY = frozenset({Scope.READ, Scope.MONEY, Scope.ACCOUNT})
numbers = count(1)


async def person(*, verified: bool = True) -> Actor:
    """A user whose identity has been checked, unless said otherwise."""
    user_id = ids.new()
    await db.execute(
        """insert into identity.users (id, email, password_hash, kind, legal_name, pseudonym, roles, operator_scopes, locale,
            registered_at, email_verified_at)
        values ($1::uuid, $2, 'x', 'PERSON', 'Ada Lovelace', $3, '{LENDER}', '{}', 'EN', now(), now())""",
        user_id, f"{user_id}@example.com", str(user_id),
    )  # fmt: skip
    if verified:
        await db.execute(
            """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at)
            values ($1, $2, 'VERIFIED', 'CN', 'x', now())""",
            ids.new(), user_id,
        )  # fmt: skip
    return Actor(user_id, MONEY)


async def operator() -> Actor:
    """An operator for money."""
    somebody = await person()
    await db.execute("update identity.users set operator_scopes = '{FINANCE}' where id = $1", somebody.user_id)
    return Actor(somebody.user_id, frozenset({Scope.OPERATE, Scope.FINANCE}))


async def account_of(actor: Actor) -> UUID:
    """A bank account of somebody's."""
    return await commands.add_bank_account(
        actor, number=f"621700{next(numbers):012d}", holder="Ada Lovelace", currency="CNY"
    )


async def mandate_of(actor: Actor, bank_account_id: UUID) -> UUID:
    """An active mandate, with the consent it needs."""
    await db.execute(
        """insert into identity.consents (id, user_id, document_id, accepted_at)
        select $1, $2, id, now() from identity.documents where kind = 'DEBIT_MANDATE' and loan_id is null
        order by version desc limit 1 on conflict do nothing""",
        ids.new(), actor.user_id,
    )  # fmt: skip
    mandate_id = await commands.give_mandate(actor, bank_account_id=bank_account_id)
    await commands.mandate_answered(mandate_id, True)
    return mandate_id


def entry(kind: str, amount_minor: int, *, movement: object, **facts: Any) -> dict[str, Any]:
    """An entry as the bank writes it in its webhooks."""
    deposit = kind.startswith("deposit.")
    return {
        "entry_id": f"be_{movement}_{kind}",
        "kind": kind,
        "instruction_id": None if deposit else str(movement),
        "deposit_id": str(movement) if deposit else None,
        "reference": "",
        "account": "XS00PAYER",
        "amount_minor": amount_minor,
        "currency": "CNY",
        "booked_on": TODAY.isoformat(),
        "reason": None,
    } | facts


async def tell(*entries: dict[str, Any], webhook_id: str | None = None) -> None:
    """The bank's webhook arrives and is applied."""
    await commands.receive_webhook(
        "bank", webhook_id or f"msg_{next(numbers)}", {"type": "bank.entries", "data": {"entries": list(entries)}}
    )
    while await commands.apply_webhooks():
        pass


async def pay_in(actor: Actor, amount_minor: int) -> str:
    """A deposit of somebody's that is final; returns the bank's id of it."""
    opened = await commands.open_deposit(actor, OpenDeposit(currency="CNY", idempotency_key=f"k{next(numbers)}"))
    movement = f"dep_{next(numbers)}"
    news = [
        entry(kind, amount_minor, movement=movement, reference=opened.reference)
        for kind in ("deposit.received", "deposit.final")
    ]
    await tell(*news)
    return movement


async def withdraw(actor: Actor, bank_account_id: UUID, amount_minor: int, key: str | None = None) -> UUID:
    """Ask for a withdrawal; returns its id."""
    request = RequestWithdrawal(
        bank_account_id=bank_account_id,
        amount=Money(amount_minor, "CNY"),
        idempotency_key=key or f"k{next(numbers)}",
    )
    return (await commands.request_withdrawal(actor, request)).transfer_id


async def in_wallet(actor: Actor, kind: AccountKind = AccountKind.AVAILABLE) -> int:
    """What is in an account of somebody's, in minor units."""
    return (await ledger.balance(accounts.user(kind, actor.user_id, "CNY"))).amount_minor


async def at_bank(kind: AccountKind = AccountKind.CUSTODY) -> int:
    """A platform account's balance, in minor units."""
    return (await ledger.balance(accounts.platform(kind, "CNY"))).amount_minor


async def kinds(reference_id: UUID | None = None) -> list[str]:
    """The kinds of the postings, in order; those of one reference, if given."""
    rows = await db.fetch(
        "select kind from ledger.postings where $1::uuid is null or reference_id = $1 order by id", reference_id
    )
    return [row["kind"] for row in rows]


async def events(*prefixes: str) -> list[str]:
    """The kinds of the events recorded, in order."""
    rows = await db.fetch("select kind from shared.outbox order by id")
    return [row["kind"] for row in rows if row["kind"].startswith(prefixes)]


async def breaks() -> list[str]:
    """What the checks of the books find."""
    found: Sequence[Any] = [
        (check.name, next(iter(row.values())))
        for check in (*LEDGER_CHECKS, *CHECKS)
        for row in await db.fetch(check.sql)
    ]
    return [f"{name}: {line}" for name, line in found]
