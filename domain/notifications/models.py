"""Rows of the notifications context."""

from enum import StrEnum

from tortoise import fields

from domain.shared.models import Entity, code


class MessageStatus(StrEnum):
    """Whether a message has left."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"


class Message(Entity):
    """An e-mail to a user: a template and its facts; secrets in it are made when it is sent. Its id becomes the Message-ID."""

    dedupe_key = fields.CharField(max_length=200, unique=True)
    user_id = fields.UUIDField(db_index=True)
    template = fields.CharField(max_length=40)
    facts = fields.JSONField[dict[str, object]]()
    status = code(MessageStatus)
    attempts = fields.IntField(default=0)
    not_before_at = fields.DatetimeField()
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "notifications"
        table = "messages"
