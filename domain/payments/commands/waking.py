"""Waking the workers: something waits for the bank, or came from it."""

from domain.shared import db


def ring() -> None:
    """Ring after the commit of the current transaction."""
    transaction = db.current()
    assert transaction is not None, "what waits belongs to the transaction that wrote it"
    transaction.ring.outbox = True
