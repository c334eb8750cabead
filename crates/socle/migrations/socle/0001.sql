-- Agents, what they may act as, how they sign in. Citizens are not here: each service keeps its own.

CREATE TABLE agents (
    id @key,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    blocked_at BIGINT,
    version BIGINT NOT NULL
);
CREATE TABLE memberships (
    id @key,
    agent_id BIGINT NOT NULL REFERENCES agents (id),
    service TEXT NOT NULL,
    role TEXT NOT NULL,
    tenant TEXT,
    tenant_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX memberships_by_agent ON memberships (agent_id);
CREATE INDEX memberships_by_service ON memberships (service, tenant);

CREATE TABLE challenges (
    id TEXT PRIMARY KEY,
    agent_id BIGINT NOT NULL REFERENCES agents (id),
    method TEXT NOT NULL,
    code @bytes NOT NULL,
    next TEXT NOT NULL,
    tries INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX challenges_by_agent ON challenges (agent_id, created_at);

CREATE TABLE code_generators (
    agent_id @key,
    sealed @bytes NOT NULL,
    -- The session that sets it up: another one never sees this secret.
    session @bytes NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);

CREATE TABLE sessions (
    id @bytes PRIMARY KEY,
    agent_id BIGINT NOT NULL REFERENCES agents (id),
    membership_id BIGINT REFERENCES memberships (id),
    methods TEXT NOT NULL,
    assurance INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_agent ON sessions (agent_id);

CREATE TABLE help_requests (
    id @key,
    service TEXT NOT NULL,
    sealed @bytes NOT NULL,
    created_at BIGINT NOT NULL,
    answered_at BIGINT
);
