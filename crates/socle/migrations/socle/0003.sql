-- The page of the accounts reads the log of some people.
CREATE INDEX audit_entries_by_subject ON audit_entries (subject_kind, subject, commit_group);
