"""The providers' gateways of one worker process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from domain.shared.settings import Settings
from workers.gateways.bank import BankGateway
from workers.gateways.identity import IdentityGateway
from workers.gateways.mail import MailGateway


@dataclass(frozen=True)
class Providers:
    """Everybody outside that a worker talks to."""

    bank: BankGateway
    identity: IdentityGateway
    mail: MailGateway


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Providers]:
    """The gateways over one pool of connections."""
    key = settings.bank_api_key.get_secret_value()
    async with httpx.AsyncClient() as client:
        yield Providers(
            bank=BankGateway(settings.bank_url, key, client),
            identity=IdentityGateway(settings.identity_url, key, client),
            mail=MailGateway(settings.smtp_host, settings.smtp_port, settings.mail_sender),
        )
