"""Types of the identity context that several others show."""

from datetime import date, datetime

import strawberry

from api.engine import column, one, rows
from api.identity.enums import DocumentKind, IdentityCheckStatus, PartyKind, Scope, StepKind
from api.node import Node
from domain.identity import queries
from domain.shared.db import Row


@rows(queries.MEMBERS, prefix="member")
@strawberry.type(description="A user as strangers see them: a pseudonym, never a name.")
class Member(Node):
    """A user as strangers see them."""

    pseudonym: str = column(description="Unique and unrelated to the name, like `quiet-heron-48213`.")
    kind: PartyKind = column(description="A person or an organisation.")
    since: date = column("registered_on", description="The business date of registration.")


@rows(queries.DOCUMENTS, prefix="document")
@strawberry.type(
    description="A version of a document. Platform documents are for all, a loan's contract for its parties."
)
class Document(Node):
    """A version of a document."""

    kind: DocumentKind = column(description="What it is.")
    version: int = column(description="Its version, counted from 1; a loan's contract has its own count.")
    title: str = column(description="Its title.")
    body: str = column(description="Its text, in Markdown.")
    sha256: str = column(description="The SHA-256 of the text in UTF-8, in hex.")
    published_at: datetime = column(description="When it was published, in business time.")


@rows(queries.CONSENTS)
@strawberry.type(description="That a user accepted a document.")
class Consent:
    """That a user accepted a document."""

    row: strawberry.Private[Row]
    accepted_at: datetime = column(description="When, in business time.")

    document: Document | None = one(
        "Document", "document_id", description="What was accepted; null if it may no longer be read."
    )


@rows(queries.SESSIONS)
@strawberry.type(description="A living session.")
class Session:
    """A living session."""

    row: strawberry.Private[Row]
    id: strawberry.ID = column(prefix="session", description="The id, for `revokeSessions`.")
    created_at: datetime = column(description="When it began.")
    last_used_at: datetime = column(description="When it was last refreshed.")
    expires_at: datetime = column(description="When it ends unless it is refreshed.")


@rows(queries.ACCESS_TOKENS)
@strawberry.type(description="A personal access token in use; its secret was shown once, when it was made.")
class AccessToken:
    """A personal access token in use."""

    row: strawberry.Private[Row]
    id: strawberry.ID = column(prefix="token", description="The id, for `revokeAccessToken`.")
    name: str = column(description="What its maker calls it.")
    scopes: list[Scope] = column(description="What it may do, as far as its maker still may.")
    created_at: datetime = column(description="When it was made.")
    expires_at: datetime = column(description="When it ends.")


@rows(queries.USERS)
@strawberry.type(description="Whom an identity check is about: for themselves and for operators.")
class Applicant:
    """Whom an identity check is about."""

    row: strawberry.Private[Row]
    legal_name: str = column(description="The name they registered with.")
    email: str = column(description="Their e-mail address.")
    kind: PartyKind = column(description="A person or an organisation.")


@rows(queries.IDENTITY_CHECKS, prefix="check")
@strawberry.type(description="An identity check. The identification number is never shown; only its hash is kept.")
class IdentityCheck(Node):
    """An identity check."""

    status: IdentityCheckStatus = column(description="How far it is.")
    country: str = column(description="The country of the identification, ISO 3166 alpha-2.")
    birth_date: date | None = column(description="The date of birth; null for organisations.")
    requested_at: datetime = column(description="When it was asked for, in business time.")
    decided_at: datetime | None = column(description="When it was decided, in business time.")
    reason: str | None = column(description="Why it was decided so, if a reason was given.")

    applicant: Applicant | None = one("Applicant", "user_id", description="Whom it is about.")


@strawberry.type(description="Something to do before borrowing or lending.")
class Step:
    """Something to do before borrowing or lending."""

    kind: StepKind = strawberry.field(description="What it is.")
    mutation: str = strawberry.field(description="The mutation that does it.")
    documents: list[Document] = strawberry.field(description="What is to be read and accepted, if anything.")
