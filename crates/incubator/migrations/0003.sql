-- Committees: when, who came, what each decided, what was supposed and on what conditions.

CREATE TABLE committees (
    id @key,
    -- The agreement that asks for it, when there is one.
    agreement_id BIGINT REFERENCES agreements (id),
    kind TEXT NOT NULL,
    -- Days since 1970-01-01: foreseen, then that on which it was held.
    day INTEGER NOT NULL,
    held BOOLEAN NOT NULL,
    -- Why it will not be held; empty as long as it may be.
    cancelled TEXT NOT NULL,
    place TEXT NOT NULL,
    chair TEXT NOT NULL,
    -- The decision that is asked.
    asked TEXT NOT NULL,
    -- One point a line.
    agenda TEXT NOT NULL,
    minutes TEXT NOT NULL,
    -- Day on which its pack was sent.
    pack_sent_day INTEGER,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX committees_of ON committees (agreement_id);
CREATE INDEX committees_by_day ON committees (day);

CREATE TABLE committee_products (
    committee_id BIGINT NOT NULL REFERENCES committees (id),
    -- Identifier of the product.
    product TEXT NOT NULL,
    PRIMARY KEY (committee_id, product)
);
CREATE INDEX committee_products_by_product ON committee_products (product);

CREATE TABLE attendees (
    id @key,
    committee_id BIGINT NOT NULL REFERENCES committees (id),
    name TEXT NOT NULL,
    body TEXT NOT NULL,
    function TEXT NOT NULL,
    present BOOLEAN NOT NULL
);
CREATE INDEX attendees_of ON attendees (committee_id);

-- One for each body and product: given again, it replaces the one before, which the log keeps.
CREATE TABLE opinions (
    id @key,
    committee_id BIGINT NOT NULL REFERENCES committees (id),
    product TEXT NOT NULL,
    body TEXT NOT NULL,
    opinion TEXT NOT NULL,
    reason TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    UNIQUE (committee_id, product, body)
);

CREATE TABLE decisions (
    id @key,
    committee_id BIGINT NOT NULL REFERENCES committees (id),
    product TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- The phase it opens, and from which day; none when the phase stays.
    stage TEXT,
    stage_day INTEGER,
    -- Cents, taxes included.
    envelope BIGINT,
    envelope_from_day INTEGER,
    envelope_to_day INTEGER,
    -- Who makes the team up, in words.
    team TEXT NOT NULL,
    note TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (committee_id, product)
);
CREATE INDEX decisions_by_product ON decisions (product);

CREATE TABLE hypotheses (
    id @key,
    decision_id BIGINT NOT NULL REFERENCES decisions (id),
    product TEXT NOT NULL,
    text TEXT NOT NULL,
    verdict TEXT NOT NULL,
    -- What the field showed.
    evidence TEXT NOT NULL,
    closed_day INTEGER,
    version BIGINT NOT NULL
);
CREATE INDEX hypotheses_of ON hypotheses (decision_id);

CREATE TABLE success_criteria (
    decision_id BIGINT NOT NULL REFERENCES decisions (id),
    rank INTEGER NOT NULL,
    text TEXT NOT NULL,
    -- Figure and unit as they were said; empty when none was.
    target TEXT NOT NULL,
    by_day INTEGER,
    PRIMARY KEY (decision_id, rank)
);

CREATE TABLE conditions (
    id @key,
    decision_id BIGINT NOT NULL REFERENCES decisions (id),
    product TEXT NOT NULL,
    text TEXT NOT NULL,
    check_day INTEGER NOT NULL,
    result TEXT NOT NULL,
    note TEXT NOT NULL,
    closed_day INTEGER,
    version BIGINT NOT NULL
);
CREATE INDEX conditions_of ON conditions (decision_id);
