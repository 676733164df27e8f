"""Starts, watches and stops child processes, none of which outlives the supervisor for long.

Each child leads a session of its own: Ctrl-C reaches the supervisor alone, which then stops the children in order. A
child registers itself with the watchdog before it becomes the program, so that there is no moment at which a killed
supervisor leaves a child that nobody knows.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from cli import watchdog

# Standard input is the watchdog's pipe until the program takes the process over.
REGISTER_THEN_RUN = 'echo "+$0 $$" >&0 && exec "$@" </dev/null'

# A signal to everybody must not leave the servers alone: what is ignored here stays ignored in the watchdog.
DEAF_FROM_THE_START = 'trap "" INT TERM HUP && exec "$@"'


@dataclass(frozen=True)
class Account:
    """The operating system's user and group that a child runs under."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Exited:
    """A child that ended without having been asked to."""

    name: str
    code: int
    log_file: Path


@dataclass(frozen=True)
class _Child:
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    log_file: Path


class Supervisor:
    """The children of this process, in the order in which they were started."""

    def __init__(self) -> None:
        self._children: dict[str, _Child] = {}
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", DEAF_FROM_THE_START, "watchdog", sys.executable, "-B", "-I", watchdog.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def spawn(
        self,
        name: str,
        argv: Sequence[str | Path],
        *,
        log_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> int:
        """Start a program and return its pid; what it prints is appended to log_file.

        env is added to this process's environment. Raises OSError when the program cannot be started.
        """
        assert name not in self._children, f"{name} is already running"
        with log_file.open("ab") as log:
            process = subprocess.Popen(
                ["/bin/sh", "-c", REGISTER_THEN_RUN, str(int(stop_signal)), *argv],
                stdin=self._watchdog.stdin,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        self._children[name] = _Child(process, stop_signal, log_file)
        return process.pid

    def exited(self) -> Exited | None:
        """The first child that is no longer running, if there is one."""
        for name, child in self._children.items():
            code = child.process.poll()
            if code is not None:
                return Exited(name, code, child.log_file)
        return None

    def stop(self, name: str, grace_s: float = 20.0) -> None:
        """Stop one child with its own signal, its whole group after the grace; nothing if it is not running."""
        child = self._children.pop(name, None)
        if child is None:
            return
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
            try:
                child.process.wait(grace_s)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        assert self._watchdog.stdin
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.stdin.write(b"-%d\n" % child.process.pid)
            self._watchdog.stdin.flush()

    def close(self) -> None:
        """Stop every child, the youngest first, and then the watchdog."""
        for name in reversed(list(self._children)):
            self.stop(name)
        assert self._watchdog.stdin
        with contextlib.suppress(BrokenPipeError):
            self._watchdog.stdin.close()
        self._watchdog.wait()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def signals_end_the_block() -> Iterator[None]:
    """SIGTERM leaves the block as SystemExit, so that its `finally`s run as they do on Ctrl-C; SIGHUP is a SIGTERM.

    A server inside the block may take SIGTERM over to end in its own way; SIGHUP then reaches it as that.
    """

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    def pass_on(_number: int, _: FrameType | None) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = {
        signal.SIGTERM: signal.signal(signal.SIGTERM, leave),
        signal.SIGHUP: signal.signal(signal.SIGHUP, pass_on),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
