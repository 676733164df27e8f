"""/session: opening, renewing and ending a browser's session, whose tokens travel in cookies only.

The refresh token is sent to this path alone, the access token to all. Answers have GraphQL's shape where they refuse; what
they say of a session is when it ends and what it may do.
"""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from graphql import GraphQLError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from api.cookies import SESSION_PATH, Cookies, ForeignPage
from api.documents import Refused
from api.errors import Code, top_level
from api.masking import busy, present
from api.node import show_id
from api.params import bad_request, decode
from api.rate import Rates
from domain.identity.attempts import Client
from domain.identity.commands import SessionTokens
from domain.identity.credentials import DEVICE_DAYS
from domain.identity.errors import InvalidCredentials, InvalidToken, TooManyAttempts
from domain.shared import clock
from domain.shared.actor import STRANGER
from domain.shared.errors import Busy

MAX_BODY_BYTES = 4 * 1024
DAY_S = 86_400


class Accounts(Protocol):
    """The commands behind it."""

    def log_in(self, email: str, password: str, client: Client) -> Awaitable[SessionTokens]:
        """Open a session."""

    def refresh_session(self, refresh_token: str) -> Awaitable[SessionTokens]:
        """Go on with it."""

    def log_out(self, refresh_token: str) -> Awaitable[None]:
        """End it."""


class Sessions:
    """The endpoints of /session and /session/refresh."""

    def __init__(self, cookies: Cookies, rates: Rates, accounts: Accounts) -> None:
        self._cookies, self._rates, self._accounts = cookies, rates, accounts

    async def open(self, request: Request) -> Response:
        """POST {"email": …, "password": …}: open a session."""
        return await self._guarded(request, self._open)

    async def renew(self, request: Request) -> Response:
        """POST: new tokens for old ones."""
        return await self._guarded(request, self._renew)

    async def end(self, request: Request) -> Response:
        """DELETE: end the session and take its cookies away."""
        return await self._guarded(request, self._end)

    async def _guarded(self, request: Request, act: Any) -> Response:
        try:
            self._cookies.require_own_page(request.scope)
            self._rates.admit(STRANGER, _address(request)).spend(1)
            response: Response = await act(request)
        except ForeignPage as foreign:
            return _refuse(403, foreign.error)
        except Refused as refused:
            wait_s = (refused.errors[0].extensions or {})["retryAfterMs"] // 1_000
            return _refuse(429, refused.errors[0], {"retry-after": str(wait_s)})
        except TooManyAttempts as many:
            error = top_level(Code.RATE_LIMITED, many.message)
            assert error.extensions is not None, "top_level gives a code"
            error.extensions["retryAfterMs"] = many.retry_after_ms
            return _refuse(429, error, {"retry-after": str(-(-many.retry_after_ms // 1_000))})
        except (InvalidCredentials, InvalidToken) as refusal:
            return self._without(_refuse(401, top_level(Code.UNAUTHENTICATED, refusal.message)))
        except Busy as error:
            return _refuse(503, busy(error), {"retry-after": "1"})
        except GraphQLError as error:
            return _refuse(400, error)
        return response

    async def _open(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _refuse(415, bad_request("The body must be application/json."), {"accept-post": "application/json"})
        given = decode(await _body(request))
        email, password = (given.get(name) if isinstance(given, dict) else None for name in ("email", "password"))
        if not isinstance(email, str) or not isinstance(password, str):
            raise bad_request("The body is a JSON object with the texts `email` and `password`.")
        device = self._cookies.read(request.scope).get(self._cookies.device)
        return self._with(await self._accounts.log_in(email, password, Client(_address(request), device)))

    async def _renew(self, request: Request) -> Response:
        token = self._cookies.read(request.scope).get(self._cookies.refresh)
        if token is None:
            raise InvalidToken
        return self._with(await self._accounts.refresh_session(token))

    async def _end(self, request: Request) -> Response:
        token = self._cookies.read(request.scope).get(self._cookies.refresh)
        if token is not None:
            await self._accounts.log_out(token)
        return self._without(Response(status_code=204, headers={"cache-control": "no-store"}))

    def _with(self, tokens: SessionTokens) -> Response:
        """The session as a browser keeps it: its tokens in cookies, for as long as they work."""
        shown = {
            "sessionId": show_id("session", tokens.session_id),
            "scopes": sorted(tokens.scopes),
            "accessExpiresAt": tokens.access_expires_at.isoformat(),
            "refreshExpiresAt": tokens.refresh_expires_at.isoformat(),
        }
        response = _json(200, {"session": shown})
        now = clock.wall()
        access_s, refresh_s = (
            int((ends_at - now).total_seconds()) for ends_at in (tokens.access_expires_at, tokens.refresh_expires_at)
        )
        self._set(response, self._cookies.access, tokens.access_token, "/", access_s)
        self._set(response, self._cookies.refresh, tokens.refresh_token, SESSION_PATH, refresh_s)
        if tokens.device_token is not None:
            self._set(response, self._cookies.device, tokens.device_token, SESSION_PATH, DEVICE_DAYS * DAY_S)
        return response

    def _without(self, response: Response) -> Response:
        self._set(response, self._cookies.access, "", "/", 0)
        self._set(response, self._cookies.refresh, "", SESSION_PATH, 0)
        return response

    def _set(self, response: Response, name: str, value: str, path: str, max_age_s: int) -> None:
        response.headers.append("set-cookie", self._cookies.make(name, value, path, max_age_s))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


async def _body(request: Request) -> bytes:
    """The body; raises the error BAD_REQUEST for one over 4 KiB or one that ends early."""
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                raise bad_request(f"This body has at most {MAX_BODY_BYTES:,} bytes.")
    except ClientDisconnect as error:
        raise bad_request("The body ended early.") from error
    return bytes(body)


def _refuse(status: int, error: GraphQLError, headers: Mapping[str, str] | None = None) -> Response:
    return _json(status, {"errors": present([error])}, headers)


def _json(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse(content, status, {"cache-control": "no-store", **(headers or {})})
