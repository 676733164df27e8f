"""Enumerations of the identity context."""

from enum import Enum

import strawberry


@strawberry.enum(description="A natural person or an organisation.")
class PartyKind(Enum):
    """A natural person or an organisation."""

    PERSON = strawberry.enum_value("PERSON", description="A natural person, at least 18 years old.")
    ORGANISATION = strawberry.enum_value("ORGANISATION", description="A company or another organisation.")


@strawberry.enum(description="What an account does on the market; one account can have both roles.")
class Role(Enum):
    """What an account does on the market."""

    BORROWER = strawberry.enum_value("BORROWER", description="Applies for loans and repays them.")
    LENDER = strawberry.enum_value("LENDER", description="Bids on loans.")


@strawberry.enum(description="Languages in which the platform writes to its users.")
class Locale(Enum):
    """Languages in which the platform writes to its users."""

    EN = strawberry.enum_value("EN", description="English.")
    ZH = strawberry.enum_value("ZH", description="Chinese, simplified; English where a text is not translated.")


@strawberry.enum(description="What a credential may do.")
class Scope(Enum):
    """What a credential may do."""

    READ = strawberry.enum_value("READ", description="Read what is one's own. Every credential has it.")
    BORROW = strawberry.enum_value("BORROW", description="Apply, accept, repay. Needs the role BORROWER.")
    LEND = strawberry.enum_value("LEND", description="Bid and auto-invest. Needs the role LENDER.")
    MONEY = strawberry.enum_value("MONEY", description="Deposits, withdrawals, bank accounts, mandates.")
    ACCOUNT = strawberry.enum_value("ACCOUNT", description="Consents, identity check, sessions and access tokens.")
    OPERATE = strawberry.enum_value(
        "OPERATE", description="Operators: see what operators see. Comes with REVIEW, COLLECT and FINANCE."
    )
    REVIEW = strawberry.enum_value("REVIEW", description="Operators: decide applications and identity checks.")
    COLLECT = strawberry.enum_value("COLLECT", description="Operators: default, write-off, recoveries.")
    FINANCE = strawberry.enum_value("FINANCE", description="Operators: suspense and reconciliation.")
    CLOCK = strawberry.enum_value("CLOCK", description="Operators: move the sandbox's clock.")


@strawberry.enum(description="What somebody wants to do on the market.")
class Goal(Enum):
    """What somebody wants to do on the market."""

    BORROW = strawberry.enum_value("BORROW", description="Take a loan.")
    LEND = strawberry.enum_value("LEND", description="Bid on loans.")
    GIVE_MANDATE = strawberry.enum_value("GIVE_MANDATE", description="Have a bank account debited for what is owed.")


@strawberry.enum(description="What comes before borrowing, lending or giving a mandate.")
class StepKind(Enum):
    """What comes before borrowing, lending or giving a mandate."""

    VERIFY_EMAIL = strawberry.enum_value("VERIFY_EMAIL", description="Confirm the e-mail address.")
    ACCEPT_TERMS = strawberry.enum_value("ACCEPT_TERMS", description="Accept the current terms of use.")
    IDENTITY_CHECK = strawberry.enum_value("IDENTITY_CHECK", description="Have one's identity verified.")
    ACCEPT_RISK_WARNING = strawberry.enum_value(
        "ACCEPT_RISK_WARNING", description="Read and accept the current risk warning."
    )
    ACCEPT_DEBIT_MANDATE = strawberry.enum_value(
        "ACCEPT_DEBIT_MANDATE", description="Accept the permission to debit a bank account."
    )


@strawberry.enum(description="Documents people accept.")
class DocumentKind(Enum):
    """Documents people accept."""

    TERMS = strawberry.enum_value("TERMS", description="The terms of use.")
    RISK_WARNING = strawberry.enum_value("RISK_WARNING", description="What lenders can lose, and how.")
    DEBIT_MANDATE = strawberry.enum_value("DEBIT_MANDATE", description="The permission to debit a bank account.")
    LOAN_CONTRACT = strawberry.enum_value(
        "LOAN_CONTRACT", description="A loan's contract; among the platform's documents, its template."
    )


@strawberry.enum(description="How far an identity check is.")
class IdentityCheckStatus(Enum):
    """How far an identity check is."""

    PENDING = strawberry.enum_value("PENDING", description="Waits to be sent to the identity provider.")
    SUBMITTED = strawberry.enum_value("SUBMITTED", description="The provider has it and answers later.")
    REVIEW = strawberry.enum_value("REVIEW", description="The provider could not decide; an operator will.")
    VERIFIED = strawberry.enum_value("VERIFIED", description="The identity is verified.")
    REJECTED = strawberry.enum_value("REJECTED", description="Refused; a new check may be asked for.")
