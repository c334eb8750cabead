-- Operators, their keys, journeys, the people of journeys as pseudonyms, what was asked about journeys, daily
-- summaries, subscriptions.

CREATE TABLE operators (
    id @key,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    legal_name TEXT NOT NULL,
    siret TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- First accepted journey.
    connected_at BIGINT,
    suspended_at BIGINT,
    version BIGINT NOT NULL
);

CREATE TABLE access_keys (
    -- The access key itself, a UUID.
    id TEXT PRIMARY KEY,
    operator_id BIGINT NOT NULL REFERENCES operators (id),
    role TEXT NOT NULL,
    label TEXT NOT NULL,
    -- SHA-256 of the secret key.
    secret @bytes NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX access_keys_by_operator ON access_keys (operator_id, created_at);

CREATE TABLE journeys (
    id @key,
    operator_id BIGINT NOT NULL,
    operator_journey_id TEXT NOT NULL,
    operator_trip_id TEXT NOT NULL,
    operator_class TEXT NOT NULL,
    start_at BIGINT NOT NULL,
    end_at BIGINT NOT NULL,
    -- The departure as first sent: corrections do not move their own deadline.
    first_start_at BIGINT NOT NULL,
    -- Day of the departure on the clocks of its commune, since 1970-01-01.
    day INTEGER NOT NULL,
    -- INSEE codes of communes, or of countries (99xxx).
    start_place TEXT,
    end_place TEXT,
    distance_m INTEGER NOT NULL,
    seats SMALLINT NOT NULL,
    driver_revenue INTEGER NOT NULL,
    passenger_contribution INTEGER NOT NULL,
    passenger_over_18 BOOLEAN,
    -- JSON: [{index, siret, amount}].
    incentives TEXT NOT NULL,
    acquisition TEXT NOT NULL,
    anomaly TEXT NOT NULL,
    fraud TEXT NOT NULL,
    -- What operators are told: computed from the three above, kept to be searched.
    status TEXT NOT NULL,
    terms_version TEXT NOT NULL,
    -- JSON: the violations.
    violations TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    api_version TEXT NOT NULL,
    -- Number of the last change of status, in order of acknowledgement.
    change BIGINT NOT NULL,
    -- How many corrections were made.
    revision INTEGER NOT NULL,
    -- The body as received (and corrected), sealed with the operator's key.
    payload @bytes NOT NULL
);
CREATE UNIQUE INDEX journeys_by_operator_journey ON journeys (operator_id, operator_journey_id);
CREATE INDEX journeys_by_status ON journeys (operator_id, status, start_at);
CREATE INDEX journeys_by_departure ON journeys (start_at);
CREATE INDEX journeys_by_change ON journeys (operator_id, change);
CREATE INDEX journeys_to_verify ON journeys (id) WHERE status = 'pending';

CREATE TABLE participants (
    -- 2 × journey for the driver, 2 × journey + 1 for the passenger.
    id @key,
    day INTEGER NOT NULL,
    -- Keyed pseudonyms and the key that made them: of the identity key, the number, the number without its last
    -- two digits, the travel pass, how the last name sounds, the operator's user.
    linkage_key BIGINT NOT NULL,
    person @bytes NOT NULL,
    phone @bytes,
    phone_truncated @bytes NOT NULL,
    travel_pass @bytes,
    name_sound @bytes,
    operator_user @bytes NOT NULL
);
CREATE INDEX participants_by_day ON participants (day, person);

CREATE TABLE journey_requests (
    id @key,
    journey_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- correction, cancellation; superseded: the body that a correction replaced
    kind TEXT NOT NULL,
    api_version TEXT NOT NULL,
    -- The body, sealed with the operator's key.
    payload @bytes NOT NULL
);
CREATE INDEX journey_requests_by_journey ON journey_requests (journey_id, id);

CREATE TABLE daily_summaries (
    day INTEGER NOT NULL,
    operator_id BIGINT NOT NULL,
    -- Valid journeys only (status ok).
    journeys BIGINT NOT NULL,
    metres BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    PRIMARY KEY (day, operator_id)
);

CREATE TABLE subscriptions (
    id TEXT PRIMARY KEY,
    operator_id BIGINT NOT NULL REFERENCES operators (id),
    url TEXT NOT NULL,
    -- Signs notifications, sealed with the operator's key.
    secret @bytes NOT NULL,
    -- Changes up to this one were put in the outbox.
    cursor BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX subscriptions_by_operator ON subscriptions (operator_id);
