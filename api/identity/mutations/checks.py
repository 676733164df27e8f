"""Identity checks."""

from datetime import date
from typing import Annotated

import strawberry

from api.context import Info
from api.engine import existing
from api.errors import Busy, InvalidInput, NotAllowed, NotFound, WrongState
from api.identity.types import IdentityCheck
from api.mutation import mutation
from api.node import parse_id
from domain.identity import commands
from domain.identity.rules import Identification


@strawberry.input(description="Who you are.")
class RequestIdentityCheckInput:
    """Who one is."""

    country: str = strawberry.field(description="The country of the identification, ISO 3166 alpha-2, like `CN`.")
    identification_number: str = strawberry.field(
        description="The number of the identity card, passport or register, 4 to 64 letters and digits. "
        "It is forgotten when the identity provider has it; only a hash is kept."
    )
    birth_date: date | None = strawberry.field(
        default=None, description="The date of birth; needed for persons, who are at least 18."
    )


@strawberry.type(description="The check is on its way; the answer comes within minutes, or after an operator's review.")
class RequestIdentityCheckPayload:
    """The check is on its way."""

    check: IdentityCheck = strawberry.field(description="The check.")


RequestIdentityCheckResult = Annotated[
    RequestIdentityCheckPayload | WrongState | InvalidInput | NotAllowed | NotFound | Busy,
    strawberry.union("RequestIdentityCheckResult", description="The check is on its way, or why not."),
]


@strawberry.input(description="An operator's decision.")
class DecideIdentityCheckInput:
    """An operator's decision."""

    id: strawberry.ID = strawberry.field(description="The check, in status REVIEW.")
    approve: bool = strawberry.field(description="Whether the identity is verified.")
    reason: str = strawberry.field(description="Why, 1 to 300 characters; the user sees it.")


@strawberry.type(description="The check is decided.")
class DecideIdentityCheckPayload:
    """The check is decided."""

    check: IdentityCheck = strawberry.field(description="The check.")


DecideIdentityCheckResult = Annotated[
    DecideIdentityCheckPayload | WrongState | NotFound | InvalidInput | NotAllowed | Busy,
    strawberry.union("DecideIdentityCheckResult", description="The check is decided, or why not."),
]


@strawberry.type
class CheckMutation:
    """Identity checks."""

    @mutation(
        "Have your identity verified. The same claim again returns its check; after a rejection another claim is "
        "possible. Needs the scope ACCOUNT."
    )
    async def request_identity_check(self, info: Info, input: RequestIdentityCheckInput) -> RequestIdentityCheckResult:
        """Have one's identity verified."""
        claim = Identification(
            country=input.country, birth_date=input.birth_date, identification_number=input.identification_number
        )
        check_id = await commands.request_identity_check(info.context.actor, claim)
        return RequestIdentityCheckPayload(check=existing(info.context, IdentityCheck, check_id))

    @mutation("Decide an identity check that the provider could not decide. Operators with the scope REVIEW.")
    async def decide_identity_check(self, info: Info, input: DecideIdentityCheckInput) -> DecideIdentityCheckResult:
        """Decide an identity check."""
        check_id = await commands.decide_identity_check(
            info.context.actor, parse_id("check", input.id, "id"), approve=input.approve, reason=input.reason
        )
        return DecideIdentityCheckPayload(check=existing(info.context, IdentityCheck, check_id))
