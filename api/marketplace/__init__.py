"""The GraphQL face of the market: funding, bids, auto-invest."""
