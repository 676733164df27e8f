"""The two ways a provider can fail, and the one place that tells them apart."""

import json
from typing import Any

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
"""Seconds for a provider's ordinary answer."""
WHO_ASKS = frozenset({401, 403})
"""Our key is not accepted, which says nothing of what was asked."""
OF_CONTENT = frozenset({400, 409, 413, 422})
"""What a call said was refused; with another status it did not come so far."""


class GatewayUnavailable(Exception):
    """No usable answer: connection lost, timeout, 401, 403, 429 or 5xx. Whether it had an effect is unknown: repeat, same key."""


class GatewayRefused(Exception):
    """The provider understood and refused; repeating changes nothing. `reason` is the provider's code."""

    def __init__(self, status: int, reason: str) -> None:
        """`status` is the HTTP status."""
        super().__init__(f"{status} {reason}")
        self.status, self.reason = status, reason

    @property
    def of_content(self) -> bool:
        """Whether it was what the call said; of a batch, then, a part of it may be welcome."""
        return self.status in OF_CONTENT


class Endpoint:
    """A provider's HTTP address with its key; every call ends in an answer or in one of the two errors."""

    def __init__(self, base_url: str, api_key: str, client: httpx.AsyncClient) -> None:
        """The client is shared and closed by its owner."""
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {api_key}"}
        self._client = client

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: dict[str, str] | None = None,
        key: str | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> Any:
        """The decoded JSON of a 2xx answer, None if it is empty. Raises GatewayUnavailable, GatewayRefused."""
        headers = self._headers if key is None else self._headers | {"Idempotency-Key": key}
        try:
            answer = await self._client.request(
                method, self._base_url + path, json=body, params=query, headers=headers, timeout=timeout
            )
        except httpx.TransportError as error:
            raise GatewayUnavailable(f"{method} {path}: {type(error).__name__}") from error
        if answer.status_code in {*WHO_ASKS, 429} or answer.status_code >= 500:
            raise GatewayUnavailable(f"{method} {path}: status {answer.status_code}")
        if not answer.is_success:
            raise GatewayRefused(answer.status_code, _reason(answer))
        try:
            return answer.json() if answer.content else None
        except json.JSONDecodeError as error:
            raise GatewayUnavailable(f"{method} {path}: the answer is not JSON") from error


def _reason(answer: httpx.Response) -> str:
    """The code in a problem document, or the plain status."""
    try:
        problem = answer.json()
    except ValueError:
        return f"status_{answer.status_code}"
    reason = problem.get("reason") if isinstance(problem, dict) else None
    return reason if isinstance(reason, str) else f"status_{answer.status_code}"
