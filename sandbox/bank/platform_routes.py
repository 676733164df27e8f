"""The bank's routes for the platform; all want its key."""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox import clock
from sandbox.bank import deposits, instructions, mandates, statement
from sandbox.web import Body, Problem, day_of, ids_of, platform_only, read


class SetClock(Body):
    """The platform's business instant, and whose calendar it lives by."""

    now: AwareDatetime
    time_zone: Annotated[str, Field(min_length=1, max_length=60)]
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]


BATCH = TypeAdapter(instructions.Batch)
MANDATE = TypeAdapter(mandates.OpenMandate)
CLOCK = TypeAdapter(SetClock)


async def _submit(request: Request) -> Response:
    sandbox, key = request.app.state.sandbox, request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= 200:
        raise Problem(400, "idempotency_key_missing", "this route wants an Idempotency-Key of up to 200 characters")
    batch = await read(request, BATCH)
    with sandbox.store.transaction() as db:
        answer = instructions.submit(db, key, batch)
    sandbox.engine.wake()
    return JSONResponse(answer, 202)


async def _statuses(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse({"instructions": instructions.statuses(db, ids_of(request))})


async def _deposits(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse({"deposits": deposits.statuses(db, ids_of(request))})


async def _open_mandate(request: Request) -> Response:
    body = await read(request, MANDATE)
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse(mandates.open_mandate(db, body), 201)


async def _cancel_mandate(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        mandates.cancel_mandate(db, request.path_params["id"])
    return Response(status_code=204)


async def _statement(request: Request) -> Response:
    from_on, to_on = day_of(request, "from"), day_of(request, "to")
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse(statement.statement(db, from_on, to_on))


async def _balance(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse({"balances": statement.custody_balances(db)})


async def _clock(request: Request) -> Response:
    """Set the clock and answer when everything due by then has been executed and its webhooks have been tried."""
    sandbox, body = request.app.state.sandbox, await read(request, CLOCK)
    instant: datetime = body.now
    with sandbox.store.transaction() as db:
        clock.today(db)
        clock.place(db, instant, body.time_zone, body.country)
    return JSONResponse(await sandbox.engine.drain())


ROUTES = [
    Route("/bank/v1/instructions", platform_only(_submit), methods=["POST"]),
    Route("/bank/v1/instructions", platform_only(_statuses), methods=["GET"]),
    Route("/bank/v1/deposits", platform_only(_deposits), methods=["GET"]),
    Route("/bank/v1/mandates", platform_only(_open_mandate), methods=["POST"]),
    Route("/bank/v1/mandates/{id}", platform_only(_cancel_mandate), methods=["DELETE"]),
    Route("/bank/v1/statement", platform_only(_statement), methods=["GET"]),
    Route("/bank/v1/balance", platform_only(_balance), methods=["GET"]),
    Route("/bank/v1/clock", platform_only(_clock), methods=["POST"]),
]
