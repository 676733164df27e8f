"""Messages: queued once, taken under a lease, sent or given up; secrets only in what goes out."""

import json
from dataclasses import replace

import pytest

from domain.identity.commands import confirm_email, register
from domain.identity.models import Locale
from domain.notifications import commands
from domain.notifications.commands import NewMessage, claim_due, failed, queue, sent
from domain.notifications.mails import compose
from domain.notifications.templates import templates
from domain.shared import db
from tests.domain.identity.people import PASSWORD, registration, user_id_of


async def confirmation(key: str = "1") -> NewMessage:
    await register(registration())
    return NewMessage(dedupe_key=key, user_id=await user_id_of("ada@example.com"), template="confirm_email")


async def test_a_message_is_queued_once_taken_once_and_sent() -> None:
    message = await confirmation()
    for _ in range(2):
        await queue([message])
    [due] = await claim_due()
    assert (due.email, due.template, due.attempts) == ("ada@example.com", "confirm_email", 1)
    assert await claim_due() == [], "it is leased"
    await sent([due.id])
    assert await db.fetch_value("select status from notifications.messages") == "SENT"


async def test_the_mail_carries_a_token_that_confirms_and_none_is_stored() -> None:
    await queue([await confirmation()])
    [due] = await claim_due()
    mail = compose(due)
    token = mail.text.split("\n\n")[2].strip()
    stored = json.dumps(await db.fetch("select * from notifications.messages"), default=str)
    assert token not in stored and token not in json.dumps(await db.fetch("select * from shared.outbox"), default=str)
    assert await confirm_email(token, PASSWORD) is not None
    assert mail.message_id == compose(due).message_id == f"<{due.id}@kalends.example>"


@pytest.mark.parametrize("locale", Locale)
async def test_a_mail_to_a_stranger_says_nothing_that_somebody_typed(locale: Locale) -> None:
    await register(replace(registration(legal_name="Log in at evil.example"), locale=locale))
    user_id = await user_id_of("ada@example.com")
    await queue([NewMessage(dedupe_key="1", user_id=user_id, template="confirm_email")])
    [due] = await claim_due()
    mail = compose(due)
    assert due.locale == locale and "evil" not in mail.subject + mail.text


async def test_a_failed_message_is_tried_again_and_given_up() -> None:
    await queue([await confirmation()])
    for attempt in range(1, commands.MAX_ATTEMPTS + 1):
        await db.execute("update notifications.messages set not_before_at = now()")
        [due] = await claim_due()
        assert due.attempts == attempt
        await failed([due.id])
    assert await db.fetch_value("select status from notifications.messages") == "FAILED"


async def test_a_refused_address_is_given_up_at_once() -> None:
    await queue([await confirmation()])
    [due] = await claim_due()
    await failed([due.id], for_good=True)
    assert await db.fetch_value("select status from notifications.messages") == "FAILED"


async def test_facts_are_those_the_template_shows() -> None:
    message = await confirmation()
    with pytest.raises(AssertionError, match="offer_made shows"):
        await queue([NewMessage(dedupe_key="2", user_id=message.user_id, template="offer_made")])


def test_every_language_of_a_template_shows_the_same_facts() -> None:
    for (name, _), template in templates().items():
        assert template.facts <= templates()[name, "EN"].facts
        assert (name, "EN") in templates()
