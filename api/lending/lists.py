"""Pages of loans, for whoever cannot import `Loan`: it is assembled from all contexts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.context import Info
from api.engine import ORDER_BY_ID, Connection, Order, page_of

if TYPE_CHECKING:
    from api.loan import Loan


def loans_of(
    info: Info, first: int, after: str | None, *, where: str, args: Sequence[object] = (), order: Order = ORDER_BY_ID
) -> "Connection[Loan]":
    """A page of the visible loans."""
    from api.loan import Loan

    return page_of(info.context, Loan, first, after, where=where, args=args, order=order)
