-- What is cut, and the yearly review of who has access.

-- A row: this part of this service is cut until somebody puts it back.
CREATE TABLE switches (
    service TEXT NOT NULL,
    name TEXT NOT NULL,
    -- What people are told.
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (service, name)
);

-- When an administrator last said that this role is still needed.
ALTER TABLE memberships ADD COLUMN confirmed_at BIGINT;
-- When the agent was told that the account, unused for a year, is about to be closed.
ALTER TABLE agents ADD COLUMN warned_at BIGINT;
