"""Money in and out: wallets, bank accounts, mandates, transfers, suspense, reconciliation."""
