"""The ledger defends itself."""
