"""What identity adds to `Me` and to `Operations`."""

from typing import Annotated
from uuid import UUID

import strawberry

from api.context import Info
from api.engine import After, Connection, First, column, one, page_of
from api.identity.enums import Goal, IdentityCheckStatus, Locale, PartyKind, Role, Scope, StepKind
from api.identity.types import AccessToken, Consent, Document, IdentityCheck, Member, Session, Step
from domain.identity import queries, rules
from domain.shared import policy
from domain.shared.db import Row

MUTATION_OF = {
    rules.Step.VERIFY_EMAIL: "confirmEmail",
    rules.Step.ACCEPT_TERMS: "acceptDocuments",
    rules.Step.IDENTITY_CHECK: "requestIdentityCheck",
    rules.Step.ACCEPT_RISK_WARNING: "acceptDocuments",
    rules.Step.ACCEPT_DEBIT_MANDATE: "acceptDocuments",
}


@strawberry.type
class IdentityMe:
    """The account, its credentials and what is still to be done."""

    row: strawberry.Private[Row]
    email: str = column(description="The e-mail address, in lower case.")
    kind: PartyKind = column(description="A person or an organisation.")
    legal_name: str = column(description="The name of the person or organisation.")
    roles: list[Role] = column(description="What the account does on the market; empty for operators.")
    locale: Locale = column(description="The language of mails.")
    member: Member = one("Member", "id", description="What strangers see of the account.")

    @strawberry.field(description="What the credential of this request may do.")
    def scopes(self, info: Info) -> list[Scope]:
        """The scopes of the credential."""
        return [Scope(scope.value) for scope in sorted(info.context.viewer.scopes)]

    @strawberry.field(description="What is still to be done before a goal, in order; empty: nothing.")
    async def next_steps(
        self, info: Info, goal: Annotated[Goal, strawberry.argument(description="What the account wants to do.")]
    ) -> list[Step]:
        """The steps that are missing."""
        profile = policy.active()
        required = {
            Goal.BORROW: profile.borrower_steps,
            Goal.LEND: profile.lender_steps,
            Goal.GIVE_MANDATE: rules.MANDATE_STEPS,
        }[goal]
        user_id: UUID = self.row["id"]
        missing = [rules.Step(name) for name in (await queries.missing_steps([user_id], required))[user_id]]
        kinds = [rules.DOCUMENT_OF[step] for step in missing if step in rules.DOCUMENT_OF]
        found = await queries.current_documents(info.context.viewer, kinds) if kinds else []
        return [
            Step(
                kind=StepKind(step.value),
                mutation=MUTATION_OF[step],
                documents=[Document(row=row) for row in found if row["kind"] == rules.DOCUMENT_OF.get(step)],
            )
            for step in missing
        ]

    @strawberry.field(description="The register of what the account accepted, the latest first.")
    def consents(self, info: Info, first: First = 20, after: After = None) -> Connection[Consent]:
        """What the account accepted."""
        return page_of(info.context, Consent, first, after, where="{t}.user_id = $3", args=[self.row["id"]])

    @strawberry.field(description="The living sessions, the latest first; at most 100.")
    async def sessions(self, info: Info) -> list[Session]:
        """The living sessions."""
        found = await queries.SESSIONS.select(info.context.viewer, tail="order by {t}.id desc limit 100")
        return [Session(row=row) for row in found]

    @strawberry.field(description="The personal access tokens in use; at most 50.")
    async def access_tokens(self, info: Info) -> list[AccessToken]:
        """The tokens in use."""
        found = await queries.ACCESS_TOKENS.select(info.context.viewer, tail="order by {t}.id limit 50")
        return [AccessToken(row=row) for row in found]

    @strawberry.field(description="The latest identity check; null: none was asked for.")
    async def identity_check(self, info: Info) -> IdentityCheck | None:
        """The latest identity check."""
        found = await queries.IDENTITY_CHECKS.select(
            info.context.viewer, "{t}.user_id = $3", [self.row["id"]], "order by {t}.id desc limit 1"
        )
        return IdentityCheck(row=found[0]) if found else None


@strawberry.type
class IdentityOperations:
    """The queue of identity checks."""

    @strawberry.field(description="Identity checks in a status, the oldest first: those in REVIEW wait for a decision.")
    def identity_checks(
        self,
        info: Info,
        status: Annotated[
            IdentityCheckStatus, strawberry.argument(description="The status they have.")
        ] = IdentityCheckStatus.REVIEW,
        first: First = 20,
        after: After = None,
    ) -> Connection[IdentityCheck]:
        """Identity checks in a status."""
        return page_of(
            info.context, IdentityCheck, first, after,
            where="{t}.status = $3", args=[status.name], order=(("id", "asc", UUID),),
        )  # fmt: skip
