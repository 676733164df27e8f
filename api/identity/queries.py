"""Queries of the identity context."""

from typing import Annotated

import strawberry

from api.context import Info
from api.identity.enums import DocumentKind
from api.identity.types import Document
from api.me import Me, me_of
from api.operations import Operations
from domain.identity import queries
from domain.identity.models import DocumentKind as DomainKind


@strawberry.type
class IdentityQuery:
    """Who asks, what is published, what operators see."""

    @strawberry.field(description="You; null: the request has no credential.")
    def me(self, info: Info) -> Me | None:
        """The viewer."""
        return me_of(info.context)

    @strawberry.field(description="What operators see; null unless you are one.")
    def operations(self, info: Info) -> Operations | None:
        """What operators see."""
        return Operations() if info.context.viewer.is_staff else None

    @strawberry.field(description="The platform's documents in their current versions, for everybody.")
    async def documents(
        self,
        info: Info,
        kinds: Annotated[
            list[DocumentKind] | None, strawberry.argument(description="Only these kinds; null: all of them.")
        ] = None,
    ) -> list[Document]:
        """The documents in force."""
        wanted = list(DomainKind) if kinds is None else [DomainKind(kind.name) for kind in kinds]
        return [Document(row=row) for row in await queries.current_documents(info.context.viewer, wanted)]
