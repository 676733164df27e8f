"""Where providers tell us what happened: signed (Standard Webhooks), stored as it came, applied by a worker."""

from collections.abc import Awaitable, Callable
from typing import Any

from graphql import GraphQLError
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from api.errors import Code, top_level
from api.masking import busy, present
from api.params import bad_request, decode
from domain.shared.errors import Busy

Receiver = Callable[[str, str, dict[str, Any]], Awaitable[None]]
"""Stores a provider's message: provider, the message's id, its body. The same id twice is stored once."""

PROVIDERS = ("bank", "identity")
MAX_BODY_BYTES = 1024 * 1024
MAX_ID_LENGTH = 100
SIGNED_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


class Webhooks:
    """The endpoint of /webhooks/{provider}. Without a secret it refuses everything."""

    def __init__(self, secret: SecretStr, receive: Receiver) -> None:
        """Raises ValueError for a secret that is not base64."""
        value = secret.get_secret_value()
        self._verifier = Webhook(value) if value else None
        self._receive = receive

    async def endpoint(self, request: Request) -> Response:
        """204 when the message is stored, now or before; 401 for a wrong signature; 4xx for what is no message."""
        provider = request.path_params["provider"]
        if provider not in PROVIDERS:
            return refuse(404, bad_request("There is no such provider."))
        try:
            raw = await _body(request)
        except ClientDisconnect:
            return refuse(400, bad_request("The body ended early."))
        if raw is None:
            return refuse(413, bad_request(f"A message has at most {MAX_BODY_BYTES:,} bytes."))
        if not self._is_genuine(raw, request):
            return refuse(401, top_level(Code.UNAUTHENTICATED, "The signature is not right."))
        webhook_id = request.headers["webhook-id"]
        try:
            body = decode(raw)
        except GraphQLError as error:
            return refuse(400, error)
        if not isinstance(body, dict) or len(webhook_id) > MAX_ID_LENGTH:
            return refuse(400, bad_request("A message is a JSON object, its id has at most 100 characters."))
        try:
            await self._receive(provider, webhook_id, body)
        except Busy as error:
            return refuse(503, busy(error))
        return Response(status_code=204)

    def _is_genuine(self, raw: bytes, request: Request) -> bool:
        if self._verifier is None:
            return False
        headers = {name: request.headers.get(name, "") for name in SIGNED_HEADERS}
        try:
            self._verifier.verify(raw, headers, json_parse=False)
        except (WebhookVerificationError, ValueError):  # malformed base64 or UTF-8 comes as ValueError
            return False
        return True


async def _body(request: Request) -> bytes | None:
    """The body as it came; None if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            return None
    return bytes(body)


def refuse(status: int, error: GraphQLError) -> Response:
    """A refusal of GraphQL's shape, also where GraphQL is not spoken."""
    return JSONResponse({"errors": present([error])}, status)
