"""The tutorial, run as it stands: its first terminal starts a real market, its second does what the page says.

Only what a machine cannot share is replaced: the ports, and the folder that the page names.
"""

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cli.processes import free_port
from tests.docs.pages import DOCS, Block, blocks, expected

ROOT = DOCS.parent
FIRST = "first terminal"
PATIENCE_S = 300
"""Until the first terminal serves; then, until the second has done everything."""
DONE = "the block is done:"


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path, because sockets need one."""
    with tempfile.TemporaryDirectory(prefix="kt-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_the_tutorial_is_true(home: Path) -> None:
    shown = blocks("tutorial.md")
    mine = replaced(home)
    first, serving, *others = shown
    assert (first.title, first.language, serving.language) == (FIRST, "sh", "text")
    with first_terminal(mine(first.text), mine(serving.text)), second_terminal() as shell:
        for block, following in zip(others, [*others[1:], None], strict=True):
            if block.language == "sh":
                output = shell(mine(block.text), block.line)
                if following is not None and following.language != "sh":
                    compare(output, mine(following.text), following)


def replaced(home: Path) -> Callable[[str], str]:
    """The page's text with this test's folder and ports."""
    port = free_port()
    changes = {
        "/tmp/kalends-tutorial": str(home),
        "--applications 0": f"--applications 0 --port {port}",
        "127.0.0.1:8000": f"127.0.0.1:{port}",
        "127.0.0.1:8010": f"127.0.0.1:{port + 10}",
    }

    def mine(text: str) -> str:
        for theirs, ours in changes.items():
            text = text.replace(theirs, ours)
        return text

    return mine


@contextmanager
def first_terminal(commands: str, serving: str) -> Iterator[None]:
    """The market, from the page's own command until it is interrupted."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            ["sh", "-ec", commands], cwd=ROOT, env=environment, stdout=said, stderr=said, start_new_session=True
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while not expected(serving).search(_read(said.fileno())):
                assert process.poll() is None, _read(said.fileno())
                assert time.monotonic() < deadline, _read(said.fileno())
                time.sleep(0.1)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself, and the assertion says how
                os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=60)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, 1_000_000, 0).decode()


@contextmanager
def second_terminal() -> Iterator[Callable[[str, int], str]]:
    """A shell that keeps what it is told; runs a block and returns what that printed."""
    with subprocess.Popen(
        ["sh"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    ) as shell:  # fmt: skip
        watchdog = threading.Timer(PATIENCE_S, os.killpg, (shell.pid, signal.SIGKILL))
        watchdog.start()

        def run(commands: str, line: int) -> str:
            assert shell.stdin and shell.stdout
            shell.stdin.write(f"{commands}\nprintf '\\n%s %s\\n' '{DONE}' $?\n")
            shell.stdin.flush()
            said: list[str] = []
            for output in shell.stdout:
                if output.startswith(DONE):
                    assert output == f"{DONE} 0\n", f"line {line}: {''.join(said)}"
                    return "".join(said)
                said.append(output)
            raise AssertionError(f"line {line}: the shell ended: {''.join(said)}")

        try:
            yield run
        finally:
            watchdog.cancel()
            assert shell.stdin
            shell.stdin.close()


def compare(output: str, shown: str, block: Block) -> None:
    assert expected(shown).fullmatch(output.strip() + "\n"), f"line {block.line} shows\n{shown}\nbut it is\n{output}"
