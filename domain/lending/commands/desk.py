"""Loans on the desk: locked and loaded together, changed by the rules of servicing, written back together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import Account, AccountKind
from domain.lending.commands.debts import lock_debts
from domain.lending.models import NoteStatus
from domain.lending.queries.servicing import serviced_loans
from domain.lending.rules.servicing import ServicedLoan
from domain.lending.rules.sharing import SHARED, ServicedDebt, ServicedNote
from domain.lending.rules.waterfall import DueKind
from domain.shared import db, policy
from domain.shared.calendar import Calendar, calendar
from domain.shared.db import Row


@dataclass(kw_only=True)
class Desk:
    """Locked loans with all that servicing changes. `balances`: of the accounts that their payments may touch."""

    rows: dict[UUID, Row]
    loans: dict[UUID, ServicedLoan]
    notes: dict[UUID, list[ServicedNote]]
    mandates: frozenset[UUID]
    """Loans with an active mandate."""
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
    ids = [row["id"] for row in rows]
    loans = await serviced_loans(rows)
    notes = await _notes(ids)
    users = {note.lender_id for part in notes.values() for note in part} | {row["borrower_id"] for row in rows}
    desk = Desk(
        rows={row["id"]: row for row in rows},
        loans=loans,
        notes=notes,
        mandates=await _with_mandate(ids),
        debts=await lock_debts(users, {row["currency"] for row in rows}),
        balances={},
    )
    payers = [accounts.user(AccountKind.AVAILABLE, payer, row["currency"]) for row in rows if payer]
    desk.balances = await ledger.lock([*_accounts(desk), *payers])
    return desk


def _accounts(desk: Desk) -> Iterable[Account]:
    for id_, loan in desk.loans.items():
        yield desk.wallet(id_)
        yield accounts.loan(AccountKind.PRINCIPAL, id_, loan.currency)
        yield accounts.loan(AccountKind.COLLECTING, id_, loan.currency)
        for note in desk.notes[id_]:
            yield accounts.user(AccountKind.AVAILABLE, note.lender_id, loan.currency)


async def _notes(loan_ids: Sequence[UUID]) -> dict[UUID, list[ServicedNote]]:
    """The notes of each loan, by id; a row a loan, as thousands of rows cost more to carry than to read."""
    columns = ", ".join(f"array_agg({name} order by id) as {name}" for name in NOTE)
    rows = await db.fetch(
        f"select loan_id, {columns} from lending.notes where loan_id = any($1) and status <> $2 group by loan_id",  # noqa: S608 - our own literals
        list(loan_ids),
        NoteStatus.CANCELLED.value,
    )
    found: dict[UUID, list[ServicedNote]] = {id_: [] for id_ in loan_ids}
    for row in rows:
        found[row["loan_id"]] = [_note(*values) for values in zip(*(row[name] for name in NOTE), strict=True)]
    return found


NOTE = (
    "id", "lender_id", "principal_minor", "principal_received_minor", "interest_received_minor", "late_received_minor",
    "fees_paid_minor",
)  # fmt: skip
"""The columns of a note, as `_note` takes them."""


def _note(id_: UUID, lender_id: UUID, whole: int, principal: int, interest: int, late: int, fees: int) -> ServicedNote:
    return ServicedNote(
        id=id_,
        lender_id=lender_id,
        principal_minor=whole,
        received_minor={DueKind.PRINCIPAL: principal, DueKind.INTEREST: interest, DueKind.LATE_INTEREST: late},
        fees_paid_minor=fees,
    )


async def _with_mandate(loan_ids: Sequence[UUID]) -> frozenset[UUID]:
    rows = await db.fetch(
        """select l.id from lending.loans l join payments.mandates m on m.id = l.mandate_id
        where l.id = any($1) and m.status = 'ACTIVE'""",
        list(loan_ids),
    )
    return frozenset(row["id"] for row in rows)


KINDS: Mapping[DueKind, tuple[str, str]] = {
    DueKind.PRINCIPAL: ("principal_minor", "paid_principal_minor"),
    DueKind.INTEREST: ("interest_minor", "paid_interest_minor"),
    DueKind.FEE: ("fees_minor", "paid_fees_minor"),
    DueKind.LATE_INTEREST: ("late_interest_minor", "paid_late_minor"),
}
"""The columns of an installment: due and paid."""


async def write_installments(loans: Iterable[ServicedLoan]) -> None:
    """Write the installments of loans back: amounts, payments, late interest, settlement."""
    changed = [one for loan in loans for one in loan.installments]
    columns: dict[str, list[object]] = {
        "balance_after_minor": [one.balance_after_minor for one in changed],
        **{due: [one.due_minor[kind] for one in changed] for kind, (due, _) in KINDS.items()},
        **{paid: [one.paid_minor[kind] for one in changed] for kind, (_, paid) in KINDS.items()},
    }
    places = ", ".join(f"${number}::bigint[]" for number in range(4, 4 + len(columns)))
    await db.execute(
        f"""update lending.installments i set late_accrued_on = c.late_accrued_on, settled_on = c.settled_on,
            {", ".join(f"{name} = c.{name}" for name in columns)}
        from unnest($1::uuid[], $2::date[], $3::date[], {places})
            c(id, late_accrued_on, settled_on, {", ".join(columns)})
        where i.id = c.id and (i.late_accrued_on, i.settled_on, {", ".join(f"i.{name}" for name in columns)})
            is distinct from (c.late_accrued_on, c.settled_on, {", ".join(f"c.{name}" for name in columns)})""",  # noqa: S608 - our own literals
        [one.id for one in changed],
        [one.late_accrued_on for one in changed],
        [one.settled_on for one in changed],
        *columns.values(),
    )


async def write_notes(notes: Iterable[ServicedNote]) -> None:
    """Write back what notes have received and paid."""
    changed = list(notes)
    received = [[note.received_minor[kind] for note in changed] for kind in SHARED]
    await db.execute(
        """update lending.notes n set principal_received_minor = c.principal, interest_received_minor = c.interest,
            late_received_minor = c.late, fees_paid_minor = c.fees
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) c(id, principal, interest, late, fees)
        where n.id = c.id""",
        [note.id for note in changed],
        *received,
        [note.fees_paid_minor for note in changed],
    )
