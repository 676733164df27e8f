"""`examples/lender_bot/` as its owner runs it, against the running product."""

import asyncio
import contextlib
import filecmp
import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.processes import Platform, free_port
from tests.api.conftest import SECRETS
from tests.support.journey import Journey, Party, key, until
from tests.tidy.tree import ROOT

BOT = ROOT / "examples" / "lender_bot"
PYTHON = BOT / ".venv" / "bin" / "python"
PATIENCE_S = 30.0
EVERYTHING = """[bounds]
budget = "1000000.00"
[[rule]]
name = "everything"
amount = "500.00"
"""
CHOOSY = """[bounds]
budget = "550.00"
keep = "100.00"
largest_share = "0.30"
[[rule]]
name = "study"
purposes = ["EDUCATION"]
amount = "500.00"
[[rule]]
name = "short"
grades = ["A"]
minimum_rate = "0.05"
maximum_months = 6
amount = "200.00"
"""
BIDS = "query($id: ID!) { loan(id: $id) { bids(mine: true) { edges { node { amount { amount } clientReference } } } } }"


@dataclass
class Owner:
    """A lender with an access token, rules and a place for the journal."""

    party: Party
    folder: Path
    token: str

    def start(self, url: str, rules: str = EVERYTHING, *options: str) -> "subprocess.Popen[str]":
        """Start the bot."""
        (self.folder / "rules.toml").write_text(rules)
        return subprocess.Popen(
            [
                PYTHON,
                "-m",
                "lender_bot",
                self.folder / "rules.toml",
                "--journal",
                self.folder / "journal.jsonl",
                *options,
            ],
            cwd=BOT,
            env={**os.environ, "KALENDS_URL": url, "KALENDS_TOKEN": self.token},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def journal(self) -> list[dict[str, Any]]:
        """What the bot wrote down."""
        path = self.folder / "journal.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    async def bids(self, loan_id: str) -> list[tuple[str, str]]:
        """The owner's bids on a loan: amount and note."""
        loan = (await self.party.api.run(BIDS, id=loan_id))["loan"]
        return [(edge["node"]["amount"]["amount"], edge["node"]["clientReference"]) for edge in loan["bids"]["edges"]]

    async def has_bid(self, loan_id: str) -> None:
        """Wait until there is a bid."""
        await until(lambda: self.bids(loan_id), "the bot to bid", PATIENCE_S)


async def owner_of(journey: Journey, folder: Path, yuan: int, scopes: Sequence[str] = ("LEND",)) -> Owner:
    party = await journey.lender(yuan)
    ends = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    made = await party.do("createAccessToken", "secret", name="bot", scopes=scopes, expiresAt=ends)
    return Owner(party, folder, made["secret"])


@contextlib.asynccontextmanager
async def running(bot: "subprocess.Popen[str]") -> AsyncIterator["subprocess.Popen[str]"]:
    """A bot that is asked to stop when the block ends, and does so."""
    try:
        assert bot.stdout, "a pipe"
        assert "Following the market" in await asyncio.to_thread(bot.stdout.readline)
        yield bot
        bot.send_signal(signal.SIGTERM)
        said, _ = await asyncio.to_thread(bot.communicate, timeout=PATIENCE_S)
        assert bot.returncode == 0, said
        assert said.endswith("Stopped\n"), said
    finally:
        bot.kill()


async def said_by(bot: "subprocess.Popen[str]") -> tuple[int, str]:
    """The exit code and the words of a bot that ends by itself."""
    said, _ = await asyncio.to_thread(bot.communicate, timeout=PATIENCE_S)
    return bot.returncode, said


async def test_it_bids_on_what_is_there_and_on_a_loan_that_appears(
    journey: Journey, borrower: Party, tmp_path: Path
) -> None:
    there = await journey.listed(borrower, 5_000)
    owner = await owner_of(journey, tmp_path, 100_000)
    async with running(owner.start(journey.world.platform.url)):
        await owner.has_bid(there)
        loan_id = await journey.listed(borrower, 5_000)
        await owner.has_bid(loan_id)
    assert await owner.bids(loan_id) == await owner.bids(there) == [("500.00", "lender-bot")]


async def test_killed_at_any_moment_it_bids_once(journey: Journey, borrower: Party, tmp_path: Path) -> None:
    owner = await owner_of(journey, tmp_path, 100_000)
    loan_ids = [await journey.listed(borrower, 5_000) for _ in range(3)]
    meant = 0
    while not all([await owner.bids(loan_id) for loan_id in loan_ids]):
        bot = owner.start(journey.world.platform.url)

        async def means_another(written: int = meant) -> bool:
            return len(owner.journal) > written

        await until(means_another, "the bot to write a bid down", PATIENCE_S)
        bot.kill()
        bot.communicate()
        meant = len(owner.journal)
    async with running(owner.start(journey.world.platform.url)):
        await until(answered(owner), "every bid to be answered", PATIENCE_S)
    for loan_id in loan_ids:
        assert await owner.bids(loan_id) == [("500.00", "lender-bot")]


async def test_a_bid_whose_answer_it_never_saw_is_sent_again_as_it_was(
    journey: Journey, borrower: Party, tmp_path: Path
) -> None:
    owner = await owner_of(journey, tmp_path, 10_000)
    loan_id = await journey.listed(borrower, 5_000)
    documents = [journey.documents["RISK_WARNING"]]
    intention = {
        "key": key(), "loan_id": loan_id, "reference": "L1", "amount": "700.00", "currency": "CNY", "documents": documents
    }  # fmt: skip
    sent = journey.bid(loan_id, 700, idempotencyKey=intention["key"], clientReference="lender-bot")
    await owner.party.do("placeBid", "bid { id }", **sent)
    (tmp_path / "journal.jsonl").write_text(json.dumps(intention) + '\n{"key": "half a li')
    async with running(owner.start(journey.world.platform.url)):
        await until(answered(owner), "the bid to be answered", PATIENCE_S)
    assert owner.journal[1] == {"key": intention["key"], "answer": "PlaceBidPayload"}
    assert await owner.bids(loan_id) == [("700.00", "lender-bot")]


def answered(owner: Owner) -> Any:
    async def every_bid() -> bool:
        entries = owner.journal
        return len(entries) > 0 and len(entries) == 2 * sum("answer" in entry for entry in entries)

    return every_bid


async def test_it_goes_on_where_it_was_when_the_platform_comes_back(
    journey: Journey, borrower: Party, tmp_path: Path
) -> None:
    owner = await owner_of(journey, tmp_path, 100_000)
    world = journey.world.platform
    own = Platform(world.supervisor, tmp_path, world.environment, port=free_port(), secrets=SECRETS)
    own.spawn_api("for-the-bot", own.port)
    await asyncio.to_thread(own.wait_for, f"{own.url}/readyz")
    async with running(owner.start(own.url)):
        await owner.has_bid(await journey.listed(borrower, 5_000))
        await asyncio.to_thread(world.supervisor.stop, "for-the-bot")
        missed = await journey.listed(borrower, 5_000)
        own.spawn_api("for-the-bot", own.port)
        await owner.has_bid(missed)
    await asyncio.to_thread(world.supervisor.stop, "for-the-bot")


async def test_a_dry_run_says_why_not_and_does_nothing(journey: Journey, borrower: Party, tmp_path: Path) -> None:
    owner = await owner_of(journey, tmp_path, 1_000)
    full = await journey.listed(borrower, 1_000)
    await journey.lend(await journey.lender(1_000), full, 1_000)
    late, study = [await journey.listed(borrower, 1_000, purpose="EDUCATION") for _ in range(2)]
    short = await journey.listed(borrower, 1_000, purpose="NEW_CAR", installmentCount=26)
    year = await journey.listed(borrower, 1_000, purpose="USED_CAR", installmentCount=52)
    code, said = await said_by(owner.start(journey.world.platform.url, CHOOSY, "--dry-run"))
    assert code == 0, said
    told = {line.split()[0]: line for line in said.splitlines()}
    why_not = "no: study: USED_CAR is none of EDUCATION; short: 12 months are more than 6"
    assert told[await reference(journey, year)].endswith(why_not)
    assert told[await reference(journey, short)].endswith("bid 200.00 (short)")
    assert told[await reference(journey, study)].endswith("bid 300.00 (study)")
    assert await reference(journey, full) not in told
    spent = "no: study: what is left of the budget (50.00) is less than the smallest bid, 100.00"
    assert told[await reference(journey, late)].endswith(spent)
    assert owner.journal == []
    assert (await owner.party.wallet())["held"] == 0


async def reference(journey: Journey, loan_id: str) -> str:
    loan = (await journey.world.api.run("query($id: ID!) { loan(id: $id) { reference } }", id=loan_id))["loan"]
    return str(loan["reference"])


async def test_it_says_what_it_cannot_work_with(journey: Journey, tmp_path: Path) -> None:
    owner = await owner_of(journey, tmp_path, 100, scopes=("READ",))
    await ends(owner, journey, 1, "the access token needs the scope LEND")
    owner.token = "kpat_nobody"
    await ends(owner, journey, 1, "the access token is not valid, or no longer")
    await ends(owner, journey, 2, "budget is missing", EVERYTHING.replace("budget", "purse"))
    await ends(owner, journey, 2, "is not a decimal in quotation marks", EVERYTHING.replace('"500.00"', "500.00"))
    await ends(owner, journey, 2, "rule 1 has colour", EVERYTHING + "colour = 3")


async def ends(owner: Owner, journey: Journey, code: int, why: str, rules: str = EVERYTHING) -> None:
    found, said = await said_by(owner.start(journey.world.platform.url, rules))
    assert (found, why in said) == (code, True), said


async def test_its_client_is_generated_from_this_schema(tmp_path: Path) -> None:
    for name in ("pyproject.toml", "queries.graphql"):
        shutil.copy(BOT / name, tmp_path)
    config = (tmp_path / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(config.replace("../../schema.graphql", str(ROOT / "schema.graphql")))
    generate = [BOT / ".venv" / "bin" / "ariadne-codegen"]
    await asyncio.to_thread(subprocess.run, generate, cwd=tmp_path, check=True, capture_output=True)
    names = [path.name for path in (tmp_path / "kalends_client").glob("*.py")]
    assert sorted(names) == sorted(path.name for path in (BOT / "kalends_client").glob("*.py"))
    _, changed, missing = filecmp.cmpfiles(tmp_path / "kalends_client", BOT / "kalends_client", names, shallow=False)
    assert (changed, missing) == ([], []), "make schema writes it anew"


@pytest.fixture(autouse=True, scope="module")
def environment() -> None:
    assert PYTHON.exists(), "make unit makes the bot's environment"
