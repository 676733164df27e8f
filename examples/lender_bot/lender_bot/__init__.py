"""A bot that follows a Kalends market and bids by rules."""
