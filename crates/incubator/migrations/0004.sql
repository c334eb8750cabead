-- What a product's team aims at, what it measures, and what it publishes for whoever reads its /stats.json.

CREATE TABLE objectives (
    id @key,
    -- Identifier of the product.
    product TEXT NOT NULL,
    -- The objective it is a part of.
    parent_id BIGINT REFERENCES objectives (id),
    -- Its place among those beside it.
    rank INTEGER NOT NULL,
    title TEXT NOT NULL,
    -- Reference of the agreement that asks for it; empty when none does.
    agreement TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Days since 1970-01-01.
    due_day INTEGER,
    note TEXT NOT NULL,
    reviewed_day INTEGER,
    version BIGINT NOT NULL
);
CREATE INDEX objectives_of ON objectives (product, rank);

CREATE TABLE indicators (
    id @key,
    -- Identifier of the product.
    product TEXT NOT NULL,
    -- Short name, stable: what open data call it.
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    definition TEXT NOT NULL,
    -- Who or what is counted among.
    population TEXT NOT NULL,
    unit TEXT NOT NULL,
    axis TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Empty when it is typed by hand; else the entry of the product's /stats.json that is followed.
    source TEXT NOT NULL,
    -- Ten-thousandths of the unit.
    baseline BIGINT,
    target BIGINT,
    target_day INTEGER,
    -- Whether anyone may read it.
    published BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    retired_at BIGINT,
    UNIQUE (product, key)
);

-- A value is corrected by another row, which replaces it with a reason; it is never removed.
CREATE TABLE points (
    id @key,
    indicator_id BIGINT NOT NULL REFERENCES indicators (id),
    -- First and last day of the period, since 1970-01-01; no first day: since the beginning, or on that day.
    from_day INTEGER,
    day INTEGER NOT NULL,
    -- Ten-thousandths of the unit.
    value BIGINT NOT NULL,
    numerator BIGINT,
    denominator BIGINT,
    note TEXT NOT NULL,
    -- Typed by someone: what is read later does not replace it.
    by_hand BOOLEAN NOT NULL,
    recorded_at BIGINT NOT NULL,
    replaced_at BIGINT,
    replaced_reason TEXT NOT NULL
);
CREATE INDEX points_of ON points (indicator_id, day);

-- How the reading of each product's /stats.json goes.
CREATE TABLE readings (
    -- Identifier of the product.
    product TEXT PRIMARY KEY,
    -- The address its team chose; empty: the one its public sheet lets guess.
    url TEXT NOT NULL,
    -- The address that was read last.
    read_url TEXT NOT NULL,
    tried_at BIGINT,
    answered_at BIGINT,
    -- Failures in a row, and the first of them.
    failures INTEGER NOT NULL,
    failing_since BIGINT,
    -- Why the last one failed, in French; empty when it did not.
    problem TEXT NOT NULL,
    etag TEXT NOT NULL,
    -- JSON of what was found the last time it answered.
    found TEXT NOT NULL
);
