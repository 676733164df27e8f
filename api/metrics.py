"""What this process has done, in Prometheus's text format, for whoever has the installation's metrics token."""

import hmac
from collections.abc import Mapping

from pydantic import SecretStr
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.execution import Executor
from domain.shared.replica import Replica

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ANSWERS = "kalends_operations_total"
READS = "kalends_replica_reads_total"
LAG = "kalends_replica_lag_seconds"


class Metrics:
    """The endpoint; without a token in the settings there is none."""

    def __init__(self, executor: Executor, replica: Replica | None, token: SecretStr | None) -> None:
        self._executor = executor
        self._replica = replica
        self._token = token

    async def endpoint(self, request: Request) -> Response:
        """The counters. Raises 404 for everybody without the token, as if there were nothing here."""
        given = request.headers.get("authorization", "").encode()
        if self._token is None or not hmac.compare_digest(given, f"Bearer {self._token.get_secret_value()}".encode()):
            raise HTTPException(404)
        lines = _counter(ANSWERS, "Operations, by how they were answered.", "how", self._executor.answers)
        if self._replica is not None:
            lines += _counter(READS, "Reads that may lag, by what answered them.", "from", self._replica.answers)
            lines += [f"# HELP {LAG} How far the replica is behind at most.", f"# TYPE {LAG} gauge"]
            lines += [f"{LAG} {self._replica.lag_s:.3f}".replace("inf", "+Inf")]
        return PlainTextResponse("\n".join([*lines, ""]), headers={"content-type": CONTENT_TYPE})


def _counter(name: str, text: str, label: str, counts: Mapping[str, int]) -> list[str]:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} counter"]
    return lines + [f'{name}{{{label}="{value}"}} {count}' for value, count in sorted(counts.items())]
