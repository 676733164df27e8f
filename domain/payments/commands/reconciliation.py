"""The daily comparison of the custody account with the books; what we were not told is taken from the statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import AccountKind
from domain.payments import events
from domain.payments.commands.entries import apply_entries, lock_bank
from domain.payments.rules import differences
from domain.payments.rules.booking import BankNews
from domain.payments.rules.differences import Booked, Difference
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Scope


class StatementEntry(Protocol):
    """A line of the bank's statement; the amount is signed as custody sees it."""

    @property
    def entry_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def instruction_id(self) -> str | None: ...
    @property
    def deposit_id(self) -> str | None: ...
    @property
    def reference(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def booked_on(self) -> date: ...


class Statement(Protocol):
    """The bank's statement of one day: its entries, and the balances at the end of it by currency."""

    @property
    def entries(self) -> Sequence[StatementEntry]: ...
    @property
    def closing_minor(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """A day's comparison in one currency. `found`: the differences named now for the first time."""

    reconciliation_id: UUID
    currency: str
    bank_balance_minor: int
    ledger_balance_minor: int
    found: tuple[Difference, ...]


@db.atomic
async def reconcile(on: date, statement: Statement) -> list[Reconciled]:
    """Compare a day with the bank, name every difference, and apply what the books missed; one result a currency.

    A difference is named once a day: running it again with nothing new changes nothing.
    """
    await lock_bank()
    told = [_news(entry) for entry in statement.entries if entry.booked_on == on]
    results = []
    for currency, bank_minor in sorted(statement.closing_minor.items()):
        of_currency = [entry for entry in told if entry.currency == currency]
        ledger_minor = await _ledger_balance(on, currency)
        named = await _entry_differences(on, currency, of_currency)
        named += differences.balance_differences(bank_minor, ledger_minor, named, await _unposted_returns(on, currency))
        results.append(await _record(on, currency, bank_minor, ledger_minor, named))
    await apply_entries(told)
    await _announce(on, results)
    return results


def _news(entry: StatementEntry) -> BankNews:
    return BankNews(
        bank_entry_id=entry.entry_id,
        kind=entry.kind,
        movement_id=entry.instruction_id or entry.deposit_id or entry.entry_id,
        amount_minor=abs(entry.amount_minor),
        moved_minor=entry.amount_minor,
        currency=entry.currency,
        booked_on=entry.booked_on,
        reference=entry.reference,
        account_number=entry.account,
    )


async def _ledger_balance(on: date, currency: str) -> int:
    """What the books say the bank holds at the end of a day."""
    custody = accounts.platform(AccountKind.CUSTODY, currency).id
    balance: int = await db.fetch_value(
        """select (coalesce((select sum(amount_minor) from ledger.postings where debit_id = $1 and effective_on <= $2), 0)
                 - coalesce((select sum(amount_minor) from ledger.postings where credit_id = $1 and effective_on <= $2), 0)
               )::bigint""",
        custody, on,
    )  # fmt: skip
    return balance


async def _entry_differences(on: date, currency: str, told: Sequence[BankNews]) -> list[Difference]:
    rows = await db.fetch(
        """select bank_entry_id, movement_id, kind, moved_minor, booked_on from payments.bank_entries
        where (currency = $1 and booked_on = $2) or bank_entry_id = any($3) or movement_id = any($4)""",
        currency, on, [entry.bank_entry_id for entry in told], [entry.movement_id for entry in told],
    )  # fmt: skip
    books = [Booked(**{name: row[name] for name in row if name != "booked_on"}) for row in rows]
    return differences.compare(told, books, {row["bank_entry_id"] for row in rows if row["booked_on"] == on})


async def _unposted_returns(on: date, currency: str) -> dict[str, int]:
    """Returned debits that wait for lending to undo what it distributed."""
    rows = await db.fetch(
        """select e.bank_entry_id, e.moved_minor from payments.instructions i
        join payments.bank_entries e on e.movement_id = i.id::text and e.kind = 'debit.returned'
        where i.purpose = 'COLLECTION' and i.status = 'RETURNED' and e.currency = $1 and e.booked_on <= $2
          and not exists (select from ledger.postings p where p.reference_id = i.id and p.kind = 'DEBIT_RETURNED')""",
        currency, on,
    )  # fmt: skip
    return {row["bank_entry_id"]: row["moved_minor"] for row in rows}


async def _record(on: date, currency: str, bank_minor: int, ledger_minor: int, named: list[Difference]) -> Reconciled:
    now = await clock.now()
    row = await db.fetch_one('select * from payments.reconciliations where "on" = $1 and currency = $2', on, currency)
    reconciliation_id: UUID = row["id"] if row else ids.new()
    before = await db.fetch(
        "select kind, bank_entry_id, amount_minor from payments.reconciliation_differences where reconciliation_id = $1",
        reconciliation_id,
    )
    seen = {(each["kind"], each["bank_entry_id"], each["amount_minor"]) for each in before}
    new = [each for each in named if (each.kind.value, each.bank_entry_id, each.amount_minor) not in seen]
    if row is None:
        await db.execute(
            """insert into payments.reconciliations (id, "on", currency, bank_balance_minor, ledger_balance_minor, done_at)
            values ($1, $2, $3, $4, $5, $6)""",
            reconciliation_id, on, currency, bank_minor, ledger_minor, now,
        )  # fmt: skip
    elif new:
        await db.execute(
            "update payments.reconciliations set bank_balance_minor = $2, done_at = $3 where id = $1",
            reconciliation_id, bank_minor, now,
        )  # fmt: skip
    if new:
        await _write_differences(reconciliation_id, new)
    return Reconciled(
        reconciliation_id=reconciliation_id,
        currency=currency,
        bank_balance_minor=bank_minor,
        ledger_balance_minor=row["ledger_balance_minor"] if row else ledger_minor,
        found=tuple(new),
    )


async def _write_differences(reconciliation_id: UUID, new: Sequence[Difference]) -> None:
    await db.execute(
        """insert into payments.reconciliation_differences
            (id, reconciliation_id, kind, bank_entry_id, amount_minor, explanation)
        select n.id, $1, n.kind, n.bank_entry_id, n.amount_minor, n.explanation
        from unnest($2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::text[])
            n(id, kind, bank_entry_id, amount_minor, explanation)""",
        reconciliation_id,
        [ids.new() for _ in new],
        [each.kind.value for each in new],
        [each.bank_entry_id for each in new],
        [each.amount_minor for each in new],
        [each.explanation[:300] for each in new],
    )


async def _announce(on: date, results: Sequence[Reconciled]) -> None:
    differing = [result for result in results if result.found]
    if not differing:
        return
    rows = await db.fetch("select id from identity.users where $1 = any(operator_scopes)", Scope.FINANCE.value)
    operators = tuple(row["id"] for row in rows)
    total = await db.fetch(
        """select reconciliation_id, count(*) as count from payments.reconciliation_differences
        where reconciliation_id = any($1) group by 1""",
        [result.reconciliation_id for result in differing],
    )
    counts = {row["reconciliation_id"]: row["count"] for row in total}
    await outbox.record(
        [
            events.reconciliation_differs(
                each.reconciliation_id, on, each.currency, counts[each.reconciliation_id], operators
            )
            for each in differing
        ]
    )


async def days_to_reconcile(limit: int = 31) -> list[date]:
    """The days over, up to yesterday, that were not reconciled yet, oldest first; none before anything was booked."""
    today = await clock.today()
    first: date | None = await db.fetch_value(
        """select coalesce((select max("on") + 1 from payments.reconciliations),
            (select min(booked_on) from payments.bank_entries),
            (select min(created_at)::date from payments.instructions))"""
    )
    if first is None:
        return []
    return [first + timedelta(days=number) for number in range(min(limit, (today - first).days))]
