"""Refusals of the identity context."""

from dataclasses import dataclass, field
from typing import ClassVar

from domain.shared.errors import DomainError


@dataclass(eq=False, kw_only=True)
class InvalidCredentials(DomainError):
    """E-mail and password do not open an account; which of the reasons it was is nobody's business."""

    text: ClassVar[str] = "The e-mail or the password is wrong, or the e-mail is not confirmed yet."


class CredentialEnded(Exception):
    """The session or personal token that somebody acts by was ended: they are nobody any more, which no mutation's union names."""


@dataclass(eq=False, kw_only=True)
class InvalidToken(DomainError):
    """A confirmation or refresh token that is unknown, expired, revoked or used."""

    text: ClassVar[str] = "This token is unknown, expired, revoked or already used."


@dataclass(eq=False, kw_only=True)
class TooManyAttempts(DomainError):
    """Too many wrong passwords, or requests for mails, came from there; known and unknown addresses are refused alike."""

    retry_after_ms: int
    text: ClassVar[str] = "Too many attempts came from you; wait, then try again."


@dataclass(eq=False, kw_only=True)
class DocumentsOutdated(DomainError):
    """A newer version of these kinds of documents is published; people accept the current one."""

    kinds: list[str] = field(default_factory=list)
    text: ClassVar[str] = "A newer version is published: read the current documents and accept those."


@dataclass(eq=False, kw_only=True)
class DocumentChanged(DomainError):
    """The text of a published version was edited; a changed text needs a new version."""

    name: str
    version: int
    text: ClassVar[str] = (
        "Version {version} of {name} is published with another text; give the changed text a new version."
    )
