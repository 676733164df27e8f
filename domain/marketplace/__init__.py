"""The market: listings, bids, auto-invest, funding and closing."""
