"""kalends serve"""

import contextlib
import os
from collections.abc import Iterator
from typing import Annotated

import typer

from cli.environment import load_settings
from cli.supervisor import signals_end_the_block


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="How many processes answer.", min=1, max=64)] = 1,
    embedded: Annotated[
        bool, typer.Option("--embedded", help="Run a PostgreSQL and a Valkey of its own, and migrate first.")
    ] = False,
) -> None:
    """Serve the GraphQL API at /graphql."""
    from api.main import serve

    with contextlib.ExitStack() as stack:
        if embedded:
            stack.enter_context(signals_end_the_block())
            stack.enter_context(_embedded_servers())
        serve(load_settings(), host, port, workers)


@contextlib.contextmanager
def _embedded_servers() -> Iterator[None]:
    """Servers of this process's own, migrated, and named in the environment that the API's processes inherit."""
    import asyncio

    from cli.commands.migrate import migrate
    from cli.embedded import EmbeddedServers

    with EmbeddedServers() as servers:
        os.environ.update(servers.environment())
        asyncio.run(migrate(load_settings()))
        yield
