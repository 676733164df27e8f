"""What payments keeps beside the books, held against them."""

from domain.ledger.verify import Check

CHECKS = (
    Check(
        "custody moves only by the bank's entries",
        """select format('posting %s (%s)', p.id, p.kind) from ledger.accounts a
        join ledger.postings p on a.id in (p.debit_id, p.credit_id)
        where a.kind = 'CUSTODY' and p.kind <> 'DEBIT_RETURNED'
          and not exists (select from payments.bank_entries e where e.ledger_entry_id = p.entry_id)""",
    ),
    Check(
        "what the bank's entries of a movement moved is posted, once",
        """select format('movement %s: the bank moved %s, posted %s', movement_id, moved, posted) from (
          select e.movement_id, sum(e.moved_minor) as moved, max(e.amount_minor) as amount,
            array_agg(split_part(e.kind, '.', 2)) as steps, coalesce(sum(p.posted), 0) as posted
          from payments.bank_entries e left join (
            select p.entry_id, sum(case when p.debit_id = a.id then p.amount_minor else -p.amount_minor end) as posted
            from ledger.accounts a join ledger.postings p on a.id in (p.debit_id, p.credit_id)
            where a.kind = 'CUSTODY' group by p.entry_id) p on p.entry_id = e.ledger_entry_id
          group by e.movement_id) s
        where moved <> posted and not ('returned' = any(steps) and moved - posted = -amount)
          and ('received' = any(steps) or not steps && array['final', 'bounced'])
          and ('settled' = any(steps) or not 'returned' = any(steps))""",
    ),
    Check(
        "what is unsettled of a user is the sum of their deposits that could still bounce",
        """select format('user %s: unsettled %s, deposits %s',
          coalesce(a.owner_id, t.user_id), coalesce(a.balance_minor, 0), coalesce(t.sum, 0))
        from (select * from ledger.accounts where kind = 'UNSETTLED') a
        full join (select user_id, currency, sum(amount_minor) as sum from payments.transfers
                   where kind = 'DEPOSIT' and status = 'RECEIVED' group by 1, 2) t
          on t.user_id = a.owner_id and t.currency = a.currency
        where coalesce(a.balance_minor, 0) <> coalesce(t.sum, 0)""",
    ),
    Check(
        "what leaves a user's wallet is the sum of the withdrawals that wait for the bank",
        """select format('user %s: leaving %s, withdrawals %s',
          coalesce(a.owner_id, t.user_id), coalesce(a.balance_minor, 0), coalesce(t.sum, 0))
        from (select * from ledger.accounts where kind = 'LEAVING' and reference_id is null) a
        full join (select user_id, currency, sum(amount_minor) as sum from payments.transfers
                   where kind = 'WITHDRAWAL' and status = 'REQUESTED' group by 1, 2) t
          on t.user_id = a.owner_id and t.currency = a.currency
        where coalesce(a.balance_minor, 0) <> coalesce(t.sum, 0)""",
    ),
    Check(
        "what is in suspense is the sum of the items nobody has resolved",
        """select format('%s: suspense %s, items %s', currency, suspense, items) from (
          select a.currency,
            coalesce((select sum(case when p.credit_id = a.id then p.amount_minor else -p.amount_minor end)
                      from ledger.postings p where a.id in (p.debit_id, p.credit_id)), 0) as suspense,
            coalesce((select sum(i.amount_minor) from payments.suspense_items i
                      where i.currency = a.currency and i.status in ('OPEN', 'RETURNING')), 0) as items
          from ledger.accounts a where a.kind = 'SUSPENSE') s where suspense <> items""",
    ),
)
