"""Sending: one mail's trouble is its own; nobody gets one twice; a server that is away costs nobody a mail."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from domain.identity.commands import register
from domain.notifications.commands import MAX_ATTEMPTS, NewMessage, queue
from domain.shared import db
from domain.shared.settings import settings
from tests.domain.identity.people import registration, user_id_of
from tests.support.mail_server import MailServer, mail_server
from workers import drain, outbound
from workers.gateways import mail
from workers.providers import Providers, connect

ANN, BEN, CAT = EVERYBODY = ("ann@example.com", "ben@example.com", "cat@example.com")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    """A mail server that takes everything."""
    async with mail_server() as running:
        yield running


@pytest.fixture
async def providers(server: MailServer) -> AsyncIterator[Providers]:
    """The gateways of a worker, with that server."""
    async with connect(settings().model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": server.port})) as gateways:
        yield gateways


@pytest.fixture
async def no_server() -> AsyncIterator[Providers]:
    """The gateways of a worker whose mail server is away."""
    async with connect(settings().model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": 1})) as gateways:
        yield gateways


@pytest.fixture(autouse=True)
async def mails() -> None:
    """One mail waits for each of three people, in this order."""
    for email in EVERYBODY:
        await register(registration(email))
        message = NewMessage(dedupe_key=email, user_id=await user_id_of(email), template="confirm_email")
        await queue([message])


async def sent_at_once(providers: Providers) -> list[str]:
    """What the step logs."""
    with capture_logs() as logs:
        await drain._until_quiet([outbound.messages], providers)
    return [line["event"] for line in logs]


async def time_passes() -> None:
    """Until every mail that waits is due, whatever it waits for."""
    await db.execute("update notifications.messages set not_before_at = now() - interval '1 second'")


async def states() -> dict[str, tuple[str, int]]:
    """How far each mail is, and its attempts, by who gets it."""
    rows = await db.fetch("select dedupe_key, status, attempts from notifications.messages order by id")
    return {row["dedupe_key"]: (row["status"], row["attempts"]) for row in rows}


def each(state: tuple[str, int]) -> dict[str, tuple[str, int]]:
    """Everybody's mail is that far."""
    return dict.fromkeys(EVERYBODY, state)


async def test_a_recipient_to_be_tried_later_waits_alone(server: MailServer, providers: Providers) -> None:
    server.answers[BEN] = "450 4.2.0 Greylisted"
    assert await sent_at_once(providers) == ["mail.not_taken"]
    assert await states() == {ANN: ("SENT", 1), BEN: ("QUEUED", 1), CAT: ("SENT", 1)}
    assert await sent_at_once(providers) == [], "it rests"
    await time_passes()
    del server.answers[BEN]
    assert await sent_at_once(providers) == []
    assert server.received == {ANN: 1, BEN: 1, CAT: 1}
    assert (await states())[BEN] == ("SENT", 2)


async def test_after_ten_attempts_in_more_than_a_day_a_mail_is_given_up(
    server: MailServer, providers: Providers
) -> None:
    server.answers[BEN] = "450 4.2.0 Greylisted"
    pauses: list[timedelta] = []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert await sent_at_once(providers) == ["mail.not_taken"]
        assert (await states())[BEN] == ("FAILED" if attempt == MAX_ATTEMPTS else "QUEUED", attempt)
        pauses.append(
            await db.fetch_value(
                "select date_trunc('minute', not_before_at - now() + interval '5 s') from notifications.messages where dedupe_key = $1",
                BEN,
            )
        )
        await time_passes()
    assert [pause.total_seconds() / 60 for pause in pauses[:-1]] == [1, 3, 9, 27, 81, 243, 480, 480, 480]
    assert sum(pauses[:-1], timedelta()) > timedelta(days=1)
    assert await sent_at_once(providers) == []
    assert server.received == {ANN: 1, CAT: 1}


async def test_a_recipient_refused_for_good_is_given_up_at_once_and_logged_without_the_address(
    server: MailServer, providers: Providers
) -> None:
    server.answers[BEN] = f"550 5.1.1 <{BEN}> User unknown"
    with capture_logs() as logs:
        await drain._until_quiet([outbound.messages], providers)
    assert await states() == {ANN: ("SENT", 1), BEN: ("FAILED", 1), CAT: ("SENT", 1)}
    message = await db.fetch_value("select id from notifications.messages where dedupe_key = $1", BEN)
    told = {"message": str(message), "why": "SMTPRecipientRefused 550", "for_good": True}
    assert logs == [{"event": "mail.not_taken", "log_level": "warning"} | told]


async def test_a_server_that_is_away_costs_no_attempt(
    server: MailServer, providers: Providers, no_server: Providers
) -> None:
    for _ in range(MAX_ATTEMPTS + 2):
        assert await sent_at_once(no_server) == ["drain.provider"]
        assert await states() == each(("QUEUED", 0))
        assert await sent_at_once(no_server) == [], "they rest until the next sweep"
        await time_passes()
    assert await sent_at_once(providers) == []
    assert await states() == each(("SENT", 1))
    assert server.received == {ANN: 1, BEN: 1, CAT: 1}


@pytest.mark.parametrize("code", [450, 553], ids=str)
async def test_a_server_that_refuses_the_sender_costs_no_attempt(
    server: MailServer, providers: Providers, code: int
) -> None:
    server.sender = f"{code} Sender refused"
    for _ in range(MAX_ATTEMPTS + 2):
        assert await sent_at_once(providers) == ["drain.provider"]
        await time_passes()
    assert await states() == each(("QUEUED", 0))


async def test_what_was_taken_before_the_connection_broke_is_not_sent_again(
    server: MailServer, providers: Providers
) -> None:
    server.hangs_up_on.add(BEN)
    assert await sent_at_once(providers) == ["mail.not_taken", "drain.provider"]
    assert await states() == {ANN: ("SENT", 1), BEN: ("QUEUED", 1), CAT: ("QUEUED", 0)}
    await time_passes()
    assert await sent_at_once(providers) == ["mail.not_taken", "drain.provider"]
    await db.execute("update notifications.messages set not_before_at = now() where dedupe_key = $1", CAT)
    assert await sent_at_once(providers) == [], "whose mail breaks the connection rests longer than the others"
    assert await states() == {ANN: ("SENT", 1), BEN: ("QUEUED", 2), CAT: ("SENT", 1)}
    assert server.received == {ANN: 1, CAT: 1}


async def test_a_server_that_closes_with_its_answer_is_lost(server: MailServer, providers: Providers) -> None:
    server.answers[BEN] = "421 4.7.0 Too many connections"
    assert await sent_at_once(providers) == ["mail.not_taken", "drain.provider"]
    assert await states() == {ANN: ("SENT", 1), BEN: ("QUEUED", 1), CAT: ("QUEUED", 0)}


async def test_a_slow_server_is_left_in_time_and_the_rest_follows(
    server: MailServer, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "SENDING_S", 0.0)
    received: Sequence[int] = [await outbound.messages(providers) and server.received.total() for _ in range(4)]
    assert received == [1, 2, 3, 0]
    assert await states() == each(("SENT", 1))
