-- Breaches of personal data (RGPD, articles 33 and 34).

CREATE TABLE breaches (
    id @key,
    -- When the organisation learnt of it: the 72 hours run from here.
    discovered_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    nature TEXT NOT NULL,
    consequences TEXT NOT NULL,
    measures TEXT NOT NULL,
    -- Whose journeys: one operator's, or all; departures between two days, since 1970-01-01.
    operator_id BIGINT,
    from_day INTEGER NOT NULL,
    to_day INTEGER NOT NULL,
    -- When the supervisory authority was told.
    notified_at BIGINT,
    -- Why it was not told within 72 hours, or not at all.
    delay_reason TEXT NOT NULL,
    version BIGINT NOT NULL
);
