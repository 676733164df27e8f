"""What processes write to standard error: one JSON object a line in production, coloured lines at a desk.

The libraries' own logging goes the same way. Nothing personal or secret is logged on purpose; the redaction here is the
net below that: it knows the names of secrets and the shapes of tokens, e-mail addresses and passwords in URLs.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

from domain.shared.settings import Settings

REDACTED = "[redacted]"
SECRET_NAMES = frozenset(
    {
        "account_number", "authorization", "body", "cookie", "email", "headers", "holder", "identification_number", "key",
        "legal_name", "password", "query", "secret", "signature", "token", "variables",
    }
)  # fmt: skip
SECRET_SHAPES = (
    (re.compile(r"DETAIL:[^\n]*"), "DETAIL: " + REDACTED),  # PostgreSQL quotes whole rows
    (re.compile(r"(query argument \$\d+: )[^\n]*"), r"\1" + REDACTED),  # asyncpg quotes what it cannot encode
    (re.compile(r"(?i)\b(bearer\s+)[\w.~+/=-]+"), r"\1" + REDACTED),
    (re.compile(r"\bk(?:pat|ref)_[\w-]+"), REDACTED),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"\bwhsec_[\w+/=-]+"), REDACTED),
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+@"), r"\1" + REDACTED + "@"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), REDACTED),
)
QUIET = ("asyncio", "tortoise", "arq", "httpx", "httpcore", "websockets", "mail.log", "strawberry", "uvicorn.error")
"""Loggers of libraries that may say something only from WARNING on: uvicorn's would log the URLs of WebSockets."""


def configure(settings: Settings) -> None:
    """Set this process's logging up; each process calls it once, before it logs."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_finish(settings)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _finish(settings: Settings) -> list[Processor]:
    """From an event to a line; tracebacks never show local variables."""
    renderer: Processor
    if settings.is_sandbox and sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    else:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        renderer,
    ]


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """The event without what looks like a secret or an address."""
    return {name: REDACTED if name in SECRET_NAMES else _clean(value) for name, value in event.items()}


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for shape, replacement in SECRET_SHAPES:
            value = shape.sub(replacement, value)
        return value
    if isinstance(value, Mapping):
        return redact(None, "", dict(value))
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value
