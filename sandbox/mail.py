"""The mail sink: takes every message by SMTP and shows it by HTTP; nothing leaves the machine."""

import sqlite3
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.store import Store
from sandbox.web import Problem

MAX_MESSAGE_BYTES = 2 * 2**20
PAGE = 1000


class Sink:
    """An aiosmtpd handler that stores what arrives, once per recipient and Message-ID."""

    def __init__(self, store: Store) -> None:
        """Messages go into the store."""
        self._store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (aiosmtpd)
        """Store the message, then acknowledge it."""
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        # Without a Message-ID nobody can know a repetition, so each counts as new.
        message_id = str(message["Message-ID"] or f"<{uuid4().hex}@sandbox>").strip()
        sender = str(message["From"] or envelope.mail_from or "")
        seen = str(message["Subject"] or ""), message_id, datetime.now(UTC).isoformat(), _text(message)
        with self._store.transaction() as db:
            db.executemany(
                "INSERT INTO mail (recipient, sender, subject, message_id, received_at, text)"
                " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                [(recipient.lower(), sender, *seen) for recipient in envelope.rcpt_tos],
            )
        return "250 OK"


def smtp_protocol(store: Store) -> SMTP:
    """The protocol of one connection."""
    return SMTP(Sink(store), data_size_limit=MAX_MESSAGE_BYTES, enable_SMTPUTF8=True, ident="Kalends mail sink")


def latest(db: sqlite3.Connection, count: int) -> list[dict[str, Any]]:
    """The latest messages, newest first."""
    return [_shown(row) for row in db.execute("SELECT * FROM mail ORDER BY id DESC LIMIT ?", (count,))]


def _text(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    try:
        text = payload.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a charset nobody knows; the sink takes everything
        text = payload.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    shown = dict(row)
    return shown | {"from": shown.pop("sender"), "to": shown.pop("recipient")}


async def _list(request: Request) -> Response:
    """Oldest first, up to PAGE: `after` is the last id already seen, `to` a recipient."""
    to, after = request.query_params.get("to"), request.query_params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Problem(422, "invalid", "after: the id of a mail")
    with request.app.state.sandbox.store.transaction() as db:
        if to is None:
            rows = db.execute("SELECT * FROM mail WHERE id > ? ORDER BY id LIMIT ?", (int(after), PAGE)).fetchall()
        else:
            rows = db.execute(
                "SELECT * FROM mail WHERE recipient = ? AND id > ? ORDER BY id LIMIT ?", (to.lower(), int(after), PAGE)
            ).fetchall()
    return JSONResponse([_shown(row) for row in rows])


async def _one(request: Request) -> Response:
    with request.app.state.sandbox.store.transaction() as db:
        row = db.execute("SELECT * FROM mail WHERE id = ?", (request.path_params["id"],)).fetchone()
    if row is None:
        raise Problem(404, "unknown_mail", "there is no such mail")
    return JSONResponse(_shown(row))


ROUTES = [Route("/mail", _list), Route("/mail/{id:int}", _one)]
