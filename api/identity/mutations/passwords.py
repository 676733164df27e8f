"""Forgotten passwords."""

from typing import Annotated

import strawberry

from api.context import Info
from api.errors import Busy, InvalidInput
from api.identity.errors import InvalidToken, TooManyAttempts
from api.identity.mutations.sessions import client_of
from api.mutation import mutation
from domain.identity import commands


@strawberry.input(description="Who has forgotten a password.")
class RequestPasswordResetInput:
    """Who has forgotten a password."""

    email: str = strawberry.field(description="The e-mail address of the account, at most 254 characters.")


@strawberry.type(description="If the address has a confirmed account, a mail is on its way; at most one an hour.")
class RequestPasswordResetPayload:
    """A mail is on its way, if the address has an account."""

    email: str = strawberry.field(description="The address as it was given.")


RequestPasswordResetResult = Annotated[
    RequestPasswordResetPayload | InvalidInput | TooManyAttempts | Busy,
    strawberry.union("RequestPasswordResetResult", description="Whether a mail is sent is not told."),
]


@strawberry.input(description="The token of the mail, and the new password.")
class ResetPasswordInput:
    """The token of the mail, and the new password."""

    token: str = strawberry.field(description="As it stands in the mail; it works once, within 60 minutes.")
    password: str = strawberry.field(description="The new password, 12 to 200 characters.")


@strawberry.type(description="The account has the new password. Its sessions and personal tokens have ended: log in.")
class ResetPasswordPayload:
    """The account has the new password."""

    done: bool = strawberry.field(description="Always true.")


ResetPasswordResult = Annotated[
    ResetPasswordPayload | InvalidToken | InvalidInput | Busy,
    strawberry.union("ResetPasswordResult", description="The password is another, or why not."),
]


@strawberry.type
class PasswordMutation:
    """Forgotten passwords."""

    @mutation(
        "Have a mail sent with a token for a new password. The answer does not tell whether the address has an account."
    )
    async def request_password_reset(self, info: Info, input: RequestPasswordResetInput) -> RequestPasswordResetResult:
        """Have a mail sent."""
        await commands.request_password_reset(input.email, client_of(info))
        return RequestPasswordResetPayload(email=input.email)

    @mutation(
        "Choose a new password with the token that was mailed. Ends all sessions and personal access tokens of the account."
    )
    async def reset_password(self, input: ResetPasswordInput) -> ResetPasswordResult:
        """Choose a new password."""
        await commands.reset_password(input.token, input.password)
        return ResetPasswordPayload(done=True)
