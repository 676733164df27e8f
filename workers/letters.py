"""Which events become messages, to whom, with which facts; a batch of events is one query and one insert."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from domain.notifications.commands import NewMessage, queue
from domain.shared import clock, db
from domain.shared.db import Row
from domain.shared.money import Money
from workers.relay import Delivery, Handler

Facts = Callable[[Delivery, Row], Mapping[str, str]]


def to_user(template: str) -> Handler:
    """A message without facts to the user the event is about (`user_id`)."""

    async def handler(events: Sequence[Delivery]) -> None:
        await queue(
            [
                NewMessage(dedupe_key=f"{template}:{event.event_id}", user_id=event.uuid("user_id"), template=template)
                for event in events
            ]
        )

    return handler


def about_money(template: str) -> Handler:
    """A message to an event's audience about its `amount_minor` and `currency`."""

    async def handler(events: Sequence[Delivery]) -> None:
        await queue(
            [
                NewMessage(
                    dedupe_key=f"{template}:{event.event_id}:{user_id}",
                    user_id=user_id,
                    template=template,
                    facts={"amount": str(Money(event.payload["amount_minor"], event.payload["currency"]))},
                )
                for event in events
                for user_id in event.audience
            ]
        )

    return handler


def to_borrower(template: str, facts: Facts | None = None) -> Handler:
    """A message to a loan's borrower; every one names the loan's reference."""
    return _about_loan(template, facts, lambda _, loan: [loan["borrower_id"]])


def to_other_parties(template: str, facts: Facts | None = None) -> Handler:
    """A message to an event's audience but the loan's borrower; it names the loan's reference."""
    return _about_loan(
        template, facts, lambda event, loan: [user_id for user_id in event.audience if user_id != loan["borrower_id"]]
    )


def _about_loan(template: str, facts: Facts | None, addressees: Callable[[Delivery, Row], Sequence[UUID]]) -> Handler:
    async def handler(events: Sequence[Delivery]) -> None:
        loans = await _loans([event.loan_id for event in events if event.loan_id])
        messages = []
        for event in events:
            loan = loans[event.loan_id] if event.loan_id else None
            assert loan is not None, "an event of a loan names it"
            shown = {"loan_reference": loan["reference"], **(facts(event, loan) if facts else {})}
            messages += [
                NewMessage(
                    dedupe_key=f"{template}:{event.event_id}:{user_id}", user_id=user_id, template=template, facts=shown
                )
                for user_id in addressees(event, loan)
            ]
        await queue(messages)

    return handler


async def _loans(loan_ids: Sequence[UUID]) -> dict[UUID | None, Row]:
    rows = await db.fetch(
        """select l.id, l.reference, l.borrower_id, l.currency, l.asked_minor, l.principal_minor, l.annual_rate_ppm,
            l.offer_expires_at, s.committed_minor, s.decide_by
        from lending.loans l left join marketplace.listings s on s.id = l.id where l.id = any($1)""",
        list(loan_ids),
    )
    return {row["id"]: row for row in rows}


def offer(_: Delivery, loan: Row) -> dict[str, str]:
    """The facts of an offer."""
    return {
        "amount": str(Money(loan["asked_minor"], loan["currency"])),
        "annual_rate": f"{Decimal(loan['annual_rate_ppm']).scaleb(-4):.2f} %",
        "expires_on": clock.on(loan["offer_expires_at"]).isoformat(),
    }


def lent(_: Delivery, loan: Row) -> dict[str, str]:
    """What was lent, or promised so far."""
    return {"amount": str(Money(loan["principal_minor"] or loan["committed_minor"], loan["currency"]))}


def short(_: Delivery, loan: Row) -> dict[str, str]:
    """What was promised, and until when the borrower may take it."""
    return {
        "amount": str(Money(loan["committed_minor"], loan["currency"])),
        "decide_by": clock.on(loan["decide_by"]).isoformat(),
    }


def returned(event: Delivery, loan: Row) -> dict[str, str]:
    """What the bank took back."""
    return {"amount": str(Money(event.payload["amount_minor"], loan["currency"]))}


async def remind(events: Sequence[Delivery]) -> None:
    """Reminders of installments, before and after they fall due."""
    today = await clock.today()
    await queue([_reminder(event, today) for event in events])


def _reminder(event: Delivery, today: date) -> NewMessage:
    due_on = date.fromisoformat(event.payload["due_on"])
    facts = {
        "loan_reference": event.payload["reference"],
        "amount": str(Money(event.payload["open_minor"], event.payload["currency"])),
    }
    before = event.payload["reminder"] == "BEFORE"
    facts |= {"due_on": due_on.isoformat()} if before else {"days_past_due": str((today - due_on).days)}
    template = "installment_due" if before else "installment_overdue"
    (borrower_id,) = event.audience
    return NewMessage(dedupe_key=f"{template}:{event.event_id}", user_id=borrower_id, template=template, facts=facts)
