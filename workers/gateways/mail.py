"""Outgoing mail by SMTP: one connection for a batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import localtime

import aiosmtplib

from workers.gateways.errors import GatewayRefused, GatewayUnavailable

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A plain text message. `message_id` (with angle brackets) stays the same when a send is repeated."""

    message_id: str
    to: str
    subject: str
    text: str


class MailGateway:
    """Hands messages to one SMTP server."""

    def __init__(self, host: str, port: int, sender: str) -> None:
        """`sender` is the From address, a name before it allowed."""
        self._host, self._port, self._sender = host, port, sender

    async def send(self, messages: Sequence[OutgoingMail]) -> dict[str, GatewayRefused]:
        """Send the messages and answer those the server refuses for good, by message_id; all others are taken.

        Raises GatewayUnavailable if the server cannot be reached, goes away or asks to try later. Some may have been
        sent by then: repeat the whole batch, the Message-IDs tell a repetition from a new message.
        """
        refused: dict[str, GatewayRefused] = {}
        try:
            async with aiosmtplib.SMTP(hostname=self._host, port=self._port, timeout=TIMEOUT_S) as server:
                for message in messages:
                    try:
                        await server.send_message(self._compose(message))
                    except aiosmtplib.SMTPRecipientsRefused as error:
                        answer = error.recipients[0]
                        refused[message.message_id] = _refusal(answer.code, answer.message)
                    except aiosmtplib.SMTPResponseException as error:
                        refused[message.message_id] = _refusal(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise GatewayUnavailable(f"mail: {type(error).__name__}") from error
        return refused

    def _compose(self, message: OutgoingMail) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Message-ID"], mail["Date"] = message.message_id, localtime()
        mail.set_content(message.text)
        return mail


def _refusal(code: int, text: str) -> GatewayRefused:
    """5xx is for good. Raises GatewayUnavailable for anything else."""
    if not 500 <= code < 600:
        raise GatewayUnavailable(f"mail: status {code}")
    return GatewayRefused(code, text)
