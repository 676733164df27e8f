"""Outgoing mail by SMTP: one connection for a batch."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import localtime

import aiosmtplib

from workers.gateways.errors import GatewayUnavailable

TIMEOUT_S = 10.0
"""Seconds for one answer of the server."""
SENDING_S = 10.0
"""After so long no further message of a batch is begun: a slow server must not outlast the caller's lease, or a stop."""
TOO_LARGE = 552
"""A server may say so before it hears of the recipient."""


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A plain text message. `message_id` (with angle brackets) stays the same when a send is repeated."""

    message_id: str
    to: str
    subject: str
    text: str


@dataclass(slots=True)
class Delivery:
    """What became of messages, by message_id, with the status or the error; one that is named nowhere was not tried."""

    taken: list[str] = field(default_factory=list)
    later: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """For good."""
    lost: GatewayUnavailable | None = None
    """The server could not be reached, went away, or takes nothing from us: why the others were not tried."""


class MailGateway:
    """Hands messages to one SMTP server."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        """`sender` is the From address, a name before it allowed."""
        self._host, self._port, self._sender = host, port, sender

    async def send(self, messages: Sequence[OutgoingMail]) -> Delivery:
        """Send the messages, in their order, and answer for each; what befalls one says nothing of the others.

        The message during which the connection was lost is among those for later: nobody knows whether it was taken,
        and its Message-ID tells a repetition from a new message.
        """
        delivery = Delivery()
        try:
            async with aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=TIMEOUT_S) as server:
                await self._send(server, messages, delivery)
        except (aiosmtplib.SMTPException, OSError) as error:
            delivery.lost = GatewayUnavailable(f"mail: {_why(error)}")
        return delivery

    async def _send(self, server: aiosmtplib.SMTP, messages: Sequence[OutgoingMail], delivery: Delivery) -> None:
        """As many messages as there is time for. Raises SMTPException or OSError when the server is lost."""
        ends_at = time.monotonic() + SENDING_S
        for message in messages:
            try:
                await self._hand_over(server, message, delivery)
            except aiosmtplib.SMTPSenderRefused:
                raise  # it is the sender whom the server does not like: the message was not looked at
            except (aiosmtplib.SMTPException, OSError) as error:
                delivery.later[message.message_id] = _why(error)
                raise
            if not server.is_connected:
                raise aiosmtplib.SMTPServerDisconnected("after an answer")
            if time.monotonic() >= ends_at:
                return

    async def _hand_over(self, server: aiosmtplib.SMTP, message: OutgoingMail, delivery: Delivery) -> None:
        """One message. Raises SMTPException or OSError for what is not about this message."""
        try:
            await server.send_message(self._compose(message))
        except aiosmtplib.SMTPRecipientsRefused as error:
            _note(delivery, message, error.recipients[0])
        except aiosmtplib.SMTPDataError as error:
            _note(delivery, message, error)
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code != TOO_LARGE:
                raise
            _note(delivery, message, error)
        except (aiosmtplib.SMTPNotSupported, ValueError) as error:  # an address that cannot be told to this server
            delivery.later[message.message_id] = _why(error)
        else:
            delivery.taken.append(message.message_id)

    def _compose(self, message: OutgoingMail) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Message-ID"], mail["Date"] = message.message_id, localtime()
        mail.set_content(message.text)
        return mail


def _note(delivery: Delivery, message: OutgoingMail, answer: aiosmtplib.SMTPResponseException) -> None:
    """5xx is for good, anything else for now."""
    into = delivery.refused if 500 <= answer.code < 600 else delivery.later
    into[message.message_id] = _why(answer)


def _why(error: Exception) -> str:
    """The status, or the name of the error; never the server's words, which may repeat an address."""
    name = type(error).__name__
    return f"{name} {error.code}" if isinstance(error, aiosmtplib.SMTPResponseException) else name
