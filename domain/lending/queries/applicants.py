"""What an application is decided on, beside what the applicant states."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.identity.models import PartyKind
from domain.lending.rules import transitions
from domain.shared import db


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """An applicant as the platform knows them. `exposure_minor`: owed and applied for, in the currency asked about."""

    kind: PartyKind
    legal_name: str
    exposure_minor: int
    owns_bank_account: bool
    mandate_status: str | None
    """Of the mandate they name; None: they name none, or it is not theirs."""
    unknown_members: list[UUID]
    """Of the other parties' accounts, those that do not exist."""


async def applicant(
    user_id: UUID, currency: str, bank_account_id: UUID, mandate_id: UUID | None, member_ids: Sequence[UUID]
) -> Applicant:
    """An existing user as an applicant, in one statement."""
    row = await db.fetch_one(
        """select u.kind, u.legal_name,
            exists (select 1 from payments.bank_accounts b where b.id = $3 and b.user_id = u.id and b.currency = $2)
                as owns_bank_account,
            (select m.status from payments.mandates m where m.id = $4 and m.user_id = u.id) as mandate_status,
            array(select member from unnest($5::uuid[]) member
                  where not exists (select 1 from identity.users other where other.id = member and other.id <> u.id))
                as unknown_members,
            (select coalesce(sum(case
                when l.status = any($6) then coalesce(l.principal_minor, l.asked_minor)
                else (select a.balance_minor from ledger.accounts a
                      where a.reference_id = l.id and a.kind = 'PRINCIPAL') end), 0)::bigint
             from lending.loans l
             where l.currency = $2 and l.status = any($7) and (l.borrower_id = u.id or (l.listed_at is not null and exists (
                select 1 from lending.loan_parties p
                where p.loan_id = l.id and p.user_id = u.id and p.role = 'CO_BORROWER')))) as exposure_minor
        from identity.users u where u.id = $1""",
        user_id, currency, bank_account_id, mandate_id, list(member_ids),
        sorted(transitions.APPLYING), sorted(transitions.APPLYING | transitions.LENT),
    )  # fmt: skip
    assert row is not None, "actors are users"
    return Applicant(**row | {"kind": PartyKind(row["kind"])})


async def has_active_mandate(user_id: UUID, mandate_id: UUID | None) -> bool:
    """Whether the user's mandate of that id is active."""
    found: bool = await db.fetch_value(
        "select exists (select 1 from payments.mandates where id = $1 and user_id = $2 and status = 'ACTIVE')",
        mandate_id, user_id,
    )  # fmt: skip
    return found
