"""Users' own accounts at their banks."""

from uuid import UUID

from domain.identity.commands import require_alive
from domain.payments.rules import references
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput
from domain.shared.money import CURRENCY_DIGITS

MAX_BANK_ACCOUNTS = 20


@db.atomic
async def add_bank_account(actor: Actor, *, number: str, holder: str, currency: str) -> UUID:
    """Name a bank account of the actor's own; returns its id. The same number again returns the account that exists.

    Raises `NotAllowed`, `InvalidInput` for a number with a typo, an unknown currency or more than 20 accounts,
    `CredentialEnded`.
    """
    actor.require(Scope.MONEY)
    clean_number, clean_holder = references.clean_account_number(number), references.clean_holder(holder)
    if currency not in CURRENCY_DIGITS:
        raise InvalidInput(reason=f"Known currencies are {', '.join(sorted(CURRENCY_DIGITS))}.", path=("currency",))
    await require_alive(actor)
    known = await db.fetch("select id, number from payments.bank_accounts where user_id = $1", actor.user_id)
    for row in known:
        if row["number"] == clean_number:
            existing: UUID = row["id"]
            return existing
    if len(known) >= MAX_BANK_ACCOUNTS:
        raise InvalidInput(reason=f"An account names at most {MAX_BANK_ACCOUNTS} bank accounts.", path=("number",))
    bank_account_id = ids.new()
    await db.execute(
        """insert into payments.bank_accounts (id, user_id, number, holder, currency, added_at)
        values ($1, $2, $3, $4, $5, $6)""",
        bank_account_id, actor.user_id, clean_number, clean_holder, currency, await clock.now(),
    )  # fmt: skip
    return bank_account_id
