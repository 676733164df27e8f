"""Messages as they go out. Secrets are made here, when a message is sent, so that none is stored."""

from dataclasses import dataclass
from email.utils import parseaddr
from uuid import UUID

from domain.identity import credentials
from domain.notifications.commands import DueMessage
from domain.notifications.templates import FALLBACK, templates
from domain.shared.settings import settings


@dataclass(frozen=True)
class Mail:
    """A message as it goes out. `message_id` stays the same when it is sent again."""

    message_id: str
    to: str
    subject: str
    text: str


def compose(message: DueMessage) -> Mail:
    """The mail of a message in its addressee's language, with a fresh token where the template shows one."""
    template = templates().get((message.template, message.locale)) or templates()[message.template, FALLBACK]
    facts = message.facts | {"name": message.name}
    if "token" in template.facts:
        facts["token"] = credentials.confirmation_token(message.user_id, message.email)
    if "reset_token" in template.facts:
        facts["reset_token"] = credentials.reset_token(message.user_id, message.password_mark)
    return Mail(
        message_id=message_id(message.id),
        to=message.email,
        subject=template.subject.format_map(facts),
        text=template.text.format_map(facts) + "\n",
    )


def message_id(id_: UUID) -> str:
    """The Message-ID header of a message, in the sender's domain."""
    return f"<{id_}@{parseaddr(settings().mail_sender)[1].rpartition('@')[2]}>"
