-- What becomes of a copy. `state` was always `prepared` before; the word for it is `made`.
UPDATE instances SET state = 'made' WHERE state = 'prepared';

-- What came of it, as a person decided: findings (with their kind), null-findings, not-huntable, error. The window that was
-- hunted, where it is not the copy's own. People stand by name too, as it was then.
ALTER TABLE instances ADD COLUMN disposition TEXT;
ALTER TABLE instances ADD COLUMN finding TEXT;
ALTER TABLE instances ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN link TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN hunted_from BIGINT;
ALTER TABLE instances ADD COLUMN hunted_to BIGINT;
ALTER TABLE instances ADD COLUMN assignee_id TEXT REFERENCES accounts (id);
ALTER TABLE instances ADD COLUMN assignee_name TEXT;
ALTER TABLE instances ADD COLUMN closed_at BIGINT;
ALTER TABLE instances ADD COLUMN closed_by TEXT REFERENCES accounts (id);
ALTER TABLE instances ADD COLUMN closed_name TEXT;
-- How often it was changed: a change is written only onto what its author has seen.
ALTER TABLE instances ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- The copy in whose place it was made: of a defective revision, or of an older one.
ALTER TABLE instances ADD COLUMN replaces TEXT;
CREATE INDEX instances_by_state ON instances (state);
CREATE INDEX instances_by_customer ON instances (customer_id);
CREATE INDEX instances_by_replaced ON instances (replaces);

CREATE INDEX audit_by_subject ON audit (subject);
