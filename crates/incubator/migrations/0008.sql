-- What is hidden of an agreement that is published, besides what always is; none when nothing was chosen.
CREATE TABLE publication_choices (
    agreement_id BIGINT PRIMARY KEY REFERENCES agreements (id),
    hide_imputations BOOLEAN NOT NULL,
    -- One a line.
    words TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- The sending of an agreement to data.gouv.fr: one data set for each, made once, then brought up to date.
CREATE TABLE publication_sendings (
    agreement_id BIGINT PRIMARY KEY REFERENCES agreements (id),
    -- Its identifier there; empty before it is made.
    dataset TEXT NOT NULL,
    -- JSON: the identifier there of each file.
    resources TEXT NOT NULL,
    -- Its public page; empty before the first success.
    address TEXT NOT NULL,
    -- SHA-256 of what was sent last; empty before the first success.
    digest TEXT NOT NULL,
    -- When the sending under way began; none when there is none.
    began_at BIGINT,
    sent_at BIGINT,
    -- Why the latest try failed; empty when it did not.
    failure TEXT NOT NULL,
    failed_at BIGINT,
    version BIGINT NOT NULL
);
