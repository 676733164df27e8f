"""The custody bank: instructions in batches, mandates, the statement, and its clock in a sandbox."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Literal

import httpx

from workers.gateways.errors import Endpoint

IDS_PER_CALL = 200
"""Ids go into the address, and servers limit its length."""
DRAIN_TIMEOUT = httpx.Timeout(300.0, connect=3.0)
"""Seconds for the bank to walk through the days and to deliver its webhooks."""


@dataclass(frozen=True, slots=True)
class BankInstruction:
    """What the bank is told; `id` is the platform's, the bank acts on it once."""

    id: str
    kind: Literal["debit", "payout"]
    amount_minor: int
    currency: str
    account: str
    reference: str
    mandate: str | None = None


@dataclass(frozen=True, slots=True)
class SubmitAnswer:
    """Ids the bank has taken, and reasons by id for those it has not."""

    accepted: tuple[str, ...]
    refused: dict[str, str]


@dataclass(frozen=True, slots=True)
class MovementState:
    """How far a movement is. An instruction: pending, settled, refused or returned; a deposit: received, final or bounced."""

    id: str
    status: str
    booked_on: date | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """A movement of the custody account; the amount is signed as custody sees it."""

    entry_id: str
    kind: str
    instruction_id: str | None
    deposit_id: str | None
    reference: str
    account: str
    amount_minor: int
    currency: str
    booked_on: date


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries of the days asked for; balances by currency before the first and after the last of them."""

    entries: tuple[StatementEntry, ...]
    opening_minor: dict[str, int]
    closing_minor: dict[str, int]


@dataclass(frozen=True, slots=True)
class Drained:
    """What the bank did up to its clock: steps executed, webhooks delivered and not delivered."""

    now: datetime
    today: date
    executed: int
    delivered: int
    undelivered: int


class BankGateway:
    """Every method raises GatewayUnavailable (repeat it) or GatewayRefused (do not)."""

    def __init__(self, base_url: str, api_key: str, client: httpx.AsyncClient) -> None:
        """`base_url` without the bank's own path; the client is shared and closed by its owner."""
        self._endpoint = Endpoint(base_url, api_key, client)

    async def submit(self, instructions: Sequence[BankInstruction], key: str) -> SubmitAnswer:
        """Hand over up to 1,000 instructions; the same key and batch get the same answer and no second effect."""
        body = {"instructions": [asdict(instruction) for instruction in instructions]}
        answer = await self._endpoint.call("POST", "/bank/v1/instructions", body=body, key=key)
        refused = {each["id"]: each["reason"] for each in answer["refused"]}
        return SubmitAnswer(accepted=tuple(answer["accepted"]), refused=refused)

    async def statuses(self, ids: Sequence[str]) -> list[MovementState]:
        """How far instructions are; those the bank does not know are left out."""
        return await self._states("instructions", ids)

    async def deposits(self, ids: Sequence[str]) -> list[MovementState]:
        """How far deposits are; those the bank does not know are left out."""
        return await self._states("deposits", ids)

    async def _states(self, kind: str, ids: Sequence[str]) -> list[MovementState]:
        states: list[MovementState] = []
        for start in range(0, len(ids), IDS_PER_CALL):
            query = {"ids": ",".join(ids[start : start + IDS_PER_CALL])}
            answer = await self._endpoint.call("GET", f"/bank/v1/{kind}", query=query)
            states += [
                MovementState(each["id"], each["status"], _date(each["booked_on"]), each["reason"])
                for each in answer[kind]
            ]
        return states

    async def open_mandate(self, mandate: str, account: str, holder: str) -> str:
        """Open a mandate under the platform's id and answer its status; repeating it changes nothing."""
        body = {"id": mandate, "account": account, "holder": holder}
        answer = await self._endpoint.call("POST", "/bank/v1/mandates", body=body)
        return str(answer["status"])

    async def cancel_mandate(self, mandate: str) -> None:
        """Cancel a mandate; repeating it changes nothing."""
        await self._endpoint.call("DELETE", f"/bank/v1/mandates/{mandate}")

    async def statement(self, from_on: date, to_on: date) -> Statement:
        """The custody account's entries booked on these days, both included."""
        query = {"from": from_on.isoformat(), "to": to_on.isoformat()}
        answer = await self._endpoint.call("GET", "/bank/v1/statement", query=query)
        return Statement(
            entries=tuple(
                StatementEntry(**(each | {"booked_on": date.fromisoformat(each["booked_on"])}))
                for each in answer["entries"]
            ),
            opening_minor={each["currency"]: each["opening_minor"] for each in answer["balances"]},
            closing_minor={each["currency"]: each["closing_minor"] for each in answer["balances"]},
        )

    async def clock(self, now: datetime, time_zone: str, country: str) -> Drained:
        """Move a sandbox bank's clock, and wait until it has executed and told everything that is due by then."""
        body = {"now": now.isoformat(), "time_zone": time_zone, "country": country}
        answer = await self._endpoint.call("POST", "/bank/v1/clock", body=body, timeout=DRAIN_TIMEOUT)
        return Drained(
            now=datetime.fromisoformat(answer["now"]),
            today=date.fromisoformat(answer["today"]),
            executed=answer["executed"],
            delivered=answer["delivered"],
            undelivered=answer["undelivered"],
        )


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)
