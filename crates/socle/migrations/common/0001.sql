-- What every database of the house has: the head of its commit groups, its audit log, its keys, its jobs,
-- its outbox, its idempotency keys.

CREATE TABLE commit_head (
    id INTEGER PRIMARY KEY,
    commit_group BIGINT NOT NULL,
    link @bytes NOT NULL,
    sequence BIGINT NOT NULL
);
INSERT INTO commit_head (id, commit_group, link, sequence) VALUES (1, 0, '', 0);

CREATE TABLE audit_groups (
    commit_group @key,
    at BIGINT NOT NULL,
    entries INTEGER NOT NULL,
    link @bytes NOT NULL
);
CREATE TABLE audit_entries (
    commit_group BIGINT NOT NULL,
    position INTEGER NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    commitment @bytes,
    PRIMARY KEY (commit_group, position)
);
CREATE TABLE audit_personal (
    commit_group BIGINT NOT NULL,
    position INTEGER NOT NULL,
    sealed @bytes NOT NULL,
    PRIMARY KEY (commit_group, position)
);

CREATE TABLE data_keys (
    id @key,
    tenant TEXT NOT NULL,
    purpose TEXT NOT NULL,
    master_key TEXT NOT NULL,
    wrapped @bytes,
    created_at BIGINT NOT NULL,
    destroyed_at BIGINT
);
CREATE INDEX data_keys_by_tenant ON data_keys (tenant, purpose, id);

CREATE TABLE jobs (
    kind TEXT PRIMARY KEY,
    run_at BIGINT NOT NULL,
    leased_until BIGINT,
    leased_by TEXT,
    failures INTEGER NOT NULL,
    last_error TEXT,
    last_started_at BIGINT,
    last_finished_at BIGINT,
    done BIGINT NOT NULL
);

CREATE TABLE outbox (
    id @key,
    channel TEXT NOT NULL,
    tenant TEXT NOT NULL,
    dedup TEXT NOT NULL UNIQUE,
    sealed @bytes NOT NULL,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL,
    leased_until BIGINT,
    tries INTEGER NOT NULL,
    sent_at BIGINT,
    given_up_at BIGINT,
    last_error TEXT
);
CREATE INDEX outbox_to_send ON outbox (next_try_at) WHERE sent_at IS NULL AND given_up_at IS NULL;

CREATE TABLE idempotency_keys (
    tenant TEXT NOT NULL,
    key TEXT NOT NULL,
    request @bytes NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (tenant, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (at);
