"""What a browser sees at /graphql: the explorer (`web/explorer`), and who of a sandbox's cast can log in there."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.pages import welcome
from api.sites import EXPLORER, Folder
from domain.shared.settings import Settings


class Page:
    """The ASGI application for a browser that goes to /graphql: the explorer, or a plain page where it is not built."""

    def __init__(self) -> None:
        self._folder = Folder(EXPLORER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._folder.answer(f"{EXPLORER.path}/", Headers(scope=scope))
        await (answer or welcome)(scope, receive, send)


def personas(settings: Settings) -> Route:
    """Who the explorer offers to log in as: the demo's printed logins, in a sandbox; nobody elsewhere."""

    async def answer(_: Request) -> Response:
        cast = await asyncio.to_thread(_cast, settings) if settings.is_sandbox else []
        return JSONResponse({"sandbox": settings.is_sandbox, "personas": cast}, headers={"cache-control": "no-store"})

    return Route(f"{EXPLORER.path}/personas.json", answer)


def _cast(settings: Settings) -> list[Mapping[str, Any]]:
    if settings.personas_file is None:
        return []
    try:
        story = json.loads(settings.personas_file.read_text(encoding="utf-8"))
    except FileNotFoundError:  # the demo has not begun its story yet
        return []
    return [{name: login[name] for name in ("role", "email", "password")} for login in story["logins"]]
