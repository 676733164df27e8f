"""Writes of the marketplace context, by noun; each is a transaction of its own or part of its caller's."""

from domain.lending.commands.offer import AcceptOffer
from domain.marketplace.commands.bidding import (
    MAX_BATCH,
    BidOrder,
    BidOutcome,
    PlaceBid,
    PlaceBids,
    PlacedBid,
    PlacedBids,
    place_bid,
    place_bids,
)
from domain.marketplace.commands.ending import (
    DecideFunding,
    DeclinedFunding,
    SmallerLoan,
    close_funded,
    decline_funding,
    expire_listings,
    take_smaller_loan,
    unwind_funding,
)
from domain.marketplace.commands.listing import ListedLoan, accept_offer
from domain.marketplace.commands.matching import match_loan, match_loans
from domain.marketplace.commands.plans import CreatedPlan, CreatePlan, create_plan, pause_plan, resume_plan
from domain.marketplace.commands.withdrawal import WithdrawBid, WithdrawnBid, withdraw_bid

__all__ = [
    "MAX_BATCH",
    "AcceptOffer",
    "BidOrder",
    "BidOutcome",
    "CreatePlan",
    "CreatedPlan",
    "DecideFunding",
    "DeclinedFunding",
    "ListedLoan",
    "PlaceBid",
    "PlaceBids",
    "PlacedBid",
    "PlacedBids",
    "SmallerLoan",
    "WithdrawBid",
    "WithdrawnBid",
    "accept_offer",
    "close_funded",
    "create_plan",
    "decline_funding",
    "expire_listings",
    "match_loan",
    "match_loans",
    "pause_plan",
    "place_bid",
    "place_bids",
    "resume_plan",
    "take_smaller_loan",
    "unwind_funding",
    "withdraw_bid",
]
