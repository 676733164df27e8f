"""Mutations of the payments context, by noun."""

import strawberry

from api.payments.mutations.accounts import BankAccountMutation
from api.payments.mutations.suspense import SuspenseMutation
from api.payments.mutations.transfers import TransferMutation


@strawberry.type
class PaymentsMutation(BankAccountMutation, TransferMutation, SuspenseMutation):
    """Bank accounts, mandates, transfers, suspense."""
