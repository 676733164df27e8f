-- What an auditor reads: amounts in units of the currency, both sides of every posting, one account per person and currency.
create function shared.units(minor bigint, currency text) returns numeric language sql immutable as
$$ select case when currency = 'JPY' then minor::numeric else (minor::numeric / 100)::numeric(20, 2) end $$;
create function audit.person_account(owner uuid, currency text) returns uuid language sql immutable as
$$ select md5(owner::text || currency)::uuid $$;

create view audit.ledger_entry as
select p.id * 2 + side as entry_id, p.entry_id as txn_id,
       case when a.owner_id is null then a.id else audit.person_account(a.owner_id, a.currency) end as account_id,
       a.currency::text as currency, sign * shared.units(p.amount_minor, p.currency) as amount, p.posted_at as created_at
from ledger.postings p
cross join lateral (values (0, -1, p.debit_id), (1, 1, p.credit_id)) s(side, sign, account_id)
join ledger.accounts a on a.id = s.account_id;

create view audit.account as
select audit.person_account(a.owner_id, a.currency) as account_id, a.owner_id,
       case when 'LENDER' = any(u.roles) then 'investor' else 'borrower' end as kind, a.currency::text as currency,
       shared.units(sum(a.balance_minor)::bigint, a.currency) as balance,
       shared.units(coalesce(sum(a.balance_minor) filter (where a.kind = 'HELD'), 0)::bigint, a.currency) as held,
       false as allow_negative
from ledger.accounts a join identity.users u on u.id = a.owner_id
group by a.owner_id, a.currency, u.roles
union all
select a.id, a.owner_id, lower(a.kind), a.currency::text, shared.units(a.balance_minor, a.currency), 0, false
from ledger.accounts a where a.owner_id is null and a.floor_minor is not null
union all
select a.id, null, lower(a.kind), a.currency::text,
       shared.units((coalesce((select sum(amount_minor) from ledger.postings p where p.credit_id = a.id), 0)
                   - coalesce((select sum(amount_minor) from ledger.postings p where p.debit_id = a.id), 0))::bigint, a.currency),
       0, true
from ledger.accounts a where a.floor_minor is null;

create view audit.bid as
select b.id as bid_id, b.loan_id, b.lender_id as investor_id, shared.units(b.amount_minor, b.currency) as amount,
       case b.status when 'ACTIVE' then 'active' when 'ACCEPTED' then 'accepted' else 'released' end as status
from marketplace.bids b;

create view audit.loan as
select l.id as loan_id, shared.units(l.asked_minor, l.currency) as asked,
       shared.units(coalesce((select sum(b.amount_minor) from marketplace.bids b
                              where b.loan_id = l.id and b.status in ('ACTIVE', 'ACCEPTED')), 0)::bigint, l.currency) as funded,
       shared.units(coalesce((select a.balance_minor from ledger.accounts a
                              where a.reference_id = l.id and a.kind = 'PRINCIPAL'), 0), l.currency) as principal_outstanding,
       case
         when l.status in ('SUBMITTED', 'UNDER_REVIEW', 'OFFERED') then 'requested'
         when l.status = 'LISTED' then 'listed'
         when l.status in ('FUNDED', 'DISBURSING') then 'funded'
         when l.status = 'ACTIVE' and exists (select 1 from lending.installments i where i.loan_id = l.id
              and i.settled_on is null and i.due_on < shared.business_today()) then 'late'
         when l.status = 'ACTIVE' then 'active'
         when l.status = 'DEFAULTED' then 'defaulted'
         when l.status = 'WRITTEN_OFF' then 'written_off'
         when l.status = 'CLOSED' then 'repaid'
         when l.status = 'EXPIRED' then 'expired'
         else 'cancelled'
       end as status
from lending.loans l;

create view audit.repayment as
select r.id as repayment_id, r.loan_id, shared.units(r.amount_minor, l.currency) as amount, r.entry_id as txn_id
from lending.repayments r join lending.loans l on l.id = r.loan_id where r.status = 'APPLIED';

create view audit.distribution as
select r.id as repayment_id, part.kind,
       case when a.owner_id is null then a.id else audit.person_account(a.owner_id, a.currency) end as account_id,
       shared.units(part.amount_minor, p.currency) as amount
from lending.repayments r
join ledger.postings p on p.reference_id = r.id
  and p.kind in ('REPAYMENT_SHARE', 'LATE_SHARE', 'SERVICE_FEE', 'DUE_FEE')
join ledger.accounts a on a.id = p.credit_id
cross join lateral (values
  ('principal', case when p.kind = 'REPAYMENT_SHARE' then p.principal_minor end),
  ('interest', case when p.kind = 'REPAYMENT_SHARE' then p.amount_minor - p.principal_minor end),
  ('late_interest', case when p.kind = 'LATE_SHARE' then p.amount_minor end),
  ('service_fee', case when p.kind = 'SERVICE_FEE' then p.amount_minor end),
  ('fee', case when p.kind = 'DUE_FEE' then p.amount_minor end)) part(kind, amount_minor)
where r.status = 'APPLIED' and part.amount_minor > 0;

create view audit.outbox as select event_id, dedupe_key, created_at, dispatched_at from shared.outbox;
create view audit.idempotency as select actor_id, operation, key, request_hash from shared.idempotency;
