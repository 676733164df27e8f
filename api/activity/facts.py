"""The facts of an event as the API shows them: amounts as money, ids as everywhere, no internal ones."""

from collections.abc import Mapping
from typing import Any

import strawberry

from api.money import Money, minor
from api.node import show_id

PREFIXES = {
    "bid_id": "bid",
    "transfer_id": "transfer",
    "mandate_id": "mandate",
    "repayment_id": "repayment",
    "document_id": "document",
    "check_id": "check",
    "session_id": "session",
}
"""The ids that have a meaning outside; the loan has a field of its own, others are internal."""

MINOR, ID = "_minor", "_id"


@strawberry.type(description="A fact of an event.")
class ActivityFact:
    """A fact of an event."""

    name: str = strawberry.field(description="What it is, like `amount`, `bid`, `decideBy`.")
    text: str = strawberry.field(description="The fact as text: an id, a date, a decimal, a word.")
    money: Money | None = strawberry.field(description="The fact as money; null if it is none.")


def facts(payload: Mapping[str, Any]) -> list[ActivityFact]:
    """The facts in an event's payload, in its order."""
    found = (_fact(name, value, payload.get("currency")) for name, value in payload.items() if value is not None)
    return [fact for fact in found if fact is not None]


def _fact(name: str, value: Any, currency: str | None) -> ActivityFact | None:
    if name.endswith(MINOR):
        if currency is None:
            return None
        shown = minor(value, currency)
        return ActivityFact(name=_camel(name.removesuffix(MINOR)), text=str(shown.amount), money=shown)
    if name.endswith(ID):
        prefix = PREFIXES.get(name)
        if prefix is None:
            return None
        return ActivityFact(name=_camel(name.removesuffix(ID)), text=show_id(prefix, value), money=None)
    if name == "currency":
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return ActivityFact(name=_camel(name), text=text, money=None)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
