"""Writes of the payments context, by noun; each is a transaction of its own or part of its caller's."""

from domain.payments.commands.bank_accounts import add_bank_account
from domain.payments.commands.batches import (
    Batch,
    InstructionState,
    InstructionToSubmit,
    apply_statuses,
    batch_answered,
    batch_refused,
    claim_batch,
    instructions_to_ask,
)
from domain.payments.commands.deposits import DepositState, apply_deposit_states, deposits_to_ask
from domain.payments.commands.mandates import (
    MandateToTell,
    claim_mandates,
    give_mandate,
    mandate_answered,
    revoke_mandate,
)
from domain.payments.commands.orders import (
    DebitOrder,
    instruct_debit,
    instruct_debits,
    instruct_payout,
    post_debit_return,
)
from domain.payments.commands.reconciliation import Reconciled, days_to_reconcile, reconcile
from domain.payments.commands.suspense import (
    AssignedSuspense,
    AssignSuspense,
    ReturningSuspense,
    ReturnSuspense,
    assign_suspense,
    return_suspense,
)
from domain.payments.commands.transfers import (
    OpenDeposit,
    OpenedDeposit,
    RequestedWithdrawal,
    RequestWithdrawal,
    open_deposit,
    request_withdrawal,
)
from domain.payments.commands.webhooks import apply_webhooks, receive_webhook

__all__ = [
    "AssignSuspense",
    "AssignedSuspense",
    "Batch",
    "DebitOrder",
    "DepositState",
    "InstructionState",
    "InstructionToSubmit",
    "MandateToTell",
    "OpenDeposit",
    "OpenedDeposit",
    "Reconciled",
    "RequestWithdrawal",
    "RequestedWithdrawal",
    "ReturnSuspense",
    "ReturningSuspense",
    "add_bank_account",
    "apply_deposit_states",
    "apply_statuses",
    "apply_webhooks",
    "assign_suspense",
    "batch_answered",
    "batch_refused",
    "claim_batch",
    "claim_mandates",
    "days_to_reconcile",
    "deposits_to_ask",
    "give_mandate",
    "instruct_debit",
    "instruct_debits",
    "instruct_payout",
    "instructions_to_ask",
    "mandate_answered",
    "open_deposit",
    "post_debit_return",
    "receive_webhook",
    "reconcile",
    "request_withdrawal",
    "return_suspense",
    "revoke_mandate",
]
