"""Errors on their way out: a client's mistakes are explained, our bugs are hidden behind an id that the log knows."""

from collections.abc import Iterable, Iterator
from typing import Any

import asyncpg
import structlog
from graphql import GraphQLError

from api.errors import Code, top_level
from domain.shared import db, ids
from domain.shared.errors import Busy, DomainError

MASKED = "Something went wrong on our side."

log = structlog.get_logger()


def present(errors: Iterable[GraphQLError], *, mutation: bool = False) -> list[dict[str, Any]]:
    """The errors of an answer as JSON data, each with a code.

    A domain error that reaches this far is, in a query, something the client asked for wrongly; in a mutation, whose
    result union should have named it, it is a bug.
    """
    return [_present(error, mutation=mutation) for error in errors]


def _present(error: GraphQLError, *, mutation: bool) -> dict[str, Any]:
    cause = _cause(error)
    shown = error if cause is None else _explain(cause, mutation=mutation)
    formatted = dict(error.formatted)
    return formatted | {
        "message": shown.message,
        "extensions": {"code": Code.BAD_REQUEST.value, **(shown.extensions or {})},
    }


def _cause(error: GraphQLError) -> Exception | None:
    """The exception behind a GraphQL error; None if it was raised as a GraphQL error and is meant for the client."""
    cause: Exception | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _explain(cause: Exception, *, mutation: bool) -> GraphQLError:
    if isinstance(cause, Busy):
        return busy(cause)
    if isinstance(cause, DomainError) and not mutation:
        return top_level(Code.BAD_REQUEST, cause.message)
    behind = list(_chain(cause))
    if any(isinstance(reason, db.LOST) for reason in behind):
        return busy(Busy())
    if any(isinstance(reason, asyncpg.DataError) for reason in behind):
        log.warning("api.refused_by_database", error=type(cause).__name__)
        return top_level(Code.BAD_REQUEST, "A value cannot be stored: text has no NUL characters, numbers have bounds.")
    return bug(cause)


def _chain(cause: BaseException) -> Iterator[BaseException]:
    reason: BaseException | None = cause
    while reason is not None:
        yield reason
        reason = reason.__cause__ or reason.__context__


def busy(error: Busy) -> GraphQLError:
    """The top-level form of `Busy`."""
    shown = top_level(Code.BUSY, error.message)
    assert shown.extensions is not None, "top_level gives a code"
    shown.extensions["retryAfterMs"] = error.retry_after_ms
    return shown


def bug(cause: BaseException) -> GraphQLError:
    """Log an unexpected exception with its traceback under a new id; the client learns only the id."""
    error_id = str(ids.new())
    log.error("api.bug", error_id=error_id, exc_info=cause)
    shown = top_level(Code.INTERNAL, MASKED)
    assert shown.extensions is not None, "top_level gives a code"
    shown.extensions["errorId"] = error_id
    return shown
