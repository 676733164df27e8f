"""A provider that refuses a whole batch for one part of it: the part is set aside, the rest goes out, each once."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from domain.identity.commands import request_identity_check
from domain.payments import commands
from domain.shared import db, ids
from domain.shared.settings import settings
from tests.domain.conftest import START
from tests.domain.identity.people import CLAIM, actor_of, join
from tests.domain.payments import bank
from tests.sandbox.support import API_KEY, Desk, Process, free_port
from workers import drain, outbound, waiting
from workers.gateways.bank import BankGateway
from workers.providers import Providers, connect


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """The sandbox's bank and identity provider; nobody hears what they tell."""
    process = Process(tmp_path_factory.mktemp("sandbox"), webhook_port=free_port())
    process.start()
    yield process
    process.end()


@asynccontextmanager
async def told_by(sandbox: Process, key: str) -> AsyncIterator[Providers]:
    """The gateways of a worker that has this key."""
    places = {"bank_url": sandbox.url, "identity_url": sandbox.url, "bank_api_key": SecretStr(key)}
    async with connect(settings().model_copy(update=places)) as gateways:
        yield gateways


@pytest.fixture
async def providers(sandbox: Process) -> AsyncIterator[Providers]:
    """The gateways of a worker."""
    async with told_by(sandbox, API_KEY) as gateways:
        yield gateways


@pytest.fixture
async def stranger(sandbox: Process) -> AsyncIterator[Providers]:
    """The gateways of a worker with a wrong key."""
    async with told_by(sandbox, "a wrong key") as gateways:
        yield gateways


@pytest.fixture
async def desk(sandbox: Process) -> AsyncIterator[Desk]:
    """A tester's desk at the empty sandbox."""
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with httpx.AsyncClient(base_url=sandbox.url, headers=headers, trust_env=False, timeout=20) as client:
        await client.post("/bank/control/reset")
        desk = Desk(client, BankGateway(sandbox.url, API_KEY, client))
        await desk.at(START)
        yield desk


async def run(step: drain.Step, providers: Providers) -> list[str]:
    """Do a step until nothing is left; what it logs of warnings and errors."""
    with capture_logs() as logs:
        await drain._until_quiet([step], providers)
    return [line["event"] for line in logs]


async def withdrawals(desk: Desk, count: int) -> tuple[str, list[UUID]]:
    """So many withdrawals of different amounts to one account; returns its number and the instructions, in order."""
    ada, number = await bank.person(), await desk.account()
    account_id = await commands.add_bank_account(ada, number=number, holder="Ada Lovelace", currency="CNY")
    await bank.pay_in(ada, 100_000)
    await desk.deposit(await desk.account(200_000), 100_000)
    for position in range(count):
        await bank.withdraw(ada, account_id, 1 << position)
    return number, [row["id"] for row in await db.fetch("select id from payments.instructions order by id")]


async def spoil(instruction_id: UUID) -> None:
    """What the bank will not even read."""
    await db.execute("update payments.instructions set account_number = '' where id = $1", instruction_id)


async def statuses() -> Counter[str]:
    """How far the instructions are."""
    return Counter(row["status"] for row in await db.fetch("select status from payments.instructions"))


async def aside() -> list[db.Row]:
    """What is set aside."""
    return await db.fetch("select step, subject_id, attempts, last_error from shared.set_aside order by subject_id")


async def lease_ends() -> None:
    """Any worker may take what was taken before."""
    await db.execute("update payments.instructions set claimed_at = claimed_at - interval '1 minute'")
    await db.execute("update payments.mandates set leased_until = null")


async def make_due() -> None:
    """The next try of everything is now."""
    await lease_ends()
    await db.execute("update shared.set_aside set retry_at = now() - interval '1 second'")


@pytest.mark.parametrize("bad", [[0], [6], [2, 3]], ids=["first", "last", "two"])
async def test_an_instruction_the_bank_cannot_read_holds_up_no_other(
    providers: Providers, desk: Desk, bad: list[int]
) -> None:
    number, instructions = await withdrawals(desk, 7)
    for position in bad:
        await spoil(instructions[position])
    logs = await run(outbound.instructions, providers)
    assert set(logs) == {"step.set_aside"} and len(logs) == len(bad)
    assert await statuses() == {"SUBMITTED": 7 - len(bad), "CREATED": len(bad)}
    assert {row["subject_id"] for row in await aside()} == {instructions[position] for position in bad}
    assert "instructions" not in await waiting.steps()
    await desk.at(START)
    assert await desk.balance(number) == sum(1 << position for position in range(7) if position not in bad)

    await make_due()
    assert len(await run(outbound.instructions, providers)) == len(bad)
    assert {(row["attempts"], row["last_error"]) for row in await aside()} == {(2, "GatewayRefused")}
    await db.execute("update payments.instructions set account_number = $1", number)
    await make_due()
    assert await run(outbound.instructions, providers) == []
    assert (await statuses(), await aside()) == ({"SUBMITTED": 7}, [])
    await desk.at(START)
    assert await desk.balance(number) == 127, "each once"


async def test_what_the_bank_has_already_done_is_not_done_again_in_another_batch(
    providers: Providers, desk: Desk
) -> None:
    number, instructions = await withdrawals(desk, 4)
    batch = await commands.claim_batch()
    assert batch is not None
    told = [outbound._instruction(each) for each in batch.instructions]
    await providers.bank.submit(told[:2], "a call whose answer was lost")
    await spoil(instructions[3])
    await lease_ends()
    assert await run(outbound.instructions, providers) == ["step.set_aside"]
    await desk.at(START)
    assert await desk.balance(number) == 1 + 2 + 4


async def test_a_batch_that_two_workers_saw_refused_is_split_once(desk: Desk) -> None:
    await withdrawals(desk, 3)
    batch = await commands.claim_batch()
    assert batch is not None
    refusal = RuntimeError()
    for _ in range(2):
        assert await commands.batch_refused(batch.id, refusal) is None
    halves = [await commands.claim_batch() for _ in range(3)]
    assert [len(half.instructions) for half in halves if half is not None] == [1, 2]
    assert await aside() == []


async def test_a_wrong_key_refuses_nothing_and_everything_waits(
    providers: Providers, stranger: Providers, desk: Desk
) -> None:
    await withdrawals(desk, 3)
    ada = actor_of(await join())
    check_id = await request_identity_check(ada, CLAIM)
    await mandate(await desk.account())
    steps = (outbound.instructions, outbound.identity_checks, outbound.mandates)
    for step in steps:
        assert await run(step, stranger) == ["drain.provider"]
    assert await how_far(check_id) == ({"CREATED": 3}, "PENDING", "PENDING", [])
    await lease_ends()
    for step in steps:
        assert await run(step, providers) == []
    assert await how_far(check_id) == ({"SUBMITTED": 3}, "SUBMITTED", "ACTIVE", [])


async def mandate(number: str) -> None:
    """Somebody gives a mandate for this account."""
    bob = await bank.person()
    account_id = await commands.add_bank_account(bob, number=number, holder="Bob", currency="CNY")
    await db.execute(
        """insert into identity.consents (id, user_id, document_id, accepted_at)
        select $1, $2, id, now() from identity.documents where kind = 'DEBIT_MANDATE' and loan_id is null
        order by version desc limit 1""",
        ids.new(), bob.user_id,
    )  # fmt: skip
    await commands.give_mandate(bob, bank_account_id=account_id)


async def how_far(check_id: UUID) -> tuple[Counter[str], str, str, list[db.Row]]:
    """The instructions, a check, the mandate, and what is set aside."""
    check = await db.fetch_value("select status from identity.identity_checks where id = $1", check_id)
    return await statuses(), check, await db.fetch_value("select status from payments.mandates"), await aside()


async def test_a_check_the_provider_cannot_read_holds_up_no_other(providers: Providers, desk: Desk) -> None:
    checks = []
    for number in range(5):
        claim = replace(CLAIM, identification_number=f"11010119900517001{number}")
        checks.append(await request_identity_check(actor_of(await join(f"p{number}@example.com")), claim))
    await db.execute("update identity.identity_checks set country = 'cn' where id = $1", checks[1])
    assert await run(outbound.identity_checks, providers) == ["step.set_aside"]
    rows = await db.fetch("select id, status from identity.identity_checks order by id")
    assert [row["status"] for row in rows] == ["SUBMITTED", "PENDING", "SUBMITTED", "SUBMITTED", "SUBMITTED"]
    assert [(row["step"], row["subject_id"]) for row in await aside()] == [("identity_checks", checks[1])]
    assert "identity_checks" not in await waiting.steps()

    await db.execute("update identity.identity_checks set country = 'CN' where id = $1", checks[1])
    assert await run(outbound.identity_checks, providers) == [], "it waits"
    await make_due()
    assert await run(outbound.identity_checks, providers) == []
    rows = await db.fetch("select distinct status from identity.identity_checks")
    assert ([row["status"] for row in rows], await aside()) == (["SUBMITTED"], [])
