"""Refusals of the lending context."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from domain.shared.errors import DomainError
from domain.shared.money import Money


@dataclass(eq=False, kw_only=True)
class AmountOutOfRange(DomainError):
    """The product lends other amounts."""

    minimum: Money
    maximum: Money
    step: Money
    text: ClassVar[str] = "The amount must be between {minimum} and {maximum}, in multiples of {step}."


@dataclass(eq=False, kw_only=True)
class TermNotOffered(DomainError):
    """The product is not offered for this term; `installment_counts` are those of the frequency, none: not at all."""

    installment_counts: list[int] = field(default_factory=list)
    text: ClassVar[str] = "This product is not offered for this term; see `installmentCounts`."


@dataclass(eq=False, kw_only=True)
class MethodNotOffered(DomainError):
    """The product is not repaid by this method."""

    methods: list[str] = field(default_factory=list)
    text: ClassVar[str] = "This product is not repaid by this method; see `methods`."


@dataclass(eq=False, kw_only=True)
class ProductNotOpen(DomainError):
    """The product takes no applications, or none of this kind of party."""

    open_to: list[str] = field(default_factory=list)
    text: ClassVar[str] = "This product takes applications of {open_to} only."


@dataclass(eq=False, kw_only=True)
class RateAboveCeiling(DomainError):
    """The legal ceiling leaves no such rate: with all fees the loan would cost more a year than it allows."""

    ceiling_ppm: int
    text: ClassVar[str] = "With all fees this would cost more a year than the legal ceiling allows."


@dataclass(eq=False, kw_only=True)
class MandateRequired(DomainError):
    """The product needs an active direct debit mandate for an account of the borrower."""

    text: ClassVar[str] = "This product is repaid by direct debit: give a mandate and wait until it is active."


@dataclass(eq=False, kw_only=True)
class ConsentRequired(DomainError):
    """The contract must be accepted first; `waiting_for` names other parties of the loan who have not."""

    contract_id: UUID
    waiting_for: list[str] = field(default_factory=list)
    text: ClassVar[str] = "The contract in its latest version must be accepted first, by every party with an account."


@dataclass(eq=False, kw_only=True)
class OfferExpired(DomainError):
    """The offer was valid until earlier."""

    text: ClassVar[str] = "The offer has expired; apply again."


@dataclass(eq=False, kw_only=True)
class RepaymentTooLarge(DomainError):
    """More than what settles the whole loan today."""

    maximum: Money
    text: ClassVar[str] = "{maximum} settles the whole loan today; pay no more."


@dataclass(eq=False, kw_only=True)
class PrepaymentNotAllowed(DomainError):
    """The product takes no part prepayments; what is due can be paid, or everything."""

    maximum: Money
    text: ClassVar[str] = "This product takes no part prepayments: pay at most {maximum}, or settle the loan."


@dataclass(eq=False, kw_only=True)
class PrepaymentTooSmall(DomainError):
    """Beyond what is due a payment first pays the interest to the day, and must exceed it."""

    due: Money
    minimum: Money
    text: ClassVar[str] = (
        "Pay at most {due}, which is due, or at least {minimum}: interest to today comes before principal."
    )


@dataclass(eq=False, kw_only=True)
class PayoffChanged(DomainError):
    """What settles the loan is another amount than expected; it is valid until an instant."""

    total: Money
    valid_until: datetime
    text: ClassVar[str] = "{total} settles the loan now."


@dataclass(eq=False, kw_only=True)
class CollectionPending(DomainError):
    """A direct debit is on its way; paying what it collects would pay it twice."""

    amount: Money
    text: ClassVar[str] = "A direct debit of {amount} is on its way; wait until the bank has answered."
