"""The processes of a whole platform on one machine: the API, workers and the sandbox's providers, each on its own."""

import os
import secrets
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from cli.servers_error import ServersError
from cli.supervisor import Supervisor

START_TIMEOUT_S = 60.0
ONE_ADDRESS = {"KALENDS_RATE_LIMIT_ADDRESS": "off", "KALENDS_RATE_LIMIT_MAIL": "off"}
"""Everybody on one machine comes from one address."""
API = "api"
SANDBOX = "sandbox"


@dataclass
class Platform:
    """An API, workers and the sandbox, as children of a supervisor.

    `environment` leads to the database and Valkey; secrets are made here and known to these processes only.
    """

    supervisor: Supervisor
    home: Path
    environment: dict[str, str]
    host: str = "127.0.0.1"
    port: int = 0
    sandbox_port: int = 0
    smtp_port: int = 0
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.port = self.port or free_port()
        self.sandbox_port = self.sandbox_port or free_port()
        self.smtp_port = self.smtp_port or free_port()
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        self.environment = {
            "KALENDS_ENVIRONMENT": "sandbox",
            "KALENDS_PUBLIC_URL": self.url,
            "KALENDS_BANK_URL": self.sandbox_url,
            "KALENDS_IDENTITY_URL": self.sandbox_url,
            "KALENDS_SMTP_HOST": self.host,
            "KALENDS_SMTP_PORT": str(self.smtp_port),
            **ONE_ADDRESS,
            **(self.secrets or make_secrets()),
            **self.environment,
        }

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://{self.host}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        """Where the bank, the identity provider and the mail sink answer."""
        return f"http://{self.host}:{self.sandbox_port}"

    def start(self, workers: int = 2) -> None:
        """Start everything and return when the API and the sandbox answer. Raises ServersError."""
        self.spawn_sandbox()
        self.spawn_api(API, self.port)
        for number in range(1, workers + 1):
            self.spawn_worker(f"worker-{number}")
        self.wait_for(f"{self.sandbox_url}/healthz")
        self.wait_for(f"{self.url}/readyz")

    def spawn_sandbox(self) -> None:
        """The providers, with their state in the home."""
        arguments = ["--host", self.host, "--port", str(self.sandbox_port), "--smtp-port", str(self.smtp_port)]
        self._spawn(
            SANDBOX,
            "sandbox",
            *arguments,
            "--data",
            str(self.home / "sandbox"),
            "--webhook-url",
            f"{self.url}/webhooks",
        )

    def spawn_api(self, name: str, port: int) -> None:
        """One more process of the API."""
        self._spawn(name, "serve", "--host", self.host, "--port", str(port))

    def spawn_worker(self, name: str) -> int:
        """One more worker; returns its pid."""
        return self._spawn(name, "work")

    def _spawn(self, name: str, *arguments: str) -> int:
        return self.supervisor.spawn(
            name,
            [sys.executable, "-m", "cli.main", *arguments],
            log_file=self.home / "logs" / f"{name}.log",
            env={**self.environment, "PYTHONPATH": os.pathsep.join(sys.path)},
            stop_signal=signal.SIGTERM,
        )

    def wait_for(self, url: str) -> None:
        """Return when the address answers. Raises ServersError when a process ends first, or after a minute."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - our own address
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            exited = self.supervisor.exited()
            if exited:
                raise ServersError(f"{exited.name} ended with code {exited.code}: see {exited.log_file}")
            if time.monotonic() > deadline:
                raise ServersError(f"{url} did not answer within {START_TIMEOUT_S:.0f} s")
            time.sleep(0.05)


def make_secrets() -> dict[str, str]:
    """Fresh secrets for one platform."""
    return {
        "KALENDS_SECRET_KEY": secrets.token_urlsafe(48),
        "KALENDS_BANK_API_KEY": secrets.token_urlsafe(32),
        "KALENDS_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(24),
    }


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
