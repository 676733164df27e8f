"""What an auditor would compute from the read-only views, and what `kalends verify-ledger` says."""

import asyncio
import os
import subprocess
import sys

import asyncpg

from tests.api.conftest import World

AUDIT = {
    "a transaction does not sum to zero": """
        select txn_id, currency, sum(amount) from audit.ledger_entry group by 1, 2 having sum(amount) <> 0""",
    "an account's balance is not the sum of its entries": """
        select account_id, balance, coalesce(entries, 0) from audit.account
        left join (select account_id, sum(amount) as entries from audit.ledger_entry group by 1) e using (account_id)
        where balance <> coalesce(entries, 0)""",
    "an entry belongs to no account": """
        select * from audit.ledger_entry e where not exists (select from audit.account a where a.account_id = e.account_id)""",
    "an account is overdrawn": "select * from audit.account where balance < 0 and not allow_negative",
    "more is held than there is": "select * from audit.account where held > balance and owner_id is not null",
    "what is held is not what is bid": """
        select owner_id, held, coalesce(bids, 0) from audit.account a
        left join (select investor_id, sum(amount) as bids from audit.bid where status = 'active' group by 1) b
          on b.investor_id = a.owner_id
        where a.owner_id is not null and a.kind = 'investor' and held <> coalesce(bids, 0)""",
    "a loan's funding is not the sum of its bids": """
        select loan_id, funded, coalesce(bids, 0) from audit.loan
        left join (select loan_id, sum(amount) as bids from audit.bid where status <> 'released' group by 1) b using (loan_id)
        where funded <> coalesce(bids, 0)""",
    "a loan is overfilled": "select * from audit.loan where funded > asked",
    "principal outstanding is not what the notes have not received": """
        select loan_id, principal_outstanding, outstanding from audit.loan
        join (select loan_id, sum(principal_minor - principal_received_minor) / 100.0 as outstanding
              from lending.notes where status <> 'CANCELLED' group by 1) n using (loan_id)
        where principal_outstanding <> outstanding""",
    "a repayment is not what was distributed of it": """
        select r.*, d.distributed from audit.repayment r
        left join (select repayment_id, sum(amount) as distributed from audit.distribution group by 1) d using (repayment_id)
        where amount <> coalesce(distributed, 0)""",
    "a repayment has no transaction": """
        select * from audit.repayment r where not exists (select from audit.ledger_entry e where e.txn_id = r.txn_id)""",
    "an event is not unique": "select dedupe_key from audit.outbox group by 1 having count(*) > 1",
}


async def assert_audit(books: "asyncpg.Connection[asyncpg.Record]") -> None:
    """The audit views agree with each other."""
    for what, sql in AUDIT.items():
        assert await books.fetch(sql) == [], what


async def assert_whole(world: World) -> None:
    """`kalends verify-ledger` finds no break, and neither does an auditor."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "cli.main", "verify-ledger"],
        env=os.environ | world.platform.environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("The books are whole.\n")
    await assert_audit(world.books)
