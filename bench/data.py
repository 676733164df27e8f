"""The data everything is measured on: a market of open loans, loaded by COPY into the product's own schema.

The books are whole (`kalends verify-ledger`): every lender's money came by an entry of the bank, every bid has its hold.
Left out is what only a running platform leaves behind: events and idempotency keys of the past.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg

from domain.credit.rules.scorecard import Grade
from domain.ledger.accounts import AccountKind, platform, user
from domain.lending.models import Purpose

CURRENCY = "CNY"
BID_MINOR = 10_000
DEPOSIT_MINOR = 1_000_000_000
FIRST_MINOR = 10_000_000
USERS, LOANS, BIDS_PER_LOAN = 20_000, 50_000, 10
LENDER_STEPS = ("TERMS", "RISK_WARNING")
EPOCH_MS = 1_760_000_000_000
NO_LOGIN = "!"


@dataclass(frozen=True)
class Size:
    """How much: a quarter of the users borrows, the others lend; loans have 8 to 12 bids, ten on average."""

    users: int = USERS
    loans: int = LOANS

    @classmethod
    def scaled(cls, scale: float) -> "Size":
        """The whole market, so many times."""
        return cls(int(USERS * scale), int(LOANS * scale))

    @property
    def borrowers(self) -> int:
        """The first users."""
        return self.users // 4

    def borrower(self, loan: int) -> int:
        """Who asked for a loan."""
        return loan % self.borrowers

    def bids(self) -> Iterable[tuple[int, int, int]]:
        """Each bid: its number, its loan, its lender; a lender bids on a loan once."""
        number, lenders = 0, self.users - self.borrowers
        for loan in range(self.loans):
            for turn in range(bids_on(loan)):
                yield number, loan, self.borrowers + (loan * 7 + turn * 13) % lenders
                number += 1


def bids_on(loan: int) -> int:
    """How many bids a loan has."""
    return BIDS_PER_LOAN - 2 + loan % 5


def asked_minor(loan: int) -> int:
    """What is asked for a loan."""
    return FIRST_MINOR + loan % 100 * 100_000


def made(kind: int, number: int) -> UUID:
    """The id of the nth thing of a kind, shaped like a UUIDv7."""
    return UUID(int=(EPOCH_MS + number) << 80 | 7 << 76 | kind << 64 | 2 << 62 | number)


USER, LOAN, BID, ENTRY, OTHER = range(5)


async def load(connection: asyncpg.Connection, size: Size) -> None:
    """Fill a migrated database that has its documents and products and nothing else, as its owner; then analyze it."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
    async with connection.transaction():
        await _users(connection, size, now)
        await _loans(connection, size, now)
        await _bids(connection, size, now)
        await _books(connection, size, now)
    await connection.execute("vacuum analyze")


async def _copy(connection: asyncpg.Connection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    schema, name = table.split(".")
    await connection.copy_records_to_table(name, schema_name=schema, columns=columns.split(), records=rows)


async def _users(connection: asyncpg.Connection, size: Size, now: datetime) -> None:
    def row(n: int) -> Sequence[object]:
        role, email = "BORROWER" if n < size.borrowers else "LENDER", f"user{n}@example.org"
        joined = now + timedelta(microseconds=n + 1)
        return (
            made(USER, n),
            email,
            joined,
            NO_LOGIN,
            "PERSON",
            f"User {n}",
            f"quiet-heron-{n}",
            [role],
            [],
            "en",
            joined,
        )

    lenders = range(size.borrowers, size.users)
    documents = await connection.fetch(
        "select id from identity.documents where loan_id is null and kind = any($1)", LENDER_STEPS
    )
    columns = (
        "id email email_verified_at password_hash kind legal_name pseudonym roles operator_scopes locale registered_at"
    )
    await _copy(connection, "identity.users", columns, map(row, range(size.users)))
    await _copy(
        connection,
        "identity.consents",
        "id accepted_at document_id user_id",
        (
            (made(OTHER, size.users * i + n), now, document["id"], made(USER, n))
            for i, document in enumerate(documents)
            for n in lenders
        ),
    )
    await _copy(
        connection,
        "identity.identity_checks",
        "id status country number_hash requested_at decided_at user_id",
        (
            (made(OTHER, n), "VERIFIED", "CN", sha256(str(n).encode()).hexdigest(), now, now, made(USER, n))
            for n in lenders
        ),
    )
    await _copy(
        connection,
        "payments.bank_accounts",
        "id user_id number holder currency added_at",
        ((made(OTHER, n), made(USER, n), f"62{n:014}", f"User {n}", CURRENCY, now) for n in range(size.users)),
    )


async def _loans(connection: asyncpg.Connection, size: Size, now: datetime) -> None:
    product = await connection.fetchrow("select id, profile_code from lending.products where code = 'personal'")
    assert product, "the product is published"
    grades, purposes = [grade.value for grade in Grade], [purpose.value for purpose in Purpose]

    def listed(n: int) -> datetime:
        return now + timedelta(microseconds=n + 1)

    def loan(n: int) -> Sequence[object]:
        borrower, rate = size.borrower(n), 50_000 + n % 500 * 100
        return (
            made(LOAN, n), f"L{n + 1:08}", "LISTED", product["profile_code"], 1, made(USER, borrower), made(OTHER, borrower),
            f"Loan number {n}", purposes[n % len(purposes)], CURRENCY, asked_minor(n), 12 + n % 24, "MONTHLY",
            "EQUAL_INSTALLMENTS", "ACT_365", "HALF_UP", rate, rate * 3 // 2, rate + 5_000, grades[n % len(grades)],
            15_000, listed(n), listed(n), listed(n), product["id"],
        )  # fmt: skip

    def party(n: int) -> Sequence[object]:
        borrower = size.borrower(n)
        return made(OTHER, n), made(USER, borrower), f"User {borrower}", "BORROWER", made(LOAN, n)

    def listing(n: int) -> Sequence[object]:
        asked, bids = asked_minor(n), bids_on(n)
        return (
            made(LOAN, n), "OPEN", made(USER, size.borrower(n)), CURRENCY, asked, asked * 4 // 5, BID_MINOR, BID_MINOR,
            bids * BID_MINOR, bids, bids + 1, listed(n), now + timedelta(days=30),
        )  # fmt: skip

    columns = """id reference status profile_code profile_version borrower_id bank_account_id title purpose currency
        asked_minor installment_count frequency method day_count rounding annual_rate_ppm late_rate_ppm
        effective_annual_rate_ppm grade expected_loss_ppm submitted_at offered_at listed_at product_id"""
    await _copy(connection, "lending.loans", columns, map(loan, range(size.loans)))
    await connection.execute("select setval('lending.loan_reference', $1)", size.loans + 1)
    await _copy(connection, "lending.loan_parties", "id user_id name role loan_id", map(party, range(size.loans)))
    columns = """id status borrower_id currency target_minor threshold_minor minimum_bid_minor lot_minor committed_minor
        lender_count sequence opens_at deadline_at"""
    await _copy(connection, "marketplace.listings", columns, map(listing, range(size.loans)))


async def _bids(connection: asyncpg.Connection, size: Size, now: datetime) -> None:
    columns = "id loan_id lender_id requested_minor amount_minor currency status origin placed_at"
    rows = (
        (
            made(BID, n), made(LOAN, loan), made(USER, lender), BID_MINOR, BID_MINOR, CURRENCY, "ACTIVE", "MANUAL",
            now + timedelta(seconds=60, microseconds=n + 1),
        )
        for n, loan, lender in size.bids()
    )  # fmt: skip
    await _copy(connection, "marketplace.bids", columns, rows)


async def _books(connection: asyncpg.Connection, size: Size, now: datetime) -> None:
    custody = platform(AccountKind.CUSTODY, CURRENCY)
    wallets = {
        n: [user(kind, made(USER, n), CURRENCY) for kind in (AccountKind.AVAILABLE, AccountKind.HELD)]
        for n in range(size.borrowers, size.users)
    }
    await _copy(
        connection,
        "ledger.accounts",
        "id owner_id kind currency",
        ((one.id, one.owner_id, one.kind.value, CURRENCY) for wallet in wallets.values() for one in wallet),
    )
    columns = """id bank_entry_id kind movement_id account_number amount_minor moved_minor currency booked_on
        ledger_entry_id applied_at"""
    await _copy(
        connection,
        "payments.bank_entries",
        columns,
        (
            (
                made(OTHER, n), f"entry-{n}", "deposit.received", f"movement-{n}", f"62{n:014}", DEPOSIT_MINOR,
                DEPOSIT_MINOR, CURRENCY, now.date(), made(ENTRY, n), now,
            )
            for n in wallets
        ),
    )  # fmt: skip
    columns = "entry_id kind debit_id credit_id currency amount_minor reference_id effective_on posted_at"
    await _copy(
        connection,
        "ledger.postings",
        columns,
        (
            (made(ENTRY, n), "DEPOSIT", custody.id, wallet[0].id, CURRENCY, DEPOSIT_MINOR, None, now.date(), now)
            for n, wallet in wallets.items()
        ),
    )
    await _copy(
        connection,
        "ledger.postings",
        columns,
        (
            (made(ENTRY, size.users + n), "HOLD", *(one.id for one in wallets[lender]), CURRENCY, BID_MINOR, made(BID, n),
             now.date(), now)
            for n, _, lender in size.bids()
        ),
    )  # fmt: skip
