"""What payments keeps beside the books, held against them."""

from domain.ledger.verify import Check

CHECKS = (
    Check(
        "custody is the sum of the bank's entries that were applied",
        """select format('%s: custody %s, bank entries %s', currency, custody, entries) from (
          select a.currency,
            coalesce((select sum(case when p.debit_id = a.id then p.amount_minor else -p.amount_minor end)
                      from ledger.postings p where a.id in (p.debit_id, p.credit_id)), 0) as custody,
            coalesce((select sum(e.amount_minor) from payments.bank_entries e
                      where e.currency = a.currency and e.ledger_entry_id is not null), 0) as entries
          from ledger.accounts a where a.kind = 'CUSTODY') s where custody <> entries""",
    ),
    Check(
        "what is unsettled of a user is the sum of their deposits that could still bounce",
        """select format('user %s: unsettled %s, deposits %s', coalesce(a.owner_id, t.user_id), coalesce(a.balance_minor, 0), coalesce(t.sum, 0))
        from (select * from ledger.accounts where kind = 'UNSETTLED') a
        full join (select user_id, currency, sum(amount_minor) as sum from payments.transfers
                   where kind = 'DEPOSIT' and status = 'RECEIVED' group by 1, 2) t on t.user_id = a.owner_id and t.currency = a.currency
        where coalesce(a.balance_minor, 0) <> coalesce(t.sum, 0)""",
    ),
)
