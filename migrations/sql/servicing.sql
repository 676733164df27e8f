-- What a step of the workers failed to do, until its next try. Wall time.
create table shared.set_aside (
  step text not null,
  subject_id uuid not null,
  attempts int not null,
  retry_at timestamptz not null,
  last_error text not null,
  primary key (step, subject_id)
);
grant select, insert, update, delete on shared.set_aside to kalends_app;

-- Balances follow postings, account by account in the order of their ids: whoever posts without locking before, as
-- distributions do, queues behind others instead of deadlocking. A plan by nested loops keeps that order, and stays right
-- when a session's first posting was one and its next are thousands. The sums that no account kept are the platform's.
create index accounts_platform on ledger.accounts (id) where floor_minor is null;
create or replace function ledger.apply() returns trigger language plpgsql security definer
  set search_path = ledger, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare hit bigint; want bigint; begin
  with d as materialized (
    select id, currency, sum(x)::bigint s from (select debit_id id, currency, -amount_minor x from added
      union all select credit_id, currency, amount_minor from added) u group by 1, 2 order by 1),
  kept as (update ledger.accounts a set balance_minor = balance_minor + d.s from d
           where a.id = d.id and a.currency = d.currency and a.floor_minor is not null returning 1)
  select (select count(*) from kept), (select count(*) from d
    where (id, currency) not in (select id, currency from ledger.accounts where floor_minor is null)) into hit, want;
  if hit <> want then
    raise 'posting names an unknown account or another currency' using errcode = 'foreign_key_violation';
  end if;
  return null; end $$;

-- Allocations are written with their repayment, of installments that the writer has just read and that nobody may delete:
-- two foreign keys a row would cost more than the rows.
alter table lending.allocations drop constraint allocations_repayment_id_fkey, drop constraint allocations_installment_id_fkey;

-- Entries are looked up by auditors only, and their ids grow with time: ranges of blocks find them, and cost nothing to keep.
drop index ledger.postings_entry;
create index postings_entry on ledger.postings using brin (entry_id uuid_minmax_multi_ops) with (autosummarize = on);

-- Shares are found by their notes; an index of what caused them would be kept by millions of rows for nobody.
drop index ledger.postings_reference;
create index postings_reference on ledger.postings (reference_id, id) where reference_id is not null and note_id is null;
