grant usage on schema shared, ledger, identity, payments, credit, lending, marketplace, notifications, audit to kalends_app;
grant select, insert, update, delete on all tables in schema identity, payments, credit, lending, marketplace, notifications to kalends_app;
grant select on shared.clock to kalends_app;
grant update (shift, time_zone, target_at, moved_by, leased_until) on shared.clock to kalends_app;
grant select, insert on shared.outbox to kalends_app;
grant update (dispatched_at, attempts, retry_at, last_error) on shared.outbox to kalends_app;
grant select, insert on shared.idempotency to kalends_app;
grant update (answer) on shared.idempotency to kalends_app;
-- The books: read and add, nothing else. Locking an account needs one column that may be updated.
grant select on ledger.accounts, ledger.postings to kalends_app;
grant insert on ledger.postings to kalends_app;
grant insert (id, owner_id, kind, currency, reference_id), update (lock_only) on ledger.accounts to kalends_app;
-- A register of consents and decisions is added to, never rewritten.
revoke update, delete on identity.consents, identity.documents, credit.decisions, lending.allocations from kalends_app;
revoke delete on identity.users, payments.instructions, payments.bank_entries, payments.transfers, payments.suspense_items,
  payments.reconciliations, payments.reconciliation_differences, lending.loans,
  lending.installments, lending.notes, lending.repayments, lending.collections, lending.clawbacks,
  marketplace.listings, marketplace.bids from kalends_app;
grant usage on schema audit to kalends_auditor;
grant select on all tables in schema audit to kalends_app, kalends_auditor;
