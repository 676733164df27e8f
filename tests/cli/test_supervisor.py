"""Child processes: stopped in order, in sessions of their own, killed when they will not go."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cli.supervisor import Supervisor
from tests.cli.conftest import wait_until, working_in

STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
TELLTALE = """
import pathlib, signal, sys, time
def end(number, frame):
    with open("order", "a") as file:
        file.write(sys.argv[1] + (" interrupted" if number == signal.SIGINT else "") + "\\n")
    sys.exit()
signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, end)
pathlib.Path(sys.argv[1]).touch()
time.sleep(600)
"""
TWO_CHILDREN = """
    import sys, time
    from cli.supervisor import Supervisor, signals_end_the_block
    from tests.cli.test_supervisor import TELLTALE
    with signals_end_the_block(), Supervisor() as supervisor:
        for name in ("first", "second"):
            supervisor.spawn(name, [sys.executable, "-c", TELLTALE, name], log_file=home / "log", cwd=home)
        while not ((home / "first").exists() and (home / "second").exists()):
            time.sleep(0.02)
        print("ready", flush=True)
        time.sleep(600)
"""


def test_a_child_leads_a_session_and_its_output_goes_to_its_log(home: Path) -> None:
    with Supervisor() as supervisor:
        code = "import os, sys; print(os.getsid(0) == os.getpid(), os.environ['WORD'], sys.stdin.read() == '')"
        pid = supervisor.spawn("child", [sys.executable, "-c", code], log_file=home / "log", env={"WORD": "hello"})
        assert wait_until(lambda: supervisor.exited() is not None)
        exited = supervisor.exited()
        assert exited
        assert (exited.name, exited.code) == ("child", 0)
        assert pid != os.getpid()
    assert (home / "log").read_text().split() == ["True", "hello", "True"]


def test_a_child_that_will_not_go_is_killed_with_its_whole_group(home: Path) -> None:
    with Supervisor() as supervisor:
        code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); {STUBBORN}"
        supervisor.spawn("child", [sys.executable, "-c", code], log_file=home / "log", cwd=home)
        assert wait_until(lambda: (home / "log").read_text().count("up") == 2)
        supervisor.stop("child", grace_s=0.2)
        assert wait_until(lambda: not working_in(home))


def test_a_program_that_is_not_there_ends_as_one_that_failed(home: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.spawn("child", [home / "nothing"], log_file=home / "log")
        assert wait_until(lambda: supervisor.exited() is not None)
        exited = supervisor.exited()
        assert exited
        assert exited.code == 127


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_terminals_group_stops_the_youngest_first(
    number: signal.Signals, home: Path, run_program: Callable[[str, Path], "subprocess.Popen[str]"]
) -> None:
    master = run_program(TWO_CHILDREN, home)
    os.killpg(master.pid, number)
    master.wait(15)
    assert (home / "order").read_text().split() == ["second", "first"]


def test_the_watchdog_is_deaf_and_stops_the_children_of_a_killed_master_in_order(
    home: Path, run_program: Callable[[str, Path], "subprocess.Popen[str]"]
) -> None:
    master = run_program(TWO_CHILDREN, home)
    watchdog = next(p for p in psutil.Process(master.pid).children() if any("watchdog" in part for part in p.cmdline()))
    assert wait_until(lambda: "python" in watchdog.name())
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        watchdog.send_signal(number)
    master.kill()
    master.wait()
    assert wait_until(lambda: not working_in(home))
    assert wait_until(lambda: not watchdog.is_running() or watchdog.status() == psutil.STATUS_ZOMBIE)
    assert (home / "order").read_text().split() == ["second", "first"]
