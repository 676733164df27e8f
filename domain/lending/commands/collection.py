"""Auto-debit: what is due is taken from the wallet, and what the wallet lacks by direct debit."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from domain.ledger import accounts
from domain.ledger.accounts import Account, AccountKind
from domain.ledger.commands import Posting
from domain.lending.commands.debts import netted, write_netted
from domain.lending.commands.desk import Desk, open_due
from domain.lending.commands.distribution import Payment, distribute
from domain.lending.commands.standing import COLLECTED
from domain.lending.models import CollectionStatus, RepaymentSource
from domain.lending.rules.servicing import ServicedLoan, accrue_late, fallen_due, pay, total_open
from domain.lending.rules.sharing import net_debts
from domain.payments.commands import DebitOrder, instruct_debits
from domain.shared import aside, clock, db, ids
from domain.shared.aside import Chunk
from domain.shared.db import Row
from domain.shared.money import Money

COLLECT = "collect"


async def collect_due(on: date, limit: int) -> int:
    """Collect for at most `limit` loans whose day of collection has come; returns how many, 0: nothing is left to do.

    Each loan is taken up once a day, however often this is called and by how many workers; days that were missed are
    caught up in one step. While a debit is on its way nothing else is collected. A loan that fails is set aside, and
    the others go on. Raises `Busy`.
    """
    return await aside.in_chunk(COLLECT, limit, partial(_collect, on))


@db.atomic
async def _collect(on: date, chunk: Chunk) -> None:
    """Collect for the loans that have waited longest."""
    await db.without_waiting_for_the_disk()
    rows = await db.fetch(
        f"""select * from lending.loans l where next_collection_on <= $1 and status = any($2)
            and ($4::uuid[] is null or id = any($4)) and {aside.not_aside(COLLECT, "l.id")}
        order by next_collection_on, id limit $3 for no key update skip locked""",  # noqa: S608 - our own literals
        on, sorted(COLLECTED), chunk.limit, chunk.only,
    )  # fmt: skip
    chunk.taken = [row["id"] for row in rows]
    if rows:
        desk = await open_due(rows, on)
        for loan in desk.loans.values():
            accrue_late(loan, on)
        payments = _from_wallets(desk, on)
        await _debit(desk, on)
        await distribute(desk, payments, on)


def _from_wallets(desk: Desk, on: date) -> list[Payment]:
    """What the borrowers' wallets hold of what is due; one wallet may pay several loans, in their order."""
    left = dict(desk.balances)
    payments = []
    for id_, loan in desk.loans.items():
        due, wallet = fallen_due(loan, on), desk.wallet(id_)
        amount = min(total_open(due), left[wallet])
        if amount and id_ not in desk.pending:
            left[wallet] -= amount
            parts = pay(loan, amount, due, on)
            payments.append(Payment(loan=loan, source=RepaymentSource.WALLET, parts=parts, paid_from=wallet))
    return payments


async def _debit(desk: Desk, on: date) -> None:
    """Ask the bank for what is still due of loans with a mandate."""
    due = {id_: fallen_due(desk.loans[id_], on) for id_ in desk.loans if id_ in desk.mandates - desk.pending}
    wanted = {id_: ids.new() for id_, installments in due.items() if installments}
    if not wanted:
        return
    await db.execute(
        """insert into lending.collections (id, loan_id, attempt, amount_minor, status, due_on, requested_at)
        select w.id, w.loan_id, 1 + (select count(*) from lending.collections c
                                     where c.loan_id = w.loan_id and c.due_on = w.due_on),
            w.amount_minor, $5, w.due_on, $6
        from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::date[]) w(id, loan_id, amount_minor, due_on)""",
        list(wanted.values()),
        list(wanted),
        [total_open(due[id_]) for id_ in wanted],
        [min(one.due_on for one in due[id_]) for id_ in wanted],
        CollectionStatus.PENDING.value,
        await clock.now(),
    )
    await instruct_debits(
        [
            DebitOrder(
                collection_id=collection_id,
                loan_id=id_,
                user_id=desk.loans[id_].borrower_id,
                mandate_id=desk.rows[id_]["mandate_id"],
                amount=Money(total_open(due[id_]), desk.loans[id_].currency),
            )
            for id_, collection_id in wanted.items()
        ]
    )


@db.atomic
async def collections_settled(collection_ids: Sequence[UUID]) -> None:
    """The bank has collected: distribute it, as of the days the bank booked it.

    Again, or after their return, changes nothing. What is more than a loan owes by then goes to the borrower's wallet, less
    what they owe back.
    """
    loans, collections = await lock_collections(collection_ids)
    waiting = [one for one in collections if one["status"] == CollectionStatus.PENDING]
    await decide(waiting, CollectionStatus.SETTLED)
    today = await clock.today()
    by_day: dict[date, list[Row]] = {}
    for one in waiting:
        by_day.setdefault(one["booked_on"] or today, []).append(one)
    for on, settled in sorted(by_day.items()):
        await _distribute(await open_due([loans[one["loan_id"]] for one in settled], on), settled, on)


async def _distribute(desk: Desk, collections: Sequence[Row], on: date) -> None:
    payments, excesses, recovered = [], [], []
    for collection in collections:
        loan = desk.loans[collection["loan_id"]]
        accrue_late(loan, on)
        due = fallen_due(loan, on)
        amount = min(total_open(due), collection["amount_minor"])
        if amount:
            parts = pay(loan, amount, due, on)
            payments.append(
                Payment(
                    loan=loan,
                    source=RepaymentSource.DIRECT_DEBIT,
                    parts=parts,
                    paid_from=_collecting(loan),
                    collection_id=collection["id"],
                )
            )
        excess = _excess(desk, collection, amount)
        taken = net_debts(desk.debts_in(loan.currency), {loan.borrower_id: excess.amount_minor})
        excesses += [excess, *(netted(debt, minor, excess.entry_id) for debt, minor in taken)]
        recovered += [debt for debt, _ in taken]
    await write_netted(recovered)
    await distribute(desk, payments, on, excesses)


def _excess(desk: Desk, collection: Row, distributed_minor: int) -> Posting:
    loan = desk.loans[collection["loan_id"]]
    return Posting(
        kind="COLLECTION_EXCESS",
        debit=_collecting(loan),
        credit=desk.wallet(loan.id),
        amount_minor=collection["amount_minor"] - distributed_minor,
        reference_id=collection["id"],
        entry_id=ids.new(),
    )


def _collecting(loan: ServicedLoan) -> Account:
    """Where direct debits of a loan arrive."""
    return accounts.loan(AccountKind.COLLECTING, loan.id, loan.currency)


@db.atomic
async def collections_refused(collection_ids: Iterable[UUID]) -> None:
    """The bank could not collect; the next attempts have their days already. Again changes nothing."""
    _, collections = await lock_collections(list(collection_ids))
    await decide([one for one in collections if one["status"] == CollectionStatus.PENDING], CollectionStatus.REFUSED)


async def lock_collections(collection_ids: Sequence[UUID]) -> tuple[dict[UUID, Row], list[Row]]:
    """Lock the loans of collections, then read these, each with the day the bank booked it (None: not yet)."""
    rows = await db.fetch("select loan_id from lending.collections where id = any($1)", list(collection_ids))
    loans = await db.lock("lending.loans", list({row["loan_id"] for row in rows}))
    collections = await db.fetch(
        """select c.*, i.booked_on from lending.collections c left join payments.instructions i on i.id = c.id
        where c.id = any($1) order by c.id""",
        list(collection_ids),
    )
    return loans, collections


async def decide(collections: Sequence[Row], status: CollectionStatus) -> None:
    """Write down what became of collections."""
    await db.execute(
        "update lending.collections set status = $2, decided_at = $3 where id = any($1)",
        [one["id"] for one in collections], status.value, await clock.now(),
    )  # fmt: skip
