"""Lending: from application to payout, and how loans are served."""
