"""A mail server that can be told how to behave: real SMTP, on a port of its own."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class MailServer:
    """Takes mail, as aiosmtpd's handler; `answers` are what it says to a recipient instead, `sender` what to a sender."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    sender: str | None = None
    hangs_up_on: set[str] = field(default_factory=set)
    """Recipients whose mail it reads to the end; then the connection breaks before it has answered."""
    received: Counter[str] = field(default_factory=Counter)
    """How many mails it has taken, by recipient."""

    async def handle_MAIL(  # noqa: N802  (aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """What it thinks of the sender."""
        if self.sender is not None:
            return self.sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  (aiosmtpd)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """What it thinks of a recipient."""
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd)
        """Take a mail."""
        if not self.hangs_up_on.isdisjoint(envelope.rcpt_tos):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        else:
            self.received.update(envelope.rcpt_tos)
        return "250 OK"


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """A server that listens."""
    handler = MailServer()
    listening = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
    handler.port = listening.sockets[0].getsockname()[1]
    try:
        yield handler
    finally:
        listening.close()
