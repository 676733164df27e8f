"""The process that stops a supervisor's children when the supervisor can no longer do so itself.

It reads its standard input, a pipe whose other end the supervisor holds, one line per child: `+<signal> <pid>` when a
child starts, `-<pid>` when it was stopped. The end of the pipe means that the supervisor is gone, however it went.
It is started deaf to the signals that end the supervisor, and by its file name, so that it needs nothing but psutil.
"""

import contextlib
import os
import signal
import sys
import time

import psutil

GRACE_S = 5.0


def main() -> None:
    """Watch until the pipe ends, then stop what is still registered, the youngest first."""
    children: dict[int, tuple[psutil.Process, signal.Signals]] = {}
    for line in sys.stdin:
        if line.startswith("-"):
            children.pop(int(line[1:]), None)
            continue
        stop_signal, pid = line[1:].split()
        with contextlib.suppress(psutil.NoSuchProcess):
            children[int(pid)] = psutil.Process(int(pid)), signal.Signals(int(stop_signal))
    for process, stop_signal in sorted(children.values(), key=_age):
        stop(process, stop_signal)


def _age(child: tuple[psutil.Process, signal.Signals]) -> tuple[float, int]:
    """Ascending from the youngest; children tell of themselves in any order, and are often of one clock tick."""
    process, _ = child
    return -process.create_time(), -process.pid


def stop(process: psutil.Process, stop_signal: signal.Signals, grace_s: float = GRACE_S) -> None:
    """Ask a process to stop; after the grace kill its whole group. psutil never signals a reused pid."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
        if not _ends_within(process, grace_s):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            _ends_within(process, grace_s)


def _ends_within(process: psutil.Process, seconds: float) -> bool:
    """Whether a process ends in time; one that nobody has reaped yet has ended."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


if __name__ == "__main__":
    main()
