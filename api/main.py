"""How the API is served: uvicorn's settings, in one place."""

import gc
import resource

import uvicorn
from starlette.types import ASGIApp

from domain.shared import logs
from domain.shared.settings import Settings, settings

GRACE_S = 10
"""With what `domain.shared.db` gives transactions after that, less than the 20 s after which orchestrators kill."""
KEEP_ALIVE_S = 75
"""Longer than clients and load balancers keep an idle connection: who closes first never meets a request on its way."""
MOST_FILES = 65_536
WEBSOCKET_MESSAGE_BYTES = 64 * 1024


def serve(
    settings: Settings, host: str, port: int, workers: int = 1, application: str = "api.main:application"
) -> None:
    """Serve an application factory until SIGTERM or Ctrl-C; running requests get 10 s to finish."""
    logs.configure(settings)
    _raise_limit_of_files()
    uvicorn.run(
        application,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="api.transport:HTTP",  # httptools
        ws="api.transport:WebSocket",  # websockets-sansio
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


def _raise_limit_of_files() -> None:
    """A connection is an open file, and many systems allow 1,024 unless one asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def application() -> ASGIApp:
    """The API of one process; uvicorn calls this in each.

    What is imported and made here lives as long as the process: the garbage collector does not look at it meanwhile, which
    is a fifth of the time a start takes; `api.app.settle_memory` turns it on again.
    """
    gc.disable()
    from api.app import create_app

    logs.configure(settings())
    return create_app(settings())
