"""Applying the bank's news: one transaction for a batch of up to some hundreds, one statement for each table."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.ledger import commands as ledger
from domain.payments.models import SuspenseStatus
from domain.payments.rules import booking
from domain.payments.rules.booking import BankNews, Changes, Desk
from domain.payments.rules.references import find_reference
from domain.shared import clock, db, ids, outbox

BANK = 0x62616E6B
ASKED = "status:"
"""How the ids of entries begin that the bank told when asked, before it named them."""


async def lock_bank() -> None:
    """One transaction at a time applies the bank's news: two parts of one story must not be taken for two stories.

    First of all locks but the idempotency key's.
    """
    await db.execute("select pg_advisory_xact_lock($1)", BANK)


@db.atomic
async def apply_entries(news: Sequence[BankNews]) -> int:
    """Apply news of the bank, whatever their order and repetition; returns how many were new."""
    if not news:
        return 0
    await lock_bank()
    changes = booking.decide(await _lay_out(news), news)
    now = await clock.now()
    await _write_transfers(changes, now)
    await _write_instructions(changes)
    await _write_suspense(changes, now)
    await _write_entries(changes, now)
    for booked_on, postings in sorted(changes.postings.items()):
        await ledger.post(postings, effective_on=booked_on)
    await outbox.record(list(changes.events.values()))
    return len(changes.entries)


async def _lay_out(news: Sequence[BankNews]) -> Desk:
    movements = list({each.movement_id for each in news})
    references = list({reference for each in news if (reference := find_reference(each.reference))})
    known: dict[str, dict[str, tuple[int, str]]] = {}
    for row in await db.fetch(
        "select movement_id, kind, amount_minor, currency from payments.bank_entries where movement_id = any($1)",
        movements,
    ):
        known.setdefault(row["movement_id"], {})[row["kind"]] = (row["amount_minor"], row["currency"])
    instructions = await db.lock("payments.instructions", [id_ for each in movements if (id_ := as_uuid(each))])
    transfers = await db.fetch(
        """select * from payments.transfers where deposit_id = any($1) or (kind = 'DEPOSIT' and reference = any($2))
        order by deposit_id nulls first, id""",
        movements, references,
    )  # fmt: skip
    suspended = await db.fetch(
        "select id, movement_id from payments.suspense_items where movement_id = any($1)", movements
    )
    expected: dict[str, list[db.Row]] = {}
    for row in transfers:
        expected.setdefault(row["reference"], []).append(row)
    return Desk(
        known=known,
        instructions={str(id_): row for id_, row in instructions.items()},
        deposits={row["deposit_id"]: row for row in transfers if row["deposit_id"] is not None},
        expected=expected,
        suspended={row["movement_id"]: row["id"] for row in suspended},
    )


def as_uuid(text: str) -> UUID | None:
    """The UUID a movement's id is if it names an instruction of ours."""
    try:
        return UUID(text)
    except ValueError:
        return None


async def _write_transfers(changes: Changes, now: datetime) -> None:
    new = list(changes.new_transfers.values())
    if new:
        await db.execute(
            """insert into payments.transfers (id, user_id, kind, status, currency, reference, requested_at)
            select id, user_id, 'DEPOSIT', 'EXPECTED', currency, reference, $5
            from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) n(id, user_id, currency, reference)""",
            [row["id"] for row in new], [row["user_id"] for row in new],
            [row["currency"] for row in new], [row["reference"] for row in new], now,
        )  # fmt: skip
    if changes.transfers:
        told = list(changes.transfers.values())
        await db.execute(
            """update payments.transfers t set status = n.status, amount_minor = n.amount_minor, reason = n.reason,
                deposit_id = case when t.kind = 'DEPOSIT' then n.movement_id end,
                settled_at = case when n.status = 'SETTLED' then $6::timestamptz else t.settled_at end
            from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[])
                n(id, status, amount_minor, reason, movement_id) where t.id = n.id""",
            list(changes.transfers), [status.value for status, _ in told], [news.amount_minor for _, news in told],
            [_short(news.reason, 200) for _, news in told], [news.movement_id for _, news in told], now,
        )  # fmt: skip


async def _write_instructions(changes: Changes) -> None:
    if not changes.instructions:
        return
    told = list(changes.instructions.values())
    await db.execute(
        """update payments.instructions i set status = n.status, booked_on = n.booked_on, reason = n.reason
        from unnest($1::uuid[], $2::text[], $3::date[], $4::text[]) n(id, status, booked_on, reason) where i.id = n.id""",
        list(changes.instructions), [status.value for status, _ in told], [news.booked_on for _, news in told],
        [_short(news.reason, 200) for _, news in told],
    )  # fmt: skip


async def _write_suspense(changes: Changes, now: datetime) -> None:
    for item_id, (news, amount_minor, explanation) in changes.new_items.items():
        await db.execute(
            """insert into payments.suspense_items (id, status, bank_entry_id, movement_id, amount_minor, currency,
                reference, account_number, booked_on, explanation)
            values ($1, 'OPEN', $2, $3, $4, $5, $6, $7, $8, $9)""",
            item_id, news.bank_entry_id, news.movement_id, amount_minor, news.currency, _short(news.reference, 80),
            _short(news.account_number, 34), news.booked_on, explanation,
        )  # fmt: skip
    for item_id, status in changes.items.items():
        await db.execute(
            "update payments.suspense_items set status = $2, decided_at = $3 where id = $1",
            item_id, status.value, None if status is SuspenseStatus.OPEN else now,
        )  # fmt: skip


async def _write_entries(changes: Changes, now: datetime) -> None:
    if changes.repeated:
        await db.execute(
            """update payments.bank_entries e set bank_entry_id = n.bank_entry_id
            from unnest($1::text[], $2::text[], $3::text[]) n(bank_entry_id, movement_id, kind)
            where e.movement_id = n.movement_id and e.kind = n.kind and starts_with(e.bank_entry_id, $4)
              and not starts_with(n.bank_entry_id, $4)""",
            [news.bank_entry_id for news in changes.repeated], [news.movement_id for news in changes.repeated],
            [news.kind for news in changes.repeated], ASKED,
        )  # fmt: skip
    if not changes.entries:
        return
    told = [news for news, _ in changes.entries]
    await db.execute(
        """insert into payments.bank_entries (id, bank_entry_id, kind, movement_id, reference, account_number, amount_minor,
            moved_minor, currency, booked_on, ledger_entry_id, applied_at)
        select n.*, $12 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
            $8::bigint[], $9::text[], $10::date[], $11::uuid[]) n""",
        [ids.new() for _ in told], [news.bank_entry_id for news in told], [news.kind for news in told],
        [news.movement_id for news in told], [_short(news.reference, 80) for news in told],
        [_short(news.account_number, 34) for news in told], [news.amount_minor for news in told],
        [news.moved_minor for news in told], [news.currency for news in told], [news.booked_on for news in told],
        [entry_id for _, entry_id in changes.entries], now,
    )  # fmt: skip


def _short(text: str | None, longest: int) -> str | None:
    return None if text is None else text[:longest]
