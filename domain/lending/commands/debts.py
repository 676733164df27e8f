"""What users owe back after returned debits: fronted by the platform, netted from what they receive next."""

from collections.abc import Collection, Sequence
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.commands import Posting
from domain.lending.rules.returning import Shortage
from domain.lending.rules.sharing import ServicedDebt, net_debts
from domain.shared import db, ids

COLUMNS = "id, user_id, currency, amount_minor, recovered_minor"


async def lock_debts(user_ids: Collection[UUID], currencies: Collection[str]) -> list[ServicedDebt]:
    """What users owe back in some currencies, oldest first. Locked, and before any account."""
    rows = await db.fetch(
        f"""select {COLUMNS} from lending.clawbacks
        where user_id = any($1) and currency = any($2) and recovered_minor < amount_minor
        order by id for no key update""",  # noqa: S608 - the columns are a literal of this module
        list(user_ids),
        list(currencies),
    )
    return [ServicedDebt(**row) for row in rows]


def fronted(owed: Sequence[Shortage], reference_id: UUID) -> list[Posting]:
    """What the platform pays into wallets, so that these can give everything back."""
    return [
        Posting(
            kind="CLAWBACK_FRONTED",
            debit=accounts.platform(AccountKind.CLAWBACK, shortage.wallet.currency),
            credit=shortage.wallet,
            amount_minor=shortage.amount_minor,
            reference_id=reference_id,
            note_id=shortage.note_id,
        )
        for shortage in owed
    ]


async def write_debts(owed: Sequence[Shortage], collection_id: UUID) -> None:
    """Write down who owes what was fronted because of a returned debit."""
    if owed:
        await db.execute(
            """insert into lending.clawbacks (id, collection_id, note_id, user_id, currency, amount_minor, recovered_minor)
            select id, $1, note_id, user_id, currency, amount_minor, 0
            from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::bigint[])
                c(id, note_id, user_id, currency, amount_minor)""",
            collection_id,
            [ids.new() for _ in owed],
            [shortage.note_id for shortage in owed],
            [shortage.wallet.owner_id for shortage in owed],
            [shortage.wallet.currency for shortage in owed],
            [shortage.amount_minor for shortage in owed],
        )


def netted(debt: ServicedDebt, amount_minor: int, entry_id: UUID | None = None) -> Posting:
    """What is taken of a debt from its user's wallet."""
    return Posting(
        kind="CLAWBACK_NETTED",
        debit=_wallet(debt),
        credit=accounts.platform(AccountKind.CLAWBACK, debt.currency),
        amount_minor=amount_minor,
        reference_id=debt.id,
        entry_id=entry_id,
    )


async def write_netted(debts: Sequence[ServicedDebt]) -> None:
    """Write back what was recovered of debts."""
    if debts:
        latest = {debt.id: debt.recovered_minor for debt in debts}
        await db.execute(
            """update lending.clawbacks c set recovered_minor = d.minor
            from unnest($1::uuid[], $2::bigint[]) d(id, minor) where c.id = d.id""",
            list(latest), list(latest.values()),
        )  # fmt: skip


@db.atomic
async def net_deposits(user_ids: Collection[UUID]) -> None:
    """Deposits of users are final: take from their wallets what they owe back as borrowers, oldest first.

    What they owe as lenders waits for their next receipts, as always; a borrower may never have any.
    """
    rows = await db.fetch(
        f"""select {COLUMNS} from lending.clawbacks
        where user_id = any($1) and note_id is null and recovered_minor < amount_minor
        order by id for no key update""",  # noqa: S608 - the columns are a literal of this module
        list(user_ids),
    )
    debts = [ServicedDebt(**row) for row in rows]
    balances = await ledger.lock(_wallet(debt) for debt in debts)
    taken: list[tuple[ServicedDebt, int]] = []
    for currency in {debt.currency for debt in debts}:
        owed = [debt for debt in debts if debt.currency == currency]
        taken += net_debts(owed, {debt.user_id: balances[_wallet(debt)] for debt in owed})
    await ledger.post([netted(debt, minor) for debt, minor in taken], locked=True)
    await write_netted([debt for debt, _ in taken])


def _wallet(debt: ServicedDebt) -> Account:
    return accounts.user(AccountKind.AVAILABLE, debt.user_id, debt.currency)
