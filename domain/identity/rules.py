"""What decides in the identity context, without a database."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email

from domain.identity.models import DocumentKind, PartyKind, Role
from domain.shared.actor import Scope
from domain.shared.errors import InvalidInput, NotAllowed

MAX_EMAIL = 254
PASSWORD_LENGTH = (12, 200)
MAX_LEGAL_NAME = 200
MAX_TOKEN_NAME = 80
MAX_TOKEN_DAYS = 365
MAX_REASON = 300
LEGAL_AGE_YEARS = 18
IDENTIFICATION_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{2,62}[0-9A-Za-z]", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
CONTROLS = frozenset({"Cc", "Cs"})
"""Categories of Unicode that no text has: control characters and lone surrogates."""
LINE_ENDS = frozenset({"Zl", "Zp"})
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the text after it, so that it reads as something else."""


class Goal(StrEnum):
    """What somebody wants to do on the market."""

    BORROW = "BORROW"
    LEND = "LEND"


class Step(StrEnum):
    """What the law or the platform asks before somebody borrows, lends or has a bank account debited."""

    VERIFY_EMAIL = "VERIFY_EMAIL"
    ACCEPT_TERMS = "ACCEPT_TERMS"
    IDENTITY_CHECK = "IDENTITY_CHECK"
    ACCEPT_RISK_WARNING = "ACCEPT_RISK_WARNING"
    ACCEPT_DEBIT_MANDATE = "ACCEPT_DEBIT_MANDATE"


DOCUMENT_OF: Mapping[Step, DocumentKind] = {
    Step.ACCEPT_TERMS: DocumentKind.TERMS,
    Step.ACCEPT_RISK_WARNING: DocumentKind.RISK_WARNING,
    Step.ACCEPT_DEBIT_MANDATE: DocumentKind.DEBIT_MANDATE,
}
"""The document whose current version a step asks to accept."""

MANDATE_STEPS = (Step.ACCEPT_DEBIT_MANDATE,)
"""What comes before a mandate, under every profile."""


@dataclass(frozen=True)
class Standing:
    """What a user has done so far. `accepted`: the kinds of documents whose current version they accepted."""

    email_verified: bool = False
    identity_verified: bool = False
    accepted: frozenset[str] = frozenset()


def missing_steps(standing: Standing, required: Iterable[str]) -> list[str]:
    """The required steps that are not done, in the order given. A new version of a document makes its step due."""
    return [step for step in required if not _done(standing, Step(step))]


def _done(standing: Standing, step: Step) -> bool:
    if step is Step.VERIFY_EMAIL:
        return standing.email_verified
    if step is Step.IDENTITY_CHECK:
        return standing.identity_verified
    return DOCUMENT_OF[step].value in standing.accepted


DECIDING = frozenset({Scope.REVIEW, Scope.COLLECT, Scope.FINANCE})
"""What an operator cannot do without seeing what others have."""


def scopes_of(roles: Collection[str], operator_scopes: Collection[str]) -> frozenset[Scope]:
    """What a session of such a user may do: borrow and lend by role; operators what they were given."""
    scopes = {Scope.READ, Scope.ACCOUNT}
    if roles:
        scopes.add(Scope.MONEY)
    if Role.BORROWER in roles:
        scopes.add(Scope.BORROW)
    if Role.LENDER in roles:
        scopes.add(Scope.LEND)
    if operator_scopes:
        scopes |= {Scope.OPERATE, *(Scope(name) for name in operator_scopes)}
    return frozenset(scopes)


def token_scopes(wanted: Collection[Scope], own: frozenset[Scope]) -> frozenset[Scope]:
    """The scopes of a personal access token: no more than its maker has; reading comes with every token.

    Whoever decides about others sees what operators see: OPERATE comes with REVIEW, COLLECT and FINANCE.
    """
    beyond = sorted(scope.value for scope in wanted if scope not in own)
    if beyond:
        raise NotAllowed(requirement=f"the scope {beyond[0]}", path=("scopes",))
    return with_sight(frozenset({Scope.READ, *wanted}))


def with_sight(scopes: frozenset[Scope]) -> frozenset[Scope]:
    """Scopes, and OPERATE where they decide about others."""
    return scopes if scopes.isdisjoint(DECIDING) else scopes | {Scope.OPERATE}


def token_expiry(expires_at: datetime, now: datetime) -> datetime:
    """The end of a personal access token: in the future, at most a year away."""
    if not now < expires_at <= now + timedelta(days=MAX_TOKEN_DAYS, minutes=1):
        raise InvalidInput(
            reason=f"A token ends in the future, at most {MAX_TOKEN_DAYS} days away.", path=("expiresAt",)
        )
    return expires_at


def clean_email(email: str, *, sandbox: bool) -> str:
    """An address as it is stored: ASCII, lower case. Whether it receives mail is not asked. `sandbox`: admits .test."""
    try:
        address = validate_email(
            email, check_deliverability=False, allow_smtputf8=False, strict=True, test_environment=sandbox
        )
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidInput(reason="Expected an e-mail address like ada@example.com.", path=("email",)) from error
    ascii_email = (address.ascii_email or "").lower()
    if not 3 <= len(ascii_email) <= MAX_EMAIL:
        raise InvalidInput(reason=f"An e-mail address has at most {MAX_EMAIL} characters.", path=("email",))
    return ascii_email


def clean_password(password: str) -> str:
    """A password in Unicode's normal form NFKC, so that every keyboard spells it alike. 12 to 200 characters."""
    shortest, longest = PASSWORD_LENGTH
    if not shortest <= len(password) <= longest or _has(password, CONTROLS):
        raise InvalidInput(reason=f"A password has {shortest} to {longest} characters.", path=("password",))
    return unicodedata.normalize("NFKC", password)


def clean_text(text: str, longest: int, *path: str) -> str:
    """One line of text as it is stored: trimmed, without control characters, 1 to `longest` characters. Raises `InvalidInput`."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= longest or _has(trimmed, CONTROLS | LINE_ENDS) or not TURNS.isdisjoint(trimmed):
        raise InvalidInput(reason=f"Expected 1 to {longest} characters in one line.", path=path)
    return trimmed


def _has(text: str, categories: frozenset[str]) -> bool:
    return any(unicodedata.category(character) in categories for character in text)


def check_roles(roles: Collection[Role]) -> list[str]:
    """The roles of a market account: at least one."""
    if not roles:
        raise InvalidInput(reason="Choose at least one role: BORROWER, LENDER or both.", path=("roles",))
    return sorted({role.value for role in roles})


@dataclass(frozen=True, kw_only=True)
class Identification:
    """What a user claims to be. `country`: ISO 3166 alpha-2; `birth_date`: for persons only."""

    country: str
    birth_date: date | None
    identification_number: str


def check_identification(claim: Identification, kind: PartyKind, today: date) -> Identification:
    """The claim as it is stored. Raises `InvalidInput` for what cannot be right; persons are at least 18."""
    if not COUNTRY.fullmatch(claim.country):
        raise InvalidInput(reason="Expected two capital letters, like CN.", path=("country",))
    number = claim.identification_number.strip()
    if not IDENTIFICATION_NUMBER.fullmatch(number):
        raise InvalidInput(
            reason="Expected 4 to 64 letters and digits; . / - may stand between.", path=("identificationNumber",)
        )
    if kind is PartyKind.ORGANISATION:
        return Identification(country=claim.country, birth_date=None, identification_number=number)
    if claim.birth_date is None or not _of_age(claim.birth_date, today):
        raise InvalidInput(reason=f"A person is at least {LEGAL_AGE_YEARS} years old.", path=("birthDate",))
    return Identification(country=claim.country, birth_date=claim.birth_date, identification_number=number)


def _of_age(birth_date: date, today: date) -> bool:
    years = today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))
    return LEGAL_AGE_YEARS <= years < 130
