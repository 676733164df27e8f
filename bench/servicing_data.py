"""Loans that fall due: as many as are asked for, each with thirty notes and its first installment due today.

Made by set-based SQL in the product's own schema, with whole books (`kalends verify-ledger`): lenders' deposits and holds,
what was lent and paid out, and the borrowers' money, which is in their wallets or, to be debited, at their bank. Left out
is what servicing never reads: listings, bids, contracts, and events of the past.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import asyncpg

from bench.data import LOAN, OTHER, USER, made
from domain.ledger.accounts import Account, AccountKind, loan, platform, user
from domain.lending.rules.daycount import DayCount
from domain.lending.rules.schedule import RepaymentMethod, Rounding, ScheduledInstallment, build
from domain.shared.calendar import add_months

CURRENCY = "CNY"
NOTES = 30
INSTALLMENTS = 12
PATTERNS = 40
"""So many kinds of loans there are: amounts and rates."""
LOT_MINOR = 10_000
FEE_PPM = 5_000
NOTE, INSTALLMENT, LENT, PAID_OUT, DEPOSITED, HELD = range(5, 11)
"""Kinds of ids, beside those of `bench.data`."""

MADE = """create function pg_temp.made(kind int, n bigint) returns uuid language sql immutable as $$
    select (lpad(to_hex(1760000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
        || lpad(to_hex(n), 15, '0'))::uuid $$"""
"""`bench.data.made`, in SQL."""
AMOUNT = f"{LOT_MINOR} * (1 + (n % {PATTERNS} + k) % 7)"
"""What note k of loan n is about."""
LENDER = "(n * 37 + k * 599) % $1::int"
"""Whose it is; 599 divides no number of lenders, so they are thirty."""
NOTES_OF = f"generate_series(0, $2::int - 1) n, generate_series(0, {NOTES - 1}) k"


@dataclass(frozen=True)
class Book:
    """How many loans there are, how many of them are paid from wallets (the rest by direct debit), and by how many lent."""

    loans: int
    from_wallets: int
    lenders: int = 20_000

    def borrower(self, n: int) -> int:
        """Who owes loan n: everybody owes one; lenders are the first users."""
        return self.lenders + n


def amounts(pattern: int) -> list[int]:
    """The notes of a kind of loan, in minor units."""
    return [LOT_MINOR * (1 + (pattern + k) % 7) for k in range(NOTES)]


def rate_ppm(pattern: int) -> int:
    """Its yearly rate."""
    return 50_000 + 2_500 * pattern


def schedule(pattern: int, today: date) -> list[ScheduledInstallment]:
    """Its installments, the first due today."""
    days = [add_months(today, number) for number in range(INSTALLMENTS)]
    return build(
        sum(amounts(pattern)),
        rate_ppm(pattern),
        add_months(today, -1),
        days,
        RepaymentMethod.EQUAL_INSTALLMENTS,
        DayCount.ACT_365,
        Rounding.HALF_UP,
    )


async def load(connection: asyncpg.Connection, book: Book, today: date) -> None:
    """Fill a migrated database that has its documents and products and nothing else, as its superuser; then analyze it."""
    await connection.execute("set synchronous_commit = off; set maintenance_work_mem = '512MB'; set work_mem = '256MB'")
    await connection.execute(MADE)
    paid_out = datetime.now(UTC) - timedelta(days=31)
    async with connection.transaction():
        await connection.execute("set session_replication_role = replica")  # foreign keys hold by construction
        await _people(connection, book, paid_out)
        async with _indexes_later(connection, "lending.loans", "lending.installments", "lending.notes"):
            await _loans(connection, book, today, paid_out)
            await _notes(connection, book, paid_out)
        await connection.execute("set session_replication_role = origin")  # the books keep their own balances
        await _accounts(connection, book)
        async with _indexes_later(connection, "ledger.postings"):
            await _books(connection, book, today, paid_out)
    await connection.execute("vacuum (analyze)")
    await connection.execute("checkpoint")


@asynccontextmanager
async def _indexes_later(connection: asyncpg.Connection, *tables: str) -> AsyncIterator[None]:
    """Do without the indexes of tables that no constraint needs, and make them again: that is quicker."""
    indexes = await connection.fetch(
        """select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
        where i.indrelid = any($1::text[]::regclass[])
          and not exists (select from pg_constraint c where c.conindid = i.indexrelid)""",
        tables,
    )
    for index in indexes:
        await connection.execute(f"drop index {index['name']}")
    yield
    for index in indexes:
        await connection.execute(index["definition"].replace(" ON ONLY ", " ON "))


async def _copy(connection: asyncpg.Connection, table: str, columns: str, rows: Iterable[Sequence[object]]) -> None:
    schema, name = table.split(".")
    await connection.copy_records_to_table(name, schema_name=schema, columns=columns.split(), records=rows)


async def _people(connection: asyncpg.Connection, book: Book, now: datetime) -> None:
    await connection.execute(
        f"""insert into identity.users (id, email, email_verified_at, password_hash, kind, legal_name, pseudonym, roles,
            operator_scopes, locale, registered_at)
        select pg_temp.made({USER}, n), 'user' || n || '@example.org', $3, '!', 'PERSON', 'User ' || n, 'quiet-heron-' || n,
            array[case when n < $1 then 'LENDER' else 'BORROWER' end], '{{}}', 'en', $3
        from generate_series(0, $1::int + $2::int - 1) n""",
        book.lenders, book.loans, now,
    )  # fmt: skip
    await connection.execute(
        f"""insert into payments.bank_accounts (id, user_id, number, holder, currency, added_at)
        select pg_temp.made({OTHER}, n), pg_temp.made({USER}, n), '62' || lpad(n::text, 14, '0'), 'User ' || n, '{CURRENCY}', $2
        from generate_series(0, $1::int - 1) n""",
        book.lenders + book.loans, now,
    )  # fmt: skip
    await connection.execute(
        f"""insert into payments.mandates (id, user_id, bank_account_id, status, given_at, decided_at, told_at)
        select pg_temp.made({OTHER}, n), pg_temp.made({USER}, n), pg_temp.made({OTHER}, n), 'ACTIVE', $3, $3, $3
        from generate_series($1::int, $1::int + $2::int - 1) n""",
        book.lenders, book.loans, now,
    )  # fmt: skip


async def _loans(connection: asyncpg.Connection, book: Book, today: date, now: datetime) -> None:
    product = await connection.fetchrow("select id, profile_code from lending.products where code = 'personal'")
    assert product, "the product is published"
    await connection.execute(
        f"""insert into lending.loans (id, reference, status, product_id, profile_code, profile_version, borrower_id,
            bank_account_id, mandate_id, title, purpose, currency, asked_minor, principal_minor, installment_count, frequency,
            method, day_count, rounding, annual_rate_ppm, late_rate_ppm, effective_annual_rate_ppm, grade,
            expected_loss_ppm, submitted_at, offered_at, listed_at, funded_at, closed_at, disbursed_on, next_collection_on)
        select pg_temp.made({LOAN}, n), 'L' || lpad((n + 1)::text, 8, '0'), 'ACTIVE', $5, $6, 1, pg_temp.made({USER}, $1::int + n),
            pg_temp.made({OTHER}, $1::int + n), pg_temp.made({OTHER}, $1::int + n), 'Loan number ' || n, 'FURNITURE', '{CURRENCY}',
            p.principal, p.principal, {INSTALLMENTS}, 'MONTHLY', 'EQUAL_INSTALLMENTS', 'ACT_365', 'HALF_UP', p.rate,
            p.rate * 3 / 2, p.rate + 5000, 'B', 15000, $3, $3, $3::timestamptz + n * interval '1 us', $3, $3,
            ($4::date - interval '1 month')::date, $4
        from generate_series(0, $2::int - 1) n
        join unnest($7::bigint[], $8::int[]) with ordinality p(principal, rate, place) on p.place = n % {PATTERNS} + 1""",
        book.lenders, book.loans, now, today, product["id"], product["profile_code"],
        [sum(amounts(pattern)) for pattern in range(PATTERNS)], [rate_ppm(pattern) for pattern in range(PATTERNS)],
    )  # fmt: skip
    planned = [(pattern, one) for pattern in range(PATTERNS) for one in schedule(pattern, today)]
    await connection.execute(
        f"""insert into lending.installments (id, loan_id, number, nominal_on, due_on, principal_minor, interest_minor,
            fees_minor, late_interest_minor, paid_principal_minor, paid_interest_minor, paid_fees_minor, paid_late_minor,
            balance_after_minor)
        select pg_temp.made({INSTALLMENT}, n * {INSTALLMENTS} + number), pg_temp.made({LOAN}, n), number, due_on, due_on,
            principal, interest, 0, 0, 0, 0, 0, 0, after
        from generate_series(0, $1::int - 1) n
        join unnest($2::int[], $3::int[], $4::date[], $5::bigint[], $6::bigint[], $7::bigint[])
            p(pattern, number, due_on, principal, interest, after) on p.pattern = n % {PATTERNS}
        order by n, number""",
        book.loans, [pattern for pattern, _ in planned], [one.number for _, one in planned],
        [one.due_on for _, one in planned], [one.principal_minor for _, one in planned],
        [one.interest_minor for _, one in planned], [one.balance_after_minor for _, one in planned],
    )  # fmt: skip


async def _notes(connection: asyncpg.Connection, book: Book, now: datetime) -> None:
    await connection.execute(
        f"""insert into lending.notes (id, loan_id, lender_id, bid_id, principal_minor, principal_received_minor,
            interest_received_minor, late_received_minor, fees_paid_minor, status, created_at)
        select pg_temp.made({NOTE}, n * {NOTES} + k), pg_temp.made({LOAN}, n), pg_temp.made({USER}, {LENDER}),
            pg_temp.made({NOTE}, n * {NOTES} + k), {AMOUNT}, 0, 0, 0, 0, 'ACTIVE', $3
        from {NOTES_OF} order by n, k""",
        book.lenders, book.loans, now,
    )  # fmt: skip


async def _accounts(connection: asyncpg.Connection, book: Book) -> None:
    def everybodys() -> Iterable[Account]:
        for n in range(book.lenders):
            yield user(AccountKind.AVAILABLE, made(USER, n), CURRENCY)
            yield user(AccountKind.HELD, made(USER, n), CURRENCY)
        for n in range(book.loans):
            yield user(AccountKind.AVAILABLE, made(USER, book.borrower(n)), CURRENCY)
            yield user(AccountKind.LEAVING, made(USER, book.borrower(n)), CURRENCY, made(LOAN, n))
            yield loan(AccountKind.PRINCIPAL, made(LOAN, n), CURRENCY)
            yield loan(AccountKind.COLLECTING, made(LOAN, n), CURRENCY)

    await _copy(
        connection,
        "ledger.accounts",
        "id owner_id kind currency reference_id",
        ((one.id, one.owner_id, one.kind.value, CURRENCY, one.reference_id) for one in everybodys()),
    )
    await connection.execute("analyze ledger.accounts")


POST = """insert into ledger.postings (entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, note_id,
    principal_minor, effective_on, posted_at)"""
TOLD = """insert into payments.bank_entries (id, bank_entry_id, kind, movement_id, account_number, amount_minor, moved_minor,
    currency, booked_on, ledger_entry_id, applied_at)"""


async def _books(connection: asyncpg.Connection, book: Book, today: date, now: datetime) -> None:
    custody = platform(AccountKind.CUSTODY, CURRENCY).id
    owes = [sum(one.total_minor for one in schedule(pattern, today)) for pattern in range(PATTERNS)]
    await connection.execute(
        f"""create temp table part on commit drop as
            select n, k, {LENDER} as lender, ({AMOUNT})::bigint as amount_minor from {NOTES_OF}""".replace(
            "$1::int", str(book.lenders)
        ).replace("$2::int", str(book.loans))
    )
    await connection.execute(
        """create temp table has on commit drop as
            select lender as n, sum(amount_minor)::bigint as amount_minor from part group by lender"""
    )
    await connection.execute(
        """insert into has select $1::int + n, o.amount_minor from generate_series(0, $2::int - 1) n
        join unnest($3::bigint[]) with ordinality o(amount_minor, place) on o.place = n % $4::int + 1""",
        book.lenders, book.from_wallets, owes, PATTERNS,
    )  # fmt: skip
    await connection.execute(
        f"""create temp table wallet on commit drop as select owner_id, kind, id from ledger.accounts
            where owner_id is not null;
        create temp table claim on commit drop as select n, amount_minor, amount_minor * {FEE_PPM} / 1000000 as fee_minor
            from (select n, sum(amount_minor)::bigint as amount_minor from part group by n) s;
        analyze part; analyze has; analyze wallet; analyze claim"""
    )
    await connection.execute(
        f"""{POST} select pg_temp.made({DEPOSITED}, h.n), 'DEPOSIT', $1, w.id, '{CURRENCY}', h.amount_minor, null, null, null, $2, $3
        from has h join wallet w on w.owner_id = pg_temp.made({USER}, h.n) and w.kind = 'AVAILABLE'""",
        custody, now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{TOLD} select pg_temp.made({DEPOSITED}, n), 'deposit-' || n, 'deposit.received', 'deposit-' || n,
            '62' || lpad(n::text, 14, '0'), amount_minor, amount_minor, '{CURRENCY}', $1, pg_temp.made({DEPOSITED}, n), $2 from has""",
        now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{POST} select pg_temp.made({HELD}, h.n), 'HOLD', w.id, x.id, '{CURRENCY}', h.amount_minor, null, null, null, $1, $2
        from has h join wallet w on w.owner_id = pg_temp.made({USER}, h.n) and w.kind = 'AVAILABLE'
        join wallet x on x.owner_id = w.owner_id and x.kind = 'HELD'""",
        now.date(), now,
    )  # fmt: skip
    await _paid_out(connection, book, now)


async def _paid_out(connection: asyncpg.Connection, book: Book, now: datetime) -> None:
    """What lenders held becomes claims, and what borrowers got leaves."""
    custody, lent, fees = (
        platform(kind, CURRENCY).id for kind in (AccountKind.CUSTODY, AccountKind.LENT, AccountKind.FEES)
    )
    await connection.execute(
        f"""{POST} select pg_temp.made({LENT}, p.n), 'LOAN_FUNDED', h.id, l.id, '{CURRENCY}', p.amount_minor,
            pg_temp.made({NOTE}, p.n * {NOTES} + p.k), pg_temp.made({NOTE}, p.n * {NOTES} + p.k), p.amount_minor, $2, $3
        from part p join wallet h on h.owner_id = pg_temp.made({USER}, p.lender) and h.kind = 'HELD'
        join wallet l on l.owner_id = pg_temp.made({USER}, $1::int + p.n) and l.kind = 'LEAVING' order by p.n, p.k""",
        book.lenders, now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{POST} select pg_temp.made({LENT}, c.n), 'PRINCIPAL_LENT', $1, a.id, '{CURRENCY}', c.amount_minor,
            pg_temp.made({LOAN}, c.n), null, null, $2, $3
        from claim c join ledger.accounts a on a.reference_id = pg_temp.made({LOAN}, c.n) and a.kind = 'PRINCIPAL'""",
        lent, now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{POST} select pg_temp.made({LENT}, c.n), 'ORIGINATION_FEE', l.id, $2, '{CURRENCY}', c.fee_minor,
            pg_temp.made({LOAN}, c.n), null, null, $3, $4
        from claim c join wallet l on l.owner_id = pg_temp.made({USER}, $1::int + c.n) and l.kind = 'LEAVING'""",
        book.lenders, fees, now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{POST} select pg_temp.made({PAID_OUT}, c.n), 'PAYOUT', l.id, $2, '{CURRENCY}', c.amount_minor - c.fee_minor,
            pg_temp.made({LOAN}, c.n), null, null, $3, $4
        from claim c join wallet l on l.owner_id = pg_temp.made({USER}, $1::int + c.n) and l.kind = 'LEAVING'""",
        book.lenders, custody, now.date(), now,
    )  # fmt: skip
    await connection.execute(
        f"""{TOLD} select pg_temp.made({PAID_OUT}, n), 'payout-' || n, 'payout.settled', pg_temp.made({PAID_OUT}, n)::text,
            null, amount_minor - fee_minor, fee_minor - amount_minor, '{CURRENCY}', $1, pg_temp.made({PAID_OUT}, n), $2 from claim""",
        now.date(), now,
    )  # fmt: skip
