"""`Operations`: what operators see to run the platform. Each context adds what is its own."""

import strawberry

from api.identity.me import IdentityOperations


@strawberry.type(description="What operators see to run the platform.")
class Operations(IdentityOperations):
    """What operators see to run the platform."""
