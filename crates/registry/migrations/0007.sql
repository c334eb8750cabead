-- What the team agreed to, and what whoever asks for an export may read.

-- When the registry's team last agreed to a territory's perimeter as it is; empty once its own people widened it.
-- Perimeters set before this column are to be looked at once.
ALTER TABLE territories ADD COLUMN agreed_at BIGINT;

-- Whether an export tells what operators sent (exact places, identities): only those who may read it ask for it.
ALTER TABLE exports ADD COLUMN tells_sent BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE exports SET tells_sent = TRUE WHERE tenant LIKE 'operator:%';
-- How many times it was begun because the time before failed: beginning again for an erasure does not count.
ALTER TABLE exports ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
