"""Doing what there is to do: the order of work, and when it is done.

Every step finds its work by a query, does it, and says how much there was; running one twice, or in two workers at once,
does nothing twice. A ring runs the prompt steps; the sweep of every minute runs all of them, so a lost ring costs a
minute at most. When the clock walks, each day is drained before the next.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from domain.shared import clock, policy, sandbox_clock
from domain.shared.sandbox_clock import Walk
from domain.shared.settings import settings
from workers import due, outbound
from workers import waiting as waits
from workers.gateways.errors import GatewayRefused, GatewayUnavailable
from workers.handlers import HANDLERS
from workers.providers import Providers
from workers.relay import relay

Step = Callable[[Providers], Awaitable[int]]

WAIT_S = 0.02
MOST_ROUNDS = 500
"""More rounds than this for one day mean that something causes itself."""

log = structlog.get_logger()


async def events(_: Providers) -> int:
    """Hand events to their handlers."""
    return await relay(HANDLERS)


PROMPT: Sequence[Step] = (
    due.webhooks,
    events,
    outbound.mandates,
    outbound.identity_checks,
    outbound.instructions,
)
"""What a ring is about: events, webhooks, and what providers have to be told."""

LETTERS: Sequence[Step] = (outbound.messages,)
"""Mail; nothing waits for it."""

DUE: Sequence[Step] = (
    due.expire_offers,
    due.expire_listings,
    due.close_funded,
    due.collect,
)
"""What becomes due as business time passes."""

DAILY: Sequence[Step] = (
    due.default,
    due.remind,
    due.prune,
    due.reconcile,
    outbound.lost_answers,
    outbound.lost_outcomes,
)
"""What is looked at when a day's other work is done."""


async def prompt(providers: Providers) -> int:
    """Do what a ring is about, until nothing is left."""
    return await _until_quiet((*PROMPT, *LETTERS), providers)


async def sweep(providers: Providers) -> int:
    """Do everything that is due, once through; while the clock walks, what is due is the walker's.

    A sandbox's bank is told the time first: a walker that died may have left it a day behind.
    """
    if await sandbox_clock.is_walking():
        return await _once((*PROMPT, *LETTERS), providers)
    if settings().is_sandbox:
        await _step(_bank, providers)
    return await _once((*DUE, *PROMPT, *LETTERS, *DAILY), providers)


async def _until_quiet(steps: Sequence[Step], providers: Providers) -> int:
    done = 0
    for _ in range(MOST_ROUNDS):
        count = await _once(steps, providers)
        done += count
        if not count:
            return done
    log.error("drain.never_quiet", steps=[step.__name__ for step in steps])
    return done


async def _once(steps: Sequence[Step], providers: Providers) -> int:
    """Every step that has something to do, once, in their order."""
    waiting = await waits.steps()
    done = 0
    for step in steps:
        if step.__name__ in waiting or step.__name__ not in waits.CONDITIONS:
            done += await _step(step, providers)
    return done


async def _step(step: Step, providers: Providers) -> int:
    """One step; a fault of it must not keep the others from their work."""
    try:
        return await step(providers)
    except (GatewayUnavailable, GatewayRefused) as error:
        log.warning("drain.provider", step=step.__name__, error=str(error))
    except Exception:
        log.exception("drain.failed", step=step.__name__)
    return 0


async def walk(providers: Providers) -> bool:
    """Walk the sandbox's clock to its target, day by day; True if this worker walked."""
    own = Walk()
    walked = False
    while await own.take():
        walked = True
        if own.resumed:
            await _day(own, providers)  # the day that was begun
        await own.step()
        await _day(own, providers)
    if walked:
        await own.leave()
        await prompt(providers)
    return walked


async def _day(own: Walk, providers: Providers) -> None:
    """Drain one day: what is due, then the bank and its answers, until nobody, other workers included, has anything to do.

    A round that finds nothing ends the day only if nothing waited when it began: another worker may hold a due loan, or
    have just told the bank.
    """
    for _ in range(MOST_ROUNDS):
        await own.renew()
        waited = await _waits()
        done = await _bank(providers) + await _once(DUE, providers) + await _until_quiet(PROMPT, providers)
        if not waited and not done:
            break
        if not done:
            await asyncio.sleep(WAIT_S)
    else:
        log.error("drain.day_left_over")
    if await _once(DAILY, providers):
        await _until_quiet(PROMPT, providers)


async def _waits() -> bool:
    """Whether anything must be done before the clock may move on, by whomever."""
    if (await sandbox_clock.state()).pending:
        return True
    return not {step.__name__ for step in DUE}.isdisjoint(await waits.steps())


async def _bank(providers: Providers) -> int:
    """Bring the bank's clock to ours and wait for all it has to tell."""
    profile = policy.active()
    drained = await providers.bank.clock(await clock.now(), profile.time_zone, profile.country)
    return drained.executed + drained.delivered
