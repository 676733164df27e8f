"""How the API is served: uvicorn's settings, in one place."""

import uvicorn
from starlette.types import ASGIApp

from api.app import create_app
from domain.shared import logs
from domain.shared.settings import Settings, settings

GRACE_S = 15
KEEP_ALIVE_S = 75
"""Longer than clients and load balancers keep an idle connection: who closes first never meets a request on its way."""
WEBSOCKET_MESSAGE_BYTES = 64 * 1024


def serve(
    settings: Settings, host: str, port: int, workers: int = 1, application: str = "api.main:application"
) -> None:
    """Serve an application factory until SIGTERM or Ctrl-C; running requests get 15 s to finish."""
    logs.configure(settings)
    uvicorn.run(
        application,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # a window for each of thousands of watchers, to shrink messages of 200 bytes
        lifespan="on",
        log_config=None,
        access_log=False,  # it would carry query strings; api/middleware.py has ours
        server_header=False,
        proxy_headers=False,  # api/app.py looks at them, where there are any
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
    )


def application() -> ASGIApp:
    """The API of one process; uvicorn calls this in each."""
    logs.configure(settings())
    return create_app(settings())
