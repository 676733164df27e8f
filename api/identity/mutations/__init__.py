"""Mutations of the identity context, by noun."""

import strawberry

from api.identity.mutations.accounts import AccountMutation
from api.identity.mutations.checks import CheckMutation
from api.identity.mutations.passwords import PasswordMutation
from api.identity.mutations.sessions import SessionMutation
from api.identity.mutations.tokens import TokenMutation


@strawberry.type
class IdentityMutation(AccountMutation, SessionMutation, PasswordMutation, TokenMutation, CheckMutation):
    """Accounts, sessions, access tokens, identity checks."""
