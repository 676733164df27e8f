CREATE SCHEMA audit;
CREATE SCHEMA credit;
CREATE SCHEMA identity;
CREATE SCHEMA ledger;
CREATE SCHEMA lending;
CREATE SCHEMA marketplace;
CREATE SCHEMA notifications;
CREATE SCHEMA payments;
CREATE SCHEMA shared;
CREATE FUNCTION audit.person_account(owner uuid, currency text) RETURNS uuid
    LANGUAGE sql IMMUTABLE
    AS $$ select md5(owner::text || currency)::uuid $$;
CREATE FUNCTION ledger.apply() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'ledger', 'pg_temp'
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
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
CREATE FUNCTION ledger.refuse() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ begin raise 'postings are never changed or deleted' using errcode = 'insufficient_privilege'; end $$;
CREATE FUNCTION shared.business_now() RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    AS $$ select now() + shift from shared.clock $$;
CREATE FUNCTION shared.business_today() RETURNS date
    LANGUAGE sql STABLE
    AS $$ select ((now() + shift) at time zone time_zone)::date from shared.clock $$;
CREATE FUNCTION shared.units(minor bigint, currency text) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$ select case when currency = 'JPY' then minor::numeric else (minor::numeric / 100)::numeric(20, 2) end $$;
CREATE TABLE identity.users (
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    email_verified_at timestamp with time zone,
    password_hash character varying(200) NOT NULL,
    kind character varying(40) NOT NULL,
    legal_name character varying(200) NOT NULL,
    pseudonym character varying(40) NOT NULL,
    roles text[] NOT NULL,
    operator_scopes text[] NOT NULL,
    locale character varying(5) NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT users_email_check CHECK (((email)::text = lower((email)::text)))
);
COMMENT ON TABLE identity.users IS 'A person or an organisation with an account; operators have scopes.';
COMMENT ON COLUMN identity.users.kind IS 'PERSON: PERSON\nORGANISATION: ORGANISATION';
CREATE TABLE ledger.accounts (
    id uuid NOT NULL,
    owner_id uuid,
    kind text NOT NULL,
    currency character(3) NOT NULL,
    reference_id uuid,
    floor_minor bigint DEFAULT 0,
    balance_minor bigint DEFAULT 0 NOT NULL,
    lock_only smallint,
    CONSTRAINT no_overdraft CHECK ((balance_minor >= floor_minor)),
    CONSTRAINT only_platform_accounts_have_no_floor CHECK (((floor_minor IS NOT NULL) OR ((owner_id IS NULL) AND (reference_id IS NULL) AND (kind = ANY (ARRAY['CUSTODY'::text, 'FEES'::text, 'RESERVE'::text, 'SUSPENSE'::text, 'LENT'::text, 'CLAWBACK'::text]))))),
    CONSTRAINT owner_fits_kind CHECK (
CASE
    WHEN (kind = ANY (ARRAY['AVAILABLE'::text, 'HELD'::text, 'LEAVING'::text, 'UNSETTLED'::text])) THEN (owner_id IS NOT NULL)
    WHEN (kind = ANY (ARRAY['COLLECTING'::text, 'PRINCIPAL'::text])) THEN ((owner_id IS NULL) AND (reference_id IS NOT NULL))
    WHEN (kind = ANY (ARRAY['CUSTODY'::text, 'FEES'::text, 'RESERVE'::text, 'SUSPENSE'::text, 'LENT'::text, 'CLAWBACK'::text])) THEN (floor_minor IS NULL)
    ELSE false
END)
)
WITH (fillfactor='50');
CREATE TABLE ledger.postings (
    id bigint NOT NULL,
    entry_id uuid NOT NULL,
    kind text NOT NULL,
    debit_id uuid NOT NULL,
    credit_id uuid NOT NULL,
    currency character(3) NOT NULL,
    amount_minor bigint NOT NULL,
    reference_id uuid,
    note_id uuid,
    principal_minor bigint,
    fee_minor bigint,
    effective_on date NOT NULL,
    posted_at timestamp with time zone NOT NULL,
    CONSTRAINT postings_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT postings_check CHECK (((principal_minor >= 0) AND (principal_minor <= amount_minor))),
    CONSTRAINT postings_check1 CHECK ((debit_id <> credit_id)),
    CONSTRAINT postings_fee_minor_check CHECK ((fee_minor >= 0))
)
PARTITION BY RANGE (id);
CREATE VIEW audit.account AS
 SELECT audit.person_account(a.owner_id, (a.currency)::text) AS account_id,
    a.owner_id,
        CASE
            WHEN ('LENDER'::text = ANY (u.roles)) THEN 'investor'::text
            ELSE 'borrower'::text
        END AS kind,
    (a.currency)::text AS currency,
    shared.units((sum(a.balance_minor))::bigint, (a.currency)::text) AS balance,
    shared.units((COALESCE(sum(a.balance_minor) FILTER (WHERE (a.kind = 'HELD'::text)), (0)::numeric))::bigint, (a.currency)::text) AS held,
    false AS allow_negative
   FROM (ledger.accounts a
     JOIN identity.users u ON ((u.id = a.owner_id)))
  GROUP BY a.owner_id, a.currency, u.roles
UNION ALL
 SELECT a.id AS account_id,
    a.owner_id,
    lower(a.kind) AS kind,
    (a.currency)::text AS currency,
    shared.units(a.balance_minor, (a.currency)::text) AS balance,
    0 AS held,
    false AS allow_negative
   FROM ledger.accounts a
  WHERE ((a.owner_id IS NULL) AND (a.floor_minor IS NOT NULL))
UNION ALL
 SELECT a.id AS account_id,
    NULL::uuid AS owner_id,
    lower(a.kind) AS kind,
    (a.currency)::text AS currency,
    shared.units(((COALESCE(( SELECT sum(p.amount_minor) AS sum
           FROM ledger.postings p
          WHERE (p.credit_id = a.id)), (0)::numeric) - COALESCE(( SELECT sum(p.amount_minor) AS sum
           FROM ledger.postings p
          WHERE (p.debit_id = a.id)), (0)::numeric)))::bigint, (a.currency)::text) AS balance,
    0 AS held,
    true AS allow_negative
   FROM ledger.accounts a
  WHERE (a.floor_minor IS NULL);
CREATE TABLE marketplace.bids (
    id uuid NOT NULL,
    loan_id uuid NOT NULL,
    lender_id uuid NOT NULL,
    requested_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    currency character varying(3) NOT NULL,
    status character varying(40) NOT NULL,
    origin character varying(40) NOT NULL,
    client_reference character varying(80),
    placed_at timestamp with time zone NOT NULL,
    revocable_until timestamp with time zone,
    ended_at timestamp with time zone,
    plan_id uuid,
    CONSTRAINT bids_check CHECK (((amount_minor > 0) AND (amount_minor <= requested_minor)))
);
COMMENT ON TABLE marketplace.bids IS 'A lender''s binding offer of a part of a loan, backed by a hold on their money.';
COMMENT ON COLUMN marketplace.bids.status IS 'ACTIVE: ACTIVE\nACCEPTED: ACCEPTED\nWITHDRAWN: WITHDRAWN\nRELEASED: RELEASED';
COMMENT ON COLUMN marketplace.bids.origin IS 'MANUAL: MANUAL\nAUTO_INVEST: AUTO_INVEST';
CREATE VIEW audit.bid AS
 SELECT id AS bid_id,
    loan_id,
    lender_id AS investor_id,
    shared.units(amount_minor, (currency)::text) AS amount,
        CASE status
            WHEN 'ACTIVE'::text THEN 'active'::text
            WHEN 'ACCEPTED'::text THEN 'accepted'::text
            ELSE 'released'::text
        END AS status
   FROM marketplace.bids b;
CREATE TABLE lending.repayments (
    id uuid NOT NULL,
    source character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    amount_minor bigint NOT NULL,
    collection_id uuid,
    entry_id uuid NOT NULL,
    effective_on date NOT NULL,
    posted_at timestamp with time zone NOT NULL,
    reversed_at timestamp with time zone,
    reversal_entry_id uuid,
    loan_id uuid NOT NULL,
    CONSTRAINT repayments_amount_minor_check CHECK ((amount_minor > 0))
);
COMMENT ON TABLE lending.repayments IS 'Money of the borrower that was distributed to the lenders, in one entry; a returned one is undone by its mirror.';
COMMENT ON COLUMN lending.repayments.source IS 'WALLET: WALLET\nDIRECT_DEBIT: DIRECT_DEBIT\nMANUAL: MANUAL\nPAYOFF: PAYOFF\nRECOVERY: RECOVERY';
COMMENT ON COLUMN lending.repayments.status IS 'APPLIED: APPLIED\nREVERSED: REVERSED';
CREATE VIEW audit.distribution AS
 SELECT r.id AS repayment_id,
    part.kind,
        CASE
            WHEN (a.owner_id IS NULL) THEN a.id
            ELSE audit.person_account(a.owner_id, (a.currency)::text)
        END AS account_id,
    shared.units(part.amount_minor, (p.currency)::text) AS amount
   FROM (((lending.repayments r
     JOIN ledger.postings p ON (((p.reference_id = r.id) AND (p.kind = ANY (ARRAY['REPAYMENT_SHARE'::text, 'LATE_SHARE'::text, 'SERVICE_FEE'::text, 'DUE_FEE'::text])))))
     JOIN ledger.accounts a ON ((a.id = p.credit_id)))
     CROSS JOIN LATERAL ( VALUES ('principal'::text,
                CASE
                    WHEN (p.kind = 'REPAYMENT_SHARE'::text) THEN p.principal_minor
                    ELSE NULL::bigint
                END), ('interest'::text,
                CASE
                    WHEN (p.kind = 'REPAYMENT_SHARE'::text) THEN (p.amount_minor - p.principal_minor)
                    ELSE NULL::bigint
                END), ('late_interest'::text,
                CASE
                    WHEN (p.kind = 'LATE_SHARE'::text) THEN p.amount_minor
                    ELSE NULL::bigint
                END), ('service_fee'::text,
                CASE
                    WHEN (p.kind = 'SERVICE_FEE'::text) THEN p.amount_minor
                    ELSE NULL::bigint
                END), ('fee'::text,
                CASE
                    WHEN (p.kind = 'DUE_FEE'::text) THEN p.amount_minor
                    ELSE NULL::bigint
                END)) part(kind, amount_minor))
  WHERE (((r.status)::text = 'APPLIED'::text) AND (part.amount_minor > 0));
CREATE TABLE shared.idempotency (
    actor_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    answer jsonb,
    created_at timestamp with time zone NOT NULL
);
CREATE VIEW audit.idempotency AS
 SELECT actor_id,
    operation,
    key,
    request_hash
   FROM shared.idempotency;
CREATE VIEW audit.ledger_entry AS
 SELECT ((p.id * 2) + s.side) AS entry_id,
    p.entry_id AS txn_id,
        CASE
            WHEN (a.owner_id IS NULL) THEN a.id
            ELSE audit.person_account(a.owner_id, (a.currency)::text)
        END AS account_id,
    (a.currency)::text AS currency,
    ((s.sign)::numeric * shared.units(p.amount_minor, (p.currency)::text)) AS amount,
    p.posted_at AS created_at
   FROM ((ledger.postings p
     CROSS JOIN LATERAL ( VALUES (0,'-1'::integer,p.debit_id), (1,1,p.credit_id)) s(side, sign, account_id))
     JOIN ledger.accounts a ON ((a.id = s.account_id)));
CREATE TABLE lending.installments (
    id uuid NOT NULL,
    number integer NOT NULL,
    nominal_on date NOT NULL,
    due_on date NOT NULL,
    principal_minor bigint NOT NULL,
    interest_minor bigint NOT NULL,
    fees_minor bigint NOT NULL,
    late_interest_minor bigint NOT NULL,
    late_accrued_on date,
    paid_principal_minor bigint NOT NULL,
    paid_interest_minor bigint NOT NULL,
    paid_fees_minor bigint NOT NULL,
    paid_late_minor bigint NOT NULL,
    balance_after_minor bigint NOT NULL,
    settled_on date,
    reminded_before_at timestamp with time zone,
    reminded_after_at timestamp with time zone,
    loan_id uuid NOT NULL,
    CONSTRAINT installments_check CHECK (((principal_minor >= 0) AND (interest_minor >= 0) AND (fees_minor >= 0) AND (late_interest_minor >= 0))),
    CONSTRAINT installments_check1 CHECK (((paid_principal_minor >= 0) AND (paid_principal_minor <= principal_minor))),
    CONSTRAINT installments_check2 CHECK (((paid_interest_minor >= 0) AND (paid_interest_minor <= interest_minor))),
    CONSTRAINT installments_check3 CHECK (((paid_fees_minor >= 0) AND (paid_fees_minor <= fees_minor))),
    CONSTRAINT installments_check4 CHECK (((paid_late_minor >= 0) AND (paid_late_minor <= late_interest_minor)))
);
COMMENT ON TABLE lending.installments IS 'One due payment of the stored schedule: what is due, what is paid, by kind. Late interest is what has accrued until `late_accrued_on`.';
CREATE TABLE lending.loans (
    id uuid NOT NULL,
    reference character varying(20) NOT NULL,
    status character varying(40) NOT NULL,
    status_reason character varying(300),
    profile_code character varying(20) NOT NULL,
    profile_version integer NOT NULL,
    borrower_id uuid NOT NULL,
    bank_account_id uuid NOT NULL,
    mandate_id uuid,
    title character varying(120) NOT NULL,
    purpose character varying(40) NOT NULL,
    currency character varying(3) NOT NULL,
    asked_minor bigint NOT NULL,
    principal_minor bigint,
    installment_count integer NOT NULL,
    frequency character varying(40) NOT NULL,
    method character varying(40) NOT NULL,
    day_count character varying(40) NOT NULL,
    rounding character varying(40) NOT NULL,
    annual_rate_ppm integer,
    late_rate_ppm integer,
    effective_annual_rate_ppm integer,
    grade character varying(2),
    expected_loss_ppm integer,
    submitted_at timestamp with time zone NOT NULL,
    offered_at timestamp with time zone,
    offer_expires_at timestamp with time zone,
    listed_at timestamp with time zone,
    funded_at timestamp with time zone,
    closed_at timestamp with time zone,
    disbursed_on date,
    next_collection_on date,
    accrued_from_on date,
    defaulted_on date,
    written_off_on date,
    repaid_on date,
    ended_at timestamp with time zone,
    product_id uuid NOT NULL,
    CONSTRAINT loans_annual_rate_ppm_check CHECK ((annual_rate_ppm >= 0)),
    CONSTRAINT loans_asked_minor_check CHECK ((asked_minor > 0)),
    CONSTRAINT loans_installment_count_check CHECK (((installment_count >= 1) AND (installment_count <= 1200))),
    CONSTRAINT loans_principal_minor_check CHECK ((principal_minor > 0))
);
COMMENT ON TABLE lending.loans IS 'A loan from application to closing, with one id; only lending writes its status.';
COMMENT ON COLUMN lending.loans.status IS 'SUBMITTED: SUBMITTED\nUNDER_REVIEW: UNDER_REVIEW\nOFFERED: OFFERED\nLISTED: LISTED\nFUNDED: FUNDED\nDISBURSING: DISBURSING\nACTIVE: ACTIVE\nDEFAULTED: DEFAULTED\nWRITTEN_OFF: WRITTEN_OFF\nCLOSED: CLOSED\nREJECTED: REJECTED\nDECLINED: DECLINED\nWITHDRAWN: WITHDRAWN\nEXPIRED: EXPIRED';
COMMENT ON COLUMN lending.loans.purpose IS 'NEW_CAR: NEW_CAR\nUSED_CAR: USED_CAR\nFURNITURE: FURNITURE\nELECTRONICS: ELECTRONICS\nAPPLIANCES: APPLIANCES\nREPAIRS: REPAIRS\nEDUCATION: EDUCATION\nRETRAINING: RETRAINING\nBUSINESS: BUSINESS\nOTHER: OTHER';
COMMENT ON COLUMN lending.loans.frequency IS 'MONTHLY: MONTHLY\nBIWEEKLY: BIWEEKLY\nWEEKLY: WEEKLY';
COMMENT ON COLUMN lending.loans.method IS 'EQUAL_INSTALLMENTS: EQUAL_INSTALLMENTS\nEQUAL_PRINCIPAL: EQUAL_PRINCIPAL\nINTEREST_ONLY: INTEREST_ONLY\nBULLET: BULLET';
COMMENT ON COLUMN lending.loans.day_count IS 'THIRTY_360: THIRTY_360\nACT_365: ACT_365\nACT_360: ACT_360';
COMMENT ON COLUMN lending.loans.rounding IS 'HALF_EVEN: HALF_EVEN\nHALF_UP: HALF_UP\nDOWN: DOWN';
CREATE VIEW audit.loan AS
 SELECT id AS loan_id,
    shared.units(asked_minor, (currency)::text) AS asked,
    shared.units((COALESCE(( SELECT sum(b.amount_minor) AS sum
           FROM marketplace.bids b
          WHERE ((b.loan_id = l.id) AND ((b.status)::text = ANY ((ARRAY['ACTIVE'::character varying, 'ACCEPTED'::character varying])::text[])))), (0)::numeric))::bigint, (currency)::text) AS funded,
    shared.units(COALESCE(( SELECT a.balance_minor
           FROM ledger.accounts a
          WHERE ((a.reference_id = l.id) AND (a.kind = 'PRINCIPAL'::text))), (0)::bigint), (currency)::text) AS principal_outstanding,
        CASE
            WHEN ((status)::text = ANY ((ARRAY['SUBMITTED'::character varying, 'UNDER_REVIEW'::character varying, 'OFFERED'::character varying])::text[])) THEN 'requested'::text
            WHEN ((status)::text = 'LISTED'::text) THEN 'listed'::text
            WHEN ((status)::text = ANY ((ARRAY['FUNDED'::character varying, 'DISBURSING'::character varying])::text[])) THEN 'funded'::text
            WHEN (((status)::text = 'ACTIVE'::text) AND (EXISTS ( SELECT 1
               FROM lending.installments i
              WHERE ((i.loan_id = l.id) AND (i.settled_on IS NULL) AND (i.due_on < shared.business_today()))))) THEN 'late'::text
            WHEN ((status)::text = 'ACTIVE'::text) THEN 'active'::text
            WHEN ((status)::text = 'DEFAULTED'::text) THEN 'defaulted'::text
            WHEN ((status)::text = 'WRITTEN_OFF'::text) THEN 'written_off'::text
            WHEN ((status)::text = 'CLOSED'::text) THEN 'repaid'::text
            WHEN ((status)::text = 'EXPIRED'::text) THEN 'expired'::text
            ELSE 'cancelled'::text
        END AS status
   FROM lending.loans l;
CREATE TABLE shared.outbox (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    kind text NOT NULL,
    dedupe_key text NOT NULL,
    payload jsonb NOT NULL,
    loan_id uuid,
    audience uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    dispatched_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    retry_at timestamp with time zone,
    last_error text,
    txid xid8 DEFAULT pg_current_xact_id() NOT NULL
);
CREATE VIEW audit.outbox AS
 SELECT event_id,
    dedupe_key,
    created_at,
    dispatched_at
   FROM shared.outbox;
CREATE VIEW audit.repayment AS
 SELECT r.id AS repayment_id,
    r.loan_id,
    shared.units(r.amount_minor, (l.currency)::text) AS amount,
    r.entry_id AS txn_id
   FROM (lending.repayments r
     JOIN lending.loans l ON ((l.id = r.loan_id)))
  WHERE ((r.status)::text = 'APPLIED'::text);
CREATE TABLE credit.decisions (
    id uuid NOT NULL,
    loan_id uuid NOT NULL,
    outcome character varying(40) NOT NULL,
    facts jsonb NOT NULL,
    profile_code character varying(20) NOT NULL,
    profile_version integer NOT NULL,
    scorecard_version character varying(20) NOT NULL,
    points integer NOT NULL,
    default_probability_ppm integer NOT NULL,
    grade character varying(2) NOT NULL,
    annual_rate_ppm integer,
    expected_loss_ppm integer,
    reasons jsonb NOT NULL,
    note character varying(1000),
    decided_by uuid,
    decided_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE credit.decisions IS 'A decision with everything it was made from, so that it can be replayed. `decided_by`: an operator, or null for the scorecard.';
COMMENT ON COLUMN credit.decisions.outcome IS 'APPROVE: APPROVE\nREVIEW: REVIEW\nREJECT: REJECT';
CREATE TABLE identity.access_tokens (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    token_hash character varying(64) NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    user_id uuid NOT NULL
);
COMMENT ON TABLE identity.access_tokens IS 'A personal access token: a secret of its own, kept as a hash, with scopes.';
CREATE TABLE identity.consents (
    id uuid NOT NULL,
    accepted_at timestamp with time zone NOT NULL,
    document_id uuid NOT NULL,
    user_id uuid NOT NULL
);
COMMENT ON TABLE identity.consents IS 'Who accepted which document, and when; never changed.';
CREATE TABLE identity.documents (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    version integer NOT NULL,
    loan_id uuid,
    title character varying(200) NOT NULL,
    body text NOT NULL,
    sha256 character varying(64) NOT NULL,
    published_at timestamp with time zone NOT NULL,
    readers uuid[]
);
COMMENT ON TABLE identity.documents IS 'A version of a document. A loan''s contract belongs to the loan; `readers`: who may read it, null: all.';
COMMENT ON COLUMN identity.documents.kind IS 'TERMS: TERMS\nRISK_WARNING: RISK_WARNING\nDEBIT_MANDATE: DEBIT_MANDATE\nLOAN_CONTRACT: LOAN_CONTRACT';
CREATE TABLE identity.identity_checks (
    id uuid NOT NULL,
    status character varying(40) NOT NULL,
    country character varying(2) NOT NULL,
    birth_date date,
    identification_number character varying(64),
    number_hash character varying(64) NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    decided_at timestamp with time zone,
    decided_by uuid,
    reason character varying(300),
    user_id uuid NOT NULL
);
COMMENT ON TABLE identity.identity_checks IS 'A check by the identity provider. The identification number is kept until the provider has it, then its hash.';
COMMENT ON COLUMN identity.identity_checks.status IS 'PENDING: PENDING\nSUBMITTED: SUBMITTED\nREVIEW: REVIEW\nVERIFIED: VERIFIED\nREJECTED: REJECTED';
CREATE TABLE identity.sessions (
    id uuid NOT NULL,
    family_id uuid NOT NULL,
    token_hash character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    rotated_at timestamp with time zone,
    revoked_at timestamp with time zone,
    user_id uuid NOT NULL
);
COMMENT ON TABLE identity.sessions IS 'One refresh token of a family; using it makes the next one, using it again revokes the family.';
CREATE TABLE ledger.postings_0 (
    id bigint CONSTRAINT postings_id_not_null NOT NULL,
    entry_id uuid CONSTRAINT postings_entry_id_not_null NOT NULL,
    kind text CONSTRAINT postings_kind_not_null NOT NULL,
    debit_id uuid CONSTRAINT postings_debit_id_not_null NOT NULL,
    credit_id uuid CONSTRAINT postings_credit_id_not_null NOT NULL,
    currency character(3) CONSTRAINT postings_currency_not_null NOT NULL,
    amount_minor bigint CONSTRAINT postings_amount_minor_not_null NOT NULL,
    reference_id uuid,
    note_id uuid,
    principal_minor bigint,
    fee_minor bigint,
    effective_on date CONSTRAINT postings_effective_on_not_null NOT NULL,
    posted_at timestamp with time zone CONSTRAINT postings_posted_at_not_null NOT NULL,
    CONSTRAINT postings_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT postings_check CHECK (((principal_minor >= 0) AND (principal_minor <= amount_minor))),
    CONSTRAINT postings_check1 CHECK ((debit_id <> credit_id)),
    CONSTRAINT postings_fee_minor_check CHECK ((fee_minor >= 0))
);
CREATE TABLE ledger.postings_1 (
    id bigint CONSTRAINT postings_id_not_null NOT NULL,
    entry_id uuid CONSTRAINT postings_entry_id_not_null NOT NULL,
    kind text CONSTRAINT postings_kind_not_null NOT NULL,
    debit_id uuid CONSTRAINT postings_debit_id_not_null NOT NULL,
    credit_id uuid CONSTRAINT postings_credit_id_not_null NOT NULL,
    currency character(3) CONSTRAINT postings_currency_not_null NOT NULL,
    amount_minor bigint CONSTRAINT postings_amount_minor_not_null NOT NULL,
    reference_id uuid,
    note_id uuid,
    principal_minor bigint,
    fee_minor bigint,
    effective_on date CONSTRAINT postings_effective_on_not_null NOT NULL,
    posted_at timestamp with time zone CONSTRAINT postings_posted_at_not_null NOT NULL,
    CONSTRAINT postings_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT postings_check CHECK (((principal_minor >= 0) AND (principal_minor <= amount_minor))),
    CONSTRAINT postings_check1 CHECK ((debit_id <> credit_id)),
    CONSTRAINT postings_fee_minor_check CHECK ((fee_minor >= 0))
);
CREATE TABLE ledger.postings_2 (
    id bigint CONSTRAINT postings_id_not_null NOT NULL,
    entry_id uuid CONSTRAINT postings_entry_id_not_null NOT NULL,
    kind text CONSTRAINT postings_kind_not_null NOT NULL,
    debit_id uuid CONSTRAINT postings_debit_id_not_null NOT NULL,
    credit_id uuid CONSTRAINT postings_credit_id_not_null NOT NULL,
    currency character(3) CONSTRAINT postings_currency_not_null NOT NULL,
    amount_minor bigint CONSTRAINT postings_amount_minor_not_null NOT NULL,
    reference_id uuid,
    note_id uuid,
    principal_minor bigint,
    fee_minor bigint,
    effective_on date CONSTRAINT postings_effective_on_not_null NOT NULL,
    posted_at timestamp with time zone CONSTRAINT postings_posted_at_not_null NOT NULL,
    CONSTRAINT postings_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT postings_check CHECK (((principal_minor >= 0) AND (principal_minor <= amount_minor))),
    CONSTRAINT postings_check1 CHECK ((debit_id <> credit_id)),
    CONSTRAINT postings_fee_minor_check CHECK ((fee_minor >= 0))
);
ALTER TABLE ledger.postings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ledger.postings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE ledger.postings_rest (
    id bigint CONSTRAINT postings_id_not_null NOT NULL,
    entry_id uuid CONSTRAINT postings_entry_id_not_null NOT NULL,
    kind text CONSTRAINT postings_kind_not_null NOT NULL,
    debit_id uuid CONSTRAINT postings_debit_id_not_null NOT NULL,
    credit_id uuid CONSTRAINT postings_credit_id_not_null NOT NULL,
    currency character(3) CONSTRAINT postings_currency_not_null NOT NULL,
    amount_minor bigint CONSTRAINT postings_amount_minor_not_null NOT NULL,
    reference_id uuid,
    note_id uuid,
    principal_minor bigint,
    fee_minor bigint,
    effective_on date CONSTRAINT postings_effective_on_not_null NOT NULL,
    posted_at timestamp with time zone CONSTRAINT postings_posted_at_not_null NOT NULL,
    CONSTRAINT postings_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT postings_check CHECK (((principal_minor >= 0) AND (principal_minor <= amount_minor))),
    CONSTRAINT postings_check1 CHECK ((debit_id <> credit_id)),
    CONSTRAINT postings_fee_minor_check CHECK ((fee_minor >= 0))
);
CREATE TABLE lending.allocations (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    amount_minor bigint NOT NULL,
    installment_id uuid NOT NULL,
    repayment_id uuid NOT NULL
);
COMMENT ON TABLE lending.allocations IS 'What a repayment paid of which installment.';
COMMENT ON COLUMN lending.allocations.kind IS 'FEE: FEE\nLATE_INTEREST: LATE_INTEREST\nINTEREST: INTEREST\nPRINCIPAL: PRINCIPAL';
CREATE TABLE lending.clawbacks (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    currency character varying(3) NOT NULL,
    amount_minor bigint NOT NULL,
    recovered_minor bigint NOT NULL,
    collection_id uuid NOT NULL,
    note_id uuid,
    CONSTRAINT clawbacks_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT clawbacks_check CHECK (((recovered_minor >= 0) AND (recovered_minor <= amount_minor)))
);
COMMENT ON TABLE lending.clawbacks IS 'What a user owes back after a returned debit whose money they had already spent; netted from what they receive next.';
CREATE TABLE lending.collections (
    id uuid NOT NULL,
    attempt integer NOT NULL,
    amount_minor bigint NOT NULL,
    status character varying(40) NOT NULL,
    due_on date NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    loan_id uuid NOT NULL
);
COMMENT ON TABLE lending.collections IS 'An attempt to collect what is due by direct debit; its id is the bank instruction''s id.';
COMMENT ON COLUMN lending.collections.status IS 'PENDING: PENDING\nSETTLED: SETTLED\nREFUSED: REFUSED\nRETURNED: RETURNED';
CREATE TABLE lending.loan_parties (
    id uuid NOT NULL,
    user_id uuid,
    name character varying(200) NOT NULL,
    role character varying(40) NOT NULL,
    loan_id uuid NOT NULL
);
COMMENT ON TABLE lending.loan_parties IS 'Everybody who owes or guarantees a loan; the borrower is one of them.';
COMMENT ON COLUMN lending.loan_parties.role IS 'BORROWER: BORROWER\nCO_BORROWER: CO_BORROWER\nGUARANTOR: GUARANTOR';
CREATE SEQUENCE lending.loan_reference
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE lending.notes (
    id uuid NOT NULL,
    lender_id uuid NOT NULL,
    bid_id uuid NOT NULL,
    principal_minor bigint NOT NULL,
    principal_received_minor bigint NOT NULL,
    interest_received_minor bigint NOT NULL,
    late_received_minor bigint NOT NULL,
    fees_paid_minor bigint NOT NULL,
    status character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    loan_id uuid NOT NULL,
    CONSTRAINT notes_check CHECK (((principal_received_minor >= 0) AND (principal_received_minor <= principal_minor))),
    CONSTRAINT notes_check1 CHECK (((interest_received_minor >= 0) AND (late_received_minor >= 0) AND (fees_paid_minor >= 0))),
    CONSTRAINT notes_principal_minor_check CHECK ((principal_minor > 0))
)
WITH (fillfactor='50');
COMMENT ON TABLE lending.notes IS 'A lender''s part of a loan, and what it has received in all, by kind: the base of the largest cumulative remainder.';
COMMENT ON COLUMN lending.notes.status IS 'ACTIVE: ACTIVE\nREPAID: REPAID\nWRITTEN_OFF: WRITTEN_OFF\nCANCELLED: CANCELLED';
CREATE TABLE lending.products (
    id uuid NOT NULL,
    code character varying(40) NOT NULL,
    version integer NOT NULL,
    profile_code character varying(20) NOT NULL,
    terms jsonb NOT NULL,
    is_open boolean NOT NULL,
    published_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE lending.products IS 'A version of a loan product; `terms` are `rules.product.ProductTerms`. A loan keeps the version it was made under.';
CREATE TABLE marketplace.auto_invest_plans (
    id uuid NOT NULL,
    lender_id uuid NOT NULL,
    name character varying(80) NOT NULL,
    status character varying(40) NOT NULL,
    currency character varying(3) NOT NULL,
    grades text[] NOT NULL,
    minimum_rate_ppm integer NOT NULL,
    minimum_installments integer NOT NULL,
    maximum_installments integer NOT NULL,
    amount_minor bigint NOT NULL,
    keep_minor bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    served_at timestamp with time zone,
    CONSTRAINT auto_invest_plans_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT auto_invest_plans_check CHECK ((minimum_installments <= maximum_installments)),
    CONSTRAINT auto_invest_plans_keep_minor_check CHECK ((keep_minor >= 0))
);
COMMENT ON TABLE marketplace.auto_invest_plans IS 'A lender''s standing rule: bid this much on every new loan that fulfils the conditions, but keep some cash.';
COMMENT ON COLUMN marketplace.auto_invest_plans.status IS 'ACTIVE: ACTIVE\nPAUSED: PAUSED';
CREATE TABLE marketplace.listings (
    id uuid NOT NULL,
    status character varying(40) NOT NULL,
    borrower_id uuid NOT NULL,
    currency character varying(3) NOT NULL,
    target_minor bigint NOT NULL,
    threshold_minor bigint NOT NULL,
    minimum_bid_minor bigint NOT NULL,
    lot_minor bigint NOT NULL,
    committed_minor bigint NOT NULL,
    lender_count integer NOT NULL,
    sequence bigint NOT NULL,
    opens_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone NOT NULL,
    decide_by timestamp with time zone,
    closes_not_before timestamp with time zone,
    CONSTRAINT listings_check CHECK (((threshold_minor >= 1) AND (threshold_minor <= target_minor))),
    CONSTRAINT listings_lot_minor_check CHECK ((lot_minor > 0)),
    CONSTRAINT listings_minimum_bid_minor_check CHECK ((minimum_bid_minor > 0)),
    CONSTRAINT listings_target_minor_check CHECK ((target_minor > 0)),
    CONSTRAINT never_overfilled CHECK (((committed_minor >= 0) AND (committed_minor <= target_minor)))
);
COMMENT ON TABLE marketplace.listings IS 'The hot row of a loan while bids pour in; its id is the loan''s. `sequence` grows with every change.';
COMMENT ON COLUMN marketplace.listings.status IS 'OPEN: OPEN\nSHORT: SHORT\nFULL: FULL\nCLOSED: CLOSED\nCANCELLED: CANCELLED';
CREATE TABLE notifications.messages (
    id uuid NOT NULL,
    dedupe_key character varying(200) NOT NULL,
    user_id uuid NOT NULL,
    template character varying(40) NOT NULL,
    facts jsonb NOT NULL,
    status character varying(40) NOT NULL,
    attempts integer NOT NULL,
    not_before_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone
);
COMMENT ON TABLE notifications.messages IS 'An e-mail to a user: a template and its facts; secrets in it are made when it is sent. Its id becomes the Message-ID.';
COMMENT ON COLUMN notifications.messages.status IS 'QUEUED: QUEUED\nSENT: SENT\nFAILED: FAILED';
CREATE TABLE payments.bank_accounts (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    number character varying(34) NOT NULL,
    holder character varying(200) NOT NULL,
    currency character varying(3) NOT NULL,
    added_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE payments.bank_accounts IS 'A user''s own account at their bank: withdrawals and loan proceeds go there, debits come from there.';
CREATE TABLE payments.bank_entries (
    id uuid NOT NULL,
    bank_entry_id character varying(80) NOT NULL,
    kind character varying(40) NOT NULL,
    movement_id character varying(80) NOT NULL,
    reference character varying(80),
    account_number character varying(34),
    amount_minor bigint NOT NULL,
    moved_minor bigint NOT NULL,
    currency character varying(3) NOT NULL,
    booked_on date NOT NULL,
    ledger_entry_id uuid,
    applied_at timestamp with time zone NOT NULL,
    CONSTRAINT bank_entries_amount_minor_check CHECK ((amount_minor > 0)),
    CONSTRAINT bank_entries_check CHECK ((((moved_minor = 0) OR (moved_minor = amount_minor)) OR (moved_minor = (- amount_minor))))
);
COMMENT ON TABLE payments.bank_entries IS 'What the bank told about a movement, once for each kind: by webhook, by the statement, or when it was asked.';
CREATE TABLE payments.instructions (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    purpose character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    user_id uuid NOT NULL,
    reference character varying(80) NOT NULL,
    reference_id uuid NOT NULL,
    amount_minor bigint NOT NULL,
    currency character varying(3) NOT NULL,
    account_number character varying(34) NOT NULL,
    batch_id uuid,
    claimed_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    submitted_at timestamp with time zone,
    booked_on date,
    reason character varying(200),
    mandate_id uuid,
    CONSTRAINT instructions_amount_minor_check CHECK ((amount_minor > 0))
);
COMMENT ON TABLE payments.instructions IS 'What the bank is told, written down before it is told; `batch_id` is the idempotency key of the call.';
COMMENT ON COLUMN payments.instructions.kind IS 'DEBIT: DEBIT\nPAYOUT: PAYOUT';
COMMENT ON COLUMN payments.instructions.purpose IS 'WITHDRAWAL: WITHDRAWAL\nDISBURSEMENT: DISBURSEMENT\nCOLLECTION: COLLECTION\nSUSPENSE: SUSPENSE';
COMMENT ON COLUMN payments.instructions.status IS 'CREATED: CREATED\nSUBMITTED: SUBMITTED\nSETTLED: SETTLED\nREFUSED: REFUSED\nRETURNED: RETURNED';
CREATE TABLE payments.mandates (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    status character varying(40) NOT NULL,
    given_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    told_at timestamp with time zone,
    leased_until timestamp with time zone,
    reason character varying(200),
    bank_account_id uuid NOT NULL
);
COMMENT ON TABLE payments.mandates IS 'A permission to debit a bank account, given by accepting the mandate document.';
COMMENT ON COLUMN payments.mandates.status IS 'PENDING: PENDING\nACTIVE: ACTIVE\nREFUSED: REFUSED\nREVOKED: REVOKED';
CREATE TABLE payments.reconciliation_differences (
    id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    bank_entry_id character varying(80),
    amount_minor bigint NOT NULL,
    explanation character varying(300) NOT NULL,
    reconciliation_id uuid NOT NULL
);
COMMENT ON TABLE payments.reconciliation_differences IS 'A difference between the bank and the books, named: what, where, how much.';
CREATE TABLE payments.reconciliations (
    id uuid NOT NULL,
    "on" date NOT NULL,
    currency character varying(3) NOT NULL,
    bank_balance_minor bigint NOT NULL,
    ledger_balance_minor bigint NOT NULL,
    done_at timestamp with time zone NOT NULL
);
COMMENT ON TABLE payments.reconciliations IS 'One day''s comparison of the custody account with the books, in one currency.';
CREATE TABLE payments.suspense_items (
    id uuid NOT NULL,
    status character varying(40) NOT NULL,
    bank_entry_id character varying(80) NOT NULL,
    movement_id character varying(80) NOT NULL,
    amount_minor bigint NOT NULL,
    currency character varying(3) NOT NULL,
    reference character varying(80),
    account_number character varying(34),
    booked_on date NOT NULL,
    explanation character varying(300) NOT NULL,
    decided_at timestamp with time zone,
    decided_by uuid,
    user_id uuid
);
COMMENT ON TABLE payments.suspense_items IS 'Money on the custody account (negative: missing from it) that belongs to nobody known, until an operator decides.';
COMMENT ON COLUMN payments.suspense_items.status IS 'OPEN: OPEN\nASSIGNED: ASSIGNED\nRETURNING: RETURNING\nRETURNED: RETURNED';
CREATE TABLE payments.transfers (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    kind character varying(40) NOT NULL,
    status character varying(40) NOT NULL,
    amount_minor bigint,
    currency character varying(3) NOT NULL,
    reference character varying(40) NOT NULL,
    deposit_id character varying(80),
    requested_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone,
    reason character varying(200),
    bank_account_id uuid,
    CONSTRAINT transfers_amount_minor_check CHECK ((amount_minor > 0))
);
COMMENT ON TABLE payments.transfers IS 'A deposit or a withdrawal of a user. A deposit is recognised by its payment reference.';
COMMENT ON COLUMN payments.transfers.kind IS 'DEPOSIT: DEPOSIT\nWITHDRAWAL: WITHDRAWAL';
COMMENT ON COLUMN payments.transfers.status IS 'EXPECTED: EXPECTED\nRECEIVED: RECEIVED\nREQUESTED: REQUESTED\nSETTLED: SETTLED\nBOUNCED: BOUNCED\nREFUSED: REFUSED';
CREATE TABLE payments.webhooks (
    id uuid NOT NULL,
    provider character varying(20) NOT NULL,
    webhook_id character varying(100) NOT NULL,
    body jsonb NOT NULL,
    received_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    applied_at timestamp with time zone,
    error character varying(300)
);
COMMENT ON TABLE payments.webhooks IS 'A provider''s message as it arrived; stored first, applied by a worker. `webhook_id` is the provider''s.';
CREATE TABLE public.tortoise_migrations (
    id integer NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.tortoise_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.tortoise_migrations_id_seq OWNED BY public.tortoise_migrations.id;
CREATE TABLE shared.clock (
    id integer DEFAULT 1 NOT NULL,
    shift interval DEFAULT '00:00:00'::interval NOT NULL,
    time_zone text DEFAULT 'UTC'::text NOT NULL,
    target_at timestamp with time zone,
    moved_by uuid,
    leased_until timestamp with time zone,
    CONSTRAINT clock_id_check CHECK ((id = 1))
);
ALTER TABLE shared.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME shared.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE shared.set_aside (
    step text NOT NULL,
    subject_id uuid NOT NULL,
    attempts integer NOT NULL,
    retry_at timestamp with time zone NOT NULL,
    last_error text NOT NULL
);
ALTER TABLE ONLY ledger.postings ATTACH PARTITION ledger.postings_0 FOR VALUES FROM (MINVALUE) TO ('100000000');
ALTER TABLE ONLY ledger.postings ATTACH PARTITION ledger.postings_1 FOR VALUES FROM ('100000000') TO ('200000000');
ALTER TABLE ONLY ledger.postings ATTACH PARTITION ledger.postings_2 FOR VALUES FROM ('200000000') TO ('300000000');
ALTER TABLE ONLY ledger.postings ATTACH PARTITION ledger.postings_rest DEFAULT;
ALTER TABLE ONLY public.tortoise_migrations ALTER COLUMN id SET DEFAULT nextval('public.tortoise_migrations_id_seq'::regclass);
ALTER TABLE ONLY credit.decisions
    ADD CONSTRAINT decisions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.access_tokens
    ADD CONSTRAINT access_tokens_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY identity.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.consents
    ADD CONSTRAINT consents_user_document UNIQUE (user_id, document_id);
ALTER TABLE ONLY identity.documents
    ADD CONSTRAINT documents_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.identity_checks
    ADD CONSTRAINT identity_checks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_token_hash_key UNIQUE (token_hash);
ALTER TABLE ONLY identity.consents
    ADD CONSTRAINT uid_consents_user_id_9f469a UNIQUE (user_id, document_id);
ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_email_key UNIQUE (email);
ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE ONLY identity.users
    ADD CONSTRAINT users_pseudonym_key UNIQUE (pseudonym);
ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_owner_id_kind_currency_reference_id_key UNIQUE NULLS NOT DISTINCT (owner_id, kind, currency, reference_id);
ALTER TABLE ONLY ledger.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger.postings
    ADD CONSTRAINT postings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger.postings_0
    ADD CONSTRAINT postings_0_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger.postings_1
    ADD CONSTRAINT postings_1_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger.postings_2
    ADD CONSTRAINT postings_2_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ledger.postings_rest
    ADD CONSTRAINT postings_rest_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.allocations
    ADD CONSTRAINT allocations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.clawbacks
    ADD CONSTRAINT clawbacks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.collections
    ADD CONSTRAINT collections_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.installments
    ADD CONSTRAINT installments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.loan_parties
    ADD CONSTRAINT loan_parties_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.loans
    ADD CONSTRAINT loans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.loans
    ADD CONSTRAINT loans_reference_key UNIQUE (reference);
ALTER TABLE ONLY lending.notes
    ADD CONSTRAINT notes_bid_id_key UNIQUE (bid_id);
ALTER TABLE ONLY lending.notes
    ADD CONSTRAINT notes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.repayments
    ADD CONSTRAINT repayments_collection_id_key UNIQUE (collection_id);
ALTER TABLE ONLY lending.repayments
    ADD CONSTRAINT repayments_pkey PRIMARY KEY (id);
ALTER TABLE ONLY lending.installments
    ADD CONSTRAINT uid_installment_loan_id_86e0e4 UNIQUE (loan_id, number);
ALTER TABLE ONLY lending.products
    ADD CONSTRAINT uid_products_code_c83c90 UNIQUE (code, version);
ALTER TABLE ONLY marketplace.auto_invest_plans
    ADD CONSTRAINT auto_invest_plans_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace.bids
    ADD CONSTRAINT bids_pkey PRIMARY KEY (id);
ALTER TABLE ONLY marketplace.listings
    ADD CONSTRAINT listings_pkey PRIMARY KEY (id);
ALTER TABLE ONLY notifications.messages
    ADD CONSTRAINT messages_dedupe_key_key UNIQUE (dedupe_key);
ALTER TABLE ONLY notifications.messages
    ADD CONSTRAINT messages_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.bank_accounts
    ADD CONSTRAINT bank_accounts_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.bank_entries
    ADD CONSTRAINT bank_entries_bank_entry_id_key UNIQUE (bank_entry_id);
ALTER TABLE ONLY payments.bank_entries
    ADD CONSTRAINT bank_entries_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.instructions
    ADD CONSTRAINT instructions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.mandates
    ADD CONSTRAINT mandates_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.reconciliation_differences
    ADD CONSTRAINT reconciliation_differences_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.reconciliations
    ADD CONSTRAINT reconciliations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.suspense_items
    ADD CONSTRAINT suspense_items_bank_entry_id_key UNIQUE (bank_entry_id);
ALTER TABLE ONLY payments.suspense_items
    ADD CONSTRAINT suspense_items_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.transfers
    ADD CONSTRAINT transfers_deposit_id_key UNIQUE (deposit_id);
ALTER TABLE ONLY payments.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);
ALTER TABLE ONLY payments.bank_accounts
    ADD CONSTRAINT uid_bank_accoun_user_id_63f99e UNIQUE (user_id, number);
ALTER TABLE ONLY payments.bank_entries
    ADD CONSTRAINT uid_bank_entrie_movemen_dcb09b UNIQUE (movement_id, kind);
ALTER TABLE ONLY payments.reconciliations
    ADD CONSTRAINT uid_reconciliat_on_8d5344 UNIQUE ("on", currency);
ALTER TABLE ONLY payments.webhooks
    ADD CONSTRAINT uid_webhooks_provide_eb4b7f UNIQUE (provider, webhook_id);
ALTER TABLE ONLY payments.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT tortoise_migrations_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT uid_tortoise_mi_app_3803a5 UNIQUE (app, name);
ALTER TABLE ONLY shared.clock
    ADD CONSTRAINT clock_pkey PRIMARY KEY (id);
ALTER TABLE ONLY shared.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (actor_id, operation, key);
ALTER TABLE ONLY shared.outbox
    ADD CONSTRAINT outbox_dedupe_key_key UNIQUE (dedupe_key);
ALTER TABLE ONLY shared.outbox
    ADD CONSTRAINT outbox_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY shared.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY shared.set_aside
    ADD CONSTRAINT set_aside_pkey PRIMARY KEY (step, subject_id);
CREATE INDEX decisions_loan ON credit.decisions USING btree (loan_id, decided_at);
CREATE INDEX idx_decisions_loan_id_29f731 ON credit.decisions USING btree (loan_id);
CREATE INDEX access_tokens_user ON identity.access_tokens USING btree (user_id);
CREATE UNIQUE INDEX documents_contract_version ON identity.documents USING btree (loan_id, kind, version) WHERE (loan_id IS NOT NULL);
CREATE UNIQUE INDEX documents_kind_version ON identity.documents USING btree (kind, version) WHERE (loan_id IS NULL);
CREATE UNIQUE INDEX identity_checks_one_open ON identity.identity_checks USING btree (user_id) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'SUBMITTED'::character varying, 'REVIEW'::character varying, 'VERIFIED'::character varying])::text[]));
CREATE INDEX identity_checks_waiting ON identity.identity_checks USING btree (status) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'SUBMITTED'::character varying, 'REVIEW'::character varying])::text[]));
CREATE INDEX idx_documents_loan_id_b3b432 ON identity.documents USING btree (loan_id);
CREATE INDEX idx_sessions_family__8d675e ON identity.sessions USING btree (family_id);
CREATE INDEX sessions_expiry ON identity.sessions USING btree (expires_at);
CREATE INDEX sessions_user ON identity.sessions USING btree (user_id);
CREATE INDEX accounts_platform ON ledger.accounts USING btree (id) WHERE (floor_minor IS NULL);
CREATE INDEX accounts_reference ON ledger.accounts USING btree (reference_id) WHERE (reference_id IS NOT NULL);
CREATE INDEX postings_credit ON ONLY ledger.postings USING btree (credit_id, id);
CREATE INDEX postings_0_credit_id_id_idx ON ledger.postings_0 USING btree (credit_id, id);
CREATE INDEX postings_debit ON ONLY ledger.postings USING btree (debit_id, id);
CREATE INDEX postings_0_debit_id_id_idx ON ledger.postings_0 USING btree (debit_id, id);
CREATE INDEX postings_entry ON ONLY ledger.postings USING brin (entry_id uuid_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX postings_0_entry_id_idx ON ledger.postings_0 USING brin (entry_id uuid_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX postings_note ON ONLY ledger.postings USING btree (note_id, id) WHERE (note_id IS NOT NULL);
CREATE INDEX postings_0_note_id_id_idx ON ledger.postings_0 USING btree (note_id, id) WHERE (note_id IS NOT NULL);
CREATE INDEX postings_reference ON ONLY ledger.postings USING btree (reference_id, id) WHERE ((reference_id IS NOT NULL) AND (note_id IS NULL));
CREATE INDEX postings_0_reference_id_id_idx ON ledger.postings_0 USING btree (reference_id, id) WHERE ((reference_id IS NOT NULL) AND (note_id IS NULL));
CREATE INDEX postings_1_credit_id_id_idx ON ledger.postings_1 USING btree (credit_id, id);
CREATE INDEX postings_1_debit_id_id_idx ON ledger.postings_1 USING btree (debit_id, id);
CREATE INDEX postings_1_entry_id_idx ON ledger.postings_1 USING brin (entry_id uuid_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX postings_1_note_id_id_idx ON ledger.postings_1 USING btree (note_id, id) WHERE (note_id IS NOT NULL);
CREATE INDEX postings_1_reference_id_id_idx ON ledger.postings_1 USING btree (reference_id, id) WHERE ((reference_id IS NOT NULL) AND (note_id IS NULL));
CREATE INDEX postings_2_credit_id_id_idx ON ledger.postings_2 USING btree (credit_id, id);
CREATE INDEX postings_2_debit_id_id_idx ON ledger.postings_2 USING btree (debit_id, id);
CREATE INDEX postings_2_entry_id_idx ON ledger.postings_2 USING brin (entry_id uuid_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX postings_2_note_id_id_idx ON ledger.postings_2 USING btree (note_id, id) WHERE (note_id IS NOT NULL);
CREATE INDEX postings_2_reference_id_id_idx ON ledger.postings_2 USING btree (reference_id, id) WHERE ((reference_id IS NOT NULL) AND (note_id IS NULL));
CREATE INDEX postings_rest_credit_id_id_idx ON ledger.postings_rest USING btree (credit_id, id);
CREATE INDEX postings_rest_debit_id_id_idx ON ledger.postings_rest USING btree (debit_id, id);
CREATE INDEX postings_rest_entry_id_idx ON ledger.postings_rest USING brin (entry_id uuid_minmax_multi_ops) WITH (autosummarize='on');
CREATE INDEX postings_rest_note_id_id_idx ON ledger.postings_rest USING btree (note_id, id) WHERE (note_id IS NOT NULL);
CREATE INDEX postings_rest_reference_id_id_idx ON ledger.postings_rest USING btree (reference_id, id) WHERE ((reference_id IS NOT NULL) AND (note_id IS NULL));
CREATE INDEX allocations_installment ON lending.allocations USING btree (installment_id);
CREATE INDEX allocations_repayment ON lending.allocations USING btree (repayment_id);
CREATE INDEX clawbacks_open ON lending.clawbacks USING btree (user_id, id) WHERE (recovered_minor < amount_minor);
CREATE INDEX collections_loan ON lending.collections USING btree (loan_id, id);
CREATE UNIQUE INDEX collections_one_pending ON lending.collections USING btree (loan_id) WHERE ((status)::text = 'PENDING'::text);
CREATE INDEX idx_loans_borrowe_fc067e ON lending.loans USING btree (borrower_id);
CREATE INDEX idx_notes_lender__6fc571 ON lending.notes USING btree (lender_id);
CREATE INDEX installments_open ON lending.installments USING btree (due_on, loan_id) WHERE (settled_on IS NULL);
CREATE INDEX loan_parties_loan ON lending.loan_parties USING btree (loan_id);
CREATE INDEX loans_borrower ON lending.loans USING btree (borrower_id, id);
CREATE INDEX loans_collecting ON lending.loans USING btree (next_collection_on, id) WHERE (next_collection_on IS NOT NULL);
CREATE INDEX loans_listed ON lending.loans USING btree (listed_at, id) WHERE (listed_at IS NOT NULL);
CREATE INDEX loans_rate ON lending.loans USING btree (annual_rate_ppm, id) WHERE (listed_at IS NOT NULL);
CREATE INDEX loans_status ON lending.loans USING btree (status, id);
CREATE INDEX notes_lender ON lending.notes USING btree (lender_id, id);
CREATE INDEX notes_loan ON lending.notes USING btree (loan_id, id);
CREATE INDEX repayments_loan ON lending.repayments USING btree (loan_id, id);
CREATE INDEX bids_lender ON marketplace.bids USING btree (lender_id, id);
CREATE INDEX bids_loan ON marketplace.bids USING btree (loan_id, id);
CREATE UNIQUE INDEX bids_one_per_plan ON marketplace.bids USING btree (loan_id, plan_id) WHERE (plan_id IS NOT NULL);
CREATE INDEX bids_open ON marketplace.bids USING btree (loan_id, lender_id) WHERE ((status)::text = 'ACTIVE'::text);
CREATE INDEX idx_auto_invest_lender__3239c5 ON marketplace.auto_invest_plans USING btree (lender_id);
CREATE INDEX listings_deadline ON marketplace.listings USING btree (deadline_at, id);
CREATE INDEX listings_full ON marketplace.listings USING btree (closes_not_before) WHERE ((status)::text = 'FULL'::text);
CREATE INDEX listings_open ON marketplace.listings USING btree (deadline_at) WHERE ((status)::text = 'OPEN'::text);
CREATE INDEX listings_short ON marketplace.listings USING btree (decide_by) WHERE ((status)::text = 'SHORT'::text);
CREATE INDEX plans_active ON marketplace.auto_invest_plans USING btree (currency) WHERE ((status)::text = 'ACTIVE'::text);
CREATE INDEX idx_messages_user_id_e06570 ON notifications.messages USING btree (user_id);
CREATE INDEX messages_waiting ON notifications.messages USING btree (not_before_at) WHERE ((status)::text = 'QUEUED'::text);
CREATE INDEX bank_entries_day ON payments.bank_entries USING btree (currency, booked_on);
CREATE INDEX idx_bank_accoun_user_id_02daba ON payments.bank_accounts USING btree (user_id);
CREATE INDEX idx_instruction_batch_i_a6c1d8 ON payments.instructions USING btree (batch_id);
CREATE INDEX idx_instruction_referen_d8b8aa ON payments.instructions USING btree (reference_id);
CREATE INDEX idx_mandates_user_id_439b99 ON payments.mandates USING btree (user_id);
CREATE INDEX idx_suspense_it_movemen_a92f47 ON payments.suspense_items USING btree (movement_id);
CREATE INDEX idx_transfers_referen_646265 ON payments.transfers USING btree (reference);
CREATE INDEX idx_transfers_user_id_ec4ee8 ON payments.transfers USING btree (user_id);
CREATE INDEX instructions_waiting ON payments.instructions USING btree (status, id) WHERE ((status)::text = ANY ((ARRAY['CREATED'::character varying, 'SUBMITTED'::character varying])::text[]));
CREATE UNIQUE INDEX mandates_one_living ON payments.mandates USING btree (bank_account_id) WHERE ((status)::text = ANY ((ARRAY['PENDING'::character varying, 'ACTIVE'::character varying])::text[]));
CREATE INDEX mandates_waiting ON payments.mandates USING btree (id) WHERE (told_at IS NULL);
CREATE INDEX suspense_items_open ON payments.suspense_items USING btree (id) WHERE ((status)::text = 'OPEN'::text);
CREATE INDEX transfers_user ON payments.transfers USING btree (user_id, id);
CREATE INDEX webhooks_waiting ON payments.webhooks USING btree (attempts, id) WHERE (applied_at IS NULL);
CREATE INDEX outbox_audience ON shared.outbox USING gin (audience);
CREATE INDEX outbox_loan ON shared.outbox USING btree (loan_id, id) WHERE (loan_id IS NOT NULL);
CREATE INDEX outbox_market ON shared.outbox USING btree (txid, id) WHERE (kind = ANY (ARRAY['loan.listed'::text, 'loan.funded'::text, 'loan.funding_short'::text, 'loan.expired'::text, 'loan.declined'::text]));
CREATE INDEX outbox_order ON shared.outbox USING btree (txid, id);
CREATE INDEX outbox_waiting ON shared.outbox USING btree (id) WHERE (dispatched_at IS NULL);
ALTER INDEX ledger.postings_credit ATTACH PARTITION ledger.postings_0_credit_id_id_idx;
ALTER INDEX ledger.postings_debit ATTACH PARTITION ledger.postings_0_debit_id_id_idx;
ALTER INDEX ledger.postings_entry ATTACH PARTITION ledger.postings_0_entry_id_idx;
ALTER INDEX ledger.postings_note ATTACH PARTITION ledger.postings_0_note_id_id_idx;
ALTER INDEX ledger.postings_pkey ATTACH PARTITION ledger.postings_0_pkey;
ALTER INDEX ledger.postings_reference ATTACH PARTITION ledger.postings_0_reference_id_id_idx;
ALTER INDEX ledger.postings_credit ATTACH PARTITION ledger.postings_1_credit_id_id_idx;
ALTER INDEX ledger.postings_debit ATTACH PARTITION ledger.postings_1_debit_id_id_idx;
ALTER INDEX ledger.postings_entry ATTACH PARTITION ledger.postings_1_entry_id_idx;
ALTER INDEX ledger.postings_note ATTACH PARTITION ledger.postings_1_note_id_id_idx;
ALTER INDEX ledger.postings_pkey ATTACH PARTITION ledger.postings_1_pkey;
ALTER INDEX ledger.postings_reference ATTACH PARTITION ledger.postings_1_reference_id_id_idx;
ALTER INDEX ledger.postings_credit ATTACH PARTITION ledger.postings_2_credit_id_id_idx;
ALTER INDEX ledger.postings_debit ATTACH PARTITION ledger.postings_2_debit_id_id_idx;
ALTER INDEX ledger.postings_entry ATTACH PARTITION ledger.postings_2_entry_id_idx;
ALTER INDEX ledger.postings_note ATTACH PARTITION ledger.postings_2_note_id_id_idx;
ALTER INDEX ledger.postings_pkey ATTACH PARTITION ledger.postings_2_pkey;
ALTER INDEX ledger.postings_reference ATTACH PARTITION ledger.postings_2_reference_id_id_idx;
ALTER INDEX ledger.postings_credit ATTACH PARTITION ledger.postings_rest_credit_id_id_idx;
ALTER INDEX ledger.postings_debit ATTACH PARTITION ledger.postings_rest_debit_id_id_idx;
ALTER INDEX ledger.postings_entry ATTACH PARTITION ledger.postings_rest_entry_id_idx;
ALTER INDEX ledger.postings_note ATTACH PARTITION ledger.postings_rest_note_id_id_idx;
ALTER INDEX ledger.postings_pkey ATTACH PARTITION ledger.postings_rest_pkey;
ALTER INDEX ledger.postings_reference ATTACH PARTITION ledger.postings_rest_reference_id_id_idx;
CREATE TRIGGER apply AFTER INSERT ON ledger.postings REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger.apply();
CREATE TRIGGER refuse_change BEFORE DELETE OR UPDATE ON ledger.postings FOR EACH ROW EXECUTE FUNCTION ledger.refuse();
ALTER TABLE ONLY identity.access_tokens
    ADD CONSTRAINT access_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY identity.consents
    ADD CONSTRAINT consents_document_id_fkey FOREIGN KEY (document_id) REFERENCES identity.documents(id) ON DELETE RESTRICT;
ALTER TABLE ONLY identity.consents
    ADD CONSTRAINT consents_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY identity.identity_checks
    ADD CONSTRAINT identity_checks_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY identity.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES identity.users(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.clawbacks
    ADD CONSTRAINT clawbacks_collection_id_fkey FOREIGN KEY (collection_id) REFERENCES lending.collections(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.clawbacks
    ADD CONSTRAINT clawbacks_note_id_fkey FOREIGN KEY (note_id) REFERENCES lending.notes(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.collections
    ADD CONSTRAINT collections_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES lending.loans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.installments
    ADD CONSTRAINT installments_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES lending.loans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.loan_parties
    ADD CONSTRAINT loan_parties_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES lending.loans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.loans
    ADD CONSTRAINT loans_product_id_fkey FOREIGN KEY (product_id) REFERENCES lending.products(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.notes
    ADD CONSTRAINT notes_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES lending.loans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY lending.repayments
    ADD CONSTRAINT repayments_loan_id_fkey FOREIGN KEY (loan_id) REFERENCES lending.loans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY marketplace.bids
    ADD CONSTRAINT bids_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES marketplace.auto_invest_plans(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments.instructions
    ADD CONSTRAINT instructions_mandate_id_fkey FOREIGN KEY (mandate_id) REFERENCES payments.mandates(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments.mandates
    ADD CONSTRAINT mandates_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES payments.bank_accounts(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments.reconciliation_differences
    ADD CONSTRAINT reconciliation_differences_reconciliation_id_fkey FOREIGN KEY (reconciliation_id) REFERENCES payments.reconciliations(id) ON DELETE RESTRICT;
ALTER TABLE ONLY payments.transfers
    ADD CONSTRAINT transfers_bank_account_id_fkey FOREIGN KEY (bank_account_id) REFERENCES payments.bank_accounts(id) ON DELETE RESTRICT;
GRANT USAGE ON SCHEMA audit TO kalends_app;
GRANT USAGE ON SCHEMA audit TO kalends_auditor;
GRANT USAGE ON SCHEMA credit TO kalends_app;
GRANT USAGE ON SCHEMA identity TO kalends_app;
GRANT USAGE ON SCHEMA ledger TO kalends_app;
GRANT USAGE ON SCHEMA lending TO kalends_app;
GRANT USAGE ON SCHEMA marketplace TO kalends_app;
GRANT USAGE ON SCHEMA notifications TO kalends_app;
GRANT USAGE ON SCHEMA payments TO kalends_app;
GRANT ALL ON SCHEMA public TO kalends_owner;
GRANT USAGE ON SCHEMA shared TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE identity.users TO kalends_app;
GRANT SELECT ON TABLE ledger.accounts TO kalends_app;
GRANT INSERT(id) ON TABLE ledger.accounts TO kalends_app;
GRANT INSERT(owner_id) ON TABLE ledger.accounts TO kalends_app;
GRANT INSERT(kind) ON TABLE ledger.accounts TO kalends_app;
GRANT INSERT(currency) ON TABLE ledger.accounts TO kalends_app;
GRANT INSERT(reference_id) ON TABLE ledger.accounts TO kalends_app;
GRANT UPDATE(lock_only) ON TABLE ledger.accounts TO kalends_app;
GRANT SELECT,INSERT ON TABLE ledger.postings TO kalends_app;
GRANT SELECT ON TABLE audit.account TO kalends_app;
GRANT SELECT ON TABLE audit.account TO kalends_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE marketplace.bids TO kalends_app;
GRANT SELECT ON TABLE audit.bid TO kalends_app;
GRANT SELECT ON TABLE audit.bid TO kalends_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.repayments TO kalends_app;
GRANT SELECT ON TABLE audit.distribution TO kalends_app;
GRANT SELECT ON TABLE audit.distribution TO kalends_auditor;
GRANT SELECT,INSERT ON TABLE shared.idempotency TO kalends_app;
GRANT UPDATE(answer) ON TABLE shared.idempotency TO kalends_app;
GRANT SELECT ON TABLE audit.idempotency TO kalends_app;
GRANT SELECT ON TABLE audit.idempotency TO kalends_auditor;
GRANT SELECT ON TABLE audit.ledger_entry TO kalends_app;
GRANT SELECT ON TABLE audit.ledger_entry TO kalends_auditor;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.installments TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.loans TO kalends_app;
GRANT SELECT ON TABLE audit.loan TO kalends_app;
GRANT SELECT ON TABLE audit.loan TO kalends_auditor;
GRANT SELECT,INSERT ON TABLE shared.outbox TO kalends_app;
GRANT UPDATE(dispatched_at) ON TABLE shared.outbox TO kalends_app;
GRANT UPDATE(attempts) ON TABLE shared.outbox TO kalends_app;
GRANT UPDATE(retry_at) ON TABLE shared.outbox TO kalends_app;
GRANT UPDATE(last_error) ON TABLE shared.outbox TO kalends_app;
GRANT SELECT ON TABLE audit.outbox TO kalends_app;
GRANT SELECT ON TABLE audit.outbox TO kalends_auditor;
GRANT SELECT ON TABLE audit.repayment TO kalends_app;
GRANT SELECT ON TABLE audit.repayment TO kalends_auditor;
GRANT SELECT,INSERT ON TABLE credit.decisions TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE identity.access_tokens TO kalends_app;
GRANT SELECT,INSERT ON TABLE identity.consents TO kalends_app;
GRANT SELECT,INSERT ON TABLE identity.documents TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE identity.identity_checks TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE identity.sessions TO kalends_app;
GRANT SELECT,INSERT ON TABLE lending.allocations TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.clawbacks TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.collections TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE lending.loan_parties TO kalends_app;
GRANT USAGE ON SEQUENCE lending.loan_reference TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE lending.notes TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE lending.products TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE marketplace.auto_invest_plans TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE marketplace.listings TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE notifications.messages TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.bank_accounts TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.bank_entries TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.instructions TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.mandates TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.reconciliation_differences TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.reconciliations TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.suspense_items TO kalends_app;
GRANT SELECT,INSERT,UPDATE ON TABLE payments.transfers TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE payments.webhooks TO kalends_app;
GRANT SELECT ON TABLE public.tortoise_migrations TO kalends_app;
GRANT SELECT ON TABLE shared.clock TO kalends_app;
GRANT UPDATE(shift) ON TABLE shared.clock TO kalends_app;
GRANT UPDATE(time_zone) ON TABLE shared.clock TO kalends_app;
GRANT UPDATE(target_at) ON TABLE shared.clock TO kalends_app;
GRANT UPDATE(moved_by) ON TABLE shared.clock TO kalends_app;
GRANT UPDATE(leased_until) ON TABLE shared.clock TO kalends_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE shared.set_aside TO kalends_app;
