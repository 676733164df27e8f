"""Requests of less than 64 kB that are meant to hold the event loop."""

from collections.abc import Iterator

from bench.attacks.documents import documents
from bench.attacks.expensive import expensive
from bench.attacks.making import BYTES, Attack
from bench.attacks.transports import transports
from bench.attacks.values import values

__all__ = ["BYTES", "Attack", "attacks"]


def attacks(loan: str, product: str) -> Iterator[Attack]:
    """All of them; `loan` and `product`: ids of a loan and a product that can be seen."""
    yield from documents()
    yield from values()
    yield from transports()
    yield from expensive(loan, product)
