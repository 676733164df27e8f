"""Documents with versions and hashes, and the register of who accepted which of them when."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from uuid import UUID

from domain.identity import events
from domain.identity.errors import DocumentChanged, DocumentsOutdated
from domain.identity.models import DocumentKind
from domain.shared import clock, db, ids, outbox
from domain.shared.actor import Actor, Scope
from domain.shared.errors import InvalidInput, NotFound

MAX_ACCEPTED_AT_ONCE = 20
COLUMNS = "id, kind, version, sha256"


@dataclass(frozen=True, kw_only=True)
class PublishedDocument:
    """A version of a document. `sha256`: of its text in UTF-8, in hex."""

    id: UUID
    kind: DocumentKind
    version: int
    sha256: str


@db.atomic
async def publish_documents() -> list[PublishedDocument]:
    """Publish the versions in `data/documents/` that are not published yet; returns those.

    A file is named KIND-VERSION.md and begins with `# Title`. Raises `DocumentChanged` for an edited text.
    """
    published = {
        (row["kind"], row["version"]): row["sha256"]
        for row in await db.fetch("select kind, version, sha256 from identity.documents where loan_id is null")
    }
    new = []
    for kind, version, body in _shipped():
        sha256 = _sha256(body)
        if (kind.value, version) not in published:
            new.append(await _insert(kind, version, None, body.partition("\n")[0].removeprefix("# "), body, None))
        elif published[kind.value, version] != sha256:
            raise DocumentChanged(name=kind.value, version=version)
    return [document for document in new if document is not None]


def _shipped() -> Iterator[tuple[DocumentKind, int, str]]:
    folder = resources.files("domain.identity") / "data" / "documents"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        kind, _, version = entry.name.removesuffix(".md").rpartition("-")
        yield DocumentKind(kind), int(version), entry.read_text("utf-8")


def _sha256(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


async def _insert(
    kind: DocumentKind, version: int, loan_id: UUID | None, title: str, body: str, readers: list[UUID] | None
) -> PublishedDocument | None:
    """None if somebody else published this version at the same time."""
    row = await db.fetch_one(
        f"""insert into identity.documents (id, kind, version, loan_id, title, body, sha256, published_at, readers)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning {COLUMNS}""",  # noqa: S608 - the columns are a literal of this module
        ids.new(), kind.value, version, loan_id, title, body, _sha256(body), await clock.now(), readers,
    )  # fmt: skip
    return PublishedDocument(**row | {"kind": kind}) if row else None


@db.atomic
async def publish_loan_contract(loan_id: UUID, title: str, body: str, readers: Sequence[UUID]) -> PublishedDocument:
    """Publish the next version of a loan's contract, for its readers (its parties) and operators only.

    The same text for the same readers again is the version that exists. The caller holds the loan's lock.
    """
    latest = await db.fetch_one(
        f"""select {COLUMNS}, readers from identity.documents where loan_id = $1 and kind = 'LOAN_CONTRACT'
        order by version desc limit 1""",  # noqa: S608 - the columns are a literal of this module
        loan_id,
    )
    if latest and latest["sha256"] == _sha256(body) and set(latest.pop("readers")) == set(readers):
        return PublishedDocument(**latest | {"kind": DocumentKind.LOAN_CONTRACT})
    version = latest["version"] + 1 if latest else 1
    document = await _insert(DocumentKind.LOAN_CONTRACT, version, loan_id, title, body, sorted(set(readers)))
    assert document is not None, "the caller holds the loan's lock"
    return document


async def accept_documents(actor: Actor, document_ids: Sequence[UUID]) -> None:
    """Accept documents, 1 to 20 at once; again changes nothing. Raises as `record_consents`, and `InvalidInput`."""
    actor.require(Scope.ACCOUNT)
    if not 1 <= len(document_ids) <= MAX_ACCEPTED_AT_ONCE:
        raise InvalidInput(reason=f"Accept 1 to {MAX_ACCEPTED_AT_ONCE} documents at once.", path=("documentIds",))
    await record_consents(actor.user_id, document_ids)


@db.atomic
async def record_consents(user_id: UUID, document_ids: Sequence[UUID]) -> None:
    """Write down that a user accepted documents, for commands that take the acceptance with their input.

    Raises `NotFound` for a document the user may not read, `DocumentsOutdated` for one that has a newer version.
    """
    wanted = list(dict.fromkeys(document_ids))
    rows = await db.fetch(
        """select d.id, d.kind, exists (select 1 from identity.documents n where n.kind = d.kind
                and n.loan_id is not distinct from d.loan_id and n.version > d.version) as outdated
        from identity.documents d where d.id = any($1) and (d.readers is null or $2 = any(d.readers))""",
        wanted, user_id,
    )  # fmt: skip
    if len(rows) < len(wanted):
        raise NotFound(path=("documentIds",))
    outdated = sorted({row["kind"] for row in rows if row["outdated"]})
    if outdated:
        raise DocumentsOutdated(kinds=outdated, path=("documentIds",))
    accepted = await db.fetch(
        """insert into identity.consents (id, user_id, document_id, accepted_at)
        select id, $2, document_id, $4 from unnest($1::uuid[], $3::uuid[]) c(id, document_id) order by document_id
        on conflict do nothing returning document_id""",
        [ids.new() for _ in wanted], user_id, wanted, await clock.now(),
    )  # fmt: skip
    await outbox.record(events.documents_accepted(user_id, [row["document_id"] for row in accepted]))
