-- Territories and what they see: figures kept with each journey's status, which survive the journey's erasure.

CREATE TABLE territories (
    id @key,
    uuid TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    siret TEXT NOT NULL,
    contact_email TEXT NOT NULL,
    -- Departures before and after this day are compared: the start of a campaign. Days since 1970-01-01.
    turning_day INTEGER,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What makes up a perimeter: commune, epci, aom, department or region, by official code.
CREATE TABLE territory_selectors (
    territory_id BIGINT NOT NULL REFERENCES territories (id),
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (territory_id, kind, code)
);

-- The communes of a perimeter, today's and those they took in: places that journeys bear.
CREATE TABLE territory_places (
    territory_id BIGINT NOT NULL REFERENCES territories (id),
    place TEXT NOT NULL,
    PRIMARY KEY (territory_id, place)
);
CREATE INDEX territory_places_by_place ON territory_places (place);

-- Valid journeys, without anything personal: how many of each kind.
CREATE TABLE flows (
    day INTEGER NOT NULL,
    start_place TEXT NOT NULL,
    end_place TEXT NOT NULL,
    operator_id BIGINT NOT NULL,
    operator_class TEXT NOT NULL,
    -- Tens of kilometres, 5 for fifty and more.
    distance_band INTEGER NOT NULL,
    -- Of the departure, on the clocks of its commune.
    hour INTEGER NOT NULL,
    -- 202611 for November 2026.
    month INTEGER NOT NULL,
    journeys BIGINT NOT NULL,
    metres BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    PRIMARY KEY (day, start_place, end_place, operator_id, operator_class, distance_band, hour)
);

-- The journeys that start or end in a territory, counted along several axes: day, operator, class, band, hour,
-- direction (in, out, within), place.
CREATE TABLE territory_summaries (
    territory_id BIGINT NOT NULL REFERENCES territories (id),
    axis TEXT NOT NULL,
    month INTEGER NOT NULL,
    value TEXT NOT NULL,
    journeys BIGINT NOT NULL,
    metres BIGINT NOT NULL,
    seats BIGINT NOT NULL,
    PRIMARY KEY (territory_id, axis, month, value)
);

-- Corrected or cancelled journeys, in order of change: what is remembered of a crowded day may no longer hold.
CREATE INDEX journeys_revised ON journeys (change) WHERE revision > 0;

-- What was erased and why: the proof that the retention rule is executed. Nothing personal.
CREATE TABLE erasures (
    id @key,
    at BIGINT NOT NULL,
    -- retention, person
    kind TEXT NOT NULL,
    journeys BIGINT NOT NULL,
    -- Departures before this instant (retention).
    departed_before BIGINT
);
