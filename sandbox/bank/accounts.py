"""The customers' accounts. A balance is the sum of the account's entries; income arrives once a month."""

import sqlite3
from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from sandbox import clock
from sandbox.bank.numbers import account_number
from sandbox.store import book_secret
from sandbox.web import AmountMinor, Body, Currency, Problem, Text

BalanceMinor = Annotated[int, Field(strict=True, ge=0, le=10**15)]
ChangeMinor = Annotated[int, Field(strict=True, ge=-(10**15), le=10**15)]


class Income(Body):
    """Money that comes on a day of each month (the last one in shorter months) until a date, inclusive."""

    amount_minor: AmountMinor
    day_of_month: Annotated[int, Field(strict=True, ge=1, le=31)]
    until: date | None = None


class OpenAccount(Body):
    """A customer's account to open, with what is on it."""

    holder: Text
    currency: Currency
    balance_minor: BalanceMinor = 0
    income: Income | None = None


class ChangeAccount(Body):
    """Another income (null: none any more), or money put on the account or taken off by `adjust_minor`."""

    income: Income | None = None
    adjust_minor: ChangeMinor = 0


def open_accounts(db: sqlite3.Connection, requests: Sequence[OpenAccount]) -> list[dict[str, Any]]:
    """Open the accounts and answer them in the same order."""
    book = int(book_secret(db), 16) % 10_000
    first = 1 + int(db.execute("SELECT coalesce(max(seq), 0) FROM account").fetchone()[0])
    numbers = [account_number(book, seq) for seq in range(first, first + len(requests))]
    db.executemany(
        "INSERT INTO account (number, holder, currency, income_minor, income_day, income_until)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        [
            (number, request.holder, request.currency, *_columns(request.income))
            for number, request in zip(numbers, requests, strict=True)
        ],
    )
    opening = [(number, r.balance_minor) for number, r in zip(numbers, requests, strict=True) if r.balance_minor]
    _book(db, opening, "opening")
    return [account(db, number) for number in numbers]


def account(db: sqlite3.Connection, number: str) -> dict[str, Any]:
    """One account with its balance. Raises Problem 404."""
    row = db.execute("SELECT * FROM account WHERE number = ? AND NOT custody", (number,)).fetchone()
    if row is None:
        raise Problem(404, "unknown_account", f"there is no account {number}")
    income = None
    if row["income_minor"] is not None:
        income = {"amount_minor": row["income_minor"], "day_of_month": row["income_day"], "until": row["income_until"]}
    names = ("number", "holder", "currency", "balance_minor")
    return {name: row[name] for name in names} | {"income": income}


def change(db: sqlite3.Connection, number: str, request: ChangeAccount) -> dict[str, Any]:
    """Change income and balance. Raises Problem 404, or 422 when the balance would fall below zero."""
    present = account(db, number)
    if present["balance_minor"] + request.adjust_minor < 0:
        raise Problem(422, "insufficient_funds", f"the balance is {present['balance_minor']}")
    if request.adjust_minor:
        _book(db, [(number, request.adjust_minor)], "adjustment")
    if "income" in request.model_fields_set:
        columns = (*_columns(request.income), number)
        db.execute("UPDATE account SET income_minor = ?, income_day = ?, income_until = ? WHERE number = ?", columns)
    return account(db, number)


def pay_incomes(db: sqlite3.Connection, day: date) -> None:
    """Pay the incomes of one day; the caller makes sure that each day comes once."""
    last_day = day.day == monthrange(day.year, day.month)[1]
    db.execute(
        "INSERT INTO entry (account, amount_minor, kind, booked_on)"
        " SELECT number, income_minor, 'income', :day FROM account"
        " WHERE income_minor IS NOT NULL AND (income_day = :of_month OR (:last_day AND income_day > :of_month))"
        " AND (income_until IS NULL OR income_until >= :day) ORDER BY seq",
        {"day": day.isoformat(), "of_month": day.day, "last_day": last_day},
    )


def _columns(income: Income | None) -> tuple[int | None, int | None, str | None]:
    if income is None:
        return None, None, None
    return income.amount_minor, income.day_of_month, income.until.isoformat() if income.until else None


def _book(db: sqlite3.Connection, amounts: Sequence[tuple[str, int]], kind: str) -> None:
    day = clock.today(db).isoformat()
    db.executemany(
        "INSERT INTO entry (account, amount_minor, kind, booked_on) VALUES (?, ?, ?, ?)",
        [(number, amount_minor, kind, day) for number, amount_minor in amounts],
    )
