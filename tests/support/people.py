"""People who join a platform as anybody would: over the API, reading their mail."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.support.client import Client

PASSWORD = "correct horse battery"
TOKEN = re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]+$", re.MULTILINE)
TOKENS = "session { sessionId accessToken refreshToken scopes }"
PATIENCE_S = 20.0


@dataclass
class Person:
    """Somebody with an open session."""

    email: str
    api: Client
    tokens: dict[str, Any]


def registration(email: str, roles: Sequence[str] = ("BORROWER",), **facts: Any) -> dict[str, Any]:
    """The input of a registration that is accepted."""
    return {
        "email": email, "password": PASSWORD, "kind": "PERSON", "legalName": "Ada Lovelace", "roles": list(roles), **facts
    }  # fmt: skip


async def mail_to(http: httpx.AsyncClient, sandbox_url: str, email: str, pattern: re.Pattern[str] = TOKEN) -> str:
    """What a pattern finds in the mail that came to an address; waits for it, at most 20 s."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        mails = (await http.get(f"{sandbox_url}/mail", params={"to": email})).json()
        for mail in mails:
            if found := pattern.search(mail["text"]):
                return found.group()
        await asyncio.sleep(0.05)
    raise AssertionError(f"no such mail came to {email}")


async def sign_up(
    api: Client,
    http: httpx.AsyncClient,
    sandbox_url: str,
    email: str,
    roles: Sequence[str] = ("BORROWER",),
    **facts: Any,
) -> Person:
    """Register, read the mail, confirm."""
    answer = await api.mutate("register", registration(email, roles, **facts), "...on RegisterPayload { email }")
    assert answer["__typename"] == "RegisterPayload", answer
    token = await mail_to(http, sandbox_url, email)
    answer = await api.mutate(
        "confirmEmail", {"token": token, "password": PASSWORD}, f"...on ConfirmEmailPayload {{ {TOKENS} }}"
    )
    return Person(email, api.as_user(answer["session"]["accessToken"]), answer["session"])


async def log_in(api: Client, email: str, password: str = PASSWORD) -> Person:
    """Log in."""
    answer = await api.mutate("logIn", {"email": email, "password": password}, f"...on LogInPayload {{ {TOKENS} }}")
    assert answer["__typename"] == "LogInPayload", answer
    return Person(email, api.as_user(answer["session"]["accessToken"]), answer["session"])


async def create_operator(environment: dict[str, str], email: str, *arguments: str) -> None:
    """Make an operator with the command line, in the environment of a platform's processes."""
    command = [sys.executable, "-m", "cli.main", "create-operator", email, *arguments]
    await asyncio.to_thread(
        subprocess.run, command, input=PASSWORD.encode(), env=os.environ | environment, check=True, capture_output=True
    )
