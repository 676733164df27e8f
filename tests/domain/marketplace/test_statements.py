"""How much a bid asks of the database."""

import pytest

from domain.shared import db
from tests.domain.marketplace import market


async def test_a_bid_is_eight_statements_beside_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = db.fetch

    async def noted(sql: str, *args: object) -> list[db.Row]:
        seen.append(" ".join(sql.split()))
        return await real(sql, *args)

    lender, loan = await market.lender(1_000), await market.list_loan(1_000)
    order = await market.order(loan, 100)
    await market.bid(lender, loan, 100)
    monkeypatch.setattr(db, "fetch", noted)
    await market.bid(lender, loan, 100, acknowledged_document_ids=order.acknowledged_document_ids)
    own = [sql for sql in seen if "shared.idempotency" not in sql and "identity.documents where kind" not in sql]
    assert len(own) == 8, own
