"""The bank's routes for customers and for testers; open, because it is a sandbox."""

from typing import Annotated

from pydantic import Field, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.bank import accounts, behaviours, deposits
from sandbox.engine import pause_webhooks
from sandbox.web import Body, read


class Accounts(Body):
    """Up to 1,000 accounts to open at once."""

    accounts: Annotated[list[accounts.OpenAccount], Field(min_length=1, max_length=1000)]


class Transfers(Body):
    """Up to 1,000 deposits at once, all or none."""

    transfers: Annotated[list[deposits.Transfer], Field(min_length=1, max_length=1000)]


class PauseWebhooks(Body):
    """Whether deliveries are held back."""

    paused: bool


OPEN = TypeAdapter[accounts.OpenAccount | Accounts](accounts.OpenAccount | Accounts)
CHANGE = TypeAdapter(accounts.ChangeAccount)
TRANSFER = TypeAdapter[deposits.Transfer | Transfers](deposits.Transfer | Transfers)
BEHAVIOUR = TypeAdapter(behaviours.Behaviour)
PAUSE = TypeAdapter(PauseWebhooks)


async def _open(request: Request) -> Response:
    body = await read(request, OPEN)
    with request.app.state.sandbox.store.transaction() as db:
        if isinstance(body, Accounts):
            return JSONResponse({"accounts": accounts.open_accounts(db, body.accounts)}, 201)
        return JSONResponse(accounts.open_accounts(db, [body])[0], 201)


async def _account(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse(accounts.account(db, request.path_params["number"]))


async def _change(request: Request) -> Response:
    body = await read(request, CHANGE)
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse(accounts.change(db, request.path_params["number"], body))


async def _transfer(request: Request) -> Response:
    sandbox, body = request.app.state.sandbox, await read(request, TRANSFER)
    with sandbox.store.transaction() as db:
        made = deposits.deposit(db, body.transfers if isinstance(body, Transfers) else [body])
    sandbox.engine.wake()
    return JSONResponse({"transfers": made} if isinstance(body, Transfers) else made[0], 201)


async def _add_behaviour(request: Request) -> Response:
    body = await read(request, BEHAVIOUR)
    with request.app.state.sandbox.store.transaction() as db:
        return JSONResponse({"id": behaviours.add(db, body)}, 201)


async def _clear_behaviours(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        db.execute("DELETE FROM behaviour")
    return Response(status_code=204)


async def _pause(request: Request) -> Response:
    sandbox, body = request.app.state.sandbox, await read(request, PAUSE)
    with sandbox.store.transaction() as db:
        pause_webhooks(db, body.paused)
    sandbox.engine.wake()
    return JSONResponse({"paused": body.paused})


async def _reset(request: Request) -> Response:
    await request.app.state.sandbox.engine.reset()
    return Response(status_code=204)


ROUTES = [
    Route("/bank/customers/accounts", _open, methods=["POST"]),
    Route("/bank/customers/accounts/{number}", _account, methods=["GET"]),
    Route("/bank/customers/accounts/{number}", _change, methods=["PATCH"]),
    Route("/bank/customers/transfers", _transfer, methods=["POST"]),
    Route("/bank/control/behaviours", _add_behaviour, methods=["POST"]),
    Route("/bank/control/behaviours", _clear_behaviours, methods=["DELETE"]),
    Route("/bank/control/webhooks", _pause, methods=["POST"]),
    Route("/bank/control/reset", _reset, methods=["POST"]),
]
