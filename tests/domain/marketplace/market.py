"""A market for tests: lenders with money, borrowers, and loans that take bids, written as the other contexts would."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from domain.ledger import accounts
from domain.ledger import commands as ledger
from domain.ledger.accounts import AccountKind
from domain.ledger.commands import Posting
from domain.ledger.verify import CHECKS as LEDGER_CHECKS
from domain.marketplace.checks import CHECKS
from domain.marketplace.commands import BidOrder, PlaceBid, PlacedBid, place_bid
from domain.shared import clock, db, ids
from domain.shared.actor import Actor, Scope
from domain.shared.money import Money

YUAN = 100
PRODUCT = ids.derived("product", "personal", 1)
CUSTODY = accounts.platform(AccountKind.CUSTODY, "CNY")


def cny(yuan: int) -> Money:
    """An amount in whole yuan."""
    return Money(yuan * YUAN, "CNY")


def lending(user_id: UUID) -> Actor:
    """A lender who acts."""
    return Actor(user_id, frozenset({Scope.READ, Scope.LEND}))


def borrowing(user_id: UUID) -> Actor:
    """A borrower who acts."""
    return Actor(user_id, frozenset({Scope.READ, Scope.BORROW}))


async def people(count: int, role: str = "LENDER", *, ready: bool = True) -> list[UUID]:
    """Accounts; `ready`: e-mail confirmed, identity checked, documents accepted."""
    now, users = await clock.now(), [ids.new() for _ in range(count)]
    await db.execute(
        """insert into identity.users (id, email, email_verified_at, password_hash, kind, legal_name, pseudonym, roles,
            operator_scopes, locale, registered_at)
        select id, id || '@example.com', case when $3 then $2::timestamptz end, '', 'PERSON', 'Ada', 'p' || id, array[$4], '{}', 'EN', $2
        from unnest($1::uuid[]) id""",
        users, now, ready, role,
    )  # fmt: skip
    if ready:
        await db.execute(
            """insert into identity.identity_checks (id, user_id, status, country, number_hash, requested_at, decided_at)
            select gen_random_uuid(), id, 'VERIFIED', 'CN', '', $2, $2 from unnest($1::uuid[]) id""",
            users, now,
        )  # fmt: skip
        await db.execute(
            """insert into identity.consents (id, user_id, document_id, accepted_at)
            select gen_random_uuid(), u, d.id, $2 from unnest($1::uuid[]) u, identity.documents d where d.loan_id is null""",
            users, now,
        )  # fmt: skip
    return users


@db.atomic
async def deposit(users: Sequence[UUID], amount: Money) -> None:
    """Money from outside into wallets."""
    await ledger.post(
        [
            Posting(
                kind="DEPOSIT",
                debit=CUSTODY,
                credit=accounts.user(AccountKind.AVAILABLE, user, "CNY"),
                amount_minor=amount.amount_minor,
            )
            for user in users
        ]
    )


async def lenders(count: int, yuan: int) -> list[UUID]:
    """Lenders who may bid, each with so much money."""
    users = await people(count)
    await deposit(users, cny(yuan))
    return users


async def lender(yuan: int) -> UUID:
    """One of them."""
    return (await lenders(1, yuan))[0]


async def list_loan(yuan: int, borrower_id: UUID | None = None, **facts: Any) -> UUID:
    """A loan that takes bids in lots of 100 yuan, at least 100, for ten days (today is one); threshold 80 %."""
    loan_id, now = ids.new(), await clock.now()
    borrower = borrower_id or (await people(1, "BORROWER"))[0]
    loan = {"grade": "B", "annual_rate_ppm": 96_000, "installment_count": 12} | facts
    await db.execute(
        """insert into lending.loans (id, reference, status, product_id, profile_code, profile_version, borrower_id,
            bank_account_id, title, purpose, currency, asked_minor, installment_count, frequency, method, day_count,
            rounding, annual_rate_ppm, late_rate_ppm, effective_annual_rate_ppm, grade, expected_loss_ppm, submitted_at,
            offered_at, listed_at)
        values ($1, $2, 'LISTED', $3, 'CN_2016', 1, $4, $5, 'A loan', 'EDUCATION', 'CNY', $6, $7, 'MONTHLY',
            'EQUAL_INSTALLMENTS', 'ACT_365', 'HALF_UP', $8, 120000, 110000, $9, 20000, $10, $10, $10)""",
        loan_id, str(loan_id)[-12:], PRODUCT, borrower, await _bank_account(borrower), yuan * YUAN,
        loan["installment_count"], loan["annual_rate_ppm"], loan["grade"], now,
    )  # fmt: skip
    await db.execute(
        """insert into lending.loan_parties (id, loan_id, user_id, name, role)
        values (gen_random_uuid(), $1, $2, 'Ada', 'BORROWER')""",
        loan_id, borrower,
    )  # fmt: skip
    listing = {"lot_minor": 100 * YUAN, "minimum_bid_minor": 100 * YUAN} | facts
    await db.execute(
        """insert into marketplace.listings (id, status, borrower_id, currency, target_minor, threshold_minor,
            minimum_bid_minor, lot_minor, committed_minor, lender_count, sequence, opens_at, deadline_at)
        values ($1, 'OPEN', $2, 'CNY', $3, $4, $5, $6, 0, 0, 1, $7, $8)""",
        loan_id, borrower, yuan * YUAN, yuan * YUAN * 8 // 10, listing["minimum_bid_minor"], listing["lot_minor"],
        now, clock.end_of(clock.on(now) + timedelta(days=9)),
    )  # fmt: skip
    return loan_id


async def _bank_account(user_id: UUID) -> UUID:
    account_id = ids.new()
    await db.execute(
        """insert into payments.bank_accounts (id, user_id, number, holder, currency, added_at)
        values ($1, $2, $3, 'Ada', 'CNY', $4)""",
        account_id, user_id, str(account_id)[:34], await clock.now(),
    )  # fmt: skip
    return account_id


async def risk_warning() -> UUID:
    """The document that bids acknowledge."""
    found: UUID = await db.fetch_value("select id from identity.documents where kind = 'RISK_WARNING'")
    return found


async def order(loan_id: UUID, yuan: int, **facts: Any) -> BidOrder:
    """A bid as its lender asks for it."""
    plain = BidOrder(loan_id=loan_id, amount=cny(yuan), acknowledged_document_ids=[await risk_warning()])
    return replace(plain, **facts)


async def bid(lender_id: UUID, loan_id: UUID, yuan: int, key: str | None = None, **facts: Any) -> PlacedBid:
    """Place a bid. Raises what `place_bid` raises."""
    return await place(lender_id, await order(loan_id, yuan, **facts), key)


async def place(lender_id: UUID, wanted: BidOrder, key: str | None = None) -> PlacedBid:
    """Place a bid as it is ordered, with nothing else to wait for before it. Raises what `place_bid` raises."""
    return await place_bid(lending(lender_id), PlaceBid(bid=wanted, idempotency_key=key or str(ids.new())))


async def listing(loan_id: UUID) -> dict[str, Any]:
    """A listing's row."""
    row = await db.fetch_one("select * from marketplace.listings where id = $1", loan_id)
    assert row is not None
    return row


async def loan_status(loan_id: UUID) -> str:
    """A loan's status."""
    status: str = await db.fetch_value("select status from lending.loans where id = $1", loan_id)
    return status


async def wallet(user_id: UUID) -> tuple[int, int]:
    """What is available and held of a user, in yuan."""
    amounts = [
        (await ledger.balance(accounts.user(kind, user_id, "CNY"))).amount_minor
        for kind in (AccountKind.AVAILABLE, AccountKind.HELD)
    ]
    return amounts[0] // YUAN, amounts[1] // YUAN


async def events(kind: str) -> int:
    """How many events of a kind were recorded."""
    count: int = await db.fetch_value("select count(*) from shared.outbox where kind = $1", kind)
    return count


async def verify() -> None:
    """Every check of the ledger and of the market holds."""
    for check in (*LEDGER_CHECKS, *CHECKS):
        assert await db.fetch(check.sql) == [], check.name
