"""Writes of the marketplace context over GraphQL, by noun."""

import strawberry

from api.marketplace.mutations.bids import BidMutation
from api.marketplace.mutations.funding import FundingMutation
from api.marketplace.mutations.plans import PlanMutation


@strawberry.type
class MarketplaceMutation(BidMutation, FundingMutation, PlanMutation):
    """Bids, the borrower's decisions about funding, auto-invest plans."""
