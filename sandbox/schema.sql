CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS account (
  seq INTEGER PRIMARY KEY,
  number TEXT NOT NULL UNIQUE,
  holder TEXT NOT NULL,
  currency TEXT NOT NULL,
  balance_minor INTEGER NOT NULL DEFAULT 0,
  income_minor INTEGER,
  income_day INTEGER,
  income_until TEXT,
  custody INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS account_income ON account (income_day) WHERE income_minor IS NOT NULL;

CREATE TABLE IF NOT EXISTS mandate (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (number),
  holder TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('active', 'cancelled'))
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS request (key TEXT PRIMARY KEY, body_hash TEXT NOT NULL, answer TEXT NOT NULL) WITHOUT ROWID;

-- Money that goes, or should go, between a customer's account and custody: an instruction or a deposit.
CREATE TABLE IF NOT EXISTS movement (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('debit', 'payout', 'deposit')),
  amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES account (number),
  mandate TEXT,
  reference TEXT NOT NULL,
  status TEXT NOT NULL,
  booked_on TEXT,
  reason TEXT
) WITHOUT ROWID;

-- What is still to happen to a movement, and on which day.
CREATE TABLE IF NOT EXISTS step (
  seq INTEGER PRIMARY KEY,
  movement TEXT NOT NULL REFERENCES movement (id),
  action TEXT NOT NULL CHECK (action IN ('execute', 'finalise', 'bounce', 'return')),
  due_on TEXT NOT NULL,
  reason TEXT
);
CREATE INDEX IF NOT EXISTS step_due ON step (due_on, seq);

-- What the platform is told about a movement; entry_id is its name in webhooks and statements.
CREATE TABLE IF NOT EXISTS notice (
  seq INTEGER PRIMARY KEY,
  entry_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  movement TEXT NOT NULL REFERENCES movement (id),
  booked_on TEXT NOT NULL,
  reason TEXT,
  repeated INTEGER NOT NULL DEFAULT 0,
  reordered INTEGER NOT NULL DEFAULT 0,
  packed INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS notice_unpacked ON notice (seq) WHERE packed = 0;

CREATE TABLE IF NOT EXISTS entry (
  seq INTEGER PRIMARY KEY,
  notice INTEGER REFERENCES notice (seq),
  account TEXT NOT NULL REFERENCES account (number),
  amount_minor INTEGER NOT NULL,
  kind TEXT NOT NULL,
  booked_on TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_of_account ON entry (account, booked_on);
CREATE TRIGGER IF NOT EXISTS entry_moves_balance AFTER INSERT ON entry BEGIN
  UPDATE account SET balance_minor = balance_minor + NEW.amount_minor WHERE number = NEW.account;
END;

CREATE TABLE IF NOT EXISTS behaviour (
  seq INTEGER PRIMARY KEY,
  account TEXT,
  kind TEXT NOT NULL,
  effect TEXT NOT NULL,
  days INTEGER NOT NULL,
  reason TEXT,
  times INTEGER
);

-- Webhooks that are not acknowledged yet; an acknowledged one is deleted.
CREATE TABLE IF NOT EXISTS delivery (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT NOT NULL UNIQUE,
  topic TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at REAL NOT NULL
);

CREATE TABLE IF NOT EXISTS identity_check (
  id TEXT PRIMARY KEY,
  number_hash TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  packed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS identity_check_unpacked ON identity_check (id) WHERE packed = 0;

CREATE TABLE IF NOT EXISTS mail (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  recipient TEXT NOT NULL,
  sender TEXT NOT NULL,
  subject TEXT NOT NULL,
  message_id TEXT NOT NULL,
  received_at TEXT NOT NULL,
  text TEXT NOT NULL,
  UNIQUE (recipient, message_id)
);
CREATE INDEX IF NOT EXISTS mail_of_recipient ON mail (recipient, id);
