"""The process that stops a supervisor's children when the supervisor can no longer do so itself.

It reads its standard input, a pipe whose other end the supervisor holds, one line per child: `+<signal> <pid>` when a
child starts, `-<pid>` when it was stopped. The end of the pipe means that the supervisor is gone, however it went.
Run by its file name, so that it depends on nothing but psutil.
"""

import contextlib
import os
import signal
import sys

import psutil

GRACE_S = 5.0


def main() -> None:
    """Watch until the pipe ends, then stop what is still registered, the youngest first."""
    # Only the end of the pipe ends the watch: a signal to everybody must not leave the servers alone.
    for quiet in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(quiet, signal.SIG_IGN)
    children: dict[int, tuple[psutil.Process, signal.Signals]] = {}
    for line in sys.stdin:
        if line.startswith("-"):
            children.pop(int(line[1:]), None)
            continue
        stop_signal, pid = line[1:].split()
        with contextlib.suppress(psutil.NoSuchProcess):
            children[int(pid)] = psutil.Process(int(pid)), signal.Signals(int(stop_signal))
    for process, stop_signal in reversed(children.values()):
        stop(process, stop_signal)


def stop(process: psutil.Process, stop_signal: signal.Signals, grace_s: float = GRACE_S) -> None:
    """Ask a process to stop; after the grace kill its whole group. psutil never signals a reused pid."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(stop_signal)
        try:
            process.wait(grace_s)
        except psutil.TimeoutExpired:
            if process.is_running():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                with contextlib.suppress(psutil.TimeoutExpired):
                    process.wait(grace_s)


if __name__ == "__main__":
    main()
