"""Types of the identity context that several others show."""

from datetime import date, datetime

import strawberry

from api.context import Info
from api.identity.enums import DocumentKind, IdentityCheckStatus, PartyKind, Scope, StepKind
from api.node import Node, node, show_id
from domain.identity import queries
from domain.shared import clock
from domain.shared.db import Row


@node("member", queries.MEMBERS)
@strawberry.type(description="A user as strangers see them: a pseudonym, never a name.")
class Member(Node):
    """A user as strangers see them."""

    pseudonym: str = strawberry.field(description="Unique and unrelated to the name, like `quiet-heron-48213`.")
    kind: PartyKind = strawberry.field(description="A person or an organisation.")
    since: date = strawberry.field(description="The business date of registration.")

    @classmethod
    def from_row(cls, row: Row) -> "Member":
        """The member of a row of `MEMBERS`."""
        return cls(
            id=show_id("member", row["id"]),
            pseudonym=row["pseudonym"],
            kind=PartyKind(row["kind"]),
            since=clock.on(row["registered_at"]),
        )


@node("document", queries.DOCUMENTS)
@strawberry.type(
    description="A version of a document. Platform documents are for all, a loan's contract for its parties."
)
class Document(Node):
    """A version of a document."""

    kind: DocumentKind = strawberry.field(description="What it is.")
    version: int = strawberry.field(description="Its version, counted from 1; a loan's contract has its own count.")
    title: str = strawberry.field(description="Its title.")
    body: str = strawberry.field(description="Its text, in Markdown.")
    sha256: str = strawberry.field(description="The SHA-256 of the text in UTF-8, in hex.")
    published_at: datetime = strawberry.field(description="When it was published, in business time.")

    @classmethod
    def from_row(cls, row: Row) -> "Document":
        """The document of a row of `DOCUMENTS`."""
        return cls(
            id=show_id("document", row["id"]),
            kind=DocumentKind(row["kind"]),
            version=row["version"],
            title=row["title"],
            body=row["body"],
            sha256=row["sha256"],
            published_at=row["published_at"],
        )


@strawberry.type(description="That a user accepted a document.")
class Consent:
    """That a user accepted a document."""

    row: strawberry.Private[Row]
    accepted_at: datetime = strawberry.field(description="When, in business time.")

    @strawberry.field(description="What was accepted; null if it may no longer be read.")
    async def document(self, info: Info) -> Document | None:
        """What was accepted."""
        row = await info.context.one(queries.DOCUMENTS, self.row["document_id"])
        return None if row is None else Document.from_row(row)

    @classmethod
    def from_row(cls, row: Row) -> "Consent":
        """The consent of a row of `CONSENTS`."""
        return cls(row=row, accepted_at=row["accepted_at"])


@strawberry.type(description="A living session.")
class Session:
    """A living session."""

    id: strawberry.ID = strawberry.field(description="The id, for `revokeSessions`.")
    created_at: datetime = strawberry.field(description="When it began.")
    last_used_at: datetime = strawberry.field(description="When it was last refreshed.")
    expires_at: datetime = strawberry.field(description="When it ends unless it is refreshed.")

    @classmethod
    def from_row(cls, row: Row) -> "Session":
        """The session of a row of `SESSIONS`."""
        return cls(
            id=show_id("session", row["id"]),
            created_at=row["created_at"],
            last_used_at=row["last_used_at"],
            expires_at=row["expires_at"],
        )


@strawberry.type(description="A personal access token in use; its secret was shown once, when it was made.")
class AccessToken:
    """A personal access token in use."""

    id: strawberry.ID = strawberry.field(description="The id, for `revokeAccessToken`.")
    name: str = strawberry.field(description="What its maker calls it.")
    scopes: list[Scope] = strawberry.field(description="What it may do, as far as its maker still may.")
    created_at: datetime = strawberry.field(description="When it was made.")
    expires_at: datetime = strawberry.field(description="When it ends.")

    @classmethod
    def from_row(cls, row: Row) -> "AccessToken":
        """The token of a row of `ACCESS_TOKENS`."""
        return cls(
            id=show_id("token", row["id"]),
            name=row["name"],
            scopes=[Scope(name) for name in row["scopes"]],
            created_at=row["created_at"],
            expires_at=row["expires_at"],
        )


@strawberry.type(description="Whom an identity check is about: for themselves and for operators.")
class Applicant:
    """Whom an identity check is about."""

    legal_name: str = strawberry.field(description="The name they registered with.")
    email: str = strawberry.field(description="Their e-mail address.")
    kind: PartyKind = strawberry.field(description="A person or an organisation.")


@node("check", queries.IDENTITY_CHECKS)
@strawberry.type(description="An identity check. The identification number is never shown; only its hash is kept.")
class IdentityCheck(Node):
    """An identity check."""

    row: strawberry.Private[Row]
    status: IdentityCheckStatus = strawberry.field(description="How far it is.")
    country: str = strawberry.field(description="The country of the identification, ISO 3166 alpha-2.")
    birth_date: date | None = strawberry.field(description="The date of birth; null for organisations.")
    requested_at: datetime = strawberry.field(description="When it was asked for, in business time.")
    decided_at: datetime | None = strawberry.field(description="When it was decided, in business time.")
    reason: str | None = strawberry.field(description="Why it was decided so, if a reason was given.")

    @strawberry.field(description="Whom it is about.")
    async def applicant(self, info: Info) -> Applicant | None:
        """Whom it is about."""
        row = await info.context.one(queries.USERS, self.row["user_id"])
        if row is None:
            return None
        return Applicant(legal_name=row["legal_name"], email=row["email"], kind=PartyKind(row["kind"]))

    @classmethod
    def from_row(cls, row: Row) -> "IdentityCheck":
        """The check of a row of `IDENTITY_CHECKS`."""
        return cls(
            id=show_id("check", row["id"]),
            row=row,
            status=IdentityCheckStatus(row["status"]),
            country=row["country"],
            birth_date=row["birth_date"],
            requested_at=row["requested_at"],
            decided_at=row["decided_at"],
            reason=row["reason"],
        )


@strawberry.type(description="Something to do before borrowing or lending.")
class Step:
    """Something to do before borrowing or lending."""

    kind: StepKind = strawberry.field(description="What it is.")
    mutation: str = strawberry.field(description="The mutation that does it.")
    documents: list[Document] = strawberry.field(description="What is to be read and accepted, if anything.")
