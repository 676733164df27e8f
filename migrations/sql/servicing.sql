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

-- Allocations are written with their repayment, of installments that the writer has just read and that nobody may delete:
-- two foreign keys a row would cost more than the rows.
alter table lending.allocations drop constraint allocations_repayment_id_fkey, drop constraint allocations_installment_id_fkey;

-- Entries are looked up by auditors only, and their ids grow with time: ranges of blocks find them, and cost nothing to keep.
drop index ledger.postings_entry;
create index postings_entry on ledger.postings using brin (entry_id uuid_minmax_multi_ops) with (autosummarize = on);

-- Shares are found by their notes; an index of what caused them would be kept by millions of rows for nobody.
drop index ledger.postings_reference;
create index postings_reference on ledger.postings (reference_id, id) where reference_id is not null and note_id is null;
