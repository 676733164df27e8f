-- What tortoise's migrations do not carry: checks, partial and composite indexes.
alter table identity.users add check (email = lower(email));
alter table identity.consents add constraint consents_user_document unique (user_id, document_id);
create unique index documents_kind_version on identity.documents (kind, version) where loan_id is null;
create unique index documents_contract_version on identity.documents (loan_id, kind, version) where loan_id is not null;
create unique index identity_checks_one_open on identity.identity_checks (user_id) where status in ('PENDING', 'SUBMITTED', 'REVIEW', 'VERIFIED');
create index identity_checks_waiting on identity.identity_checks (status) where status in ('PENDING', 'SUBMITTED', 'REVIEW');
create index sessions_user on identity.sessions (user_id);
create index sessions_expiry on identity.sessions (expires_at);
create index access_tokens_user on identity.access_tokens (user_id);

alter table payments.transfers add check (amount_minor > 0);
create index transfers_user on payments.transfers (user_id, id);
create index suspense_items_open on payments.suspense_items (id) where status = 'OPEN';
alter table payments.bank_entries add check (amount_minor > 0), add check (moved_minor in (0, amount_minor, -amount_minor));
alter table payments.instructions add check (amount_minor > 0);
create index instructions_waiting on payments.instructions (status, id) where status in ('CREATED', 'SUBMITTED');
create index mandates_waiting on payments.mandates (id) where told_at is null;
create unique index mandates_one_living on payments.mandates (bank_account_id) where status in ('PENDING', 'ACTIVE');
create index webhooks_waiting on payments.webhooks (attempts, id) where applied_at is null;
create index bank_entries_day on payments.bank_entries (currency, booked_on);

create index decisions_loan on credit.decisions (loan_id, decided_at);

alter table lending.loans add check (asked_minor > 0), add check (principal_minor > 0), add check (annual_rate_ppm >= 0),
  add check (installment_count between 1 and 1200);
create index loans_status on lending.loans (status, id);
create index loans_listed on lending.loans (listed_at, id) where listed_at is not null;
create index loans_rate on lending.loans (annual_rate_ppm, id) where listed_at is not null;
create index loans_borrower on lending.loans (borrower_id, id);
create index loans_collecting on lending.loans (next_collection_on, id) where next_collection_on is not null;
create index loan_parties_loan on lending.loan_parties (loan_id);
alter table lending.installments
  add check (principal_minor >= 0 and interest_minor >= 0 and fees_minor >= 0 and late_interest_minor >= 0),
  add check (paid_principal_minor between 0 and principal_minor), add check (paid_interest_minor between 0 and interest_minor),
  add check (paid_fees_minor between 0 and fees_minor), add check (paid_late_minor between 0 and late_interest_minor);
create index installments_open on lending.installments (due_on, loan_id) where settled_on is null;
alter table lending.notes add check (principal_minor > 0), add check (principal_received_minor between 0 and principal_minor),
  add check (interest_received_minor >= 0 and late_received_minor >= 0 and fees_paid_minor >= 0);
alter table lending.notes set (fillfactor = 50);  -- every repayment writes all of a loan's notes: in place, without touching indexes
create index notes_loan on lending.notes (loan_id, id);
create index notes_lender on lending.notes (lender_id, id);
alter table lending.repayments add check (amount_minor > 0);
create index repayments_loan on lending.repayments (loan_id, id);
create index allocations_repayment on lending.allocations (repayment_id);
create index allocations_installment on lending.allocations (installment_id);
create unique index collections_one_pending on lending.collections (loan_id) where status = 'PENDING';
create index collections_loan on lending.collections (loan_id, id);
alter table lending.clawbacks add check (amount_minor > 0), add check (recovered_minor between 0 and amount_minor);
create index clawbacks_open on lending.clawbacks (user_id, id) where recovered_minor < amount_minor;
create sequence lending.loan_reference;
grant usage on sequence lending.loan_reference to kalends_app;

alter table marketplace.listings add check (target_minor > 0), add check (lot_minor > 0), add check (minimum_bid_minor > 0),
  add check (threshold_minor between 1 and target_minor), add constraint never_overfilled check (committed_minor between 0 and target_minor);
create index listings_open on marketplace.listings (deadline_at) where status = 'OPEN';
create index listings_short on marketplace.listings (decide_by) where status = 'SHORT';
create index listings_full on marketplace.listings (closes_not_before) where status = 'FULL';
alter table marketplace.bids add check (amount_minor > 0 and amount_minor <= requested_minor);
create index listings_deadline on marketplace.listings (deadline_at, id);
create index bids_loan on marketplace.bids (loan_id, id);
create index bids_open on marketplace.bids (loan_id, lender_id) where status = 'ACTIVE';
create index bids_lender on marketplace.bids (lender_id, id);
create unique index bids_one_per_plan on marketplace.bids (loan_id, plan_id) where plan_id is not null;
alter table marketplace.auto_invest_plans add check (amount_minor > 0), add check (keep_minor >= 0),
  add check (minimum_installments <= maximum_installments);
create index plans_active on marketplace.auto_invest_plans (currency) where status = 'ACTIVE';

create index messages_waiting on notifications.messages (not_before_at) where status = 'QUEUED';
