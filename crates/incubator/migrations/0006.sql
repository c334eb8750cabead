-- What products answer about how they are built and run.

-- What clauses depend on, answered once for every agreement of the product; none when nobody has said.
CREATE TABLE product_profiles (
    product TEXT PRIMARY KEY,
    is_procedure BOOLEAN,
    authenticates_users BOOLEAN,
    version BIGINT NOT NULL
);

-- Append-only: the latest of a product and a criterion holds.
CREATE TABLE compliance_answers (
    id @key,
    product TEXT NOT NULL,
    -- Key of the criterion, stable from one version of the standards to the next.
    criterion TEXT NOT NULL,
    answer TEXT NOT NULL,
    -- An address, a document, or why it does not apply.
    evidence TEXT NOT NULL,
    -- Last day it holds, for what expires.
    valid_until_day INTEGER,
    checked_day INTEGER NOT NULL,
    -- Version of the standards it was answered under.
    standards TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX compliance_answers_of ON compliance_answers (product, criterion, id);
