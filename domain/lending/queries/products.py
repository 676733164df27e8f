"""Products as everybody reads them."""

from collections.abc import Sequence
from uuid import UUID

from domain.lending.rules.product import ProductTerms
from domain.shared import db
from domain.shared.relations import Relation

PRODUCTS = Relation("lending.products", visible="true")
"""All versions of all products: a loan keeps its own."""

OPEN = "{t}.is_open"
"""Those that take applications."""

_terms: dict[UUID, ProductTerms] = {}
"""Published versions never change, so each process reads each once."""


async def terms_of(product_ids: Sequence[UUID]) -> dict[UUID, ProductTerms]:
    """The terms of versions of products, by id; unknown ones are left out."""
    missing = [id_ for id_ in product_ids if id_ not in _terms]
    if missing:
        rows = await db.fetch("select id, terms from lending.products where id = any($1)", missing)
        _terms.update({row["id"]: ProductTerms.model_validate_json(row["terms"]) for row in rows})
    return {id_: _terms[id_] for id_ in product_ids if id_ in _terms}


async def terms(product_id: UUID) -> ProductTerms:
    """The terms of a version of a product that exists."""
    return (await terms_of([product_id]))[product_id]


async def is_open(product_id: UUID) -> bool:
    """Whether a version of a product takes applications."""
    found: bool = await db.fetch_value("select is_open from lending.products where id = $1", product_id)
    return found
