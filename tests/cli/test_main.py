"""The command line: help that is there at once, and errors of one line."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT

COMMANDS = (
    "serve",
    "work",
    "demo",
    "migrate",
    "sandbox",
    "create-operator",
    "verify-ledger",
    "export-schema",
)
NOWHERE = {"DATABASE_URL": "postgresql://kalends@127.0.0.1:1/kalends", "REDIS_URL": "redis://127.0.0.1:1/0"}


def kalends(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        cwd=ROOT,
        env={**os.environ, **NOWHERE, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_at_once(name: str) -> None:
    before = time.monotonic()
    answer = kalends(name, "--help")
    assert answer.returncode == 0, answer.stderr
    assert f"Usage: kalends {name}" in answer.stdout
    assert time.monotonic() - before < 5


def test_the_bare_command_lists_every_command() -> None:
    answer = kalends()
    assert answer.returncode == 0
    assert [line.split()[0] for line in answer.stdout.partition("Commands:")[2].strip().splitlines()] == list(COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("fly",), 2),
        (("serve", "--port", "many"), 2),
        (("serve", "--nothing"), 2),
        (("create-operator",), 2),
        (("migrate",), 1),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(arguments: tuple[str, ...], code: int) -> None:
    answer = kalends(*arguments)
    assert answer.returncode == code
    assert len(answer.stderr.splitlines()) == 1, answer.stderr
    assert answer.stderr.startswith("kalends: ")
    assert answer.stdout == ""


def test_wrong_settings_are_named_in_one_line() -> None:
    answer = kalends("migrate", KALENDS_DATABASE_POOL_SIZE="many")
    assert answer.returncode == 1
    assert len(answer.stderr.splitlines()) == 1
    assert "database_pool_size" in answer.stderr


def test_debug_shows_the_traceback() -> None:
    answer = kalends("--debug", "migrate")
    assert answer.returncode == 1
    assert "Traceback" in answer.stderr


def test_a_schema_that_is_not_what_is_served_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "schema.graphql"
    assert kalends("export-schema", "--output", str(path)).returncode == 0
    assert kalends("export-schema", "--check", "--output", str(path)).returncode == 0
    path.write_text(path.read_text() + "type Stray { id: ID! }\n")
    answer = kalends("export-schema", "--check", "--output", str(path))
    assert answer.returncode == 1
    assert "Stray" in answer.stdout
    assert len(answer.stderr.splitlines()) == 1
