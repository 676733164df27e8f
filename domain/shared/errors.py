"""One vocabulary of refusal: errors a person can do something about carry the facts they need for it.

A `DomainError` is a dataclass and an exception: its fields are the facts, `code` is its class name, and `message` is a
sentence that says what would have been right. Refusals are stored under the idempotency key and replayed (`dump`, `load`).
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter

from domain.shared.money import Money

_registry: dict[str, type["DomainError"]] = {}
_adapters: dict[str, TypeAdapter[Any]] = {}
_facts = TypeAdapter(dict[str, Any])


def _spoken(fact: object) -> object:
    """A fact as it stands in a sentence: several as "OPEN, SHORT or FULL"."""
    if not isinstance(fact, list) or not fact:
        return fact
    *others, last = map(str, fact)
    return f"{', '.join(others)} or {last}" if others else last


@dataclass(eq=False, kw_only=True)
class DomainError(Exception):
    """A refusal with a reason. `path` names the input field it is about, for forms."""

    path: tuple[str, ...] = ()

    text: ClassVar[str] = "The request was refused."
    stored: ClassVar[bool] = True
    """Whether the refusal is the lasting answer to an idempotency key; passing conditions (`Busy`) are not,
    nor what is about who asks."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        _registry[cls.__name__] = cls

    @property
    def code(self) -> str:
        """The stable name that programs compare."""
        return type(self).__name__

    @property
    def message(self) -> str:
        """A sentence for the person who caused it."""
        return self.text.format(**{f.name: _spoken(getattr(self, f.name)) for f in fields(self)})

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


@dataclass(eq=False, kw_only=True)
class InvalidInput(DomainError):
    """A value that cannot be right, whoever asks; `reason` says what would have been."""

    reason: str
    text: ClassVar[str] = "{reason}"


@dataclass(eq=False, kw_only=True)
class NotFound(DomainError):
    """Nothing of that id exists, or the viewer may not see it."""

    text: ClassVar[str] = "There is nothing with this id, or it is not yours to see."


@dataclass(eq=False, kw_only=True)
class NotAllowed(DomainError):
    """The account lacks the role or the token lacks the scope."""

    requirement: str
    stored: ClassVar[bool] = False
    text: ClassVar[str] = "This needs {requirement}."


@dataclass(eq=False, kw_only=True)
class IdempotencyConflict(DomainError):
    """The idempotency key was used for another input."""

    first_used_at: datetime
    stored: ClassVar[bool] = False
    text: ClassVar[str] = (
        "This idempotency key was already used for a different input; take a new key for a new request."
    )


@dataclass(eq=False, kw_only=True)
class Busy(DomainError):
    """Too much is waiting, or the database went away: nothing was done that a repeat with the same key would do twice."""

    retry_after_ms: int = 500
    stored: ClassVar[bool] = False
    text: ClassVar[str] = "The service is busy. Repeat the request with the same idempotency key."


@dataclass(eq=False, kw_only=True)
class InsufficientFunds(DomainError):
    """The wallet does not hold what the command needs."""

    available: Money
    needed: Money
    text: ClassVar[str] = "The wallet has {available} available; {needed} is needed."


@dataclass(eq=False, kw_only=True)
class StepRequired(DomainError):
    """Something must be done first; `steps` names what, each as in `me.nextSteps`."""

    steps: list[str] = field(default_factory=list)
    text: ClassVar[str] = "Some steps come first: see `steps`."


@dataclass(eq=False, kw_only=True)
class WrongState(DomainError):
    """The thing is not in a state that allows the command."""

    state: str
    allowed: list[str] = field(default_factory=list)
    text: ClassVar[str] = "Its state is {state}; this is possible only in {allowed}."


@dataclass(eq=False, kw_only=True)
class LimitReached(DomainError):
    """A limit of the regulatory profile or of the product would be exceeded."""

    limit: str
    maximum: Money
    current: Money
    text: ClassVar[str] = "The limit is {maximum}; {current} of it is in use."


def _adapter(code: str) -> TypeAdapter[Any]:
    if code not in _adapters:
        _adapters[code] = TypeAdapter(_registry[code])
    return _adapters[code]


def dump(error: DomainError) -> dict[str, Any]:
    """The refusal as JSON data, for the idempotency register."""
    facts = {f.name: getattr(error, f.name) for f in fields(error)}
    return {"code": error.code, "facts": _facts.dump_python(facts, mode="json")}


def load(data: dict[str, Any]) -> DomainError:
    """The refusal that `dump` wrote."""
    error: DomainError = _adapter(data["code"]).validate_python(data["facts"])
    return error
