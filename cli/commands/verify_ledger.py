"""kalends verify-ledger"""

import sys
from typing import TYPE_CHECKING

import typer

from cli.environment import load_settings

if TYPE_CHECKING:
    from domain.ledger.verify import Verdict


def command() -> None:
    """Check the books.

    Recomputes every balance and checks every rule; fails, naming each break, when one does not hold.
    """
    import asyncio

    verdicts = asyncio.run(_verify())
    for verdict in verdicts:
        print(f"{'no ' if verdict.breaks else 'yes'} {verdict.check.name}")
        for line in verdict.shown:
            print(f"      {line}")
    breaks = sum(verdict.breaks for verdict in verdicts)
    if breaks:
        print(f"kalends: the books have {breaks} breaks", file=sys.stderr)
        raise typer.Exit(1)
    print("The books are whole.")


async def _verify() -> "list[Verdict]":
    from domain.ledger.verify import CHECKS, verify
    from domain.lending.checks import CHECKS as LENDING
    from domain.marketplace.checks import CHECKS as MARKETPLACE
    from domain.payments.checks import CHECKS as PAYMENTS
    from domain.shared import db

    settings = load_settings()
    await db.connect(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return await verify((*CHECKS, *PAYMENTS, *LENDING, *MARKETPLACE))
    finally:
        await db.disconnect()
