"""Taking instructions of the platform: each has one effect, however often it arrives."""

import hashlib
import json
import sqlite3
from typing import Annotated, Any, Literal

from pydantic import Field

from sandbox import clock
from sandbox.bank.behaviours import Behaviours
from sandbox.bank.booking import ensure_custody
from sandbox.web import AmountMinor, Body, Currency, Problem, Text


class Instruction(Body):
    """A debit of a customer's account under a mandate, or a payout to it."""

    id: Text
    kind: Literal["debit", "payout"]
    amount_minor: AmountMinor
    currency: Currency
    account: Text
    mandate: Text | None = None
    reference: Annotated[str, Field(max_length=200)] = ""


class Batch(Body):
    """Up to 1,000 instructions under one idempotency key."""

    instructions: Annotated[list[Instruction], Field(min_length=1, max_length=1000)]


def submit(db: sqlite3.Connection, key: str, batch: Batch) -> dict[str, Any]:
    """Take a batch and answer which were accepted. Raises Problem 422 for a key already used with another body."""
    body = json.dumps(batch.model_dump(), sort_keys=True)
    body_hash = hashlib.sha256(body.encode()).hexdigest()
    seen = db.execute("SELECT body_hash, answer FROM request WHERE key = ?", (key,)).fetchone()
    if seen is not None:
        if seen["body_hash"] != body_hash:
            raise Problem(422, "idempotency_key_reused", "this Idempotency-Key came with another body before")
        answer: dict[str, Any] = json.loads(seen["answer"])
        return answer
    answer = _take(db, batch.instructions)
    db.execute("INSERT INTO request (key, body_hash, answer) VALUES (?, ?, ?)", (key, body_hash, json.dumps(answer)))
    return answer


def _take(db: sqlite3.Connection, instructions: list[Instruction]) -> dict[str, Any]:
    for currency in {instruction.currency for instruction in instructions}:
        ensure_custody(db, currency)
    known = _known(db, instructions)
    accepted, refused, new = [], [], []
    for instruction in instructions:
        before = known["movement"].get(instruction.id)
        reason = _refusal(instruction, known) if before is None else _conflict(instruction, before)
        if reason is not None:
            refused.append({"id": instruction.id, "reason": reason})
            continue
        accepted.append(instruction.id)
        if before is None:
            new.append(instruction)
            known["movement"][instruction.id] = instruction.model_dump()
    _store(db, new)
    return {"accepted": accepted, "refused": refused}


def _known(db: sqlite3.Connection, instructions: list[Instruction]) -> dict[str, dict[str, Any]]:
    """Rows of what the instructions name, by table and name."""
    names = {
        "movement": ("id", [i.id for i in instructions]),
        "account": ("number", [i.account for i in instructions]),
        "mandate": ("id", [i.mandate for i in instructions]),
    }
    return {
        table: {
            row[column]: dict(row)
            for row in db.execute(
                f"SELECT * FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))",  # noqa: S608  (our names)
                (json.dumps(values),),
            )
        }
        for table, (column, values) in names.items()
    }


def _refusal(instruction: Instruction, known: dict[str, dict[str, Any]]) -> str | None:
    """What the bank sees at once; whether the money is there it sees when it executes."""
    account = known["account"].get(instruction.account)
    if account is None or account["custody"]:
        return "unknown_account"
    if account["currency"] != instruction.currency:
        return "currency_mismatch"
    if instruction.kind == "payout":
        return None
    mandate = known["mandate"].get(instruction.mandate or "")
    if mandate is None or mandate["account"] != instruction.account or mandate["status"] != "active":
        return "no_active_mandate"
    return None


def _conflict(instruction: Instruction, before: dict[str, Any]) -> str | None:
    same = all(before[name] == value for name, value in instruction.model_dump().items())
    return None if same else "id_conflict"


def _store(db: sqlite3.Connection, new: list[Instruction]) -> None:
    behaviours, today = Behaviours(db), clock.today(db)
    at_once = clock.working_day(db, today, 0)
    steps = []
    for instruction in new:
        delay = behaviours.take("delay", instruction.kind, instruction.account)
        due_on = clock.working_day(db, today, delay["days"]) if delay else at_once
        steps.append((instruction.id, due_on.isoformat()))
    db.executemany(
        "INSERT INTO movement (id, kind, amount_minor, currency, account, mandate, reference, status)"
        " VALUES (:id, :kind, :amount_minor, :currency, :account, :mandate, :reference, 'pending')",
        [instruction.model_dump() for instruction in new],
    )
    db.executemany("INSERT INTO step (movement, action, due_on) VALUES (?, 'execute', ?)", steps)
    behaviours.save()


def statuses(db: sqlite3.Connection, ids: list[str]) -> list[dict[str, Any]]:
    """How far the named instructions are, for whoever lost a webhook; unknown ids are left out."""
    rows = db.execute(
        "SELECT id, kind, status, booked_on, reason FROM movement"
        " WHERE kind <> 'deposit' AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (json.dumps(ids),),
    )
    return [dict(row) for row in rows]
