"""Borrowers and applications for tests; they say only what the test cares about."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from domain.credit.rules import facts
from domain.credit.rules.stated import StatedFacts
from domain.identity.commands import record_consents
from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.ledger.verify import CHECKS as LEDGER_CHECKS
from domain.lending.checks import CHECKS
from domain.lending.commands.application import Application, ApplyForLoan, apply_for_loan
from domain.lending.commands.closing import mark_funded
from domain.lending.commands.offer import AcceptOffer, accept_offer
from domain.lending.models import Purpose
from domain.lending.rules.closing import AcceptedBid
from domain.lending.rules.schedule import Frequency, RepaymentMethod
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.money import Money

PERSONAL = ids.derived("product", "personal", 1)
BUSINESS = ids.derived("product", "business", 1)

GOOD = StatedFacts(
    checking_account=facts.CheckingAccount.NONE,
    credit_history=facts.CreditHistory.CRITICAL_OR_CREDITS_ELSEWHERE,
    savings=facts.Savings.LARGE,
    employment_since=facts.EmploymentSince.FROM_4_TO_7_YEARS,
    installment_rate_percent=2,
    residence_years=4,
    property=facts.Property.REAL_ESTATE,
    other_installment_plans=facts.OtherInstallmentPlans.NONE,
    housing=facts.Housing.OWN,
    existing_credits=1,
    job=facts.Job.SKILLED,
    telephone=True,
)
DOUBTFUL = replace(
    GOOD, credit_history=facts.CreditHistory.NO_CREDITS_OR_ALL_PAID, existing_credits=2, savings=facts.Savings.LARGE
)
"""Priced, but the history does not go with the existing credits: an operator decides."""
BAD = replace(
    GOOD,
    checking_account=facts.CheckingAccount.OVERDRAWN,
    credit_history=facts.CreditHistory.NO_CREDITS_OR_ALL_PAID,
    savings=facts.Savings.VERY_SMALL,
    employment_since=facts.EmploymentSince.UNEMPLOYED,
    property=facts.Property.UNKNOWN_OR_NONE,
    housing=facts.Housing.FOR_FREE,
    other_installment_plans=facts.OtherInstallmentPlans.BANK,
    installment_rate_percent=4,
)


def cny(yuan: int) -> Money:
    """An amount in whole yuan."""
    return Money(yuan * 100, "CNY")


def borrowing(user_id: UUID) -> Actor:
    """A borrower who acts."""
    return Actor(user_id, frozenset({Scope.READ, Scope.BORROW, Scope.ACCOUNT}))


def reviewing() -> Actor:
    """An operator who decides."""
    return Actor(ids.new(), frozenset({Scope.OPERATE, Scope.REVIEW}))


async def person(kind: str = "PERSON", name: str = "Ada Lovelace", *, ready: bool = True) -> UUID:
    """An account; `ready`: e-mail confirmed, identity checked, documents accepted."""
    user, now = ids.new(), await clock.now()
    await db.execute(
        """insert into identity.users (id, email, email_verified_at, password_hash, kind, legal_name, pseudonym, roles,
            operator_scopes, locale, registered_at)
        select id, id || '@example.com', case when $3 then $2::timestamptz end, '', $4, $5, 'p' || id, '{BORROWER}', '{}',
            'EN', $2 from (select $1::uuid as id) u""",
        user, now, ready, kind, name,
    )  # fmt: skip
    if ready:
        await db.execute(
            """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at, decided_at)
            values (gen_random_uuid(), $1, 'VERIFIED', 'CN', '', $2, $2)""",
            user, now,
        )  # fmt: skip
        current = await db.fetch("select id from identity.documents where loan_id is null")
        await record_consents(user, [row["id"] for row in current])
    return user


async def bank_account(user: UUID) -> tuple[UUID, UUID]:
    """A bank account of a user and an active mandate to debit it."""
    account, mandate, now = ids.new(), ids.new(), await clock.now()
    await db.execute(
        """insert into payments.bank_accounts (id, user_id, number, holder, currency, added_at)
        values ($1, $2, $3, 'Ada', 'CNY', $4)""",
        account, user, str(account)[:30], now,
    )  # fmt: skip
    await db.execute(
        """insert into payments.mandates (id, user_id, bank_account_id, status, given_at) values ($1, $2, $3, 'ACTIVE', $4)""",
        mandate, user, account, now,
    )  # fmt: skip
    return account, mandate


async def application(user: UUID, yuan: int = 10_000, **changes: Any) -> ApplyForLoan:
    """An application of somebody for a personal loan of 12 months, with a bank account and a mandate; new ones unless given."""
    given = changes.get("bank_account_id")
    account, mandate = (given, changes.get("mandate_id")) if given else await bank_account(user)
    request = ApplyForLoan(
        idempotency_key=str(ids.new()),
        product_id=PERSONAL,
        amount=cny(yuan),
        installment_count=12,
        frequency=Frequency.MONTHLY,
        method=RepaymentMethod.EQUAL_INSTALLMENTS,
        purpose=Purpose.EDUCATION,
        title="A course",
        facts=GOOD,
        bank_account_id=account,
        mandate_id=mandate,
    )
    return replace(request, **changes)


async def apply(user: UUID, yuan: int = 10_000, **changes: Any) -> Application:
    """Apply."""
    return await apply_for_loan(borrowing(user), await application(user, yuan, **changes))


async def contract_of(loan_id: UUID) -> db.Row:
    """A loan's contract in its latest version."""
    row = await db.fetch_one(
        "select * from identity.documents where loan_id = $1 order by version desc limit 1", loan_id
    )
    assert row is not None
    return row


async def listed(user: UUID, yuan: int = 10_000, **changes: Any) -> UUID:
    """A loan whose offer was accepted."""
    applied = await apply(user, yuan, **changes)
    contract = await contract_of(applied.loan_id)
    await accept_offer(
        borrowing(user),
        AcceptOffer(idempotency_key="a", loan_id=applied.loan_id, accepted_document_ids=[contract["id"]]),
    )
    return applied.loan_id


async def held_bids(amounts_minor: list[int]) -> list[AcceptedBid]:
    """Bids of different lenders, with their money in HELD."""
    bids = [AcceptedBid(bid_id=ids.new(), lender_id=await person(), amount_minor=amount) for amount in amounts_minor]
    await _hold(bids)
    return bids


@db.atomic
async def _hold(bids: list[AcceptedBid]) -> None:
    custody = accounts.platform(AccountKind.CUSTODY, "CNY")
    await ledger.post(
        [
            Posting(
                kind="DEPOSIT",
                debit=custody,
                credit=accounts.user(AccountKind.HELD, bid.lender_id, "CNY"),
                amount_minor=bid.amount_minor,
            )
            for bid in bids
        ]
    )


async def funded(user: UUID, amounts_minor: list[int], **changes: Any) -> tuple[UUID, list[AcceptedBid]]:
    """A loan that is full, and its bids."""
    loan_id = await listed(user, sum(amounts_minor) // 100, **changes)
    await mark_funded(loan_id, sum(amounts_minor))
    return loan_id, await held_bids(amounts_minor)


async def loan_row(loan_id: UUID) -> db.Row:
    """The loan as stored."""
    row = await db.fetch_one("select * from lending.loans where id = $1", loan_id)
    assert row is not None
    return row


async def balance(kind: AccountKind, user: UUID, reference: UUID | None = None) -> int:
    """What is in a user's account, in minor units."""
    return (await ledger.balance(accounts.user(kind, user, "CNY", reference))).amount_minor


async def events(loan_id: UUID) -> list[str]:
    """The kinds of a loan's events, in order."""
    rows = await db.fetch("select kind from shared.outbox where loan_id = $1 order by id", loan_id)
    return [row["kind"] for row in rows]


async def assert_books_hold() -> None:
    """Every check of the ledger and of lending passes."""
    for check in (*LEDGER_CHECKS, *CHECKS):
        assert await db.fetch(check.sql) == [], check.name
