"""Money in and out: deposits, withdrawals, direct debits, payouts, and reconciliation with the custody bank."""
