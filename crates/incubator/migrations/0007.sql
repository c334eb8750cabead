-- Calls for projects: editions, applications, what juries mark, what laureates are given.

CREATE TABLE call_editions (
    id @key,
    -- Its address.
    slug TEXT NOT NULL UNIQUE,
    -- The last step people took; open and closed are read in the calendar.
    step TEXT NOT NULL,
    -- What it says of itself, in JSON.
    described TEXT NOT NULL,
    -- The agent who chairs the jury.
    chair_id BIGINT,
    minutes TEXT NOT NULL,
    minutes_signed_at BIGINT,
    published_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE applications (
    id @key,
    edition_id BIGINT NOT NULL REFERENCES call_editions (id),
    -- Fingerprint of the secret in the link; none once the file is erased.
    secret @bytes UNIQUE,
    -- Everything the candidate wrote; none once erased.
    sealed @bytes,
    -- For figures: neither tells who applies.
    department TEXT NOT NULL,
    organisation_kind TEXT NOT NULL,
    -- Of the receipt; none before it is sent.
    number TEXT UNIQUE,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    withdrawn_at BIGINT,
    -- Empty until somebody says it; reasons are told to the candidate.
    eligibility TEXT NOT NULL,
    eligibility_reason TEXT NOT NULL,
    choice TEXT NOT NULL,
    choice_reason TEXT NOT NULL,
    -- When it is heard.
    hearing_at BIGINT,
    outcome TEXT NOT NULL,
    outcome_reason TEXT NOT NULL,
    -- Cents.
    granted BIGINT,
    -- What the jury asks of a laureate, one a line.
    conditions TEXT NOT NULL,
    -- What is published of a laureate, in JSON; empty before.
    published TEXT NOT NULL,
    erased_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX applications_of ON applications (edition_id);

-- What a member of the jury says of each candidate before reading the file.
CREATE TABLE call_declarations (
    application_id BIGINT NOT NULL REFERENCES applications (id),
    agent_id BIGINT NOT NULL,
    conflict BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, agent_id)
);

-- A sheet of marks: nobody else reads it before its stage ends.
CREATE TABLE call_marks (
    application_id BIGINT NOT NULL REFERENCES applications (id),
    agent_id BIGINT NOT NULL,
    stage TEXT NOT NULL,
    -- By key of criterion: mark and comment, in JSON.
    sheet TEXT NOT NULL,
    marked_at BIGINT NOT NULL,
    PRIMARY KEY (application_id, agent_id, stage)
);

-- What a laureate was given: once.
CREATE TABLE call_awards (
    application_id BIGINT PRIMARY KEY REFERENCES applications (id),
    edition_id BIGINT NOT NULL REFERENCES call_editions (id),
    kind TEXT NOT NULL,
    -- Identifier of the product.
    product TEXT NOT NULL,
    -- The phase it opens, and from which day; none when the phase stays.
    stage TEXT,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    -- Cents.
    envelope BIGINT,
    -- The agreement it is under: at once for an investigation, once filed otherwise.
    agreement_id BIGINT REFERENCES agreements (id),
    committee_id BIGINT REFERENCES committees (id),
    -- What the agreement to file begins with, in JSON.
    draft TEXT NOT NULL,
    awarded_at BIGINT NOT NULL
);
CREATE INDEX call_awards_of ON call_awards (edition_id);
