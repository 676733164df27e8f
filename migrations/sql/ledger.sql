create table ledger.accounts (
  id uuid primary key,
  owner_id uuid,
  kind text not null,
  currency char(3) not null,
  reference_id uuid,
  floor_minor bigint default 0,
  balance_minor bigint not null default 0,
  lock_only smallint,  -- never written: locking a row needs the right to update some column
  constraint no_overdraft check (balance_minor >= floor_minor),
  constraint only_platform_accounts_have_no_floor check (
    floor_minor is not null or (owner_id is null and reference_id is null
      and kind in ('CUSTODY', 'FEES', 'RESERVE', 'SUSPENSE', 'LENT', 'CLAWBACK'))),
  constraint owner_fits_kind check (case
    when kind in ('AVAILABLE', 'HELD', 'LEAVING', 'UNSETTLED') then owner_id is not null
    when kind in ('COLLECTING', 'PRINCIPAL') then owner_id is null and reference_id is not null
    when kind in ('CUSTODY', 'FEES', 'RESERVE', 'SUSPENSE', 'LENT', 'CLAWBACK') then floor_minor is null
    else false end),
  unique nulls not distinct (owner_id, kind, currency, reference_id)
) with (fillfactor = 50);
create index accounts_reference on ledger.accounts (reference_id) where reference_id is not null;

create table ledger.postings (
  id bigint generated always as identity,
  entry_id uuid not null,
  kind text not null,
  debit_id uuid not null,
  credit_id uuid not null,
  currency char(3) not null,
  amount_minor bigint not null check (amount_minor > 0),
  reference_id uuid,
  note_id uuid,
  principal_minor bigint check (principal_minor between 0 and amount_minor),
  fee_minor bigint check (fee_minor >= 0),
  effective_on date not null,
  posted_at timestamptz not null,
  check (debit_id <> credit_id),
  primary key (id)
) partition by range (id);
create table ledger.postings_0 partition of ledger.postings for values from (minvalue) to (100000000);
create table ledger.postings_rest partition of ledger.postings default;
create index postings_debit on ledger.postings (debit_id, id);
create index postings_credit on ledger.postings (credit_id, id);
create index postings_entry on ledger.postings (entry_id);
create index postings_reference on ledger.postings (reference_id, id) where reference_id is not null;
create index postings_note on ledger.postings (note_id, id) where note_id is not null;

-- Balances follow postings, set by set. Foreign keys would cost twice as much: the counts prove that the accounts exist.
-- Balances follow postings, account by account in the order of their ids: whoever posts without locking before, as
-- distributions do, queues behind others instead of deadlocking. A plan by nested loops keeps that order, and stays right
-- when a session's first posting was one and its next are thousands. What no account kept must be the platform's, which keep
-- no balance; they are looked up only then.
create index accounts_platform on ledger.accounts (id) where floor_minor is null;
create function ledger.apply() returns trigger language plpgsql security definer
  set search_path = ledger, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare hit bigint; want bigint; begin
  with d as materialized (
    select id, currency, sum(x)::bigint s from (select debit_id id, currency, -amount_minor x from added
      union all select credit_id, currency, amount_minor from added) u group by 1, 2 order by 1),
  kept as (update ledger.accounts a set balance_minor = balance_minor + d.s from d
           where a.id = d.id and a.currency = d.currency and a.floor_minor is not null returning 1)
  select (select count(*) from kept), (select count(*) from d) - case
    when (select count(*) from kept) < (select count(*) from d) then (select count(*) from d
      where (id, currency) in (select id, currency from ledger.accounts where floor_minor is null)) else 0 end
    into hit, want;
  if hit <> want then
    raise 'posting names an unknown account or another currency' using errcode = 'foreign_key_violation';
  end if;
  return null; end $$;
create trigger apply after insert on ledger.postings referencing new table as added
  for each statement execute function ledger.apply();

create function ledger.refuse() returns trigger language plpgsql as
$$ begin raise 'postings are never changed or deleted' using errcode = 'insufficient_privilege'; end $$;
create trigger refuse_change before update or delete on ledger.postings for each row execute function ledger.refuse();

-- Platform accounts exist from the beginning, in every currency an installation may use.
insert into ledger.accounts (id, kind, currency, floor_minor) select id, kind, currency, null
from (values @platform@) p(id, kind, currency);
