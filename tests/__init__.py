"""Tests: rules without a database, commands on a real PostgreSQL, the API over real processes."""
