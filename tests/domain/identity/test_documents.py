"""Documents, consents and the steps they belong to."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.identity import queries
from domain.identity.commands import accept_documents, publish_documents, publish_loan_contract
from domain.identity.errors import DocumentChanged, DocumentsOutdated
from domain.identity.models import DocumentKind
from domain.shared import db
from domain.shared.actor import STRANGER, Actor, Scope, Viewer
from domain.shared.errors import InvalidInput, NotAllowed, NotFound, StepRequired
from tests.domain.identity.people import actor_of, events, join

ALL = list(DocumentKind)
LENDER_STEPS = ["VERIFY_EMAIL", "ACCEPT_TERMS", "IDENTITY_CHECK", "ACCEPT_RISK_WARNING"]


@pytest.fixture(autouse=True)
async def _published() -> None:
    await publish_documents()


async def document(kind: DocumentKind) -> UUID:
    [row] = await queries.current_documents(STRANGER, [kind])
    id_: UUID = row["id"]
    return id_


async def new_version(kind: DocumentKind) -> None:
    await db.execute(
        """insert into identity.documents (id, kind, version, title, body, sha256, published_at)
        select gen_random_uuid(), $1::text, max(version) + 1, 'newer', 'another text', repeat('0', 64), now()
        from identity.documents where kind = $1::text""",
        kind.value,
    )  # fmt: skip


async def test_publishing_again_changes_nothing_and_an_edited_text_is_an_error() -> None:
    rows = await queries.current_documents(STRANGER, ALL)
    assert {row["kind"] for row in rows} == {kind.value for kind in ALL}
    assert all(len(row["sha256"]) == 64 and row["version"] == 1 for row in rows)
    assert await publish_documents() == []


async def test_a_published_text_cannot_be_edited(owner: "asyncpg.Connection[asyncpg.Record]") -> None:
    await owner.execute("update identity.documents set sha256 = repeat('1', 64) where kind = 'TERMS'")
    with pytest.raises(DocumentChanged, match="Version 1 of TERMS"):
        await publish_documents()


async def test_consents_are_written_once_and_steps_follow() -> None:
    ada = actor_of(await join())
    assert await queries.missing_steps([ada.user_id], LENDER_STEPS) == {ada.user_id: LENDER_STEPS[1:]}
    ids = [await document(DocumentKind.TERMS), await document(DocumentKind.RISK_WARNING)]
    for _ in range(2):
        await accept_documents(ada, ids)
    assert await db.fetch_value("select count(*) from identity.consents") == 2
    assert len(await events("document.accepted")) == 2
    assert await queries.missing_steps([ada.user_id], LENDER_STEPS) == {ada.user_id: ["IDENTITY_CHECK"]}
    with pytest.raises(StepRequired) as refusal:
        await queries.require_steps(ada.user_id, LENDER_STEPS)
    assert refusal.value.steps == ["IDENTITY_CHECK"]


async def test_a_new_version_is_to_be_accepted_again() -> None:
    ada = actor_of(await join())
    old = await document(DocumentKind.TERMS)
    await accept_documents(ada, [old])
    await new_version(DocumentKind.TERMS)
    assert "ACCEPT_TERMS" in (await queries.missing_steps([ada.user_id], LENDER_STEPS))[ada.user_id]
    with pytest.raises(DocumentsOutdated) as refusal:
        await accept_documents(ada, [old])
    assert refusal.value.kinds == ["TERMS"]
    await accept_documents(ada, [await document(DocumentKind.TERMS)])
    assert "ACCEPT_TERMS" not in (await queries.missing_steps([ada.user_id], LENDER_STEPS))[ada.user_id]


async def test_steps_of_many_are_read_together_and_unknown_people_lack_all() -> None:
    people = [await join(f"user{n}@example.com") for n in range(5)]
    await accept_documents(actor_of(people[0]), [await document(DocumentKind.TERMS)])
    unknown = uuid4()
    missing = await queries.missing_steps([*(p.user_id for p in people), unknown], ["VERIFY_EMAIL", "ACCEPT_TERMS"])
    assert missing[people[0].user_id] == [] and missing[unknown] == ["VERIFY_EMAIL", "ACCEPT_TERMS"]
    assert all(missing[p.user_id] == ["ACCEPT_TERMS"] for p in people[1:])


async def test_what_cannot_be_accepted() -> None:
    ada = actor_of(await join())
    with pytest.raises(NotFound):
        await accept_documents(ada, [uuid4()])
    with pytest.raises(InvalidInput):
        await accept_documents(ada, [])
    with pytest.raises(NotAllowed):
        await accept_documents(Actor(ada.user_id, frozenset({Scope.READ})), [await document(DocumentKind.TERMS)])


async def test_a_contract_is_for_its_parties() -> None:
    ada, bob = await join("ada@example.com"), await join("bob@example.com")
    loan_id = uuid4()
    first = await publish_loan_contract(loan_id, "Loan KL-1", "The text.", [ada.user_id])
    assert await publish_loan_contract(loan_id, "Loan KL-1", "The text.", [ada.user_id]) == first
    seen = [
        len(await queries.DOCUMENTS.by_ids(viewer, [first.id]))
        for viewer in (STRANGER, Viewer(bob.user_id), Viewer(ada.user_id), Viewer(None, frozenset({Scope.OPERATE})))
    ]
    assert seen == [0, 0, 1, 1]
    with pytest.raises(NotFound):
        await accept_documents(actor_of(bob), [first.id])
    await accept_documents(actor_of(ada), [first.id])

    second = await publish_loan_contract(loan_id, "Loan KL-1", "The text.", [ada.user_id, bob.user_id])
    assert second.version == 2 and second.sha256 == first.sha256
    await accept_documents(actor_of(bob), [second.id])
    with pytest.raises(DocumentsOutdated):
        await accept_documents(actor_of(ada), [first.id])
    assert first.id not in {row["id"] for row in await queries.current_documents(STRANGER, ALL)}


async def test_the_register_is_never_rewritten() -> None:
    ada = actor_of(await join())
    await accept_documents(ada, [await document(DocumentKind.TERMS)])
    for statement in (
        "update identity.consents set accepted_at = now()",
        "delete from identity.consents",
        "update identity.documents set body = 'else'",
        "delete from identity.documents",
    ):
        with pytest.raises(Exception, match="permission denied"):
            await db.execute(statement)
