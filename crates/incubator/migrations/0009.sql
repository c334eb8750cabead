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

-- Who works on a product, since when and until when.
CREATE TABLE members (
    id @key,
    product TEXT NOT NULL,
    -- Empty once forgotten.
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    employer TEXT NOT NULL,
    status TEXT NOT NULL,
    from_day INTEGER NOT NULL,
    until_day INTEGER,
    -- Of full time, in percent.
    share INTEGER NOT NULL,
    -- The order that pays for them; none for public agents.
    order_id BIGINT REFERENCES orders (id),
    forgotten BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX members_of ON members (product);

-- Append-only: the latest of a member holds.
CREATE TABLE mission_letters (
    id @key,
    member_id BIGINT NOT NULL REFERENCES members (id),
    signed_day INTEGER NOT NULL,
    reference TEXT NOT NULL,
    -- Decides alone what the product becomes; approves quotes; certifies what was delivered.
    arbitrates BOOLEAN NOT NULL,
    approves_quotes BOOLEAN NOT NULL,
    certifies BOOLEAN NOT NULL,
    -- How the business directorate is kept informed; empty when the letter does not say.
    reporting TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX mission_letters_of ON mission_letters (member_id);

-- The seven criteria of an intrapreneur, looked at on a day; append-only.
CREATE TABLE criteria_reviews (
    id @key,
    member_id BIGINT NOT NULL REFERENCES members (id),
    day INTEGER NOT NULL,
    occasion TEXT NOT NULL,
    -- JSON: key of the criterion, whether it is met, what was seen.
    answers TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX criteria_reviews_of ON criteria_reviews (member_id);

-- What an expert declared; append-only, the latest holds.
CREATE TABLE interest_declarations (
    id @key,
    member_id BIGINT NOT NULL REFERENCES members (id),
    declared_day INTEGER NOT NULL,
    -- Whether something was declared, and what was decided about it. What was declared itself stays in the document.
    has_interests BOOLEAN NOT NULL,
    measures TEXT NOT NULL,
    reference TEXT NOT NULL,
    reviewed_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX interest_declarations_of ON interest_declarations (member_id);

-- Credits that were asked of whoever delegates, and what came of it.
CREATE TABLE credit_requests (
    id @key,
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    year INTEGER NOT NULL,
    -- In cents; none when nothing of that kind is asked.
    ae BIGINT,
    cp BIGINT,
    requested_day INTEGER NOT NULL,
    document TEXT NOT NULL,
    -- The line of the ledger that answers it; or why it was refused or taken back.
    ledger_id BIGINT REFERENCES ledger (id),
    refused TEXT NOT NULL,
    closed_day INTEGER,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX credit_requests_of ON credit_requests (agreement_id);

-- What products cost, computed with the outlook of each agreement; in cents.
CREATE TABLE budget_cells (
    agreement_id BIGINT NOT NULL REFERENCES agreements (id),
    -- Empty for what an agreement orders as a whole.
    product TEXT NOT NULL,
    year INTEGER NOT NULL,
    activity TEXT NOT NULL,
    resource TEXT NOT NULL,
    ae BIGINT NOT NULL,
    cp BIGINT NOT NULL,
    planned BIGINT NOT NULL,
    PRIMARY KEY (agreement_id, product, year, activity, resource)
);
CREATE INDEX budget_cells_of ON budget_cells (product);
