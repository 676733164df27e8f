"""Commands and queries, run in this process on a real PostgreSQL."""
