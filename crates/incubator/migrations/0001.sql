-- The public portfolio: who carries what, and where each product stands.

CREATE TABLE organisations (
    id @key,
    -- Identifier in the programme's public content.
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    acronym TEXT NOT NULL,
    -- Published names of the ministerial domain and of the kind; empty when not said.
    domain TEXT NOT NULL,
    kind TEXT NOT NULL,
    print @bytes NOT NULL
);

CREATE TABLE incubators (
    id @key,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    -- Identifier of the organisation; it may not be known here.
    owner TEXT NOT NULL,
    website TEXT NOT NULL,
    code TEXT NOT NULL,
    address TEXT NOT NULL,
    summary TEXT NOT NULL,
    hidden BOOLEAN NOT NULL,
    print @bytes NOT NULL
);

CREATE TABLE products (
    id @key,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    mission TEXT NOT NULL,
    -- Identifier of the incubator.
    incubator TEXT NOT NULL,
    -- JSON: links, compliance flags, grant, tags, co-incubators. Public, read as a whole.
    sheet TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- SHA-256 of what was imported: the same again changes nothing.
    print @bytes NOT NULL
);
CREATE INDEX products_by_incubator ON products (incubator);

-- Rank keeps the order of the records: of two phases begun the same day, the last holds.
CREATE TABLE product_phases (
    product_id BIGINT NOT NULL REFERENCES products (id),
    rank INTEGER NOT NULL,
    phase TEXT NOT NULL,
    -- Days since 1970-01-01.
    from_day INTEGER NOT NULL,
    to_day INTEGER,
    comment TEXT NOT NULL,
    PRIMARY KEY (product_id, rank)
);

CREATE TABLE product_sponsors (
    product_id BIGINT NOT NULL REFERENCES products (id),
    -- Identifier of the organisation.
    organisation TEXT NOT NULL,
    PRIMARY KEY (product_id, organisation)
);

-- One row: advances with each change of the portfolio, so that whoever keeps a copy knows when it is old.
CREATE TABLE portfolio_state (
    id INTEGER PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO portfolio_state (id, version) VALUES (1, 0);
