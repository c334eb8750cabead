-- What extracts of Chorus say is certified. The house certifies by the intrapreneur alone: what Chorus says is shown
-- beside, until they agree.
CREATE TABLE chorus_certifications (
    id @key,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    day INTEGER NOT NULL,
    -- In cents.
    amount BIGINT NOT NULL,
    document TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX chorus_certifications_of ON chorus_certifications (order_id);
