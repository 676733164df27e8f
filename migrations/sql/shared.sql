-- Business time: wall time plus a shift that only a sandbox moves, and only forward.
create table shared.clock (
  id int primary key default 1 check (id = 1),
  shift interval not null default interval '0',
  time_zone text not null default 'UTC',
  target_at timestamptz,
  moved_by uuid,  -- the worker that walks to the target, as long as its lease lasts
  leased_until timestamptz
);
insert into shared.clock default values;

create function shared.business_now() returns timestamptz language sql stable as
$$ select now() + shift from shared.clock $$;
create function shared.business_today() returns date language sql stable as
$$ select ((now() + shift) at time zone time_zone)::date from shared.clock $$;

-- Events, written with what caused them. txid tells readers which events could still be joined by earlier ones.
create table shared.outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null unique,
  kind text not null,
  dedupe_key text not null unique,
  payload jsonb not null,
  loan_id uuid,
  audience uuid[] not null default '{}',
  happened_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  dispatched_at timestamptz,
  attempts int not null default 0,
  retry_at timestamptz,
  last_error text,
  txid xid8 not null default pg_current_xact_id()
);
create index outbox_waiting on shared.outbox (id) where dispatched_at is null;
create index outbox_audience on shared.outbox using gin (audience);
create index outbox_loan on shared.outbox (loan_id, id) where loan_id is not null;
create index outbox_order on shared.outbox (txid, id);  -- who resumes behind a cursor begins near the end

-- The register of answers: who asked for what under which key.
create table shared.idempotency (
  actor_id uuid not null,
  operation text not null,
  key text not null,
  request_hash text not null,
  answer jsonb,
  created_at timestamptz not null,
  primary key (actor_id, operation, key)
);
