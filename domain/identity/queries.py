"""Reads of the identity context: relations, who a token speaks for, and what is still to be done."""

from collections.abc import Sequence
from uuid import UUID

from domain.identity import credentials, rules
from domain.identity.models import DocumentKind
from domain.identity.rules import Standing
from domain.shared import clock, db
from domain.shared.actor import Scope, Viewer
from domain.shared.db import Row
from domain.shared.errors import StepRequired
from domain.shared.relations import Relation, plain

MEMBERS = Relation(
    "identity.users",
    visible="({t}.email_verified_at is not null and cardinality({t}.roles) > 0) or {t}.id = {viewer} or {staff}",
    columns=plain("id", "pseudonym", "kind")
    | {"registered_on": "({t}.registered_at at time zone (select clock.time_zone from shared.clock clock))::date"},
)
"""Users as strangers see them: a pseudonym, no name. Operators and unconfirmed accounts are not shown."""

ACCOUNT_COLUMNS = plain(
    "id", "email", "email_verified_at", "kind", "legal_name", "pseudonym", "roles", "operator_scopes", "locale",
    "registered_at",
)  # fmt: skip
USERS = Relation("identity.users", visible="{t}.id = {viewer} or {staff}", columns=ACCOUNT_COLUMNS)
"""Users as they and operators see them."""

SELF = Relation("identity.users", visible="{t}.id = {viewer}", columns=ACCOUNT_COLUMNS)
"""The viewer's own account, for what nobody else has a door to."""

DOCUMENTS = Relation("identity.documents", visible="{t}.readers is null or {viewer} = any({t}.readers) or {staff}")
"""Platform documents for all; a loan's contract for its readers and operators."""

CONSENTS = Relation("identity.consents", visible="{t}.user_id = {viewer} or {staff}")

SESSIONS = Relation(
    "identity.sessions",
    visible="{t}.user_id = {viewer} and {t}.rotated_at is null and {t}.revoked_at is null and {t}.expires_at > now()",
    columns={
        "id": "{t}.family_id",
        "user_id": "{t}.user_id",
        "last_used_at": "{t}.created_at",
        "expires_at": "{t}.expires_at",
        "created_at": "(select min(f.created_at) from identity.sessions f where f.family_id = {t}.family_id)",
    },
)
"""The viewer's living sessions: of each family the token that works now."""

ACCESS_TOKENS = Relation(
    "identity.access_tokens",
    visible="{t}.user_id = {viewer} and {t}.revoked_at is null and {t}.expires_at > now()",
    columns=plain("id", "user_id", "name", "scopes", "created_at", "expires_at"),
)

IDENTITY_CHECKS = Relation(
    "identity.identity_checks",
    visible="{t}.user_id = {viewer} or {staff}",
    columns=plain(
        "id",
        "user_id",
        "status",
        "country",
        "birth_date",
        "requested_at",
        "submitted_at",
        "decided_at",
        "decided_by",
        "reason",
    ),
)

CURRENT = """{t}.loan_id is null and {t}.kind = any($3) and not exists (
    select 1 from identity.documents newer
    where newer.loan_id is null and newer.kind = {t}.kind and newer.version > {t}.version)"""


async def current_documents(viewer: Viewer, kinds: Sequence[DocumentKind]) -> list[Row]:
    """The versions in force of the platform's documents of these kinds, ordered by kind."""
    return await DOCUMENTS.select(viewer, CURRENT, [[kind.value for kind in kinds]], "order by {t}.kind")


async def viewer_of(token: str) -> Viewer | None:
    """Who a bearer token speaks for, None if it is invalid: a session's without a query, a personal one with one query.

    A personal token never outgrows its owner: it has those of its scopes that the owner has now.
    """
    if not token.startswith(credentials.PERSONAL_PREFIX):
        return credentials.viewer_of_access_token(token)
    row = await db.fetch_one(
        """select t.id, t.user_id, t.scopes, u.roles, u.operator_scopes
        from identity.access_tokens t join identity.users u on u.id = t.user_id
        where t.token_hash = $1 and t.revoked_at is null and t.expires_at > $2""",
        credentials.digest(token), clock.wall(),
    )  # fmt: skip
    if row is None:
        return None
    granted = rules.with_sight(frozenset(Scope(name) for name in row["scopes"]))
    own = rules.scopes_of(row["roles"], row["operator_scopes"])
    return Viewer(row["user_id"], granted & own, token_id=row["id"])


STANDINGS = """with current as (select distinct on (kind) id, kind from identity.documents
                         where loan_id is null order by kind, version desc)
    select u.id, u.email_verified_at is not null as email_verified,
        exists (select 1 from identity.identity_checks c where c.user_id = u.id and c.status = 'VERIFIED')
            as identity_verified,
        array(select d.kind from current d join identity.consents c on c.document_id = d.id and c.user_id = u.id)
            as accepted
    from identity.users u where u.id = any($1)"""


async def missing_steps(user_ids: Sequence[UUID], required: Sequence[str]) -> dict[UUID, list[str]]:
    """The required steps each user has not done, in the order given; none for an empty list. One statement for all.

    Unknown users lack all of them.
    """
    done = {
        row["id"]: Standing(row["email_verified"], row["identity_verified"], frozenset(row["accepted"]))
        for row in await db.fetch_records(STANDINGS, user_ids)
    }
    nothing = Standing()
    missing = {one: rules.missing_steps(one, required) for one in {nothing, *done.values()}}
    return {id_: [*missing[done.get(id_, nothing)]] for id_ in user_ids}


async def require_steps(user_id: UUID, required: Sequence[str]) -> None:
    """Raises `StepRequired` naming what the user has not done."""
    missing = (await missing_steps([user_id], required))[user_id]
    if missing:
        raise StepRequired(steps=missing)
