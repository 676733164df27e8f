"""The committed page says what the running API answers to everybody."""

import asyncio
import json
import subprocess
import sys

import pytest

from tests.tidy.tree import ROOT

COMMITTED = ROOT / "docs" / "authorisation.md"


@pytest.fixture(scope="module")
async def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[str]]:
    """The page as it would be written now, and what must not be."""
    page = tmp_path_factory.mktemp("authorisation") / "page.md"
    command = [sys.executable, "-m", "tests.api.authorisation", str(page)]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return page.read_text(), json.loads(done.stdout)


def test_every_path_every_executor_and_both_households_agree(asked: tuple[str, list[str]]) -> None:
    _, faults = asked
    assert faults == []


def test_the_committed_page_is_what_is_answered(asked: tuple[str, list[str]]) -> None:
    page, _ = asked
    assert page == COMMITTED.read_text(), "run `make authorisation` and look at what changed"


def test_strangers_and_others_are_shown_nothing_of_an_account(asked: tuple[str, list[str]]) -> None:
    """What nobody may doubt, read from the page itself."""
    page, _ = asked
    for thing in ("Account", "Check", "Deposit", "Mandate", "Note", "Plan", "User", "Withdrawal"):
        section = page.partition(f"### {thing}\n")[2].partition("\n###")[0]
        rows = [line for line in section.splitlines() if line.startswith("| `")]
        assert rows and all(row.split(" | ")[1:3] == ["absent", "absent"] for row in rows), thing
