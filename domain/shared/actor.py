"""Who reads and who acts.

Scopes come with the credential: what a role allows for a session, what was chosen for a personal access token.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.shared.errors import NotAllowed


class Scope(StrEnum):
    """What a credential may do."""

    READ = "READ"
    """Read what is one's own."""
    BORROW = "BORROW"
    """Apply, accept, repay. For accounts with the borrower's role."""
    LEND = "LEND"
    """Bid and auto-invest. For accounts with the lender's role."""
    MONEY = "MONEY"
    """Deposits, withdrawals, bank accounts, mandates."""
    ACCOUNT = "ACCOUNT"
    """Consents, identity check, sessions and access tokens."""
    OPERATE = "OPERATE"
    """See what operators see."""
    REVIEW = "REVIEW"
    """Operators: decide applications and identity checks."""
    COLLECT = "COLLECT"
    """Operators: default, write-off, recoveries."""
    FINANCE = "FINANCE"
    """Operators: suspense and reconciliation."""
    CLOCK = "CLOCK"
    """Operators: move the sandbox's clock."""


@dataclass(frozen=True)
class Viewer:
    """Who reads: nobody, a user, or an operator."""

    user_id: UUID | None = None
    scopes: frozenset[Scope] = frozenset()
    expires_at: datetime | None = field(default=None, compare=False)
    """When the credential ends, if it is known; an open connection then asks for it again."""
    token_id: UUID | None = field(default=None, compare=False)
    """The personal access token that it speaks by, if it is one."""
    session_id: UUID | None = field(default=None, compare=False)
    """The session whose access token it speaks by, if it is one."""

    @property
    def is_staff(self) -> bool:
        """Operators see what they need to run the platform."""
        return Scope.OPERATE in self.scopes


@dataclass(frozen=True)
class Actor:
    """Who acts: a user with the scopes of their credential, a session's or a personal access token; with neither, a program of ours."""

    user_id: UUID
    scopes: frozenset[Scope] = frozenset()
    token_id: UUID | None = None
    session_id: UUID | None = None

    def require(self, scope: Scope) -> None:
        """Raises `NotAllowed` when the credential lacks the scope."""
        if scope not in self.scopes:
            raise NotAllowed(requirement=f"the scope {scope.value}")


STRANGER = Viewer()
