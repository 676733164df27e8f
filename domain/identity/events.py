"""What identity tells the rest: ids and outcomes, never an address, a name or a secret."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.shared.outbox import Event


def user_registered(user_id: UUID) -> Event:
    """A new account waits for the confirmation of its e-mail."""
    return Event(kind="user.registered", key=str(user_id), payload={"user_id": user_id}, audience=(user_id,))


def confirmation_requested(user_id: UUID, at: datetime) -> Event:
    """Somebody asks for the confirmation mail again; at most one an hour, so that nobody floods a mailbox."""
    return Event(kind="email.confirmation_requested", key=f"{user_id}:{at:%Y-%m-%dT%H}", payload={"user_id": user_id})


def nobody_asked(email: str, at: datetime) -> Event:
    """Somebody asks for a mail to an address that gets none. Written down as for others, so that both take the same."""
    return Event(kind="email.nobody_asked", key=f"{sha256(email.encode()).hexdigest()}:{at:%Y-%m-%dT%H}")


def password_reset_requested(user_id: UUID, at: datetime) -> Event:
    """Somebody has forgotten a password, or says so; a mail an hour at most."""
    return Event(kind="password.reset_requested", key=f"{user_id}:{at:%Y-%m-%dT%H}", payload={"user_id": user_id})


def password_changed(user_id: UUID, mark: str) -> Event:
    """An account has a new password (`mark` tells it from the last one); what the old one opened is closed."""
    return Event(kind="password.changed", key=f"{user_id}:{mark}", payload={"user_id": user_id}, audience=(user_id,))


def registration_repeated(user_id: UUID, at: datetime) -> Event:
    """Somebody registered with the e-mail of an account: its owner is told, the stranger is not. Hourly at most."""
    return Event(kind="registration.repeated", key=f"{user_id}:{at:%Y-%m-%dT%H}", payload={"user_id": user_id})


def email_confirmed(user_id: UUID) -> Event:
    """The owner of an account reads its e-mail."""
    return Event(kind="email.confirmed", key=str(user_id), payload={"user_id": user_id}, audience=(user_id,))


def session_compromised(user_id: UUID, family_id: UUID) -> Event:
    """A refresh token was used a second time: its session is revoked, since one of the two users stole it."""
    return Event(
        kind="session.compromised",
        key=str(family_id),
        payload={"user_id": user_id, "session_id": family_id},
        audience=(user_id,),
    )


def documents_accepted(user_id: UUID, document_ids: list[UUID]) -> list[Event]:
    """A user accepted documents."""
    return [
        Event(
            kind="document.accepted",
            key=f"{user_id}:{document_id}",
            payload={"user_id": user_id, "document_id": document_id},
            audience=(user_id,),
        )
        for document_id in document_ids
    ]


def identity_check_requested(check_id: UUID, user_id: UUID) -> Event:
    """An identity check waits for the provider."""
    return Event(
        kind="identity.check_requested",
        key=str(check_id),
        payload={"check_id": check_id, "user_id": user_id},
        audience=(user_id,),
    )


def identity_check_answered(check_id: UUID, user_id: UUID, status: str) -> Event:
    """A check was verified or rejected, or waits for an operator: `identity.verified`, `.rejected`, `.review`."""
    return Event(
        kind=f"identity.{status.lower()}",
        key=str(check_id),
        payload={"check_id": check_id, "user_id": user_id},
        audience=(user_id,),
    )
