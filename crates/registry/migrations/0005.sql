-- Requests to join, how operators get connected, what they accepted, what the team noted; and, in the sandbox, how far
-- each operator got.

CREATE TABLE join_requests (
    -- The public half of the link sent to the contact.
    id TEXT PRIMARY KEY,
    -- SHA-256 of the link's secret.
    secret @bytes NOT NULL,
    -- Who asks: names, SIRET, addresses. Sealed; emptied once the account is made.
    sealed @bytes,
    -- Version of the conditions accepted with the request.
    conditions TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    -- The operator it became.
    operator_id BIGINT REFERENCES operators (id),
    -- When its first administrator had their role: the link no longer works.
    settled_at BIGINT
);
CREATE INDEX join_requests_by_age ON join_requests (created_at);

-- An operator that came by a request. Those that the team registers have none: they are open from the start.
CREATE TABLE onboardings (
    operator_id @key REFERENCES operators (id),
    requested_at BIGINT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    -- Empty when none was given.
    technical_email TEXT NOT NULL,
    -- When the team agreed, where its agreement is asked.
    approved_at BIGINT,
    -- First access key of the real registry: from then on nothing is asked again.
    opened_at BIGINT,
    -- When the team closed the request, and why.
    closed_at BIGINT,
    closed_because TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- Where an operator tells people what becomes of their data.
CREATE TABLE operator_notices (
    operator_id @key REFERENCES operators (id),
    url TEXT NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE accepted_conditions (
    operator_id BIGINT NOT NULL REFERENCES operators (id),
    -- Of data/conditions.toml.
    conditions TEXT NOT NULL,
    -- The account that accepted.
    agent_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (operator_id, conditions)
);

CREATE TABLE onboarding_notes (
    id @key,
    operator_id BIGINT NOT NULL REFERENCES operators (id),
    at BIGINT NOT NULL,
    agent_id BIGINT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX onboarding_notes_by_operator ON onboarding_notes (operator_id, id);

-- In the sandbox only.
CREATE TABLE signs (
    operator_id BIGINT NOT NULL,
    -- call, accepted, refused, recovered, corrected, canceled, faulty
    kind TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- Of the last one: the rule or the field, never a value that was sent.
    detail TEXT NOT NULL,
    PRIMARY KEY (operator_id, kind)
);
