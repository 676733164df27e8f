"""`kalends demo` as a person starts it, on a small scale: a story to its end, told once, and interrupted."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from cli.demo.invitation import invitation
from cli.demo.marker import Login, Story
from cli.processes import free_port
from tests.cli.conftest import ROOT, wait_until

SMALL = ["--applications", "12", "--months", "3"]


def started(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "KALENDS_HOME": str(home)}
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    command = [sys.executable, "-m", "cli.main", "demo", "--port", str(free_port()), *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(home: Path, *arguments: str) -> str:
    with started(home, *arguments) as demo:
        said, _ = demo.communicate(timeout=300)
    assert demo.returncode == 0, said
    return said


def of_this_home(home: Path) -> list[str]:
    """The processes that were told to work in a home."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("KALENDS_HOME") == str(home):
                found.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return found


def test_it_tells_a_story_to_its_end_and_finds_it_told_the_next_time(home: Path) -> None:
    said = ended(home, "--once", *SMALL)
    assert "What lenders earned by grade" in said
    assert "The books are whole." in said

    again = ended(home, "--once")
    assert "12 applications over 3 months, told before" in again
    assert "The books are whole." in again
    assert "borrowers apply" not in again
    assert of_this_home(home) == []


def test_its_visitors_learn_where_to_log_in_and_where_mails_arrive() -> None:
    story = Story("complete", 12, 3, (Login("lender", "ada@example.com", "swordfish"),))
    said = invitation("http://127.0.0.1:8000", "http://127.0.0.1:8010", story)
    assert "Serving http://127.0.0.1:8000/graphql" in said
    assert "ada@example.com" in said
    assert "at http://127.0.0.1:8010," in said


def test_interrupted_it_leaves_no_process_and_begins_anew(home: Path) -> None:
    with started(home, *SMALL) as demo:
        assert demo.stdout
        assert "Lenders register" in demo.stdout.readline()
        os.kill(demo.pid, signal.SIGKILL)
        demo.communicate(timeout=60)
    assert wait_until(lambda: of_this_home(home) == [], 60), of_this_home(home)

    with started(home, *SMALL) as demo:
        assert demo.stdout
        assert "interrupted" in demo.stdout.readline()
        assert "Lenders register" in demo.stdout.readline()
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=60)
    assert demo.returncode == 130
    assert wait_until(lambda: of_this_home(home) == [], 60), of_this_home(home)
