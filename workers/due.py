"""What is due: each step finds its work by stored dates and states, and says how much there was."""

import asyncio
from collections.abc import Awaitable, Callable

from domain.identity import commands as identity
from domain.lending import commands as lending
from domain.marketplace import commands as marketplace
from domain.payments import commands as payments
from domain.shared import clock
from workers.providers import Providers

CHUNK = 150
"""Rows of one transaction."""
LOANS = 24
"""Loans of one transaction that collects: with thirty notes each, 99 % of them take less than 93 ms on two busy cores."""
LANES = 3
"""So many such transactions are under way at once: Python decides about one while PostgreSQL writes others."""


async def _all(step: Callable[[int], Awaitable[int]], limit: int = CHUNK) -> int:
    """Repeat a chunked step until it finds nothing more."""
    done = 0
    while count := await step(limit):
        done += count
    return done


async def webhooks(_: Providers) -> int:
    """Apply what the providers told."""
    return await _all(payments.apply_webhooks)


async def expire_offers(_: Providers) -> int:
    """Offers nobody accepted in time."""
    return await _all(lending.expire_offers)


async def expire_listings(_: Providers) -> int:
    """Listings whose deadline has passed."""
    return await marketplace.expire_listings()


async def close_funded(_: Providers) -> int:
    """Full loans that have rested long enough."""
    return await marketplace.close_funded()


async def collect(_: Providers) -> int:
    """Installments that are due, and those tried again."""
    today = await clock.today()
    lanes = [_all(lambda limit: lending.collect_due(today, limit), LOANS) for _ in range(LANES)]
    outcomes = await asyncio.gather(*lanes, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
    return sum(outcome for outcome in outcomes if isinstance(outcome, int))


async def default(_: Providers) -> int:
    """Loans overdue for too long, and those that are current again."""
    return await _all(lending.default_due)


async def remind(_: Providers) -> int:
    """Installments to remind of."""
    return await _all(lending.remind_due)


async def prune(_: Providers) -> int:
    """Sessions and access tokens that have run out."""
    return await _all(identity.prune_credentials)


async def reconcile(providers: Providers) -> int:
    """Compare the days that are over with the bank's statements."""
    days = await payments.days_to_reconcile()
    for day in days:
        await payments.reconcile(day, await providers.bank.statement(day, day))
    return len(days)
