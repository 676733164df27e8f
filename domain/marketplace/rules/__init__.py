"""What decides on the market, without a database."""
