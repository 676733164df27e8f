"""Notifications, on a real database."""
