"""What the market keeps beside the books, held against them."""

from domain.ledger.verify import Check

CHECKS = (
    Check(
        "what is held of a lender is the sum of their open bids",
        """select format('lender %s: held %s, bids %s', coalesce(a.owner_id, b.lender_id), coalesce(a.balance_minor, 0), coalesce(b.sum, 0))
        from (select * from ledger.accounts where kind = 'HELD') a
        full join (select lender_id, currency, sum(amount_minor) as sum from marketplace.bids where status = 'ACTIVE' group by 1, 2) b
          on b.lender_id = a.owner_id and b.currency = a.currency
        where coalesce(a.balance_minor, 0) <> coalesce(b.sum, 0)""",
    ),
    Check(
        "what is committed to a listing is the sum of its bids",
        """select format('listing %s: committed %s, bids %s', l.id, l.committed_minor, coalesce(b.sum, 0))
        from marketplace.listings l left join (
          select loan_id, sum(amount_minor) as sum from marketplace.bids where status in ('ACTIVE', 'ACCEPTED') group by 1) b on b.loan_id = l.id
        where l.status in ('OPEN', 'SHORT', 'FULL', 'CLOSED') and l.committed_minor <> coalesce(b.sum, 0)""",
    ),
    Check(
        "every accepted bid is one note of the same amount",
        """select format('bid %s', b.id) from marketplace.bids b left join lending.notes n on n.bid_id = b.id
        where b.status = 'ACCEPTED' and (n.id is null or n.principal_minor <> b.amount_minor or n.lender_id <> b.lender_id)""",
    ),
)
