"""Identity outcomes and mail that is really sent."""

import asyncio
import sqlite3
from datetime import date
from pathlib import Path

import pytest

from tests.sandbox.support import API_KEY, MONDAY, Desk, Process, Receiver
from workers.gateways.errors import GatewayRefused, GatewayUnavailable
from workers.gateways.identity import IdentityCheck, IdentityGateway
from workers.gateways.mail import Delivery, MailGateway, OutgoingMail


def check(name: str, number: str) -> IdentityCheck:
    """A person to be checked."""
    return IdentityCheck(name, "PERSON", "Ada Lovelace", "CN", date(1990, 2, 3), number)


async def test_outcomes_follow_the_number_and_come_in_one_webhook(
    sandbox: Process, desk: Desk, receiver: Receiver
) -> None:
    identity = IdentityGateway(sandbox.url, API_KEY, desk.http)
    checks = [check("a", "11010119900203123X"), check("b", "110101199002031200"), check("c", "110101199002031299")]
    await desk.post("/bank/control/webhooks", {"paused": True}, 200)
    await identity.submit(checks)
    await identity.submit(checks[:1])
    await desk.post("/bank/control/webhooks", {"paused": False}, 200)
    await desk.at(MONDAY)
    (message,) = receiver.messages
    assert (message.topic, message.body["type"]) == ("identity", "identity.checks")
    assert {each["id"]: each["outcome"] for each in message.body["data"]["checks"]} == {
        "a": "VERIFIED",
        "b": "REVIEW",
        "c": "REJECTED",
    }
    assert [(o.id, o.outcome) for o in await identity.statuses(["c", "nobody"])] == [("c", "REJECTED")]
    with pytest.raises(GatewayRefused, match="id_conflict"):
        await identity.submit([check("a", "another number")])


async def test_the_identification_number_is_nowhere_on_disk(tmp_path: Path, receiver: Receiver, desk: Desk) -> None:
    process, number = Process(tmp_path, receiver.port), "UNMISTAKABLE-4711"
    process.start()
    try:
        await IdentityGateway(process.url, API_KEY, desk.http).submit([check("a", number)])
    finally:
        process.end()
    assert all(number.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert number not in repr(check("a", number))
    with sqlite3.connect(tmp_path / "sandbox.sqlite3") as db:
        (stored,) = db.execute("SELECT number_hash FROM identity_check").fetchone()
    db.close()
    assert len(stored) == 64


async def test_mail_is_sent_by_smtp_read_by_http_and_stored_once(sandbox: Process, desk: Desk) -> None:
    gateway = MailGateway("127.0.0.1", sandbox.smtp_port, "Kalends <no-reply@kalends.example>")
    mails = [
        OutgoingMail("<1@kalends.example>", "ada@example.org", "Bestätigen", "Grüße, 你好\nhttps://example.org/?t=1"),
        OutgoingMail("<2@kalends.example>", "bob@example.org", "Plain", "Text <b>"),
    ]
    for _ in range(2):
        assert await gateway.send(mails) == Delivery(taken=["<1@kalends.example>", "<2@kalends.example>"])
    (mail,) = (await desk.http.get("/mail", params={"to": "Ada@example.org"})).json()
    assert (mail["from"], mail["to"]) == ("Kalends <no-reply@kalends.example>", "ada@example.org")
    assert (mail["subject"], mail["message_id"]) == ("Bestätigen", "<1@kalends.example>")
    assert mail["text"].rstrip() == mails[0].text
    assert (await desk.http.get(f"/mail/{mail['id']}")).json() == mail
    after = (await desk.http.get("/mail", params={"after": mail["id"]})).json()
    assert [each["to"] for each in after] == ["bob@example.org"]
    assert (await desk.http.get("/mail/0")).status_code == 404
    page = await desk.http.get("/")
    assert "Text &lt;b&gt;" in page.text
    assert "Bestätigen" in page.text


async def test_a_mail_server_that_is_away_is_unavailable(desk: Desk) -> None:
    delivery = await MailGateway("127.0.0.1", 1, "a@example.org").send(
        [OutgoingMail("<1@x>", "b@example.org", "s", "t")]
    )
    assert (delivery.taken, delivery.later, delivery.refused) == ([], {}, {}), "it was not tried"
    assert isinstance(delivery.lost, GatewayUnavailable)


async def test_a_message_the_server_refuses_does_not_hold_up_the_others(sandbox: Process, desk: Desk) -> None:
    gateway = MailGateway("127.0.0.1", sandbox.smtp_port, "no-reply@kalends.example")
    huge = OutgoingMail("<big@x>", "ada@example.org", "Big", "0123456789\n" * 250_000)
    small = OutgoingMail("<small@x>", "ada@example.org", "Small", "Text")
    delivery = await gateway.send([huge, small])
    assert delivery == Delivery(taken=["<small@x>"], refused={"<big@x>": "SMTPSenderRefused 552"})
    stored = (await desk.http.get("/mail", params={"to": "ada@example.org"})).json()
    assert [mail["subject"] for mail in stored] == ["Small"]


async def test_bad_requests_get_a_problem_and_never_a_500(desk: Desk) -> None:
    for path in ("/bank/customers/accounts", "/bank/customers/transfers", "/identity/v1/checks", "/bank/v1/clock"):
        for body, status in ((b"{", 400), (b"\xff", 400), (b"[]", 422), (b"{}", 422), (b"1" * 5000, 400)):
            answer = await desk.http.post(path, content=body)
            assert answer.status_code == status, (path, body[:9], answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
    answers = await asyncio.gather(
        desk.http.post("/bank/v1/instructions", json={}),
        desk.http.get("/bank/v1/statement?from=2025-13-01&to=x"),
        desk.http.get("/bank/v1/instructions"),
        desk.http.get("/mail?after=-1"),
    )
    assert [answer.status_code for answer in answers] == [400, 422, 422, 422]
