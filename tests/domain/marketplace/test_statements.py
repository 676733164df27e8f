"""How much bids ask of the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from domain.shared import db
from tests.domain.marketplace import market


async def statements(monkeypatch: pytest.MonkeyPatch, lenders: list[UUID], loan: UUID, documents: list[UUID]) -> int:
    seen: list[str] = []

    def noting(real: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def noted(sql: str, *args: object) -> Any:
            seen.append(" ".join(sql.split()))
            return await real(sql, *args)

        return noted

    orders = [await market.order(loan, 100, acknowledged_document_ids=documents) for _ in lenders]
    with monkeypatch.context() as patched:
        patched.setattr(db, "fetch", noting(db.fetch))
        patched.setattr(db, "fetch_records", noting(db.fetch_records))
        await asyncio.gather(*(market.place(lender, order) for lender, order in zip(lenders, orders, strict=True)))
    return len(seen)


async def test_fifty_bids_are_as_many_statements_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    lenders, loan = await market.lenders(50, 1_000), await market.list_loan(100_000)
    documents = [await market.risk_warning()]
    await statements(monkeypatch, lenders, loan, documents)  # opens the accounts that hold what is bid
    assert await statements(monkeypatch, lenders[:1], loan, documents) == 7
    assert await statements(monkeypatch, lenders, loan, documents) == 7
