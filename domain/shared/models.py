"""What rows have in common."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.models import Model

from domain.shared import ids


class Entity(Model):
    """A row with a UUIDv7 of its own."""

    id = fields.UUIDField(primary_key=True, default=ids.new)

    class Meta:
        abstract = True


def foreign_key(model: str, **options: Any) -> Any:
    """A foreign key that never deletes by cascade: rows that others point to stay."""
    return fields.ForeignKeyField(f"kalends.{model}", related_name=False, on_delete=fields.RESTRICT, **options)


def code(kind: type[StrEnum], **options: Any) -> Any:
    """A column with the values of an enumeration, readable in SQL."""
    return fields.CharEnumField(kind, max_length=40, **options)


def texts(**options: Any) -> Any:
    """A column with a list of short texts."""
    return ArrayField(element_type="text", **options)
