"""The identity provider: checks persons and organisations by a fixed rule and answers later by webhook."""

import hashlib
import hmac
import json
import sqlite3
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.store import book_secret
from sandbox.web import Body, Problem, Text, ids_of, platform_only, read


class Check(Body):
    """Who is to be checked. The identification number is never stored; only a keyed hash of it is."""

    id: Text
    kind: Literal["PERSON", "ORGANISATION"]
    name: Text
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    birth_date: date | None = None
    identification_number: Annotated[str, Field(min_length=1, max_length=100, repr=False)]


class Checks(Body):
    """Up to 1,000 checks at once."""

    checks: Annotated[list[Check], Field(min_length=1, max_length=1000)]


REQUEST = TypeAdapter[Check | Checks](Check | Checks)


def outcome(identification_number: str) -> tuple[str, str]:
    """The outcome and its reason: ending 00 → REVIEW, ending 99 → REJECTED, else VERIFIED."""
    match identification_number[-2:]:
        case "00":
            return "REVIEW", "documents_unclear"
        case "99":
            return "REJECTED", "not_in_register"
        case _:
            return "VERIFIED", "matches_register"


def take(db: sqlite3.Connection, checks: list[Check]) -> None:
    """Decide the checks, each once by its id. Raises Problem 422 for an id that came with another number."""
    secret = book_secret(db).encode()
    for check in checks:
        number_hash = hmac.new(secret, check.identification_number.encode(), hashlib.sha256).hexdigest()
        db.execute(
            "INSERT INTO identity_check (id, number_hash, outcome, reason) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (check.id, number_hash, *outcome(check.identification_number)),
        )
        stored = db.execute("SELECT number_hash FROM identity_check WHERE id = ?", (check.id,)).fetchone()
        if stored["number_hash"] != number_hash:
            raise Problem(422, "id_conflict", f"check {check.id} came with another identification number before")


def take_unpacked(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Checks no webhook carries yet; from now on one does."""
    rows = db.execute("SELECT id, outcome, reason FROM identity_check WHERE packed = 0 ORDER BY id").fetchall()
    db.execute("UPDATE identity_check SET packed = 1 WHERE packed = 0")
    return [dict(row) for row in rows]


async def _submit(request: Request) -> Response:
    sandbox = request.app.state.sandbox
    body = await read(request, REQUEST)
    checks = body.checks if isinstance(body, Checks) else [body]
    with sandbox.store.transaction() as db:
        take(db, checks)
    sandbox.engine.wake()
    return JSONResponse({"accepted": [check.id for check in checks]}, 202)


async def _statuses(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        rows = db.execute(
            "SELECT id, outcome, reason FROM identity_check WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(ids_of(request)),),
        ).fetchall()
    return JSONResponse({"checks": [dict(row) for row in rows]})


ROUTES = [
    Route("/identity/v1/checks", platform_only(_submit), methods=["POST"]),
    Route("/identity/v1/checks", platform_only(_statuses), methods=["GET"]),
]
