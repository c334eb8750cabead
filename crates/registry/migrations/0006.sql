-- Exports that people asked for, what operators send month after month, and an index to read one operator's
-- journeys in order of departure.

CREATE INDEX journeys_by_operator_departure ON journeys (operator_id, start_at, id);

-- What befell the service as a whole (handed over, received): the page of the log reads it each time.
CREATE INDEX audit_entries_of_services ON audit_entries (commit_group) WHERE subject_kind = 'service';

CREATE TABLE exports (
    id @key,
    -- Names the document, sealed beside the database.
    uuid TEXT NOT NULL UNIQUE,
    -- Whose it is: operator:12, territory:3; empty for the registry's team.
    tenant TEXT NOT NULL,
    -- The agent who asked.
    agent_id BIGINT NOT NULL,
    -- csv, xlsx, parquet
    format TEXT NOT NULL,
    -- Limits: one operator's journeys, one status.
    operator_id BIGINT,
    status TEXT,
    -- Departures from this instant (included) to that one (excluded).
    from_at BIGINT NOT NULL,
    to_at BIGINT NOT NULL,
    -- waiting, running, ready, failed, canceled, expired
    state TEXT NOT NULL,
    -- How many times it was begun: what an earlier beginning goes on doing no longer counts.
    attempt INTEGER NOT NULL,
    -- Lines written, and the departure of the last.
    lines BIGINT NOT NULL,
    reached_at BIGINT,
    bytes BIGINT,
    -- SHA-256 of the file, in hexadecimal.
    fingerprint TEXT,
    asked_at BIGINT NOT NULL,
    -- When whoever writes it last said so.
    beat_at BIGINT,
    finished_at BIGINT,
    expires_at BIGINT
);
CREATE INDEX exports_by_tenant ON exports (tenant, id);
CREATE INDEX exports_to_write ON exports (id) WHERE state IN ('waiting', 'running');

-- What became of the journeys an operator sent, by day of reception (in Paris): nothing personal.
CREATE TABLE quality_summaries (
    operator_id BIGINT NOT NULL,
    -- Days since 1970-01-01.
    day INTEGER NOT NULL,
    -- received, late, unplaced, refused, refused_<label>, corrected, canceled, repeated
    measure TEXT NOT NULL,
    journeys BIGINT NOT NULL,
    PRIMARY KEY (operator_id, day, measure)
);
