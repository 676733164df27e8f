"""Personal access tokens."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Info
from api.engine import existing
from api.errors import Busy, InvalidInput, NotAllowed, NotFound
from api.identity.enums import Scope
from api.identity.types import AccessToken
from api.me import Me, myself
from api.mutation import mutation
from api.node import parse_id
from domain.identity import commands
from domain.shared import actor


@strawberry.input(description="The personal access token to make.")
class CreateAccessTokenInput:
    """The token to make."""

    name: str = strawberry.field(description="What you call it, 1 to 80 characters.")
    scopes: list[Scope] = strawberry.field(
        description="What it may do: no more than the credential of this request. READ comes with every token."
    )
    expires_at: datetime = strawberry.field(description="When it ends: in the future, at most 365 days away.")


@strawberry.type(description="The token is made. At most 50 can be in use.")
class CreateAccessTokenPayload:
    """The token is made."""

    access_token: AccessToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(
        description="What goes into `Authorization: Bearer …`. It is shown here only; we keep its hash."
    )


CreateAccessTokenResult = Annotated[
    CreateAccessTokenPayload | InvalidInput | NotAllowed | Busy,
    strawberry.union("CreateAccessTokenResult", description="The token is made, or why not."),
]


@strawberry.input(description="The personal access token to end.")
class RevokeAccessTokenInput:
    """The token to end."""

    id: strawberry.ID = strawberry.field(description="The id, as in `me.accessTokens`.")


@strawberry.type(description="The token works no more.")
class RevokeAccessTokenPayload:
    """The token works no more."""

    me: Me = strawberry.field(description="You.")


RevokeAccessTokenResult = Annotated[
    RevokeAccessTokenPayload | NotFound | InvalidInput | NotAllowed | Busy,
    strawberry.union("RevokeAccessTokenResult", description="The token works no more, or why it does."),
]


@strawberry.type
class TokenMutation:
    """Personal access tokens."""

    @mutation(
        "Make a personal access token for a program of yours. Needs the scope ACCOUNT and a session: such tokens make no others."
    )
    async def create_access_token(self, info: Info, input: CreateAccessTokenInput) -> CreateAccessTokenResult:
        """Make a token."""
        scopes = [actor.Scope(scope.name) for scope in input.scopes]
        made = await commands.create_access_token(info.context.actor, input.name, scopes, input.expires_at)
        return CreateAccessTokenPayload(access_token=existing(info.context, AccessToken, made.id), secret=made.secret)

    @mutation("End a personal access token, at once. Needs the scope ACCOUNT.")
    async def revoke_access_token(self, info: Info, input: RevokeAccessTokenInput) -> RevokeAccessTokenResult:
        """End a token."""
        await commands.revoke_access_token(info.context.actor, parse_id("token", input.id, "id"))
        return RevokeAccessTokenPayload(me=myself(info.context))
