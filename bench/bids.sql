-- One bid as one call of a stored function: the same locks, checks and rows as the product's placeBid, for pgbench.
-- Refusals are returned, not stored, as no measured bid is refused; a loan that a bid would fill is beyond it, and so is a
-- profile under which a lender may not have a whole loan.
create schema bench;
grant usage on schema bench to kalends_app;

create function bench.place_bid(actor uuid, key text, wanted_loan uuid, wanted_minor bigint, wanted_currency text,
    acknowledged uuid[], allow_partial boolean default true, reference text default null) returns jsonb
language plpgsql as $$
declare
  asked text := encode(sha256(convert_to(jsonb_build_object('loan_id', wanted_loan, 'amount_minor', wanted_minor,
    'currency', wanted_currency, 'allow_partial', allow_partial, 'acknowledged', acknowledged, 'reference', reference)::text,
    'UTF8')), 'hex');
  stored record; listing record; wallet record; facts record;
  instant timestamptz; bid uuid := uuidv7(); taken bigint; room bigint; answer jsonb;
begin
  select i.request_hash, i.answer into stored from shared.idempotency i
    where i.actor_id = actor and i.operation = 'place_bid' and i.key = place_bid.key;
  if found then
    return case when stored.request_hash = asked then stored.answer else '{"refusal": "IdempotencyConflict"}' end;
  end if;

  select l.*, l.borrower_id = actor or exists (select 1 from lending.loan_parties p
      where p.loan_id = l.id and p.user_id = actor) as is_own
    into listing from marketplace.listings l where l.id = wanted_loan for no key update of l;
  if not found then return '{"refusal": "NotFound"}'; end if;

  select max(a.id::text) filter (where a.kind = 'AVAILABLE')::uuid as available_id,
      max(a.id::text) filter (where a.kind = 'HELD')::uuid as held_id,
      max(a.balance_minor) filter (where a.kind = 'AVAILABLE') as available_minor
    into wallet from (select id, kind, balance_minor from ledger.accounts
      where owner_id = actor and kind in ('AVAILABLE', 'HELD') and currency = wanted_currency and reference_id is null
      order by id for no key update) a;

  select shared.business_now() as instant,
      exists (select from marketplace.bids b
        where b.loan_id = wanted_loan and b.lender_id = actor and b.status = 'ACTIVE') as has_bid,
      (select d.id from identity.documents d where d.loan_id is null and d.kind = 'RISK_WARNING'
        order by d.version desc limit 1) as warning_id,
      u.email_verified_at is not null
        and exists (select 1 from identity.identity_checks c where c.user_id = u.id and c.status = 'VERIFIED')
        and not exists (select 1 from (select distinct on (kind) id, kind from identity.documents
            where loan_id is null order by kind, version desc) d
          where d.kind in ('TERMS', 'RISK_WARNING') and not exists (select 1 from identity.consents c
            where c.document_id = d.id and c.user_id = u.id)) as is_ready
    into facts from identity.users u where u.id = actor;

  room := listing.target_minor - listing.committed_minor;
  taken := least(wanted_minor, room);
  case
    when wanted_currency <> listing.currency or wanted_minor not between 1 and 1000000000000000
      or length(reference) not between 1 and 80 then return '{"refusal": "InvalidInput"}';
    when listing.status <> 'OPEN' or room <= 0 or facts.instant >= listing.deadline_at
      then return '{"refusal": "LoanNotOpen"}';
    when listing.is_own then return '{"refusal": "OwnLoan"}';
    when not facts.is_ready then return '{"refusal": "StepRequired"}';
    when facts.warning_id is not null and facts.warning_id <> all (acknowledged)
      then return '{"refusal": "DocumentsNotAcknowledged"}';
    when wanted_minor > room and not allow_partial then return '{"refusal": "RemainingTooSmall"}';
    when wanted_minor < least(listing.minimum_bid_minor, room) then return '{"refusal": "BidBelowMinimum"}';
    when wanted_minor < room and wanted_minor % listing.lot_minor > 0 then return '{"refusal": "BidNotInLots"}';
    when taken > wallet.available_minor then return '{"refusal": "InsufficientFunds"}';
    when taken = room then raise 'a loan that is measured is never full';
    else null;
  end case;

  answer := jsonb_build_object('result', jsonb_build_object('replayed', false, 'bid_id', bid, 'loan_id', wanted_loan,
    'amount', jsonb_build_object('amount_minor', taken, 'currency', wanted_currency), 'is_partial', taken < wanted_minor));
  with listed as (
    update marketplace.listings l set committed_minor = committed_minor + taken, sequence = sequence + 1,
      lender_count = lender_count + (not facts.has_bid)::int where l.id = wanted_loan),
  placed as (
    insert into marketplace.bids (id, loan_id, lender_id, requested_minor, amount_minor, currency, status, origin,
      client_reference, placed_at)
    values (bid, wanted_loan, actor, wanted_minor, taken, wanted_currency, 'ACTIVE', 'MANUAL', reference, facts.instant)),
  held as (
    insert into ledger.postings (entry_id, kind, debit_id, credit_id, currency, amount_minor, reference_id, effective_on,
      posted_at)
    values (uuidv7(), 'HOLD', wallet.available_id, wallet.held_id, wanted_currency, taken, bid,
      (facts.instant at time zone 'Asia/Shanghai')::date, facts.instant)),
  told as (
    insert into shared.outbox (event_id, kind, dedupe_key, payload, loan_id, audience, happened_at)
    values (uuidv7(), 'bid.placed', 'bid.placed:' || bid, jsonb_build_object('bid_id', bid, 'loan_id', wanted_loan,
      'amount_minor', taken, 'currency', wanted_currency, 'origin', 'MANUAL'), wanted_loan, array[actor], facts.instant))
  insert into shared.idempotency (actor_id, operation, key, request_hash, answer, created_at)
    values (actor, 'place_bid', key, asked, answer, clock_timestamp());
  return answer;
end $$;
