-- Accounts: what is written of the consumption to come, the proof each sent account gives, and who received it when.

ALTER TABLE account_reports ADD COLUMN consumption TEXT NOT NULL DEFAULT '';
-- The fact that shows its duty done, as long as it is sent.
ALTER TABLE account_reports ADD COLUMN evidence_id BIGINT REFERENCES agreement_facts (id);
-- The day it was received, in the words of whoever received it, and as whom.
ALTER TABLE account_reports ADD COLUMN acknowledged_day INTEGER;
ALTER TABLE account_reports ADD COLUMN acknowledged_as TEXT NOT NULL DEFAULT '';

-- Append-only: an account that was sent and taken back, as it was sent.
CREATE TABLE account_withdrawals (
    id @key,
    account_id BIGINT NOT NULL REFERENCES account_reports (id),
    frozen TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    withdrawn_at BIGINT NOT NULL
);
CREATE INDEX account_withdrawals_of ON account_withdrawals (account_id);
