"""Rows of the marketplace context."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from domain.shared.models import Entity, code, foreign_key, texts


class ListingStatus(StrEnum):
    """How far the funding of a loan is."""

    OPEN = "OPEN"
    SHORT = "SHORT"
    """The deadline passed at or above the threshold: the borrower may take the smaller loan."""
    FULL = "FULL"
    """Full, or the smaller loan was taken; closes when `closes_not_before` has passed."""
    CLOSED = "CLOSED"
    CANCELLED = "CANCELLED"
    """Expired, declined or withdrawn: every hold was released."""


class BidStatus(StrEnum):
    """What became of a bid."""

    ACTIVE = "ACTIVE"
    ACCEPTED = "ACCEPTED"
    """It became a note."""
    WITHDRAWN = "WITHDRAWN"
    RELEASED = "RELEASED"
    """The loan did not come about."""


class BidOrigin(StrEnum):
    """Who placed a bid."""

    MANUAL = "MANUAL"
    AUTO_INVEST = "AUTO_INVEST"


class PlanStatus(StrEnum):
    """Whether an auto-invest plan bids."""

    ACTIVE = "ACTIVE"
    PAUSED = "PAUSED"


class Listing(Entity):
    """The hot row of a loan while bids pour in; its id is the loan's. `sequence` grows with every change."""

    status = code(ListingStatus)
    borrower_id = fields.UUIDField()
    currency = fields.CharField(max_length=3)
    target_minor = fields.BigIntField()
    threshold_minor = fields.BigIntField()
    minimum_bid_minor = fields.BigIntField()
    lot_minor = fields.BigIntField()
    committed_minor = fields.BigIntField(default=0)
    lender_count = fields.IntField(default=0)
    sequence = fields.BigIntField(default=1)
    opens_at = fields.DatetimeField()
    deadline_at = fields.DatetimeField()
    decide_by = fields.DatetimeField(null=True)
    """Until when the borrower may take the smaller loan."""
    closes_not_before = fields.DatetimeField(null=True)

    class Meta:
        schema = "marketplace"
        table = "listings"


class Bid(Entity):
    """A lender's binding offer of a part of a loan, backed by a hold on their money."""

    loan_id = fields.UUIDField()
    lender_id = fields.UUIDField()
    requested_minor = fields.BigIntField()
    amount_minor = fields.BigIntField()
    currency = fields.CharField(max_length=3)
    status = code(BidStatus)
    origin = code(BidOrigin)
    plan_id: UUID | None
    plan = foreign_key("AutoInvestPlan", null=True)
    client_reference = fields.CharField(max_length=80, null=True)
    placed_at = fields.DatetimeField()
    revocable_until = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        schema = "marketplace"
        table = "bids"


class AutoInvestPlan(Entity):
    """A lender's standing rule: bid this much on every new loan that fulfils the conditions, but keep some cash."""

    lender_id = fields.UUIDField(db_index=True)
    name = fields.CharField(max_length=80)
    status = code(PlanStatus)
    currency = fields.CharField(max_length=3)
    grades = texts()
    minimum_rate_ppm = fields.IntField()
    minimum_installments = fields.IntField()
    maximum_installments = fields.IntField()
    amount_minor = fields.BigIntField()
    keep_minor = fields.BigIntField()
    created_at = fields.DatetimeField()
    served_at = fields.DatetimeField(null=True)
    """When it last placed a bid: who waited longest is served first."""

    class Meta:
        schema = "marketplace"
        table = "auto_invest_plans"
