"""Publishing a loan's contract for its parties to read and accept."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.identity.commands import publish_loan_contract
from domain.identity.commands.documents import PublishedDocument
from domain.lending.models import Purpose
from domain.lending.queries.loans import shape_of
from domain.lending.rules.contract import ContractFacts, render
from domain.lending.rules.product import ProductTerms
from domain.lending.rules.underwriting import Contract
from domain.shared import db, policy
from domain.shared.db import Row


async def publish_contract(
    loan: Row, product: ProductTerms, contract: Contract, lenders: Mapping[UUID, int] | None = None
) -> PublishedDocument:
    """Publish the next version of a locked loan's contract. Its readers are the loan's parties with accounts and its lenders.

    `lenders`: the principal of each, in minor units, once the loan is closed.
    """
    parties = await db.fetch(
        "select user_id, name, role from lending.loan_parties where loan_id = $1 order by role, id", loan["id"]
    )
    named = await _pseudonyms(list(lenders)) if lenders else {}
    facts = ContractFacts(
        reference=loan["reference"],
        borrowers=_names(parties, "BORROWER", "CO_BORROWER"),
        guarantors=_names(parties, "GUARANTOR"),
        purpose=Purpose(loan["purpose"]),
        shape=shape_of(loan),
        contract=contract,
        lenders=[(named[id_], principal_minor) for id_, principal_minor in (lenders or {}).items()],
    )
    body = render(await _template(), facts, product, policy.profile(loan["profile_code"]))
    readers = [row["user_id"] for row in parties if row["user_id"] is not None] + list(lenders or {})
    return await publish_loan_contract(loan["id"], f"Contract of loan {loan['reference']}", body, readers)


def _names(parties: Sequence[Row], *roles: str) -> list[str]:
    return [row["name"] for row in parties if row["role"] in roles]


async def _pseudonyms(user_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await db.fetch("select id, pseudonym from identity.users where id = any($1)", list(user_ids))
    return {row["id"]: row["pseudonym"] for row in rows}


async def _template() -> str:
    body: str = await db.fetch_value(
        """select body from identity.documents where loan_id is null and kind = 'LOAN_CONTRACT'
        order by version desc limit 1"""
    )
    return body
