"""What everybody may hear of the market: loans that come to it and leave it, in commit order behind a cursor."""

import json

from domain.disclosure.timeline import PUBLIC_FACTS
from domain.shared import activity, db

KINDS = ("loan.listed", "loan.funded", "loan.funding_short", "loan.expired", "loan.declined")
"""`outbox_market`, the index behind the cursor, names the same."""

LISTED = """kind in ('loan.listed', 'loan.funded', 'loan.funding_short', 'loan.expired', 'loan.declined')
    and exists (select 1 from lending.loans loan where loan.id = loan_id and loan.listed_at is not null)"""
"""Offers that were declined or expired were never on the market. The kinds are written out: the index asks for that."""


async def news(after: tuple[int, int], limit: int) -> activity.News:
    """Events of the market, at most `limit`, behind a cursor (transaction, number), with their public facts."""
    rows = await db.fetch(
        f"""select txid::text::bigint as txid, id, event_id, kind, payload, loan_id, happened_at,
            {activity.SETTLED} as settled
        from shared.outbox where {LISTED} and (txid, id) > ($1::bigint::text::xid8, $2::bigint)
        order by txid, id limit $3""",  # noqa: S608 - constants
        *after,
        limit,
    )
    return activity.news([row | {"payload": _public(row["payload"])} for row in rows])


async def latest() -> tuple[int, int]:
    """The cursor behind everything that can be read now."""
    row = await db.fetch_one(
        f"""select txid::text::bigint as txid, id from shared.outbox where {LISTED} and {activity.SETTLED}
        order by txid desc, id desc limit 1"""  # noqa: S608 - constants
    )
    return (row["txid"], row["id"]) if row else (0, 0)


def _public(payload: str) -> str:
    return json.dumps({name: fact for name, fact in json.loads(payload).items() if name in PUBLIC_FACTS})
