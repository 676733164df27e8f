"""What this process has done, in Prometheus's text format, for whoever has the installation's metrics token."""

import hmac

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.execution import Executor

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ANSWERS = "kalends_operations_total"


class Metrics:
    """The endpoint; without a token in the settings there is none."""

    def __init__(self, executor: Executor, token: SecretStr | None) -> None:
        self._executor = executor
        self._token = token

    async def endpoint(self, request: Request) -> Response:
        """The counters. Raises 404 for everybody without the token, as if there were nothing here."""
        given = request.headers.get("authorization", "").encode()
        if self._token is None or not hmac.compare_digest(given, f"Bearer {self._token.get_secret_value()}".encode()):
            raise HTTPException(404)
        lines = [f"# HELP {ANSWERS} Operations, by how they were answered.", f"# TYPE {ANSWERS} counter"]
        lines += [f'{ANSWERS}{{how="{how}"}} {count}' for how, count in sorted(self._executor.answers.items())]
        return PlainTextResponse("\n".join([*lines, ""]), headers={"content-type": CONTENT_TYPE})
