"""kalends verify-ledger"""

import sys
from collections.abc import Sequence

import typer

from cli.environment import load_settings


def command() -> None:
    """Check the books.

    Recomputes every balance and checks every rule; fails, naming each break, when one does not hold.
    """
    import asyncio

    breaks = asyncio.run(_verify())
    for found in breaks:
        print(found)
    if breaks:
        print(f"kalends: the ledger has {len(breaks)} breaks", file=sys.stderr)
        raise typer.Exit(1)
    print("The ledger is whole.")


async def _verify() -> Sequence[object]:
    from domain.ledger.verify import verify
    from domain.shared import db

    settings = load_settings()
    await db.connect(settings.database_url.get_secret_value(), pool_size=2)
    try:
        return await verify()
    finally:
        await db.disconnect()
