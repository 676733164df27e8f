"""What happens because of an event: commands of other contexts, in the transaction that marks it dispatched; messages."""

from collections.abc import Sequence
from datetime import date

from domain.lending import commands as lending
from domain.marketplace import commands as marketplace
from workers import letters
from workers.relay import Delivery, Handlers


async def activate(events: Sequence[Delivery]) -> None:
    """The bank has paid out: interest runs."""
    for event in events:
        await lending.activate(event.uuid("loan_id"), date.fromisoformat(event.payload["booked_on"]))


async def unwind(events: Sequence[Delivery]) -> None:
    """The payout failed for good."""
    for event in events:
        await marketplace.unwind_funding(event.uuid("loan_id"), event.payload["reason"] or "the bank could not pay out")


async def distribute(events: Sequence[Delivery]) -> None:
    """Debits were collected: distribute them."""
    await lending.collections_settled([event.uuid("collection_id") for event in events])


async def refuse(events: Sequence[Delivery]) -> None:
    """Debits were refused: try again on the next retry day."""
    await lending.collections_refused({event.uuid("collection_id"): event.payload["reason"] for event in events})


async def take_back(events: Sequence[Delivery]) -> None:
    """Debits were returned after they had been collected."""
    for event in events:
        await lending.collection_returned(event.uuid("collection_id"))


async def net(events: Sequence[Delivery]) -> None:
    """Deposits are final: borrowers who owe something back have the means."""
    await lending.net_deposits({user_id for event in events for user_id in event.audience})


async def match(events: Sequence[Delivery]) -> None:
    """Loans were listed: auto-invest plans bid."""
    await marketplace.match_loans([event.uuid("loan_id") for event in events])


HANDLERS: Handlers = {
    "user.registered": [letters.to_user("confirm_email")],
    "email.confirmation_requested": [letters.to_user("confirm_email")],
    "registration.repeated": [letters.to_user("already_registered")],
    "password.reset_requested": [letters.to_user("reset_password")],
    "password.changed": [letters.to_user("password_changed")],
    "session.compromised": [letters.to_user("session_revoked")],
    "identity.verified": [letters.to_user("identity_verified")],
    "identity.rejected": [letters.to_user("identity_rejected")],
    "deposit.settled": [net],
    "deposit.bounced": [letters.about_money("deposit_bounced")],
    "withdrawal.settled": [letters.about_money("withdrawal_paid")],
    "withdrawal.refused": [letters.about_money("withdrawal_refused")],
    "payout.settled": [activate],
    "payout.refused": [unwind],
    "payout.returned": [unwind],
    "debit.settled": [distribute],
    "debit.refused": [refuse],
    "debit.returned": [take_back, letters.to_borrower("repayment_returned", letters.returned)],
    "loan.offered": [
        letters.to_borrower("offer_made", letters.offer),
        letters.to_other_parties("contract_to_accept", letters.offer),
    ],
    "loan.listed": [match],
    "loan.funded": [letters.to_borrower("loan_funded", letters.lent)],
    "loan.funding_short": [letters.to_borrower("loan_short", letters.short)],
    "loan.expired": [letters.to_borrower("loan_expired")],
    "loan.active": [letters.to_borrower("loan_disbursed", letters.lent)],
    "installment.reminder": [letters.remind],
    "loan.defaulted": [letters.to_borrower("loan_defaulted")],
    "loan.closed": [letters.to_borrower("loan_repaid")],
}
