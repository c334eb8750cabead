-- Sign-in by ProConnect, or another provider of OpenID Connect.

-- A sign-in that left for the provider and is awaited back, once.
CREATE TABLE departures (
    -- SHA-256 of the state that comes back.
    id @bytes PRIMARY KEY,
    -- SHA-256 of the secret of the browser that left.
    browser @bytes NOT NULL,
    -- The nonce and the secret of PKCE, sealed.
    sealed @bytes NOT NULL,
    -- Where to go once signed in.
    next TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Who an account is at the provider: confirmed once by the account's address.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    -- The identity provider behind the issuer.
    provider TEXT NOT NULL,
    -- The person, as that identity provider numbers them.
    subject TEXT NOT NULL,
    agent_id BIGINT NOT NULL REFERENCES agents (id),
    linked_at BIGINT NOT NULL,
    PRIMARY KEY (issuer, provider, subject)
);
CREATE INDEX identities_by_agent ON identities (agent_id);

-- An identity that waits for the answer of the account's address.
CREATE TABLE identities_to_confirm (
    challenge TEXT PRIMARY KEY,
    agent_id BIGINT NOT NULL REFERENCES agents (id),
    -- SHA-256 of the secret of the browser that may answer.
    browser @bytes NOT NULL,
    issuer TEXT NOT NULL,
    provider TEXT NOT NULL,
    subject TEXT NOT NULL,
    assurance INTEGER NOT NULL,
    -- The provider's identity token, sealed.
    id_token @bytes,
    expires_at BIGINT NOT NULL
);

-- The provider's identity token, sealed: sent back to end its session too.
ALTER TABLE sessions ADD COLUMN id_token @bytes;
