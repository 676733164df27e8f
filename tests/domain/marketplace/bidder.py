"""A process of its own that bids: each of the lenders it is given, once, all at the same time; prints how many were taken."""

import asyncio
import os
import sys
from uuid import UUID

from domain.shared import db
from domain.shared.errors import DomainError
from tests.domain.marketplace import market


async def main(loan_id: UUID, lenders: list[UUID]) -> None:
    """Bid 300 yuan each."""
    await db.connect(os.environ["DATABASE_URL"])
    outcomes = await asyncio.gather(*(market.bid(one, loan_id, 300) for one in lenders), return_exceptions=True)
    await db.disconnect()
    faults = [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, DomainError)]
    assert faults == []
    print(sum(not isinstance(one, BaseException) for one in outcomes))


if __name__ == "__main__":
    asyncio.run(main(UUID(sys.argv[1]), [UUID(one) for one in sys.argv[2:]]))
