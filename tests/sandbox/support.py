"""The real sandbox as a process, a real receiver of its webhooks, and a desk to work at."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from workers.gateways.bank import BankGateway, BankInstruction, Drained

API_KEY = "a key for tests of the sandbox"
SECRET = "whsec_dGVzdHMgb25seSwgdGVzdHMgb25seSwgdGVzdHMgb25seQ=="
SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2025, 3, 3, 9, tzinfo=SHANGHAI)
START = "import json, pathlib, sys; from sandbox.main import run; a = json.loads(sys.argv[1]); "
START += "run(**a | {'data_dir': pathlib.Path(a['data_dir'])})"


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@dataclass(frozen=True)
class Message:
    """One webhook as it arrived, its signature verified."""

    topic: str
    webhook_id: str
    body: dict[str, Any]


@dataclass
class Receiver:
    """A platform that takes webhooks, or answers `status` without taking them."""

    port: int = field(default_factory=free_port)
    status: int = 200
    messages: list[Message] = field(default_factory=list)
    unverified: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = Starlette(routes=[Route("/webhooks/{topic}", self._take, methods=["POST"])])
        self._server = uvicorn.Server(uvicorn.Config(app, port=self.port, log_level="error"))
        # In a thread of its own, because there uvicorn leaves pytest's signal handlers alone.
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < deadline, "the receiver does not start"
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop listening."""
        self._server.should_exit = True
        self._thread.join(10)

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        try:
            verified = Webhook(SECRET).verify(body, dict(request.headers))
        except WebhookVerificationError as error:
            self.unverified.append(str(error))
            return Response(status_code=400)
        if self.status == 200:
            webhook_id = request.headers["webhook-id"]
            self.messages.append(Message(request.path_params["topic"], webhook_id, verified))
        return Response(status_code=self.status)

    def entries(self) -> list[dict[str, Any]]:
        """All entries of the bank's webhooks, in the order they arrived."""
        return [e for m in self.messages if m.topic == "bank" for e in m.body["data"]["entries"]]

    def kinds(self) -> list[str]:
        """Kinds of those entries."""
        return [entry["kind"] for entry in self.entries()]

    async def wait_for(self, entries: int, timeout_s: float = 10.0) -> None:
        """Wait until so many entries have arrived by themselves."""
        async with asyncio.timeout(timeout_s):
            while len(self.entries()) < entries:  # noqa: ASYNC110 - they arrive in another thread
                await asyncio.sleep(0.02)


@dataclass
class Process:
    """The sandbox as a process of its own on free ports."""

    data_dir: Path
    webhook_port: int
    http_port: int = field(default_factory=free_port)
    smtp_port: int = field(default_factory=free_port)
    child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.http_port}"

    def start(self) -> None:
        """Start it and wait until it is healthy."""
        settings = {
            "host": "127.0.0.1", "http_port": self.http_port, "smtp_port": self.smtp_port,
            "data_dir": str(self.data_dir), "webhook_url": f"http://127.0.0.1:{self.webhook_port}/webhooks",
            "webhook_secret": SECRET, "api_key": API_KEY,
        }  # fmt: skip
        self.child = subprocess.Popen([sys.executable, "-c", START, json.dumps(settings)])
        deadline = time.monotonic() + 20
        while not self._healthy():
            assert self.child.poll() is None, "the sandbox ended"
            assert time.monotonic() < deadline, "the sandbox does not start"
            time.sleep(0.05)

    def _healthy(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def end(self, *, kill: bool = False) -> None:
        """SIGTERM, or SIGKILL."""
        assert self.child is not None
        if kill:
            self.child.kill()
        else:
            self.child.terminate()
        self.child.wait(10)


@dataclass
class Desk:
    """A tester's desk: customers, the platform's gateway, the bank's controls."""

    http: httpx.AsyncClient
    bank: BankGateway

    async def post(self, path: str, body: object, status: int) -> Any:
        """Post JSON and expect a status."""
        answer = await self.http.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def at(self, now: datetime, country: str = "CN") -> Drained:
        """Set the clock and drain."""
        return await self.bank.clock(now, "Asia/Shanghai", country)

    async def account(self, balance_minor: int = 0, **more: object) -> str:
        """Open a customer's account."""
        body = {"holder": "Ada", "currency": "CNY", "balance_minor": balance_minor, **more}
        return str((await self.post("/bank/customers/accounts", body, 201))["number"])

    async def balance(self, number: str) -> int:
        """What is on a customer's account."""
        return int((await self.http.get(f"/bank/customers/accounts/{number}")).json()["balance_minor"])

    async def custody(self) -> int:
        """What is on the platform's account."""
        balances = (await self.http.get("/bank/v1/balance")).json()["balances"]
        return sum(int(each["amount_minor"]) for each in balances)

    async def deposit(self, account: str, amount_minor: int, reference: str = "KD-1", status: int = 201) -> Any:
        """Pay into custody."""
        body = {"account": account, "reference": reference, "amount_minor": amount_minor, "currency": "CNY"}
        return await self.post("/bank/customers/transfers", body, status)

    async def tell(self, kind: str, effect: str, **more: object) -> None:
        """Tell the bank to misbehave."""
        await self.post("/bank/control/behaviours", {"kind": kind, "effect": effect, **more}, 201)

    async def debtor(self, name: str, balance_minor: int) -> BankInstruction:
        """An account with a mandate, and a debit of 1,000 from it not yet submitted."""
        account = await self.account(balance_minor)
        assert await self.bank.open_mandate(f"mandate-{name}", account, "Ada") == "active"
        return BankInstruction(name, "debit", 1000, "CNY", account, f"loan {name}", f"mandate-{name}")
