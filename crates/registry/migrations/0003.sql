-- Files of journeys brought in by command, how far each was read, and the lines that did not go in.

CREATE TABLE imports (
    id @key,
    operator_id BIGINT NOT NULL REFERENCES operators (id),
    -- SHA-256 of the file, in hexadecimal.
    file TEXT NOT NULL,
    -- Every line up to this one is settled.
    position BIGINT NOT NULL,
    -- What became of those lines.
    accepted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    already_there BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    broken BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE UNIQUE INDEX imports_by_file ON imports (operator_id, file);

CREATE TABLE import_refusals (
    import_id BIGINT NOT NULL REFERENCES imports (id),
    line BIGINT NOT NULL,
    -- JSON, as it is written beside the file: no personal value.
    refusal TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
);
