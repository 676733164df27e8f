"""python -m lender_bot rules.toml"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from kalends_client import KalendsClient
from lender_bot.bot import Bot
from lender_bot.journal import Journal, JournalError
from lender_bot.patience import Patience, Refused, Stopped
from lender_bot.rules import Rules, RulesError, read

log = logging.getLogger("lender_bot")


def main() -> int:
    """The exit code: 0 when it was asked to stop, 1 when it cannot go on, 2 when it cannot begin."""
    parser = argparse.ArgumentParser(prog="lender_bot", description="Follow a Kalends market and bid by rules.")
    parser.add_argument("rules", type=Path, help="a TOML file: see rules.toml")
    parser.add_argument(
        "--dry-run", action="store_true", help="say about each loan what would be done and why, then end"
    )
    parser.add_argument(
        "--journal",
        type=Path,
        default=Path("lender_bot.jsonl"),
        help="where bids are written down before they are sent",
    )
    given = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    log.setLevel(logging.INFO)
    token = os.environ.get("KALENDS_TOKEN")
    if not token:
        parser.error("set KALENDS_TOKEN to an access token with the scopes READ and LEND")
    try:
        rules = read(given.rules)
        journal = None if given.dry_run else Journal(given.journal)
    except (RulesError, JournalError) as error:
        parser.error(str(error))
    return asyncio.run(_run(os.environ.get("KALENDS_URL", "http://127.0.0.1:8000"), token, rules, journal))


async def _run(url: str, token: str, rules: Rules, journal: Journal | None) -> int:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    bearer = {"Authorization": f"Bearer {token}"}
    client = KalendsClient(
        url=f"{url}/graphql",
        headers=bearer,
        ws_url=f"{url}/graphql".replace("http", "ws", 1),
        ws_connection_init_payload=bearer,
    )
    async with client:
        bot = Bot(client, rules, journal, Patience(stop))
        try:
            await (bot.run() if journal else bot.look())
        except Stopped:
            log.info("Stopped")
        except Refused as refused:
            log.error("Cannot go on: %s", refused)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
