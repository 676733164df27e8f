"""Asking again when the platform is busy, limits the rate, restarts or cannot be reached; giving up when asking is no use."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx

from kalends_client import GraphQLClientGraphQLMultiError, GraphQLClientHttpError, GraphQLClientInvalidResponseError

FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 30.0
WAITED_FOR = ("BUSY", "RATE_LIMITED")

T = TypeVar("T")
log = logging.getLogger("lender_bot")


class Stopped(Exception):
    """The bot was asked to end while it waited."""


class Refused(Exception):
    """Asking again is no use; the message is for the bot's owner."""


class Patience:
    """Waits, unless the bot is to end."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.stop = stop

    def check(self) -> None:
        """Raises Stopped when the bot is to end."""
        if self.stop.is_set():
            raise Stopped

    async def pause(self, seconds: float) -> None:
        """Wait. Raises Stopped."""
        try:
            await asyncio.wait_for(self.stop.wait(), seconds)
        except TimeoutError:
            return
        raise Stopped

    async def until(self, reason: asyncio.Event, seconds: float) -> None:
        """Wait for a reason to go on, so long at most. Raises Stopped."""
        waits = [asyncio.create_task(event.wait()) for event in (reason, self.stop)]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self.check()

    async def ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """What a call answers, however often it has to be made: reads, and writes with an idempotency key.

        Raises Refused, and Stopped instead of waiting any longer.
        """
        tries = 0
        while True:
            try:
                return await call()
            except GraphQLClientGraphQLMultiError as error:
                wait_s = _named_wait_s(error)
                why = str(error)
            except GraphQLClientHttpError as error:
                wait_s = _answered_wait_s(error, tries)
                why = str(error)
            except (httpx.TransportError, GraphQLClientInvalidResponseError) as error:
                wait_s = backoff_s(tries)
                why = f"the platform does not answer ({type(error).__name__})"
            tries += 1
            log.info("Waiting %.1f s: %s", wait_s, why)
            await self.pause(wait_s)


def backoff_s(tries: int) -> float:
    """Longer each time."""
    return min(FIRST_WAIT_S * 2.0**tries, LONGEST_WAIT_S)


def _named_wait_s(error: GraphQLClientGraphQLMultiError) -> float:
    """How long the platform says to wait. Raises Refused for what waiting does not mend."""
    facts = error.errors[0].extensions or {}
    if facts.get("code") not in WAITED_FOR:
        raise Refused(str(error)) from error
    return float(str(facts.get("retryAfterMs", 1000))) / 1000


def _answered_wait_s(error: GraphQLClientHttpError, tries: int) -> float:
    """For a status: 429 and 503 say how long to wait, other 5xx pass. Raises Refused for the rest."""
    response = error.response
    assert isinstance(response, httpx.Response), "the client's own transport"
    if response.status_code == httpx.codes.UNAUTHORIZED:
        raise Refused("the access token is not valid, or no longer") from error
    if (
        response.status_code != httpx.codes.TOO_MANY_REQUESTS
        and response.status_code < httpx.codes.INTERNAL_SERVER_ERROR
    ):
        raise Refused(f"{error}: {response.text[:300]}") from error
    return max(float(response.headers.get("retry-after", 0)), backoff_s(tries))
