"""What waits, found by one statement: which steps have anything to do now.

A step is asked for only when its condition holds, so a quiet pass costs one query. Conditions may be wider than what a
step then finds, never narrower.
"""

from collections.abc import Mapping

from domain.shared import db
from domain.shared.aside import not_aside

CONDITIONS: Mapping[str, str] = {
    "webhooks": "exists (select from payments.webhooks where applied_at is null)",
    "events": "exists (select from shared.outbox where dispatched_at is null and (retry_at is null or retry_at <= now()))",
    "mandates": "exists (select from payments.mandates where told_at is null)",
    "identity_checks": f"""exists (select from identity.identity_checks c
        where status = 'PENDING' and {not_aside("identity_checks", "c.id")})""",
    "instructions": f"""exists (select from payments.instructions i
        where status = 'CREATED' and {not_aside("instructions", "i.id")})""",
    "messages": "exists (select from notifications.messages where status = 'QUEUED' and not_before_at <= now())",
    "expire_offers": f"""exists (select from lending.loans l
        where status = 'OFFERED' and offer_expires_at <= c.now and {not_aside("expire_offers", "l.id")})""",
    "expire_listings": """exists (select from marketplace.listings where status = 'OPEN' and deadline_at <= c.now)
        or exists (select from marketplace.listings where status = 'SHORT' and decide_by <= c.now)""",
    "close_funded": "exists (select from marketplace.listings where status = 'FULL' and closes_not_before <= c.now)",
    "collect": f"""exists (select from lending.loans l
        where next_collection_on <= c.today and {not_aside("collect", "l.id")})""",
}
"""By step; a step without a condition is always asked for. Business time is `c.now` and `c.today`."""

SELECTED = ", ".join(f"{condition} as {name}" for name, condition in CONDITIONS.items())
CLOCK = "(select shared.business_now() as now, shared.business_today() as today)"
SQL = f"select {SELECTED} from {CLOCK} c"  # noqa: S608 - conditions are literals, above


async def steps() -> frozenset[str]:
    """The names of the steps that have something to do."""
    row = await db.fetch_one(SQL)
    assert row is not None, "the clock has its row"
    return frozenset(name for name, waits in row.items() if waits)
