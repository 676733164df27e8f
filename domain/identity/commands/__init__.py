"""Writes of the identity context, by noun; each is a transaction of its own or part of its caller's."""

from domain.identity.commands.accounts import (
    Registration,
    add_role,
    confirm_email,
    create_operator,
    register,
    request_email_confirmation,
)
from domain.identity.commands.checks import (
    CheckToSubmit,
    Outcome,
    apply_identity_outcomes,
    check_refused,
    checks_to_ask,
    claim_checks_to_submit,
    decide_identity_check,
    mark_checks_submitted,
    request_identity_check,
)
from domain.identity.commands.documents import (
    PublishedDocument,
    accept_documents,
    publish_documents,
    publish_loan_contract,
    record_consents,
)
from domain.identity.commands.passwords import request_password_reset, reset_password
from domain.identity.commands.pruning import prune_credentials
from domain.identity.commands.sessions import (
    SessionTokens,
    log_in,
    log_out,
    refresh_session,
    require_alive,
    revoke_sessions,
)
from domain.identity.commands.tokens import NewAccessToken, create_access_token, revoke_access_token

__all__ = [
    "CheckToSubmit",
    "NewAccessToken",
    "Outcome",
    "PublishedDocument",
    "Registration",
    "SessionTokens",
    "accept_documents",
    "add_role",
    "apply_identity_outcomes",
    "check_refused",
    "checks_to_ask",
    "claim_checks_to_submit",
    "confirm_email",
    "create_access_token",
    "create_operator",
    "decide_identity_check",
    "log_in",
    "log_out",
    "mark_checks_submitted",
    "prune_credentials",
    "publish_documents",
    "publish_loan_contract",
    "record_consents",
    "refresh_session",
    "register",
    "request_email_confirmation",
    "request_identity_check",
    "request_password_reset",
    "require_alive",
    "reset_password",
    "revoke_access_token",
    "revoke_sessions",
]
