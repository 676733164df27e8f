"""What all HTTP routes of the sandbox share: reading bodies, refusing with a problem document, the platform's key."""

import hmac
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]

Text = Annotated[str, Field(min_length=1, max_length=200)]
AmountMinor = Annotated[int, Field(strict=True, gt=0, le=10**15)]
Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
WorkingDays = Annotated[int, Field(strict=True, ge=0, le=250)]


class Body(BaseModel):
    """A request body; unknown fields are refused, so that a misspelt one cannot be ignored silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Problem(Exception):
    """A refusal the caller can understand; becomes application/problem+json."""

    def __init__(self, status: int, reason: str, detail: str) -> None:
        """`reason` is a stable code, `detail` a sentence for people."""
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail


async def answer_problem(request: Request, error: Exception) -> Response:
    """RFC 9457 with the code in the extra member `reason`."""
    assert isinstance(error, Problem)
    body = {"type": "about:blank", "status": error.status, "reason": error.reason, "detail": error.detail}
    return JSONResponse(body, error.status, media_type="application/problem+json")


async def read(request: Request, shape: TypeAdapter[T]) -> T:
    """The body in its declared shape. Raises Problem 400 for what is not JSON, 422 for another shape."""
    try:
        return shape.validate_json(await request.body())
    except ValidationError as error:
        # Never the input itself: it may hold an identification number.
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "json_invalid":
            raise Problem(400, "not_json", "the body is not JSON") from None
        raise Problem(422, "invalid", f"{where}: {first['msg']}") from None


def ids_of(request: Request) -> list[str]:
    """The query's `ids`, comma separated, at most 1,000."""
    ids = [part for part in request.query_params.get("ids", "").split(",") if part]
    if not 1 <= len(ids) <= 1000:
        raise Problem(422, "invalid", "ids: between 1 and 1,000 ids, separated by commas")
    return ids


def day_of(request: Request, name: str) -> date:
    """A query parameter that is a date, YYYY-MM-DD."""
    try:
        return date.fromisoformat(request.query_params.get(name, ""))
    except ValueError:
        raise Problem(422, "invalid", f"{name}: a date, YYYY-MM-DD") from None


def platform_only(endpoint: Endpoint) -> Endpoint:
    """The endpoint, for callers with the platform's key only."""

    async def guarded(request: Request) -> Response:
        expected = f"Bearer {request.app.state.sandbox.api_key}"
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), expected.encode()):
            raise Problem(401, "unauthorized", "this route wants Authorization: Bearer <api_key>")
        return await endpoint(request)

    return guarded
