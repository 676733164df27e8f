"""The books: double entry, append-only, balances that the database itself keeps and defends."""
