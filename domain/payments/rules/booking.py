"""From the bank's news to changes of the books, for a whole batch, without a database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from domain.ledger.commands import Posting
from domain.payments import events
from domain.payments.models import InstructionPurpose, InstructionStatus, SuspenseStatus, TransferStatus
from domain.payments.rules import legs, lifecycle
from domain.payments.rules.legs import Subject
from domain.payments.rules.references import find_reference
from domain.shared import ids
from domain.shared.db import Row
from domain.shared.outbox import Event

TRANSFER_AFTER = {
    "received": TransferStatus.RECEIVED,
    "final": TransferStatus.SETTLED,
    "bounced": TransferStatus.BOUNCED,
    "settled": TransferStatus.SETTLED,
    "refused": TransferStatus.REFUSED,
    "returned": TransferStatus.REFUSED,
}


@dataclass(frozen=True, kw_only=True)
class BankNews:
    """What the bank tells about a movement. `moved_minor`: signed as custody sees it, 0 if no money moved."""

    bank_entry_id: str
    kind: str
    movement_id: str
    amount_minor: int
    moved_minor: int
    currency: str
    booked_on: date
    reference: str | None = None
    account_number: str | None = None
    reason: str | None = None


@dataclass(kw_only=True)
class Desk:
    """What is known of the movements a batch is about; deciding keeps it up to date."""

    known: dict[str, dict[str, tuple[int, str]]]
    """By movement: the kinds of the entries applied before, with their amounts and currencies."""
    instructions: dict[str, Row]
    deposits: dict[str, Row]
    """The transfers that deposits belong to, by the bank's id of the deposit."""
    expected: dict[str, list[Row]]
    """Transfers by payment reference, those nothing has arrived for first."""
    suspended: dict[str, UUID]
    """Suspense items by the movement they hold."""


@dataclass(kw_only=True)
class Changes:
    """What is to be written."""

    entries: list[tuple[BankNews, UUID | None]] = field(default_factory=list)
    """Entries to record, each with its entry in the ledger if it has one."""
    repeated: list[BankNews] = field(default_factory=list)
    postings: dict[date, list[Posting]] = field(default_factory=dict)
    instructions: dict[UUID, tuple[InstructionStatus, BankNews]] = field(default_factory=dict)
    transfers: dict[UUID, tuple[TransferStatus, BankNews]] = field(default_factory=dict)
    new_transfers: dict[UUID, Row] = field(default_factory=dict)
    new_items: dict[UUID, tuple[BankNews, int, str]] = field(default_factory=dict)
    """Suspense items to open: from which entry, the signed amount, why."""
    items: dict[UUID, SuspenseStatus] = field(default_factory=dict)
    events: dict[str, Event] = field(default_factory=dict)
    """One for each movement: what came of it in the end."""


def decide(desk: Desk, news: Sequence[BankNews]) -> Changes:
    """Take the news in order; what is known already changes nothing."""
    changes = Changes()
    for each in news:
        known = desk.known.setdefault(each.movement_id, {})
        if each.kind in known:
            changes.repeated.append(each)
        else:
            _take(desk, changes, each, lifecycle.taken(known.keys()))
            known[each.kind] = (each.amount_minor, each.currency)
    return changes


def _take(desk: Desk, changes: Changes, news: BankNews, taken: set[str]) -> None:
    entry_id = ids.new()
    subject = _subject(desk, changes, news)
    step = lifecycle.step_of(news.kind)
    todo = None if isinstance(subject, str) else lifecycle.steps(taken, step)
    if isinstance(subject, str) or todo is None:
        why = subject if isinstance(subject, str) else "The bank contradicts what it told of this movement before."
        posted = _put_aside(changes, news, entry_id, why)
    else:
        posted = [posting for each in todo for posting in legs.postings(subject, each, entry_id)]
        if todo:
            _follow(desk, changes, news, subject, todo)
    changes.postings.setdefault(news.booked_on, []).extend(posted)
    changes.entries.append((news, entry_id if posted else None))


def _put_aside(changes: Changes, news: BankNews, entry_id: UUID, why: str) -> list[Posting]:
    if news.moved_minor:
        changes.new_items[ids.new()] = (news, news.moved_minor, why)
    return legs.misfit(news.moved_minor, news.currency, entry_id)


def _subject(desk: Desk, changes: Changes, news: BankNews) -> Subject | str:
    """What a movement is for, or why nobody can tell."""
    if news.kind not in lifecycle.MOVES:
        return "The bank booked something of a kind we do not know."
    if news.kind.startswith("deposit."):
        return _deposit(desk, changes, news)
    row = desk.instructions.get(news.movement_id)
    if row is None:
        return "We gave the bank no such instruction."
    if not news.kind.startswith(row["kind"].lower()):
        return "The bank did the opposite of our instruction."
    if (row["amount_minor"], row["currency"]) != (news.amount_minor, news.currency):
        return f"Our instruction was about {row['amount_minor']} {row['currency']} (minor units)."
    collection = row["purpose"] == InstructionPurpose.COLLECTION
    return Subject(
        purpose=row["purpose"],
        amount_minor=row["amount_minor"],
        currency=row["currency"],
        reference_id=row["id"] if collection else row["reference_id"],
        user_id=row["user_id"],
        loan_id=row["reference_id"] if collection or row["purpose"] == InstructionPurpose.DISBURSEMENT else None,
    )


def _deposit(desk: Desk, changes: Changes, news: BankNews) -> Subject | str:
    if set(desk.known[news.movement_id].values()) - {(news.amount_minor, news.currency)}:
        return "The bank told another amount of this deposit before."
    owner = desk.deposits.get(news.movement_id)
    if owner is None and news.movement_id not in desk.suspended:
        owner = _recognise(desk, changes, news)
    if owner is None:
        item_id = desk.suspended.get(news.movement_id)
        if item_id is None:
            item_id = desk.suspended[news.movement_id] = ids.new()
            changes.new_items[item_id] = (news, news.amount_minor, "No user has this payment reference.")
        return Subject(
            purpose=legs.UNKNOWN, amount_minor=news.amount_minor, currency=news.currency, reference_id=item_id
        )
    return Subject(
        purpose=legs.DEPOSIT,
        amount_minor=news.amount_minor,
        currency=news.currency,
        reference_id=owner["id"],
        user_id=owner["user_id"],
    )


def _recognise(desk: Desk, changes: Changes, news: BankNews) -> Row | None:
    """The transfer a deposit is for, by its payment reference; paying with one reference again makes another transfer."""
    known = desk.expected.get(find_reference(news.reference) or "", [])
    if not known:
        return None
    for row in known:
        if row["deposit_id"] is None and row["currency"] == news.currency:
            row["deposit_id"] = news.movement_id
            break
    else:
        row = {**known[0], "id": ids.new(), "deposit_id": news.movement_id, "currency": news.currency}
        changes.new_transfers[row["id"]] = row
    desk.deposits[news.movement_id] = row
    return row


def _follow(desk: Desk, changes: Changes, news: BankNews, subject: Subject, todo: Iterable[str]) -> None:
    """What a movement's last step means for the rows that wait for it."""
    *_, step = todo
    if subject.purpose == legs.UNKNOWN:
        if step == "bounced":
            changes.items[desk.suspended[news.movement_id]] = SuspenseStatus.RETURNED
        return
    if subject.purpose in (legs.DEPOSIT, InstructionPurpose.WITHDRAWAL):
        assert subject.reference_id is not None, "transfers have ids"
        changes.transfers[subject.reference_id] = (TRANSFER_AFTER[step], news)
    if subject.purpose == legs.DEPOSIT:
        assert subject.reference_id is not None and subject.user_id is not None, "a recognised deposit has an owner"
        event: Event | None = events.deposit(
            subject.reference_id, subject.user_id, step, news.amount_minor, news.currency, news.reason
        )
    else:
        row = desk.instructions[news.movement_id]
        changes.instructions[row["id"]] = (InstructionStatus(step.upper()), news)
        if subject.purpose == InstructionPurpose.SUSPENSE:
            changes.items[row["reference_id"]] = SuspenseStatus.RETURNED if step == "settled" else SuspenseStatus.OPEN
        event = events.instruction(row, step, news.booked_on, news.reason)
    if event is not None:
        changes.events[news.movement_id] = event
