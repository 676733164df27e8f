"""Starting the sandbox."""

import socket
from pathlib import Path

import uvicorn

from sandbox.app import create_app
from sandbox.store import Store
from sandbox.webhooks import Courier


def run(
    host: str, http_port: int, smtp_port: int, data_dir: Path, webhook_url: str, webhook_secret: str, api_key: str
) -> None:
    """Serve HTTP and SMTP until SIGINT or SIGTERM; all state is in `data_dir`.

    Webhooks go to `webhook_url` + "/bank" and "/identity", signed with `webhook_secret` (base64, also with whsec_).
    Raises OSError if a port is taken, DataDirectoryInUseError if another sandbox uses the directory, ValueError for a
    secret or key that cannot be used.
    """
    if not webhook_secret.removeprefix("whsec_") or not api_key:
        raise ValueError("the sandbox needs a webhook secret and an API key")
    # Everything that can fail does so here, before the server starts: the command line shows it in one line.
    http_socket = socket.create_server((host, http_port))
    smtp_socket = socket.create_server((host, smtp_port))
    store = Store(data_dir)
    app = create_app(store, Courier(store, webhook_url, webhook_secret), api_key, smtp_socket)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_keep_alive=75, timeout_graceful_shutdown=3
    )
    uvicorn.Server(config).run(sockets=[http_socket])
