"""kalends sandbox"""

from pathlib import Path
from typing import Annotated

import typer

from cli.environment import load_settings
from cli.home import default_home


def command(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port of the bank, the identity provider and the pages.")] = 8010,
    smtp_port: Annotated[int, typer.Option(help="The port of the mail sink.")] = 8025,
    data: Annotated[Path | None, typer.Option(help="Where its state is kept (default: the data directory).")] = None,
    webhook_url: Annotated[
        str, typer.Option(help="Where the platform takes webhooks.")
    ] = "http://127.0.0.1:8000/webhooks",
) -> None:
    """Play the bank, the identity provider and the mailbox.

    A custody bank with its customers' own banks, an identity check, and a mail server that shows what it was sent.
    """
    from sandbox.main import run

    settings = load_settings()
    run(
        host=host,
        http_port=port,
        smtp_port=smtp_port,
        data_dir=data or default_home() / "sandbox",
        webhook_url=webhook_url,
        webhook_secret=settings.webhook_secret.get_secret_value(),
        api_key=settings.bank_api_key.get_secret_value(),
    )
