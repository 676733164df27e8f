"""Homes for servers, and programs that run a supervisor to be killed."""

import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty home with a short path that the servers' account can reach; nothing works in it afterwards."""
    path = Path(tempfile.mkdtemp(prefix="kc-"))
    path.chmod(0o755)
    yield path
    assert wait_until(lambda: not working_in(path)), f"left behind: {working_in(path)}"
    shutil.rmtree(path)


@pytest.fixture
def run_program() -> Iterator[Callable[[str, Path], "subprocess.Popen[str]"]]:
    """Runs Python code with `home` set, in a session of its own, and returns once it has printed a line."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str, home: Path) -> "subprocess.Popen[str]":
        source = f"from pathlib import Path\nhome = Path({str(home)!r})\n" + textwrap.dedent(code)
        process = subprocess.Popen(
            [sys.executable, "-c", source], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        assert process.stdout
        assert process.stdout.readline(), "the program said that it is ready"
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def working_in(folder: Path) -> list[str]:
    """The processes whose working directory is in a folder, by command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(folder):
                found.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):
            continue
    return found


def wait_until(holds: Callable[[], bool], timeout_s: float = 15.0) -> bool:
    """Whether something comes to hold in time."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
