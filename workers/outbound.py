"""What providers have to be told. Each step claims, calls between transactions, and writes down the answer.

Every call can be repeated: the provider knows batches, mandates, checks and messages by their ids.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import structlog

from domain.identity import commands as identity
from domain.identity.models import IdentityCheckStatus
from domain.notifications import commands as notifications
from domain.notifications import mails as letters
from domain.payments import commands as payments
from domain.payments.models import InstructionKind
from workers.gateways.bank import BankInstruction
from workers.gateways.errors import GatewayRefused
from workers.gateways.identity import IdentityCheck
from workers.gateways.mail import Delivery, OutgoingMail
from workers.providers import Providers

MESSAGES = 100
ANSWER_EXPECTED_WITHIN = timedelta(days=1)
"""Business time after which a provider is asked what became of an instruction, a deposit or an identity check."""

log = structlog.get_logger()


async def instructions(providers: Providers) -> int:
    """Hand instructions to the bank, a batch a call; of a batch that it refuses, the halves.

    Raises GatewayRefused when it was not for what the batch says: then everything waits.
    """
    done = 0
    while batch := await payments.claim_batch():
        try:
            answer = await providers.bank.submit([_instruction(each) for each in batch.instructions], str(batch.id))
        except GatewayRefused as refusal:
            if not refusal.of_content:
                raise
            if alone := await payments.batch_refused(batch.id, refusal):
                log.error("step.set_aside", step="instructions", subject=str(alone), error=str(refusal))
            continue
        await payments.batch_answered(
            batch.id,
            [UUID(id_) for id_ in answer.accepted],
            {UUID(id_): reason for id_, reason in answer.refused.items()},
        )
        done += len(batch.instructions)
    return done


def _instruction(told: payments.InstructionToSubmit) -> BankInstruction:
    return BankInstruction(
        id=str(told.id),
        kind="debit" if told.kind is InstructionKind.DEBIT else "payout",
        amount_minor=told.amount_minor,
        currency=told.currency,
        account=told.account_number,
        reference=told.reference,
        mandate=str(told.mandate_id) if told.mandate_id else None,
    )


async def mandates(providers: Providers) -> int:
    """Open and cancel mandates at the bank."""
    waiting = await payments.claim_mandates()
    for mandate in waiting:
        try:
            if mandate.revoked:
                await providers.bank.cancel_mandate(str(mandate.id))
                await payments.mandate_answered(mandate.id, active=False)
            else:
                status = await providers.bank.open_mandate(str(mandate.id), mandate.account_number, mandate.holder)
                await payments.mandate_answered(mandate.id, active=status == "active")
        except GatewayRefused as refusal:
            await payments.mandate_answered(mandate.id, active=False, reason=refusal.reason)
    return len(waiting)


async def identity_checks(providers: Providers) -> int:
    """Hand identity checks to the provider; its answers come by webhook."""
    waiting = await identity.claim_checks_to_submit()
    if waiting:
        await _submit(waiting, providers)
    return len(waiting)


async def _submit(checks: Sequence[identity.CheckToSubmit], providers: Providers) -> None:
    """Hand over checks; of those that the provider refuses, the halves, until what it refuses is alone: that is set aside.

    Raises GatewayRefused when it was not for what the checks say.
    """
    try:
        await providers.identity.submit([_check(each) for each in checks])
    except GatewayRefused as refusal:
        if not refusal.of_content:
            raise
        if len(checks) == 1:
            log.error("step.set_aside", step="identity_checks", subject=str(checks[0].id), error=str(refusal))
            await identity.check_refused(checks[0].id, refusal)
            return
        middle = len(checks) // 2
        for half in (checks[:middle], checks[middle:]):
            await _submit(half, providers)
    else:
        await identity.mark_checks_submitted([check.id for check in checks])


def _check(told: identity.CheckToSubmit) -> IdentityCheck:
    return IdentityCheck(
        id=str(told.id),
        kind="PERSON" if told.kind == "PERSON" else "ORGANISATION",
        name=told.name,
        country=told.country,
        birth_date=told.birth_date,
        identification_number=told.identification_number,
    )


async def messages(providers: Providers) -> int:
    """Send e-mails, a batch over one connection.

    Raises GatewayUnavailable, after all was written down, when the server did not hear the whole batch.
    """
    waiting = await notifications.claim_due(MESSAGES)
    if not waiting:
        return 0
    mails = {message.id: letters.compose(message) for message in waiting}
    delivery = await providers.mail.send(
        [OutgoingMail(mail.message_id, mail.to, mail.subject, mail.text) for mail in mails.values()]
    )
    await _report(delivery, {mail.message_id: id_ for id_, mail in mails.items()})
    if delivery.lost:
        raise delivery.lost
    return len(waiting)


async def _report(delivery: Delivery, ids: Mapping[str, UUID]) -> None:
    """Write down what became of mails; `ids` are theirs, by the Message-ID."""
    await notifications.sent([ids[name] for name in delivery.taken])
    await notifications.failed([ids[name] for name in delivery.refused], for_good=True)
    await notifications.failed([ids[name] for name in delivery.later])
    tried = {*delivery.taken, *delivery.refused, *delivery.later}
    await notifications.put_back([id_ for name, id_ in ids.items() if name not in tried], away=bool(delivery.lost))
    for name, why in (delivery.refused | delivery.later).items():
        log.warning("mail.not_taken", message=str(ids[name]), why=why, for_good=name in delivery.refused)


async def lost_answers(providers: Providers) -> int:
    """Ask the bank about instructions it should have answered by now, and deposits that should be final."""
    done = 0
    if waiting := await payments.instructions_to_ask(ANSWER_EXPECTED_WITHIN):
        states = await providers.bank.statuses([str(id_) for id_ in waiting])
        done += await payments.apply_statuses(
            [payments.InstructionState(UUID(state.id), state.status, state.booked_on, state.reason) for state in states]
        )
    if deposits := await payments.deposits_to_ask(ANSWER_EXPECTED_WITHIN):
        done += await payments.apply_deposit_states(
            [
                payments.DepositState(state.id, state.status, state.booked_on, state.reason)
                for state in await providers.bank.deposits(deposits)
            ]
        )
    return done


async def lost_outcomes(providers: Providers) -> int:
    """Ask the identity provider about checks it should have answered by now; the bank being away does not matter."""
    waiting = await identity.checks_to_ask(ANSWER_EXPECTED_WITHIN)
    found = await providers.identity.statuses([str(id_) for id_ in waiting])
    return await identity.apply_identity_outcomes(
        [
            identity.Outcome(check_id=UUID(each.id), status=IdentityCheckStatus(each.outcome), reason=each.reason)
            for each in found
        ]
    )
