"""What lending keeps beside the books, held against them."""

from domain.ledger.verify import Check

SHARES = "('REPAYMENT_SHARE', 'LATE_SHARE', 'SERVICE_FEE', 'DUE_FEE')"

CHECKS = (
    Check(
        "a loan's principal account is what its notes have not received",
        """select format('loan %s: account %s, notes %s', loan_id, balance, notes) from (
          select n.loan_id, sum(n.principal_minor - n.principal_received_minor) as notes,
            coalesce((select a.balance_minor from ledger.accounts a where a.reference_id = n.loan_id and a.kind = 'PRINCIPAL'), 0)
              as balance
          from lending.notes n where n.status <> 'CANCELLED' group by n.loan_id) s where notes <> balance""",
    ),
    Check(
        "a loan's principal account is what its installments have open",
        """select format('loan %s: account %s, installments %s', loan_id, balance, open) from (
          select i.loan_id, sum(i.principal_minor - i.paid_principal_minor) as open,
            coalesce((select a.balance_minor from ledger.accounts a where a.reference_id = i.loan_id and a.kind = 'PRINCIPAL'), 0)
              as balance
          from lending.installments i join lending.loans l on l.id = i.loan_id
          where l.status in ('DISBURSING', 'ACTIVE', 'DEFAULTED', 'WRITTEN_OFF', 'CLOSED') group by i.loan_id) s
        where open <> balance""",
    ),
    Check(
        "what a note has received is what was posted to its lender",
        """select format('note %s: principal %s, posted %s; interest %s, posted %s; late %s, posted %s', id,
            principal_received_minor, principal, interest_received_minor, interest, late_received_minor, late) from (
          select n.*,
            coalesce(sum(case p.kind when 'REPAYMENT_SHARE' then p.principal_minor when 'REPAYMENT_SHARE_REVERSED' then -p.principal_minor end), 0)
              as principal,
            coalesce(sum(case p.kind when 'REPAYMENT_SHARE' then p.amount_minor - p.principal_minor + coalesce(p.fee_minor, 0)
              when 'REPAYMENT_SHARE_REVERSED' then -(p.amount_minor - p.principal_minor + coalesce(p.fee_minor, 0)) end), 0) as interest,
            coalesce(sum(case p.kind when 'LATE_SHARE' then p.amount_minor when 'LATE_SHARE_REVERSED' then -p.amount_minor end), 0) as late
          from lending.notes n left join ledger.postings p on p.note_id = n.id group by n.id) s
        where principal_received_minor <> principal or interest_received_minor <> interest or late_received_minor <> late""",
    ),
    Check(
        "a repayment is what it was allocated to and what was distributed of it",
        f"""select format('repayment %s: %s, allocated %s, distributed %s', id, amount_minor, allocated, distributed) from (
          select r.id, r.amount_minor, coalesce(a.minor, 0) as allocated, coalesce(p.minor, 0) as distributed
          from lending.repayments r
          left join (select repayment_id, sum(amount_minor) as minor from lending.allocations group by 1) a on a.repayment_id = r.id
          left join (select reference_id, sum(amount_minor) as minor from ledger.postings where kind in {SHARES} group by 1) p
            on p.reference_id = r.id) s where amount_minor <> allocated or amount_minor <> distributed""",  # noqa: S608 - a constant
    ),
    Check(
        "every allocation is of a repayment and of an installment of its loan",
        """select format('allocation %s', a.id) from lending.allocations a
        left join lending.repayments r on r.id = a.repayment_id
        left join lending.installments i on i.id = a.installment_id
        where r.loan_id is distinct from i.loan_id or i.id is null""",
    ),
    Check(
        "what the platform fronted for returned debits is what users owe back",
        """select format('%s: fronted %s, owed %s', currency, fronted, owed) from (
          select a.currency,
            coalesce((select sum(case when p.debit_id = a.id then p.amount_minor else -p.amount_minor end)
                      from ledger.postings p where a.id in (p.debit_id, p.credit_id)), 0) as fronted,
            coalesce((select sum(c.amount_minor - c.recovered_minor) from lending.clawbacks c
                      where c.currency = a.currency), 0) as owed
          from ledger.accounts a where a.kind = 'CLAWBACK') s where fronted <> owed""",
    ),
)
