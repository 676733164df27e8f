"""`kalends serve --embedded` as a person starts it: it answers, is interrupted, and leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cli.home import read_run_info
from tests.cli.conftest import ROOT, wait_until, working_in


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_on_servers_of_its_own_until_it_is_told_to_end(number: signal.Signals, home: Path) -> None:
    port = free_port()
    settings = {"KALENDS_HOME": str(home), "KALENDS_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    environment = {**os.environ, **settings}
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "cli.main", "serve", "--embedded", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as server:
        try:
            assert wait_until(lambda: answers(f"http://127.0.0.1:{port}/healthz"), 60), "it answers"
            assert {"code": "personal"} in ask(f"http://127.0.0.1:{port}/graphql", "{ products { code } }")["products"]
            assert read_run_info(home) is not None
            verified = subprocess.run(
                [sys.executable, "-m", "cli.main", "verify-ledger"],
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert verified.returncode == 0, verified.stdout + verified.stderr
            os.killpg(server.pid, number)
            server.communicate(timeout=30)
        finally:
            server.kill()
    assert working_in(home) == []
    assert read_run_info(home) is None


def ask(url: str, query: str) -> Any:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["data"]
