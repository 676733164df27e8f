"""Loans: products, schedules, servicing."""
