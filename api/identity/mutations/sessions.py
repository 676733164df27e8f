"""Logging in and out."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.context import Info
from api.errors import Busy, InvalidInput, NotAllowed
from api.identity.enums import Scope
from api.identity.errors import InvalidCredentials, InvalidToken, TooManyAttempts
from api.mutation import mutation
from api.node import parse_id, show_id
from domain.identity import commands
from domain.identity.attempts import Client

OF_DEVICE = (
    "Keep it on this device and give it to `logIn`: wrong passwords that others try from the same address then do not make "
    "you wait. It works for 365 days and opens nothing."
)


def client_of(info: Info, device: str | None = None) -> Client:
    """Where a request comes from."""
    return Client(info.context.ip_address, device)


@strawberry.type(description="The tokens of a session. The access token goes into `Authorization: Bearer …`.")
class SessionTokens:
    """The tokens of a session."""

    session_id: strawberry.ID = strawberry.field(description="The session, as in `me.sessions`.")
    access_token: str = strawberry.field(
        description="Works until `accessExpiresAt`, some minutes, wherever it is sent."
    )
    access_expires_at: datetime = strawberry.field(description="When the access token ends.")
    refresh_token: str = strawberry.field(description="Works once, for `refreshSession`; keep it secret.")
    refresh_expires_at: datetime = strawberry.field(description="When the refresh token ends.")
    scopes: list[Scope] = strawberry.field(description="What the access token may do.")

    @classmethod
    def of(cls, tokens: commands.SessionTokens) -> "SessionTokens":
        """The tokens as the domain made them."""
        return cls(
            session_id=show_id("session", tokens.session_id),
            access_token=tokens.access_token,
            access_expires_at=tokens.access_expires_at,
            refresh_token=tokens.refresh_token,
            refresh_expires_at=tokens.refresh_expires_at,
            scopes=[Scope(scope.value) for scope in sorted(tokens.scopes)],
        )


@strawberry.input(description="Who logs in.")
class LogInInput:
    """Who logs in."""

    email: str = strawberry.field(description="The e-mail address of a confirmed account, at most 254 characters.")
    password: str = strawberry.field(description="Its password, 12 to 200 characters.")
    device_token: str | None = strawberry.field(
        default=None,
        description="The device token of an earlier log-in of this account, as its payload gave it in `deviceToken`; null: none.",
    )


@strawberry.type(description="A session is open.")
class LogInPayload:
    """A session is open."""

    session: SessionTokens = strawberry.field(description="Its tokens.")
    device_token: str = strawberry.field(description=OF_DEVICE)


LogInResult = Annotated[
    LogInPayload | InvalidCredentials | TooManyAttempts | Busy,
    strawberry.union("LogInResult", description="A session is open, or not; the reason is not told."),
]


@strawberry.input(description="The session to go on with.")
class RefreshSessionInput:
    """The session to go on with."""

    refresh_token: str = strawberry.field(
        description="The latest refresh token of the session, as `session.refreshToken` gave it."
    )


@strawberry.type(description="The session goes on with new tokens; the old refresh token must not be used again.")
class RefreshSessionPayload:
    """The session goes on with new tokens."""

    session: SessionTokens = strawberry.field(description="Its new tokens.")


RefreshSessionResult = Annotated[
    RefreshSessionPayload | InvalidToken | Busy,
    strawberry.union("RefreshSessionResult", description="New tokens, or why not."),
]


@strawberry.input(description="The session to end.")
class LogOutInput:
    """The session to end."""

    refresh_token: str = strawberry.field(
        description="Any refresh token of the session, as `session.refreshToken` gave it."
    )


@strawberry.type(description="The session has ended; its access token runs out within minutes.")
class LogOutPayload:
    """The session has ended."""

    done: bool = strawberry.field(description="Always true, also for a token that is unknown.")


LogOutResult = Annotated[
    LogOutPayload | Busy, strawberry.union("LogOutResult", description="The session has ended, or repeat.")
]


@strawberry.input(description="The sessions to end.")
class RevokeSessionsInput:
    """The sessions to end."""

    session_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="As in `me.sessions`; null: all of them."
    )


@strawberry.type(description="The sessions have ended; their access tokens run out within minutes.")
class RevokeSessionsPayload:
    """The sessions have ended."""

    count: int = strawberry.field(description="How many were alive.")


RevokeSessionsResult = Annotated[
    RevokeSessionsPayload | InvalidInput | NotAllowed | Busy,
    strawberry.union("RevokeSessionsResult", description="The sessions have ended, or why not."),
]


@strawberry.type
class SessionMutation:
    """Logging in and out."""

    @mutation("Open a session. A refusal takes as long for an unknown address as for a wrong password.")
    async def log_in(self, info: Info, input: LogInInput) -> LogInResult:
        """Open a session."""
        tokens = await commands.log_in(input.email, input.password, client_of(info, input.device_token))
        assert tokens.device_token is not None, "of a session that was opened"
        return LogInPayload(session=SessionTokens.of(tokens), device_token=tokens.device_token)

    @mutation(
        "Replace the tokens of a session, with the scopes the account has now. A refresh token works once: using it "
        "again ends the session, because somebody stole it."
    )
    async def refresh_session(self, input: RefreshSessionInput) -> RefreshSessionResult:
        """Replace the tokens of a session."""
        return RefreshSessionPayload(session=SessionTokens.of(await commands.refresh_session(input.refresh_token)))

    @mutation("End a session.")
    async def log_out(self, input: LogOutInput) -> LogOutResult:
        """End a session."""
        await commands.log_out(input.refresh_token)
        return LogOutPayload(done=True)

    @mutation("End your sessions, some or all. Needs the scope ACCOUNT.")
    async def revoke_sessions(self, info: Info, input: RevokeSessionsInput) -> RevokeSessionsResult:
        """End one's sessions."""
        actor = info.context.actor
        ids = None
        if input.session_ids is not None:
            ids = [parse_id("session", id_, "sessionIds", str(n)) for n, id_ in enumerate(input.session_ids)]
        return RevokeSessionsPayload(count=await commands.revoke_sessions(actor, ids))
