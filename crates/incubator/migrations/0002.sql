-- Agreements: what was written, what happened since, the orders, the money, and where each stands today.

CREATE TABLE agreements (
    id @key,
    -- Short name in addresses and files.
    reference TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- JSON of what was written. Bank details are not part of it.
    written TEXT NOT NULL,
    -- JSON of the bank details of each contribution, sealed; none when there is none.
    bank @bytes,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE agreement_products (
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    -- Identifier of the product.
    product TEXT NOT NULL,
    PRIMARY KEY (agreement_id, product)
);
CREATE INDEX agreement_products_by_product ON agreement_products (product);

-- A row is corrected by its next version, or withdrawn with a reason; it is never removed.
CREATE TABLE agreement_facts (
    id @key,
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_reason TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX agreement_facts_of ON agreement_facts (agreement_id);

CREATE TABLE orders (
    id @key,
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    -- Identifier of the product; empty for an order of the agreement as a whole.
    product TEXT NOT NULL,
    title TEXT NOT NULL,
    stage TEXT NOT NULL,
    -- Ten digits in Chorus, once signed.
    number TEXT,
    placed_under TEXT NOT NULL,
    supplier TEXT NOT NULL,
    market TEXT NOT NULL,
    phase TEXT,
    -- What is asked for: context, deliverables, calendar.
    need TEXT NOT NULL,
    -- Days since 1970-01-01.
    signed_day INTEGER,
    from_day INTEGER,
    to_day INTEGER,
    market_end_day INTEGER,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX orders_of ON orders (agreement_id);
CREATE INDEX orders_by_number ON orders (number);

CREATE TABLE order_lines (
    order_id BIGINT NOT NULL REFERENCES orders (id),
    rank INTEGER NOT NULL,
    label TEXT NOT NULL,
    service TEXT NOT NULL,
    -- Of the public referential of budgets; empty when not said.
    activity TEXT NOT NULL,
    resource TEXT NOT NULL,
    -- Cents, taxes included.
    amount BIGINT NOT NULL,
    rounded_to BIGINT,
    PRIMARY KEY (order_id, rank)
);

-- What happened to an order, in order. Append-only.
CREATE TABLE order_steps (
    id @key,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    step TEXT NOT NULL,
    day INTEGER NOT NULL,
    amount BIGINT,
    note TEXT NOT NULL,
    -- The agent, when one did it.
    agent_id BIGINT,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX order_steps_of ON order_steps (order_id);

-- Append-only: a mistake is corrected by the same line with the opposite amounts, which names the one it reverses.
CREATE TABLE ledger (
    id @key,
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    order_id BIGINT REFERENCES orders (id),
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- Cents.
    ae BIGINT,
    cp BIGINT,
    cash BIGINT,
    document TEXT NOT NULL,
    note TEXT NOT NULL,
    reverses BIGINT UNIQUE REFERENCES ledger (id),
    agent_id BIGINT,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX ledger_of ON ledger (agreement_id, id);
CREATE INDEX ledger_by_order ON ledger (order_id);

-- Where each agreement stands, computed: nothing here is known from nowhere else.
CREATE TABLE outlooks (
    agreement_id BIGINT PRIMARY KEY REFERENCES agreements (id),
    standing TEXT NOT NULL,
    -- Lower is more urgent.
    urgency INTEGER NOT NULL,
    end_day INTEGER,
    ceiling BIGINT,
    committed BIGINT NOT NULL,
    certified BIGINT NOT NULL,
    paid BIGINT NOT NULL,
    late INTEGER NOT NULL,
    soon INTEGER NOT NULL,
    blocking INTEGER NOT NULL,
    exhausted_day INTEGER,
    -- SHA-256 of what was computed: the same again is not written again.
    print @bytes NOT NULL
);
CREATE INDEX outlooks_by_urgency ON outlooks (urgency, end_day);

-- Duties that have a day and are still to be done, of each agreement.
CREATE TABLE open_duties (
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    rank INTEGER NOT NULL,
    product TEXT NOT NULL,
    -- The last day to do it, or that of an internal target.
    day INTEGER NOT NULL,
    contractual BOOLEAN NOT NULL,
    status TEXT NOT NULL,
    title TEXT NOT NULL,
    debtors TEXT NOT NULL,
    clause TEXT NOT NULL,
    article TEXT NOT NULL,
    PRIMARY KEY (agreement_id, rank)
);
CREATE INDEX open_duties_by_day ON open_duties (day);

-- Accounts rendered to the other parties: computed until they are sent, frozen from then on.
CREATE TABLE account_reports (
    id @key,
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    -- First day of the month; of the month of the term for a final account.
    month INTEGER NOT NULL,
    final BOOLEAN NOT NULL,
    -- What people write in it.
    progress TEXT NOT NULL,
    outlook TEXT NOT NULL,
    -- JSON of the figures, from the day it is sent.
    frozen TEXT,
    sent_at BIGINT,
    acknowledged_at BIGINT,
    version BIGINT NOT NULL,
    UNIQUE (agreement_id, month, final)
);

-- Calendars that people subscribe to: the address holds a secret, of which only this is kept.
CREATE TABLE calendar_feeds (
    id @key,
    -- A membership, in the database of people: what it may see is decided at each reading.
    membership_id BIGINT NOT NULL,
    -- SHA-256 of the secret.
    secret @bytes NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX calendar_feeds_of ON calendar_feeds (membership_id);

-- How often each member is told of its duties; monthly unless said here.
CREATE TABLE digests (
    membership_id BIGINT PRIMARY KEY,
    period TEXT NOT NULL,
    -- Day of the last one, as a number of days since 1970-01-01.
    sent_day INTEGER
);
