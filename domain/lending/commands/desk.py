"""Loans on the desk: locked and loaded together, changed by the rules of servicing, written back together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import Account, AccountKind
from domain.lending.commands.debts import lock_debts
from domain.lending.models import NoteStatus
from domain.lending.queries.servicing import serviced_loans
from domain.lending.rules.servicing import ServicedLoan
from domain.lending.rules.sharing import SHARED, Notes, ServicedDebt
from domain.lending.rules.waterfall import DueKind
from domain.shared import db, policy
from domain.shared.calendar import Calendar, calendar
from domain.shared.db import Row, Write


@dataclass(kw_only=True)
class Desk:
    """Locked loans with all that servicing changes. `balances`: of the accounts that their payments may touch."""

    rows: dict[UUID, Row]
    loans: dict[UUID, ServicedLoan]
    notes: dict[UUID, Notes]
    mandates: frozenset[UUID]
    """Loans with an active mandate."""
    pending: frozenset[UUID]
    """Loans with a direct debit on its way."""
    debts: list[ServicedDebt]
    """What their borrowers and lenders owe back, oldest first."""
    balances: dict[Account, int]

    def wallet(self, loan_id: UUID) -> Account:
        """Where the borrower's money is."""
        loan = self.loans[loan_id]
        return accounts.user(AccountKind.AVAILABLE, loan.borrower_id, loan.currency)

    def debts_in(self, currency: str) -> list[ServicedDebt]:
        """What is owed back in a currency."""
        return [debt for debt in self.debts if debt.currency == currency]

    def calendar(self, loan_id: UUID) -> Calendar:
        """The working days of the loan's country."""
        return calendar(policy.profile(self.rows[loan_id]["profile_code"]).country)


async def open_desk(rows: Sequence[Row], payer: UUID | None = None) -> Desk:
    """Put loans (their locked rows) on the desk, and lock the accounts of all who take part, and of a co-borrower who pays.

    Whoever changes what is due or paid holds the loan, so its installments and notes need no locks of their own.
    """
    desk = await _desk(rows, await serviced_loans(rows))
    payers = [accounts.user(AccountKind.AVAILABLE, payer, row["currency"]) for row in rows if payer]
    desk.balances = await ledger.lock([*_accounts(desk), *payers])
    return desk


async def open_due(rows: Sequence[Row], on: date) -> Desk:
    """Put many loans on the desk for what is due on a day: of their installments only those, and the next one.

    No account is locked: thousands of lenders would be held while it is decided who gets what. The books lock what is
    posted to, at the end and in order, and refuse an overdraft, so the borrowers' balances, which are here, are a guess.
    """
    desk = await _desk(rows, await serviced_loans(rows, on))
    desk.balances = await ledger.read([desk.wallet(id_) for id_ in desk.loans])
    return desk


async def _desk(rows: Sequence[Row], loans: dict[UUID, ServicedLoan]) -> Desk:
    ids = list(loans)
    notes = await _notes(ids)
    users = {row["borrower_id"] for row in rows}.union(*(part.lender_ids for part in notes.values()))
    facts = await db.fetch(
        """select l.id, exists (select from payments.mandates m where m.id = l.mandate_id and m.status = 'ACTIVE') as has_mandate,
            exists (select from lending.collections c where c.loan_id = l.id and c.status = 'PENDING') as is_pending
        from lending.loans l where l.id = any($1)""",
        ids,
    )
    return Desk(
        rows={row["id"]: row for row in rows},
        loans=loans,
        notes=notes,
        mandates=frozenset(row["id"] for row in facts if row["has_mandate"]),
        pending=frozenset(row["id"] for row in facts if row["is_pending"]),
        debts=await lock_debts(users, {row["currency"] for row in rows}),
        balances={},
    )


def _accounts(desk: Desk) -> Iterable[Account]:
    for id_, loan in desk.loans.items():
        yield desk.wallet(id_)
        yield accounts.loan(AccountKind.PRINCIPAL, id_, loan.currency)
        yield accounts.loan(AccountKind.COLLECTING, id_, loan.currency)
        for lender_id in desk.notes[id_].lender_ids:
            yield accounts.user(AccountKind.AVAILABLE, lender_id, loan.currency)


async def _notes(loan_ids: Sequence[UUID]) -> dict[UUID, Notes]:
    """The notes of each loan, by id; a row a loan, as thousands of rows cost more to carry than to read."""
    columns = ", ".join(f"array_agg({name} order by id) as {name}" for name in NOTE)
    rows = await db.fetch(
        f"select loan_id, {columns} from lending.notes where loan_id = any($1) and status <> $2 group by loan_id",  # noqa: S608 - our own literals
        list(loan_ids),
        NoteStatus.CANCELLED.value,
    )
    found = {id_: Notes.none() for id_ in loan_ids}
    found |= {
        row["loan_id"]: Notes(
            ids=row["id"],
            lender_ids=row["lender_id"],
            principal_minor=row["principal_minor"],
            received_minor={kind: row[name] for kind, name in RECEIVED.items()},
            fees_paid_minor=row["fees_paid_minor"],
        )
        for row in rows
    }
    return found


RECEIVED: Mapping[DueKind, str] = {
    DueKind.PRINCIPAL: "principal_received_minor",
    DueKind.INTEREST: "interest_received_minor",
    DueKind.LATE_INTEREST: "late_received_minor",
}
NOTE = ("id", "lender_id", "principal_minor", *RECEIVED.values(), "fees_paid_minor")
"""The columns of a note."""

KINDS: Mapping[DueKind, tuple[str, str]] = {
    DueKind.PRINCIPAL: ("principal_minor", "paid_principal_minor"),
    DueKind.INTEREST: ("interest_minor", "paid_interest_minor"),
    DueKind.FEE: ("fees_minor", "paid_fees_minor"),
    DueKind.LATE_INTEREST: ("late_interest_minor", "paid_late_minor"),
}
"""The columns of an installment: due and paid."""


async def write_installments(loans: Iterable[ServicedLoan]) -> None:
    """Write what has changed of the installments of loans: amounts, payments, late interest, settlement."""
    changed = [one for loan in loans for one in loan.installments if one.changed]
    if not changed:
        return
    columns: dict[str, list[object]] = {
        "balance_after_minor": [one.balance_after_minor for one in changed],
        **{due: [one.due_minor[kind] for one in changed] for kind, (due, _) in KINDS.items()},
        **{paid: [one.paid_minor[kind] for one in changed] for kind, (_, paid) in KINDS.items()},
    }
    places = ", ".join(f"${number}::bigint[]" for number in range(4, 4 + len(columns)))
    written = (
        [one.id for one in changed],
        [one.late_accrued_on for one in changed],
        [one.settled_on for one in changed],
        *columns.values(),
    )
    sql = f"""update lending.installments i set late_accrued_on = c.late_accrued_on, settled_on = c.settled_on,
            {", ".join(f"{name} = c.{name}" for name in columns)}
        from unnest($1::uuid[], $2::date[], $3::date[], {places})
            c(id, late_accrued_on, settled_on, {", ".join(columns)})
        where i.id = c.id"""  # noqa: S608 - our own literals
    await db.write(Write("installments", sql, written, rows=len(changed)))


async def write_notes(loans: Iterable[Notes]) -> None:
    """Write back what the notes of loans have received and paid."""
    columns: list[list[object]] = [[] for _ in range(5)]
    for notes in loans:
        columns[0] += notes.ids
        for column, kind in zip(columns[1:4], SHARED, strict=True):
            column += notes.received_minor[kind]
        columns[4] += notes.fees_paid_minor
    await db.execute(
        """update lending.notes n set principal_received_minor = c.principal, interest_received_minor = c.interest,
            late_received_minor = c.late, fees_paid_minor = c.fees
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) c(id, principal, interest, late, fees)
        where n.id = c.id""",
        *columns,
    )
