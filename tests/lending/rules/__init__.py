"""The rules of lending, tested directly: no database, no servers."""
