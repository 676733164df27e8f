"""Publishing the products an installation ships with."""

import json
from collections.abc import Sequence
from importlib import resources

from pydantic import TypeAdapter

from domain.lending.rules.product import ProductDefinition
from domain.shared import clock, db, ids, policy

DEFINITIONS = TypeAdapter(list[ProductDefinition])


def shipped() -> list[ProductDefinition]:
    """The definitions in `data/products.json`, all versions of all profiles."""
    text = (resources.files("domain.lending") / "data" / "products.json").read_bytes()
    return DEFINITIONS.validate_json(text)


@db.atomic
async def publish_products(definitions: Sequence[ProductDefinition] | None = None) -> None:
    """Publish the products of this installation's profile; by default the shipped ones. Again changes nothing.

    The latest version of each takes applications, unless its definition closes it; older ones and those no longer
    defined stay for their loans. Raises `ValueError` if a published version is defined differently now.
    """
    profile = policy.active()
    wanted = [one for one in definitions or shipped() if one.profile == profile.code]
    latest = {one.code: one for one in sorted(wanted, key=lambda one: one.version)}
    await db.execute("lock table lending.products in share row exclusive mode")
    published = {(row["code"], row["version"]): row for row in await db.fetch("select * from lending.products")}
    for one in wanted:
        terms = one.terms.model_dump(mode="json")
        row = published.get((one.code, one.version))
        if row is None:
            await db.execute(
                """insert into lending.products (id, code, version, profile_code, terms, is_open, published_at)
                values ($1, $2, $3, $4, $5::jsonb, false, $6)""",
                ids.derived("product", one.code, one.version), one.code, one.version, one.profile, json.dumps(terms),
                await clock.now(),
            )  # fmt: skip
        elif json.loads(row["terms"]) != terms:
            raise ValueError(
                f"version {one.version} of the product {one.code} is published with other terms; "
                "give the changed definition a new version"
            )
    open_ids = [ids.derived("product", one.code, one.version) for one in latest.values() if one.is_open]
    await db.execute("update lending.products set is_open = id = any($1) where is_open <> (id = any($1))", open_ids)
