"""Rows of the identity context."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields
from tortoise.contrib.postgres.fields import ArrayField

from domain.shared.models import Entity, code, foreign_key, texts


class PartyKind(StrEnum):
    """A natural person or an organisation."""

    PERSON = "PERSON"
    ORGANISATION = "ORGANISATION"


class Role(StrEnum):
    """What an account may do on the market; one account can have both."""

    BORROWER = "BORROWER"
    LENDER = "LENDER"


class OperatorScope(StrEnum):
    """What an operator may do."""

    REVIEW = "REVIEW"
    """Decide loan applications and identity checks."""
    COLLECT = "COLLECT"
    """Default, write-off, recoveries."""
    FINANCE = "FINANCE"
    """Suspense, reconciliation."""
    CLOCK = "CLOCK"
    """Move the sandbox's clock."""


class IdentityCheckStatus(StrEnum):
    """How far an identity check is."""

    PENDING = "PENDING"
    SUBMITTED = "SUBMITTED"
    REVIEW = "REVIEW"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class DocumentKind(StrEnum):
    """Documents people accept."""

    TERMS = "TERMS"
    RISK_WARNING = "RISK_WARNING"
    DEBIT_MANDATE = "DEBIT_MANDATE"
    LOAN_CONTRACT = "LOAN_CONTRACT"


class Locale(StrEnum):
    """Languages in which the platform writes to its users."""

    EN = "EN"
    ZH = "ZH"


class User(Entity):
    """A person or an organisation with an account; operators have scopes."""

    email = fields.CharField(max_length=254, unique=True)
    email_verified_at = fields.DatetimeField(null=True)
    password_hash = fields.CharField(max_length=200)
    kind = code(PartyKind)
    legal_name = fields.CharField(max_length=200)
    pseudonym = fields.CharField(max_length=40, unique=True)
    roles = texts()
    operator_scopes = texts()
    locale = fields.CharField(max_length=5)
    registered_at = fields.DatetimeField()

    class Meta:
        schema = "identity"
        table = "users"


class Session(Entity):
    """One refresh token of a family; using it makes the next one, using it again revokes the family."""

    user_id: UUID
    user = foreign_key("User")
    family_id = fields.UUIDField(db_index=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    rotated_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "identity"
        table = "sessions"


class AccessToken(Entity):
    """A personal access token: a secret of its own, kept as a hash, with scopes."""

    user_id: UUID
    user = foreign_key("User")
    name = fields.CharField(max_length=80)
    token_hash = fields.CharField(max_length=64, unique=True)
    scopes = texts()
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "identity"
        table = "access_tokens"


class IdentityCheck(Entity):
    """A check by the identity provider. The identification number is kept until the provider has it, then its hash."""

    user_id: UUID
    user = foreign_key("User")
    status = code(IdentityCheckStatus)
    country = fields.CharField(max_length=2)
    birth_date = fields.DateField(null=True)
    identification_number = fields.CharField(max_length=64, null=True)
    number_hash = fields.CharField(max_length=64)
    requested_at = fields.DatetimeField()
    submitted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    decided_by = fields.UUIDField(null=True)
    reason = fields.CharField(max_length=300, null=True)

    class Meta:
        schema = "identity"
        table = "identity_checks"


class Document(Entity):
    """A version of a document. A loan's contract belongs to the loan; `readers`: who may read it, null: all."""

    kind = code(DocumentKind)
    version = fields.IntField()
    loan_id = fields.UUIDField(null=True, db_index=True)
    title = fields.CharField(max_length=200)
    body = fields.TextField()
    sha256 = fields.CharField(max_length=64)
    published_at = fields.DatetimeField()
    readers = ArrayField(element_type="uuid", null=True)

    class Meta:
        schema = "identity"
        table = "documents"


class Consent(Entity):
    """Who accepted which document, and when; never changed."""

    user_id: UUID
    user = foreign_key("User")
    document_id: UUID
    document = foreign_key("Document")
    accepted_at = fields.DatetimeField()

    class Meta:
        schema = "identity"
        table = "consents"
        unique_together = (("user_id", "document_id"),)
