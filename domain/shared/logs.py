"""What processes write to standard error: one JSON object a line in production, coloured lines at a desk.

The libraries' own logging goes the same way. Nothing personal or secret is logged on purpose; the redaction here is the
net below that: it knows the names of secrets and the shapes of tokens, e-mail addresses and passwords in URLs.
"""

import asyncio
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, TextIO

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


FLUSH_S = 0.2
"""How long a line may wait to be written with others."""
FULL = 200
"""So many lines are written at once, whoever waits."""


class Lines:
    """Lines that need neither redaction nor structlog, many a second: written together, in the format of the others."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._flushing: asyncio.TimerHandle | None = None

    def info(self, members: str) -> None:
        """A line at level info, of JSON members without braces. Must be called by a task."""
        now = datetime.now(UTC).isoformat()
        self._waiting.append(f'{{{members}, "level": "info", "timestamp": "{now[:26]}Z"}}\n')
        if len(self._waiting) >= FULL:
            self.flush()
        elif self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(FLUSH_S, self.flush)

    def flush(self) -> None:
        """Write what waits; where nobody reads it any more, it is lost."""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        waiting, self._waiting = self._waiting, []
        with suppress(OSError):
            self._stream.write("".join(waiting))
            self._stream.flush()


_lines: Lines | None = None


def lines() -> Lines | None:
    """Where lines go that are JSON already; None where logs are no JSON, or not at level info."""
    return _lines


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
    global _lines
    _lines = None if _for_people(settings) or root.level > logging.INFO else Lines(sys.stderr)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _for_people(settings: Settings) -> bool:
    """Whether somebody reads the lines as they come."""
    return settings.is_sandbox and sys.stderr.isatty()


def _finish(settings: Settings) -> list[Processor]:
    """From an event to a line; tracebacks never show local variables."""
    renderer: Processor
    if _for_people(settings):
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
