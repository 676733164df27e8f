"""The identity provider: takes checks in batches and answers later by webhook."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Literal

import httpx

from workers.gateways.errors import Endpoint

CHECKS_PER_CALL = 1000
IDS_PER_CALL = 200


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """Who is to be checked; `id` is the platform's, the provider decides it once."""

    id: str
    kind: Literal["PERSON", "ORGANISATION"]
    name: str
    country: str
    birth_date: date | None
    identification_number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IdentityOutcome:
    """What the provider found."""

    id: str
    outcome: Literal["VERIFIED", "REVIEW", "REJECTED"]
    reason: str


class IdentityGateway:
    """Every method raises GatewayUnavailable (repeat it) or GatewayRefused (do not)."""

    def __init__(self, base_url: str, api_key: str, client: httpx.AsyncClient) -> None:
        """`base_url` without the provider's own path; the client is shared and closed by its owner."""
        self._endpoint = Endpoint(base_url, api_key, client)

    async def submit(self, checks: Sequence[IdentityCheck]) -> None:
        """Hand over checks; repeating one changes nothing."""
        for start in range(0, len(checks), CHECKS_PER_CALL):
            batch = [_as_json(check) for check in checks[start : start + CHECKS_PER_CALL]]
            await self._endpoint.call("POST", "/identity/v1/checks", body={"checks": batch})

    async def statuses(self, ids: Sequence[str]) -> list[IdentityOutcome]:
        """Outcomes so far, for whoever lost a webhook; unknown ids are left out."""
        outcomes: list[IdentityOutcome] = []
        for start in range(0, len(ids), IDS_PER_CALL):
            query = {"ids": ",".join(ids[start : start + IDS_PER_CALL])}
            answer = await self._endpoint.call("GET", "/identity/v1/checks", query=query)
            outcomes += [IdentityOutcome(**each) for each in answer["checks"]]
        return outcomes


def _as_json(check: IdentityCheck) -> dict[str, str | None]:
    return asdict(check) | {"birth_date": None if check.birth_date is None else check.birth_date.isoformat()}
