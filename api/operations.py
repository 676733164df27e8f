"""`Operations`: what operators see to run the platform. Each context adds what is its own."""

import strawberry

from api.identity.me import IdentityOperations
from api.lending.me import LendingOperations
from api.lending.servicing_me import ServicingOperations
from api.payments.operations import PaymentsOperations


@strawberry.type(description="What operators see to run the platform.")
class Operations(IdentityOperations, PaymentsOperations, LendingOperations, ServicingOperations):
    """What operators see to run the platform."""
